/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stale stacks for the benchmark "stacks", inside the guest: a partition mapping on a
 * snapshot on its -cow, as on a host whose neighbour removed the snapshot.
 *
 *   bench_stacks metadata COUNT FILE   the group as LVM knows it: the origins alone
 *   bench_stacks origins COUNT DISK    each on its -real, with a partition table
 *   bench_stacks build COUNT           the stacks; udev must be away
 *   bench_stacks remove COUNT          takes them away again: the bare loop
 *
 * The bare loop is what `dmsetup remove NAME` does, without the process around it: a
 * cookie for each removal, DM_DEV_REMOVE, and dm_udev_wait() until udev has handled it.
 * It looks at nothing before, believes the kernel, and keeps no record.
 */
#include <errno.h>
#include <fcntl.h>
#include <libdevmapper.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define VG	       "onapp-bench"
#define DM_VG	       "onapp--bench"
#define VG_UUID	       "BenchVolumeGroupUuid0123456789AB"
#define PV_UUID	       "BenchPhysicalVolumeUuid012345678"
#define UUID_LEN       32
#define OLD	       1700000000
#define SECTOR	       512
#define PE_START       2048 /* sectors, LVM's default */
#define EXTENT_SECTORS 128
#define ORIGIN_EXTENTS 4
#define STACK_EXTENTS  5 /* of an origin and a COW */
#define PART_START     128
#define PART_LENGTH    256
#define COUNT_MAX      5000
#define TEXT_MAX       256

