/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See made_host.h. Input: a number of stacks. Output: a host to be written as an archive.
 * Invariant: no clock and no random numbers but those of the fixed seed.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "made_host.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/lvm_names.h"

#define STACKS_PER_GROUP   125
#define PROCESSES_PER_BUSY 7
#define TAKEN		   1795400000
#define NAMESPACE	   4026531841u
#define EXTENT		   8192
#define ORIGIN_EXTENTS	   16
#define COW_EXTENTS	   4
#define PE_START	   2048

enum uuid_kind { UUID_GROUP, UUID_PV, UUID_ORIGIN, UUID_SNAPSHOT, UUID_PAIR };

struct uuid {
	char plain[LVM_UUID_LEN + 1];
	char hyphens[LVM_UUID_HYPHENS + 1];
};

/* splitmix64 (Steele, Lea, Flood 2014): no state but the number itself. */
static uint64_t mixed(uint64_t n)
{
	n += 0x9e3779b97f4a7c15u;
	n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9u;
	n = (n ^ (n >> 27)) * 0x94d049bb133111ebu;
	return n ^ (n >> 31);
}

/* As random as real ones, so that the archive is as hard to compress. */
static struct uuid uuid_of(enum uuid_kind kind, unsigned number)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	struct uuid uuid = {0};

	for (unsigned i = 0; i < LVM_UUID_LEN; i++)
		uuid.plain[i] = digits[mixed(((uint64_t)kind << 40) +
					       (uint64_t)number * LVM_UUID_LEN + i) %
				       (sizeof(digits) - 1)];
	lvm_uuid_hyphenate(uuid.plain, uuid.hyphens);
	return uuid;
}

/* Where the stack's extents begin on the physical volume of its group. */
static unsigned first_extent(unsigned stack)
{
	return stack % STACKS_PER_GROUP * (ORIGIN_EXTENTS + COW_EXTENTS);
}

static struct devno disk_devno(unsigned group)
{
	return (struct devno){8, group * 16};
}

static struct devno device_devno(unsigned stack, unsigned layer)
{
	return (struct devno){254, stack * MADE_STACK_DEVICES + layer};
}

/* ---- devices ---- */