static void die(const char *what) __attribute__((noreturn));
static void die(const char *what)
{
	fprintf(stderr, "bench_stacks: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- the group ---- */

/* As LVM writes them: 6-4-4-4-4-4-6. */
static void id_print(FILE *file, const char *uuid)
{
	static const int lengths[] = {6, 4, 4, 4, 4, 4, 6};

	fputs("id = \"", file);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		fprintf(file, "%s%.*s", i ? "-" : "", lengths[i], uuid);
		uuid += lengths[i];
	}
	fputs("\"\n", file);
}

static void volume_print(FILE *file, unsigned i)
{
	char uuid[UUID_LEN + 1];

	snprintf(uuid, sizeof(uuid), "Disk%028u", i);
	fprintf(file, "disk%04u {\n", i);
	id_print(file, uuid);
	fprintf(file,
		"status = [\"READ\", \"WRITE\", \"VISIBLE\"]\nflags = []\n"
		"creation_time = %d\ncreation_host = \"hv7\"\nsegment_count = 1\n"
		"segment1 {\nstart_extent = 0\nextent_count = %d\ntype = \"striped\"\n"
		"stripe_count = 1\nstripes = [\"pv0\", %u]\n}\n}\n",
		OLD, ORIGIN_EXTENTS, i * STACK_EXTENTS);
}

static void metadata_print(unsigned count, const char *path)
{
	FILE *file = fopen(path, "we");

	if (!file)
		die(path);
	fprintf(file,
		"contents = \"Text Format Volume Group\"\nversion = 1\n"
		"description = \"\"\ncreation_host = \"hv7\"\ncreation_time = %d\n" VG
		" {\n",
		OLD);
	id_print(file, VG_UUID);
	fprintf(file,
		"seqno = 20\nformat = \"lvm2\"\nstatus = [\"RESIZEABLE\", \"READ\", "
		"\"WRITE\"]\nflags = []\nextent_size = %d\nmax_lv = 0\nmax_pv = 0\n"
		"metadata_copies = 0\nphysical_volumes {\npv0 {\n",
		EXTENT_SECTORS);
	id_print(file, PV_UUID);
	fprintf(file,
		"device = \"/dev/loop0\"\nstatus = [\"ALLOCATABLE\"]\nflags = []\n"
		"dev_size = %u\npe_start = %d\npe_count = %u\n}\n}\n"
		"logical_volumes {\n",
		PE_START + count * STACK_EXTENTS * EXTENT_SECTORS, PE_START,
		count * STACK_EXTENTS);
	for (unsigned i = 0; i < count; i++)
		volume_print(file, i);
	fputs("}\n}\n", file);
	if (fclose(file) != 0)
		die(path);
}

/* ---- device-mapper ---- */

static struct dm_task *task_on(int type, const char *name)
{
	struct dm_task *task = dm_task_create(type);

	if (!task || !dm_task_set_name(task, name))
		die(name);
	return task;
}

static void create(const char *name, const char *uuid, unsigned long sectors,
	const char *type, const char *params)
{
	struct dm_task *task = task_on(DM_DEVICE_CREATE, name);

	if (!dm_task_set_uuid(task, uuid) ||
		!dm_task_add_target(task, 0, sectors, type, params) || !dm_task_run(task))
		die(name);
	dm_task_destroy(task);
}

static void text_set(char *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void text_set(char *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vsnprintf(text, TEXT_MAX, format, args) >= TEXT_MAX)
		die("a name is too long");
	va_end(args);
}

static unsigned long extent_at(unsigned extent)
{
	return PE_START + (unsigned long)extent * EXTENT_SECTORS;
}

/* "MAJ:MIN" of what a name leads to; no ioctl for each. */
static void number_print(const char *path, char *ret, size_t size)
{
	struct stat st;

	if (stat(path, &st) < 0)
		die(path);
	snprintf(ret, size, "%u:%u", major(st.st_rdev), minor(st.st_rdev));
}

/* One Linux partition. */
static void write_partition_table(int disk, unsigned i)
{
	unsigned char sector[SECTOR] = {0}, *entry = sector + 446;

	entry[4] = 0x83;
	entry[8] = PART_START;
	entry[12] = PART_LENGTH & 0xff;
	entry[13] = PART_LENGTH >> 8;
	sector[510] = 0x55;
	sector[511] = 0xaa;
	if (pwrite(disk, sector, SECTOR, (off_t)extent_at(i * STACK_EXTENTS) * SECTOR) !=
		SECTOR)
		die("partition table");
}

static void origins_make(unsigned count, const char *disk_path)
{
	int disk = open(disk_path, O_RDWR | O_CLOEXEC);
	char on[32], name[TEXT_MAX], uuid[TEXT_MAX], path[TEXT_MAX], params[TEXT_MAX];

	if (disk < 0)
		die(disk_path);
	number_print(disk_path, on, sizeof(on));
	for (unsigned i = 0; i < count; i++) {
		write_partition_table(disk, i);
		text_set(name, DM_VG "-disk%04u-real", i);
		text_set(uuid, "LVM-" VG_UUID "Disk%028u-real", i);
		text_set(params, "%s %lu", on, extent_at(i * STACK_EXTENTS));
		create(name, uuid, ORIGIN_EXTENTS * EXTENT_SECTORS, "linear", params);
		text_set(path, "/dev/mapper/%s", name);
		dm_task_update_nodes();
		number_print(path, params, sizeof(params));
		text_set(name, DM_VG "-disk%04u", i);
		text_set(uuid, "LVM-" VG_UUID "Disk%028u", i);
		create(name, uuid, ORIGIN_EXTENTS * EXTENT_SECTORS, "snapshot-origin",
			params);
	}
	if (close(disk) < 0)
		die(disk_path);
	dm_task_update_nodes();
}

static void stack_make(unsigned i, const char *disk)
{
	char name[TEXT_MAX], uuid[TEXT_MAX], path[TEXT_MAX], params[TEXT_MAX];
	char real[32], below[32];

	text_set(path, "/dev/mapper/" DM_VG "-disk%04u-real", i);
	number_print(path, real, sizeof(real));
	text_set(name, DM_VG "-backup--%04u-cow", i);
	text_set(uuid, "LVM-" VG_UUID "Snap%028u-cow", i);
	text_set(params, "%s %lu", disk, extent_at(i * STACK_EXTENTS + ORIGIN_EXTENTS));
	create(name, uuid, EXTENT_SECTORS, "linear", params);
	dm_task_update_nodes();
	text_set(path, "/dev/mapper/%s", name);
	number_print(path, below, sizeof(below));
	text_set(name, DM_VG "-backup--%04u", i);
	text_set(uuid, "LVM-" VG_UUID "Snap%028u", i);
	text_set(params, "%s %s P 8", real, below);
	create(name, uuid, ORIGIN_EXTENTS * EXTENT_SECTORS, "snapshot", params);
	dm_task_update_nodes();
	text_set(path, "/dev/mapper/%s", name);
	number_print(path, below, sizeof(below));
	text_set(name, DM_VG "-backup--%04uX1", i);
	text_set(uuid, "part1-LVM-" VG_UUID "Snap%028u", i);
	text_set(params, "%s %d", below, PART_START);
	create(name, uuid, PART_LENGTH, "linear", params);
}

static void stacks_make(unsigned count)
{
	char disk[32];

	number_print("/dev/loop0", disk, sizeof(disk));
	for (unsigned i = 0; i < count; i++)
		stack_make(i, disk);
	dm_task_update_nodes();
}

/* ---- the bare loop ---- */

static void remove_device(const char *name)
{
	struct dm_task *task = task_on(DM_DEVICE_REMOVE, name);
	uint32_t cookie = 0;

	if (!dm_task_set_cookie(task, &cookie, 0) || !dm_task_run(task) ||
		!dm_udev_wait(cookie))
		die(name);
	dm_task_destroy(task);
	dm_task_update_nodes();
}

static void stacks_remove(unsigned count)
{
	static const char *const names[] = {DM_VG "-backup--%04uX1",
		DM_VG "-backup--%04u", DM_VG "-backup--%04u-cow"};

	for (unsigned i = 0; i < count; i++)
		for (unsigned n = 0; n < 3; n++) {
			char name[TEXT_MAX];

			text_set(name, names[n], i);
			remove_device(name);
		}
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	unsigned count = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;

	if (count < 1 || count > COUNT_MAX)
		what = "";
	dm_set_name_mangling_mode(DM_STRING_MANGLING_NONE);
	if (strcmp(what, "metadata") == 0 && argc == 4) {
		metadata_print(count, argv[3]);
	} else if (strcmp(what, "remove") == 0 && argc == 3) {
		stacks_remove(count);
	} else if (strcmp(what, "origins") == 0 && argc == 4) {
		dm_udev_set_sync_support(0);
		origins_make(count, argv[3]);
	} else if (strcmp(what, "build") == 0 && argc == 3) {
		dm_udev_set_sync_support(0);
		stacks_make(count);
	} else {
		fprintf(stderr,
			"usage: bench_stacks metadata COUNT FILE | origins COUNT DISK | "
			"build COUNT | remove COUNT, with COUNT up to %d\n",
			COUNT_MAX);
		return 2;
	}
	dm_lib_release();
	return 0;
}