static const char *words(struct host *host, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static const char *words(struct host *host, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return host_string(host, text);
}

static struct device *add_device(struct host *host, struct devno devno, unsigned extents,
	const char *type, const char *params)
{
	struct device *device = array_add(&host->devices, &host->n_devices);
	struct dm_target *target = array_add(&device->targets, &device->n_targets);

	device->devno = devno;
	device->diskseq = devno.minor + 10;
	*target = (struct dm_target){.length = (uint64_t)extents * EXTENT,
		.type = type,
		.params = params,
		.status = ""};
	return device;
}

static void add_dep(struct device *device, struct devno below)
{
	*array_add(&device->deps, &device->n_deps) = below;
}

static void add_origin(
	struct host *host, unsigned stack, const char *name, const char *uuid)
{
	struct devno disk = disk_devno(stack / STACKS_PER_GROUP);
	struct devno real = device_devno(stack, 1);
	struct device *device;

	device = add_device(host, device_devno(stack, 0), ORIGIN_EXTENTS,
		"snapshot-origin", words(host, DEVNO_FMT, DEVNO_ARGS(real)));
	device->name = name;
	device->uuid = uuid;
	device->open_count = 1;
	add_dep(device, real);
	device = add_device(host, real, ORIGIN_EXTENTS, "linear",
		words(host, DEVNO_FMT " %u", DEVNO_ARGS(disk),
			PE_START + first_extent(stack) * EXTENT));
	device->name = words(host, "%s-real", name);
	device->uuid = words(host, "%s-real", uuid);
	device->open_count = 2;
	add_dep(device, disk);
}

static void add_snapshot(
	struct host *host, unsigned stack, const char *name, const char *uuid)
{
	struct devno disk = disk_devno(stack / STACKS_PER_GROUP);
	struct devno real = device_devno(stack, 1), cow = device_devno(stack, 2);
	struct device *device;

	device = add_device(host, cow, COW_EXTENTS, "linear",
		words(host, DEVNO_FMT " %u", DEVNO_ARGS(disk),
			PE_START + (first_extent(stack) + ORIGIN_EXTENTS) * EXTENT));
	device->name = words(host, "%s-cow", name);
	device->uuid = words(host, "%s-cow", uuid);
	device->open_count = 1;
	add_dep(device, disk);
	device = add_device(host, device_devno(stack, 3), ORIGIN_EXTENTS, "snapshot",
		words(host, DEVNO_FMT " " DEVNO_FMT " P 8", DEVNO_ARGS(real),
			DEVNO_ARGS(cow)));
	device->name = name;
	device->uuid = uuid;
	device->open_count = 1;
	device->targets[0].status = "16/32768 16";
	add_dep(device, real);
	add_dep(device, cow);
}

static void add_mapping(
	struct host *host, unsigned stack, const char *name, const char *uuid)
{
	struct devno below = device_devno(stack, 3);
	struct device *device = add_device(host, device_devno(stack, 4), 4, "linear",
		words(host, DEVNO_FMT " 2048", DEVNO_ARGS(below)));

	device->name = words(host, "%sX1", name);
	device->uuid = words(host, "part1-%s", uuid);
	device->open_count = 1;
	add_dep(device, below);
	*array_add(&host->superblocks, &host->n_superblocks) =
		(struct superblock){.devno = device->devno, .type = "ext4"};
}

static void add_stack(struct host *host, unsigned stack)
{
	unsigned group = stack / STACKS_PER_GROUP;
	struct uuid vg = uuid_of(UUID_GROUP, group);
	struct uuid origin = uuid_of(UUID_ORIGIN, stack);
	struct uuid snapshot = uuid_of(UUID_SNAPSHOT, stack);
	const char *name = words(host, "onapp--%04u-backup--%06u", group, stack);
	const char *uuid = words(host, "LVM-%s%s", vg.plain, snapshot.plain);

	add_origin(host, stack, words(host, "onapp--%04u-disk%06u", group, stack),
		words(host, "LVM-%s%s", vg.plain, origin.plain));
	add_snapshot(host, stack, name, uuid);
	add_mapping(host, stack, name, uuid);
}

/* ---- processes ---- */

static unsigned add_process(struct host *host, const char *comm, const char *exe)
{
	unsigned pid = 1000 + (unsigned)host->n_processes;

	*array_add(&host->processes, &host->n_processes) = (struct process){.pid = pid,
		.start = 5000 + pid,
		.comm = comm,
		.exe = exe,
		.mount_namespace = NAMESPACE};
	return pid;
}

static void add_use(struct host *host, unsigned pid, enum use_kind kind,
	struct devno devno, const char *example)
{
	*array_add(&host->uses, &host->n_uses) = (struct use){
		.pid = pid, .kind = kind, .devno = devno, .count = 1, .example = example};
}

/* A guest on every origin; on busy stacks, programs that are still at the backup. */
static void add_processes(struct host *host, unsigned stack, bool is_busy)
{
	unsigned pid = add_process(host, "qemu-kvm", "/usr/libexec/qemu-kvm");
	const char *folder = words(host, "/mnt/backup/%06u", stack);

	add_use(host, pid, USE_NODE, device_devno(stack, 0),
		words(host, "/dev/dm-%u", stack * MADE_STACK_DEVICES));
	for (unsigned i = 0; i < PROCESSES_PER_BUSY && is_busy; i++) {
		pid = add_process(host, "tar", "/usr/bin/tar");
		add_use(host, pid, USE_FILE, device_devno(stack, 4),
			words(host, "%s/var/lib/%u", folder, i));
		add_use(host, pid, USE_CWD, device_devno(stack, 4), folder);
		add_use(host, pid, USE_ROOT, device_devno(stack, 4), folder);
		add_use(host, pid, USE_MAP, device_devno(stack, 4),
			words(host, "%s/lib/libc.so.6", folder));
	}
}

/* ---- documents ---- */

static void add_mounts(struct host *host, unsigned stacks)
{
	cleanup_buf struct buf text = BUF_INIT;
	unsigned id = 21;

	buf_puts(&text, "20 1 8:65535 / / rw,relatime shared:1 - ext4 /dev/root rw\n");
	for (unsigned stack = 0; stack < stacks; stack++) {
		buf_printf(&text,
			"%u 20 254:%u / /mnt/backup/%06u ro,relatime shared:%u - ext4 "
			"/dev/mapper/onapp--%04u-backup--%06uX1 ro\n",
			id, stack * MADE_STACK_DEVICES + 4, stack, id,
			stack / STACKS_PER_GROUP, stack);
		id++;
		for (unsigned i = 0; i <= stack % 2; i++, id++)
			buf_printf(&text,
				"%u 20 0:%u / /run/user/%u rw,nosuid,nodev shared:%u - "
				"tmpfs tmpfs rw,size=65536k\n",
				id, id, id, id);
	}
	host_document_add(host, "mounts/4026531841", text.data, text.len);
}

static void print_volume(struct buf *text, const char *name, const char *uuid,
	unsigned first, unsigned extents)
{
	const char *visible = extents == ORIGIN_EXTENTS ? ", \"VISIBLE\"" : "";

	buf_printf(text,
		"%s {\nid = \"%s\"\nstatus = [\"READ\", \"WRITE\"%s]\nflags = []\n"
		"creation_time = %d\ncreation_host = \"hv7\"\nsegment_count = 1\n\n"
		"segment1 {\nstart_extent = 0\nextent_count = %u\n\ntype = \"striped\"\n"
		"stripe_count = 1\n\nstripes = [\n\"pv0\", %u\n]\n}\n}\n\n",
		name, uuid, visible, TAKEN - 3 * 86400, extents, first);
}

static void print_pair(struct buf *text, unsigned stack)
{
	buf_printf(text,
		"snapshot%u {\nid = \"%s\"\nstatus = [\"READ\", \"WRITE\", \"VISIBLE\"]\n"
		"flags = []\ncreation_time = %d\ncreation_host = \"hv7\"\n"
		"segment_count = 1\n\nsegment1 {\nstart_extent = 0\nextent_count = %u\n\n"
		"type = \"snapshot\"\nchunk_size = 8\norigin = \"disk%06u\"\n"
		"cow_store = \"backup-%06u\"\n}\n}\n\n",
		stack, uuid_of(UUID_PAIR, stack).hyphens, TAKEN - 3 * 86400,
		ORIGIN_EXTENTS, stack, stack);
}

static void add_metadata(struct host *host, unsigned group, unsigned first, unsigned end)
{
	struct uuid vg = uuid_of(UUID_GROUP, group);
	cleanup_buf struct buf text = BUF_INIT;

	buf_printf(&text,
		"onapp-%04u {\nid = \"%s\"\nseqno = 7\nformat = \"lvm2\"\n"
		"status = [\"RESIZEABLE\", \"READ\", \"WRITE\"]\nflags = []\n"
		"extent_size = %u\nmax_lv = 0\nmax_pv = 0\nmetadata_copies = 0\n\n"
		"physical_volumes {\n\npv0 {\nid = \"%s\"\ndevice = \"/dev/sd%u\"\n\n"
		"status = [\"ALLOCATABLE\"]\nflags = []\ndev_size = 524288000\n"
		"pe_start = %u\npe_count = 60000\n}\n}\n\nlogical_volumes {\n\n",
		group, vg.hyphens, EXTENT, uuid_of(UUID_PV, group).hyphens, group,
		PE_START);
	for (unsigned stack = first; stack < end; stack++) {
		char name[32];

		snprintf(name, sizeof(name), "disk%06u", stack);
		print_volume(&text, name, uuid_of(UUID_ORIGIN, stack).hyphens,
			first_extent(stack), ORIGIN_EXTENTS);
		snprintf(name, sizeof(name), "backup-%06u", stack);
		print_volume(&text, name, uuid_of(UUID_SNAPSHOT, stack).hyphens,
			first_extent(stack) + ORIGIN_EXTENTS, COW_EXTENTS);
		print_pair(&text, stack);
	}
	buf_printf(&text,
		"}\n\n}\ncontents = \"Text Format Volume Group\"\nversion = 1\n"
		"description = \"\"\ncreation_host = \"hv7\"\ncreation_time = %d\n",
		TAKEN - 3 * 86400);
	host_document_add(host, words(host, "lvm/%s.vg", vg.plain), text.data, text.len);
}

static void print_report_volume(struct buf *text, unsigned stack)
{
	struct uuid origin = uuid_of(UUID_ORIGIN, stack);
	unsigned group = stack / STACKS_PER_GROUP;

	buf_printf(text,
		"{\"lv_uuid\":\"%s\", \"lv_name\":\"disk%06u\", "
		"\"lv_full_name\":\"onapp-%04u/disk%06u\", \"lv_attr\":\"owi-aos---\", "
		"\"lv_size\":\"67108864\", \"origin\":\"\", \"origin_uuid\":\"\", "
		"\"lv_role\":\"public,origin,thickorigin\", \"lv_tags\":\"\"},\n",
		origin.hyphens, stack, group, stack);
	buf_printf(text,
		"{\"lv_uuid\":\"%s\", \"lv_name\":\"backup-%06u\", "
		"\"lv_full_name\":\"onapp-%04u/backup-%06u\", "
		"\"lv_attr\":\"swi-aos---\", \"lv_size\":\"16777216\", "
		"\"origin\":\"disk%06u\", \"origin_uuid\":\"%s\", "
		"\"lv_role\":\"public,snapshot,thicksnapshot\", \"lv_tags\":\"\"}",
		uuid_of(UUID_SNAPSHOT, stack).hyphens, stack, group, stack, stack,
		origin.hyphens);
}

static void print_report_group(
	struct buf *text, unsigned group, unsigned first, unsigned end)
{
	struct devno disk = disk_devno(group);

	buf_printf(text,
		"{\"vg\": [{\"vg_uuid\":\"%s\", \"vg_name\":\"onapp-%04u\", "
		"\"vg_attr\":\"wz--n-\", \"vg_seqno\":\"7\", "
		"\"vg_permissions\":\"writeable\", \"vg_extent_size\":\"4194304\", "
		"\"vg_systemid\":\"\", \"vg_lock_type\":\"\", \"vg_exported\":\"0\", "
		"\"vg_partial\":\"0\", \"vg_clustered\":\"0\", \"vg_tags\":\"\"}],\n"
		"\"pv\": [{\"pv_uuid\":\"%s\", \"pv_name\":\"/dev/sd%u\", "
		"\"pv_major\":\"%u\", \"pv_minor\":\"%u\", \"pv_missing\":\"0\", "
		"\"pv_duplicate\":\"0\", \"pe_start\":\"1048576\", "
		"\"pv_pe_count\":\"60000\", \"pv_in_use\":\"1\"}],\n\"lv\": [\n",
		uuid_of(UUID_GROUP, group).hyphens, group,
		uuid_of(UUID_PV, group).hyphens, group, disk.major, disk.minor);
	for (unsigned stack = first; stack < end; stack++) {
		print_report_volume(text, stack);
		buf_puts(text, stack + 1 < end ? ",\n" : "\n");
	}
	buf_puts(text, "],\n\"pvseg\": [],\n\"seg\": []}");
}

static void add_groups(struct host *host, unsigned stacks)
{
	cleanup_buf struct buf report = BUF_INIT;

	buf_puts(&report, "{\"report\": [\n");
	for (unsigned first = 0; first < stacks; first += STACKS_PER_GROUP) {
		unsigned group = first / STACKS_PER_GROUP;
		unsigned end = first + STACKS_PER_GROUP;

		if (end > stacks)
			end = stacks;
		add_metadata(host, group, first, end);
		print_report_group(&report, group, first, end);
		buf_puts(&report, end < stacks ? ",\n" : "\n");
		*array_add(&host->blocks, &host->n_blocks) =
			(struct block){.transport = "",
				.devno = disk_devno(group),
				.kname = words(host, "sd%u", group),
				.kind = BLOCK_DISK,
				.size = 524288000,
				.backing_file = ""};
	}
	buf_puts(&report, "]}\n");
	host_document_add(host, "lvm/report.json", report.data, report.len);
}

/* ---- the whole ---- */

static void add_sources(struct host *host)
{
	static const char *const names[] = {"identity", "dm", "blocks", "superblocks",
		"swaps", "mounts", "processes"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		host_source_set(host, names[i], OUTCOME_READ, "%s", "");
	host->identity = (struct identity){
		.machine_id = "0123456789abcdef0123456789abcdef",
		.boot_id = "8d1e0000-0000-4000-8000-000000000000",
		.node = "hv7",
		.kernel = "6.1.0",
		.dm_driver = "4.47.0",
		.redaction = "",
		.ticks = 100,
		.taken = TAKEN,
		.uptime = 100 * 86400 * 10ull,
	};
	*array_add(&host->namespaces, &host->n_namespaces) =
		(struct mount_namespace){.id = NAMESPACE, .pid = 1, .is_host = true};
}

static struct host *make(unsigned stacks, bool has_busy)
{
	struct host *host = host_new();

	add_sources(host);
	for (unsigned stack = 0; stack < stacks; stack++) {
		add_stack(host, stack);
		add_processes(host, stack, has_busy && stack % 2 == 1);
	}
	add_groups(host, stacks);
	add_mounts(host, stacks);
	host_sort(host);
	return host;
}

struct host *made_host(unsigned stacks)
{
	return make(stacks, true);
}

struct host *made_host_left(unsigned stacks)
{
	return make(stacks, false);
}
