/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts made by dice; see random_host.h. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random_host.h"
#include "sample_host.h"
#include "snapstate/buf.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"

#define SYSTEM_VG "HHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHH"

uint64_t number_from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	uint64_t value;

	if (text && parse_u64(text, strlen(text), 10, &value) == 0)
		return value;
	return otherwise;
}

struct dice dice_of_seed(uint64_t seed)
{
	return (struct dice){.state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
}

uint64_t roll(struct dice *dice, uint64_t sides)
{
	dice->state ^= dice->state >> 12;
	dice->state ^= dice->state << 25;
	dice->state ^= dice->state >> 27;
	return (dice->state * UINT64_C(2685821657736338717) >> 33) % sides;
}

bool one_in(struct dice *dice, uint64_t n)
{
	return roll(dice, n) == 0;
}

/* ---- a host ---- */

struct builder {
	struct dice *dice;
	struct host *host;
	unsigned minor;	 /* the next one */
	unsigned mount;	 /* the next id */
	unsigned volume; /* the next number */
	unsigned block;	 /* the next number of a loop device or an array */
	uint64_t extent; /* the next free one */
};

static const char *format(struct builder *b, const char *template, ...)
	__attribute__((format(printf, 2, 3)));
static const char *format(struct builder *b, const char *template, ...)
{
	char text[256];
	va_list args;

	va_start(args, template);
	vsnprintf(text, sizeof(text), template, args);
	va_end(args);
	return host_string(b->host, text);
}

static struct lv *add_lv(struct builder *b, const char *uuid, const char *name,
	uint64_t start, uint64_t extents)
{
	struct lv *lv = array_add(&b->host->lvs, &b->host->n_lvs);
	struct segment *segment = array_add(&lv->segments, &lv->n_segments);
	struct stripe *stripe = array_add(&segment->stripes, &segment->n_stripes);

	lv->vg_uuid = SAMPLE_VG;
	lv->uuid = uuid;
	lv->name = name;
	lv->origin_uuid = "";
	lv->is_visible = true;
	lv->created = SAMPLE_TAKEN - 3 * 86400;
	lv->extents = segment->extents = extents;
	segment->type = "striped";
	*stripe = (struct stripe){.pv_uuid = SAMPLE_PV, .lv_name = "", .start = start};
	return lv;
}

/* Read-only, read-write, or with a "ro" of its own that only hides that the file system
 * is not. */
static void add_mount(struct builder *b, unsigned minor, bool is_writable)
{
	struct mount *mount;

	sample_add_mount(
		b->host, SAMPLE_NS, b->mount, 1, minor, format(b, "/mnt/%u", b->mount));
	b->mount++;
	mount = &b->host->mounts[b->host->n_mounts - 1];
	if (is_writable || one_in(b->dice, 4))
		mount->options = one_in(b->dice, 4) ? "ro,relatime" : "rw,relatime";
	if (is_writable)
		mount->super_options = "rw,errors=remount-ro";
	if (is_writable && one_in(b->dice, 8)) {
		mount->options = "rw";
		mount->super_options = ""; /* evidence that others collected */
	}
}

static void add_file_system(struct builder *b, unsigned minor)
{
	struct superblock *superblock;
	bool is_writable = one_in(b->dice, 3);

	add_mount(b, minor, is_writable);
	if (one_in(b->dice, 4)) /* mounted twice */
		add_mount(b, minor, is_writable);
	superblock = array_add(&b->host->superblocks, &b->host->n_superblocks);
	*superblock = (struct superblock){.devno = {254, minor}, .type = "ext4"};
	sample_device(b->host, minor)->open_count++;
}

/* Nobody swaps on it then, nor mounts what is swapped on: both claim a device for
 * themselves alone (kernel mm/swapfile.c, claim_swapfile(); fs/super.c, get_tree_bdev();
 * block/bdev.c, bd_prepare_to_claim()). */
static bool is_mounted(const struct builder *b, struct devno devno)
{
	for (size_t i = 0; i < b->host->n_mounts; i++)
		if (devno_is_equal(b->host->mounts[i].devno, devno))
			return true;
	return false;
}

static const char *const programs[] = {"tar", "bash", "qemu-system-x86", "rsync"};

/* What may be wrong with, or going on at, one device that is to be removed. */
static void disturb_device(struct builder *b, unsigned minor)
{
	struct device *device = sample_device(b->host, minor);

	if (one_in(b->dice, 40))
		device->open_count++;
	if (one_in(b->dice, 60))
		device->flags |= 1u << roll(b->dice, 6);
	if (one_in(b->dice, 40))
		sample_add_use(b->host, 1000 + minor, programs[roll(b->dice, 4)],
			(enum use_kind)roll(b->dice, 5), minor);
	if (one_in(b->dice, 40) && !is_mounted(b, device->devno)) {
		struct swap *swap = sample_add_swap(b->host, device->devno);

		swap->has_used = !one_in(b->dice, 4);
		swap->used = one_in(b->dice, 4);
	}
	if (one_in(b->dice, 80)) {
		struct superblock *superblock =
			array_add(&b->host->superblocks, &b->host->n_superblocks);

		*superblock = (struct superblock){.devno = {254, minor}, .type = "xfs"};
	}
}

/* ---- arrays and loop devices ---- */

static void mount_block(struct builder *b, struct devno devno)
{
	add_mount(b, 999, one_in(b->dice, 3));
	b->host->mounts[b->host->n_mounts - 1].devno = devno;
	if (!one_in(b->dice, 4)) /* some leave no trace in sysfs */
		sample_add_file_system(b->host, devno);
}

static void use_block(struct builder *b, struct devno devno)
{
	sample_add_use(b->host, 3000 + b->block, programs[roll(b->dice, 4)],
		(enum use_kind)(1 + roll(b->dice, 4)), devno.minor);
	b->host->uses[b->host->n_uses - 1].devno = devno;
}

/* What may stand on a loop device or an array, or be wrong with it. */
static void burden_block(struct builder *b, struct devno devno, bool has_partitions)
{
	if (one_in(b->dice, 3))
		mount_block(b, devno);
	if (one_in(b->dice, 20))
		use_block(b, devno);
	if (one_in(b->dice, 20))
		*array_add(&b->host->kernel_holders, &b->host->n_kernel_holders) =
			(struct kernel_holder){.devno = devno, .kind = HOLDER_OTHER, .name = "bcache0"};
	if (one_in(b->dice, 8) && !is_mounted(b, devno))
		sample_add_swap(b->host, devno)->used = one_in(b->dice, 3);
	if (one_in(b->dice, 6)) {
		unsigned minor = b->minor++;

		sample_add_device(b->host, minor, format(b, "loopmap%u", minor),
			one_in(b->dice, 2) ? ""
					   : format(b, "part1-devnode_%u:%u_Wh5pYvM",
						     devno.major, devno.minor),
			"linear", format(b, "%u:%u 8", devno.major, devno.minor), 64);
		if (one_in(b->dice, 3))
			add_file_system(b, minor);
	}
	if (has_partitions && one_in(b->dice, 4)) {
		struct block *partition =
			sample_add_partition(b->host, b->block++, devno);

		burden_block(b, partition->devno, false);
	}
}

static void add_loop(struct builder *b, const char *file)
{
	static const char *const states[] = {
		"", "", "partscan", "partscan", "autoclear", "autoclear,partscan", NULL};
	struct devno devno = {7, b->block++};

	sample_add_loop(b->host, devno.minor, file, states[roll(b->dice, 7)]);
	burden_block(b, devno, true);
}

static void add_array(struct builder *b, unsigned minor, unsigned snapshot)
{
	static const char *const states[] = {
		"clean", "clean", "clean", "read-auto", "inactive", "active", NULL};
	static const char *const levels[] = {
		"raid1", "raid1", "raid1", "raid1", "raid0", "container", "1", NULL};
	struct devno devno = {9, b->block++};
	struct block *array = sample_add_array(b->host, devno.minor, minor);

	array->state = states[roll(b->dice, 7)];
	array->level = levels[roll(b->dice, 8)];
	if (one_in(b->dice, 6))
		array->sync = one_in(b->dice, 2) ? "resync" : NULL;
	array->missing = one_in(b->dice, 4);
	if (one_in(b->dice, 4))
		sample_add_member(b->host, array, minor - 1); /* of anything */
	if (one_in(b->dice, 6))
		sample_add_member(b->host, array, snapshot);
	burden_block(b, devno, true);
}

/* On a mapping or a snapshot; `mount` is the id of its own mount, 0 = it has none. */
static void add_blocks(
	struct builder *b, unsigned minor, unsigned snapshot, unsigned mount)
{
	if (one_in(b->dice, 10))
		add_loop(b, format(b, "/dev/dm-%u", minor));
	if (mount && one_in(b->dice, 4))
		add_loop(b, format(b, "/mnt/%u/image", mount));
	if (!mount && one_in(b->dice, 10))
		add_array(b, minor, snapshot);
	if (mount && one_in(b->dice, 40)) {
		struct swap *swap = array_add(&b->host->swaps, &b->host->n_swaps);

		*swap = (struct swap){
			.path = format(b, "/mnt/%u/swap", mount), .has_used = true};
	}
}

static void add_mappings(
	struct builder *b, unsigned snapshot, const char *lv_uuid, const char *name)
{
	unsigned count = (unsigned)roll(b->dice, 3), mount;

	for (unsigned part = 1; part <= count; part++) {
		unsigned minor = b->minor++;
		const char *uuid = "";

		if (!one_in(b->dice, 3))
			uuid = format(b, "part%u-LVM-" SAMPLE_VG "%s", part, lv_uuid);
		if (one_in(b->dice, 30))
			uuid = format(
				b, "LVM-%032u%032u", 7u, minor); /* a guest's volume */
		sample_add_device(b->host, minor, format(b, "%sX%u", name, part), uuid,
			"linear", format(b, "254:%u %u", snapshot, 2048 * part), 1024);
		mount = one_in(b->dice, 2) ? b->mount : 0;
		if (mount)
			add_file_system(b, minor);
		add_blocks(b, minor, snapshot, mount);
		disturb_device(b, minor);
	}
	mount = !count && one_in(b->dice, 3) ? b->mount : 0;
	if (mount)
		add_file_system(b, snapshot);
	add_blocks(b, snapshot, snapshot, mount);
}

/* ---- what a guest has inside ---- */

#define GUEST_VG "77777777777777777777777777777777"

/* A device of the same snapshot; or, seldom, any: an origin, another snapshot, a COW, a
 * disk. Not a -real layer: nobody looks into those, and add_origin() gives each origin
 * the number behind its layer's. */
static const char *random_base(struct builder *b, unsigned first)
{
	unsigned minor;

	if (one_in(b->dice, 40))
		return "8:16";
	if (one_in(b->dice, 10))
		first = 0;
	minor = first + (unsigned)roll(b->dice, b->minor - first);
	if (strncmp(sample_device(b->host, minor)->name, "onapp--aaaa-disk", 16) == 0 &&
		strstr(sample_device(b->host, minor)->name, "-real"))
		minor++;
	return format(b, "254:%u", minor);
}

static const char *random_maker(struct builder *b, unsigned minor)
{
	switch (roll(b->dice, 12)) {
	case 0:
		return "";
	case 1:
		return format(b, "CRYPT-LUKS2-%032u-secret%u", minor, minor);
	case 2:
		return format(b, "CRYPT-PLAIN-secret%u", minor);
	case 3:
		return format(b, "LVM-" GUEST_VG "%032u-real", minor);
	case 4:
		return format(b, "%08x-0000-4000-8000-000000000000", minor);
	case 5:
		return one_in(b->dice, 2)
			       ? format(b, "mpath-%u", minor)
			       : format(b, "part1-devnode_254:%u_Wh5pYvM", minor - 1);
	default:
		return format(b, "LVM-" GUEST_VG "%032u", minor);
	}
}

/* A table of one or two targets; seldom one that its deps do not tell, or of a type that
 * no uuid speaks of. */
static void add_guest_device(struct builder *b, unsigned first, const char *uuid)
{
	static const char *const others[] = {"mirror", "thin", "crypt", "linear"};
	const char *one = random_base(b, first), *two = random_base(b, first);
	unsigned minor = b->minor++;
	const char *name = format(
		b, one_in(b->dice, 4) ? "onapp--bbbb-backup--%u" : "guest-%u", minor);
	const char *type = "linear", *params = format(b, "%s 2048", one);
	struct device *device;

	if (strncmp(uuid, "CRYPT-", 6) == 0) {
		type = "crypt";
		params = format(b, "aes-xts-plain64 00000000 0 %s 4096", one);
	} else if (one_in(b->dice, 5)) {
		type = "striped";
		params = format(b, "2 128 %s 2048 %s 2048", one, two);
	}
	if (one_in(b->dice, 25))
		type = others[roll(b->dice, 4)];
	device = sample_add_device(b->host, minor, name, uuid, type, params, 1024);
	if (one_in(b->dice, 8))
		*array_add(&device->targets, &device->n_targets) =
			(struct dm_target){.start = 1024,
				.length = 1024,
				.type = "linear",
				.params = format(b, "%s 9000", one),
				.status = ""};
	if (one_in(b->dice, 40) && device->n_deps)
		device->n_deps--;
}

/* A snapshot of the guest's own, on a layer and a COW that lie in the host's. */
static void add_guest_snapshot(struct builder *b, unsigned first)
{
	const char *one = random_base(b, first), *two = random_base(b, first);
	unsigned real = b->minor++, cow = b->minor++, snapshot = b->minor++;
	struct device *device;

	sample_add_device(b->host, real, format(b, "guest-%u-real", real),
		format(b, "LVM-" GUEST_VG "%032u-real", real), "linear",
		format(b, "%s 2048", one), 1024);
	sample_add_device(b->host, cow, format(b, "guest-snap%u-cow", snapshot),
		format(b, "LVM-" GUEST_VG "%032u-cow", snapshot), "linear",
		format(b, "%s 9000", two), 1024);
	device = sample_add_device(b->host, snapshot, format(b, "guest-snap%u", snapshot),
		format(b, "LVM-" GUEST_VG "%032u", snapshot), "snapshot",
		format(b, "254:%u 254:%u P 8", real, cow), 1024);
	device->targets[0].status = "16/1024 16";
}

/* `first` is the snapshot's own minor; its mappings follow. */
static void add_guest(struct builder *b, unsigned first)
{
	unsigned count = 1 + (unsigned)roll(b->dice, 3);

	if (one_in(b->dice, 20))
		add_guest_snapshot(b, first);
	while (count--) {
		unsigned minor = b->minor;

		add_guest_device(b, first, random_maker(b, minor));
		if (one_in(b->dice, 3))
			add_file_system(b, minor);
		disturb_device(b, minor);
	}
}

static void disturb_volume(struct builder *b, struct lv *lv)
{
	if (one_in(b->dice, 25))
		lv->is_merging = true;
	if (one_in(b->dice, 25))
		lv->created = SAMPLE_TAKEN - (int64_t)roll(b->dice, 7200) + 60;
	if (one_in(b->dice, 50))
		lv->created = 0;
	if (one_in(b->dice, 50))
		lv->has_virtual_origin = true;
	if (one_in(b->dice, 60))
		lv->role = (enum lv_role)roll(b->dice, 5);
}

static void add_snapshot(struct builder *b, unsigned real, const char *origin_uuid)
{
	static const char *const states[] = {"16/32768 16", "16/32768 16", "16/32768 16",
		"Invalid", "Overflow", "Unknown"};
	unsigned number = b->volume++;
	bool is_backup = !one_in(b->dice, 5);
	const char *uuid = format(b, "S%031u", number);
	const char *name = format(b, "%s%u", is_backup ? "backup-" : "snap", number);
	const char *dm_name =
		format(b, "onapp--aaaa-%s%u", is_backup ? "backup--" : "snap", number);
	unsigned cow = b->minor++, snapshot = b->minor++;
	struct device *device;

	sample_add_device(b->host, cow, format(b, "%s-cow", dm_name),
		format(b, "LVM-" SAMPLE_VG "%s-cow", uuid), "linear",
		format(b, "7:0 %" PRIu64, 2048 + b->extent * 8192), 4 * 8192);
	device = sample_add_device(b->host, snapshot, dm_name,
		format(b, "LVM-" SAMPLE_VG "%s", uuid), "snapshot",
		format(b, "254:%u 254:%u P 8", real, cow), 131072);
	device->targets[0].status = states[roll(b->dice, 6)];
	if (one_in(b->dice, 3)) { /* stale; its extents may have a new owner */
		if (one_in(b->dice, 2))
			add_lv(b, format(b, "V%031u", number),
				format(b, "victim%u", number), b->extent, 4);
	} else {
		struct lv *lv = add_lv(b, uuid, name, b->extent, 4);

		lv->role = LV_SNAPSHOT;
		lv->origin_uuid = origin_uuid;
		disturb_volume(b, lv);
	}
	b->extent += 4;
	add_mappings(b, snapshot, uuid, dm_name);
	disturb_device(b, cow);
	disturb_device(b, snapshot);
	if (one_in(b->dice, 3))
		add_guest(b, snapshot);
}

/* LVM knows it, this kernel does not. */
static void add_inactive_snapshot(struct builder *b, const char *origin_uuid)
{
	unsigned number = b->volume++;
	struct lv *lv = add_lv(b, format(b, "I%031u", number),
		format(b, "backup-%u", number), b->extent, 4);

	lv->role = LV_SNAPSHOT;
	lv->origin_uuid = origin_uuid;
	b->extent += 4;
}

/* Nobody; somebody; udevd, which does not count; a user that opens nothing. */
static void use_origin(struct builder *b, unsigned origin)
{
	struct device *device = sample_device(b->host, origin);
	struct process *process;

	device->open_count += (uint32_t)roll(b->dice, 3);
	if (one_in(b->dice, 12)) {
		sample_add_use(b->host, 2000 + origin, "(udev-worker)", USE_NODE, origin);
		process = &b->host->processes[b->host->n_processes - 1];
		process->exe = one_in(b->dice, 4) ? "/usr/bin/qemu-system-x86_64"
						  : "/usr/bin/udevadm";
		process->uid = one_in(b->dice, 4) ? 1000 : 0;
	}
	if (one_in(b->dice, 20))
		sample_add_file_system(b->host, device->devno);
}

static void add_origin(struct builder *b)
{
	unsigned number = b->volume++;
	const char *uuid = format(b, "O%031u", number);
	unsigned snapshots = 1 + (unsigned)roll(b->dice, 3);
	unsigned real = b->minor++, origin = b->minor++;

	sample_add_device(b->host, real, format(b, "onapp--aaaa-disk%u-real", number),
		format(b, "LVM-" SAMPLE_VG "%s-real", uuid), "linear",
		format(b, "7:0 %" PRIu64, 2048 + b->extent * 8192), 131072);
	sample_add_device(b->host, origin, format(b, "onapp--aaaa-disk%u", number),
		format(b, "LVM-" SAMPLE_VG "%s", uuid), "snapshot-origin",
		format(b, "254:%u", real), 131072);
	add_lv(b, uuid, format(b, "disk%u", number), b->extent, 16);
	b->extent += 16;
	use_origin(b, origin);
	if (one_in(b->dice, 40))
		sample_device(b->host, origin)->flags |= DEVICE_SUSPENDED;
	for (unsigned i = 0; i < snapshots; i++)
		add_snapshot(b, real, uuid);
	if (one_in(b->dice, 20))
		add_inactive_snapshot(b, uuid);
	if (one_in(b->dice, 60))
		sample_add_device(b->host, b->minor++, "handmade", "", "linear",
			format(b, "254:%u 0", real), 1024);
	if (one_in(b->dice, 80))
		sample_device(b->host, real)->open_count++;
}

static void disturb_host(struct builder *b)
{
	struct host *host = b->host;

	if (one_in(b->dice, 20))
		host->vgs[0].is_partial = true;
	if (one_in(b->dice, 20))
		host->vgs[0].lock_type = "sanlock";
	if (one_in(b->dice, 30))
		host->vgs[0].has_metadata = false;
	if (one_in(b->dice, 30))
		host->pvs[0].is_duplicate = true;
	if (one_in(b->dice, 30))
		host->pvs[0].devno = DEVNO_NONE;
	if (one_in(b->dice, 30)) /* LVM knows the guests' group from elsewhere */
		*array_add(&host->vgs, &host->n_vgs) = (struct vg){.uuid = GUEST_VG,
			.name = "guest",
			.system_id = "",
			.lock_type = "",
			.is_writable = true,
			.has_metadata = one_in(b->dice, 2)};
	if (one_in(b->dice, 30)) /* the group's disk is a file on one of the devices */
		host->blocks[0].backing_file =
			format(b, "/dev/dm-%u", (unsigned)roll(b->dice, b->minor));
	if (one_in(b->dice, 10))
		host_source_set(host, host->sources[roll(b->dice, host->n_sources)].name,
			(enum outcome)(1 + roll(b->dice, 8)), "%s", "");
}

/* The sample's volume group and sources, with other devices and volumes. */
struct host *random_host(uint64_t seed)
{
	struct dice dice = dice_of_seed(seed);
	struct host *host = sample_host_empty();
	struct builder b = {
		.dice = &dice, .host = host, .mount = 50, .volume = 1, .block = 10};
	unsigned origins = 1 + (unsigned)roll(&dice, 3);

	for (unsigned i = 0; i < origins; i++)
		add_origin(&b);
	disturb_host(&b);
	host_sort(host);
	return host;
}

void random_host_add_paths(struct dice *dice, struct host *host)
{
	struct builder b = {.dice = dice, .host = host, .mount = 500};

	for (size_t i = 0; i < host->n_devices; i++) {
		struct device *device = &host->devices[i];
		struct block *loop;

		if (one_in(dice, 6)) /* no kernel allows it, but a capture may say so */
			device->name = host->devices[roll(dice, host->n_devices)].name;
		if (one_in(dice, 3)) {
			sample_add_mount(host, SAMPLE_NS + roll(dice, 2), b.mount++, 1,
				device->devno.minor, "/mnt/more");
			if (one_in(dice, 2)) {
				struct mount *mount = &host->mounts[host->n_mounts - 1];

				mount->devno = (struct devno){0, b.mount};
				mount->source = format(&b,
					one_in(dice, 2) ? "/dev/mapper/%s" : "%s",
					device->name);
			}
		}
		if (!one_in(dice, 3))
			continue;
		loop = array_add(&host->blocks, &host->n_blocks);
		*loop = (struct block){.transport = "",
			.devno = {7, (unsigned)i},
			.kname = format(&b, "loop%zu", i),
			.kind = BLOCK_LOOP,
			.backing_file = format(&b, "/dev/dm-%u", device->devno.minor)};
		if (one_in(dice, 2) && host->n_mounts)
			loop->backing_file = format(&b, "%s/image",
				host->mounts[roll(dice, host->n_mounts)].target);
	}
}

/* ---- surroundings ---- */

static void add_writers(struct builder *b)
{
	const char *node = one_in(b->dice, 3) ? NULL : b->host->identity.node;

	for (size_t i = 0; i < b->host->n_vgs; i++)
		b->host->vgs[i].writer = node;
	for (size_t i = 0; i < b->host->n_lvs; i++) {
		b->host->lvs[i].creator = node;
		if (one_in(b->dice, 2))
			b->host->lvs[i].tags = one_in(b->dice, 2) ? "backup" : "a,backup";
	}
}

static void add_second_disk(struct builder *b)
{
	struct block *disk = array_add(&b->host->blocks, &b->host->n_blocks);
	struct pv *pv = array_add(&b->host->pvs, &b->host->n_pvs);

	*disk = (struct block){.devno = {8, 32},
		.kname = "sdc",
		.kind = BLOCK_DISK,
		.size = 524288,
		.backing_file = "",
		.transport = ""};
	*pv = (struct pv){.vg_uuid = one_in(b->dice, 2) ? SAMPLE_VG : SYSTEM_VG,
		.uuid = "QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ",
		.name = "/dev/sdc",
		.devno = disk->devno,
		.pe_start = 2048,
		.pe_count = 63};
}

/* The host's own group, with its root. */
static void add_system_group(struct builder *b)
{
	struct vg *vg = array_add(&b->host->vgs, &b->host->n_vgs);
	struct lv *lv;

	*vg = (struct vg){.uuid = SYSTEM_VG,
		.name = "system",
		.seqno = 3,
		.extent_size = 8192,
		.system_id = "",
		.lock_type = "",
		.is_writable = true,
		.has_metadata = true};
	host_source_set(b->host, "lvm/" SYSTEM_VG ".vg", OUTCOME_READ, "%s", "");
	lv = add_lv(b, "R0000000000000000000000000000000", "root", 0, 4);
	lv->vg_uuid = SYSTEM_VG;
	lv->segments[0].stripes[0].pv_uuid = "QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ";
	add_lv(b, "U0000000000000000000000000000000", "unrelated", 400, 4);
}

/* With copies of the host's mounts; shared ones are peers or slaves of the host's. */
static void add_container(struct builder *b)
{
	uint64_t id = SAMPLE_NS + 5;
	size_t count = b->host->n_mounts;
	bool is_slave = one_in(b->dice, 2), has_copies = one_in(b->dice, 2);

	*array_add(&b->host->namespaces, &b->host->n_namespaces) =
		(struct mount_namespace){.id = id, .pid = 900};
	host_source_set(b->host, format(b, "mounts/%llu", (unsigned long long)id),
		OUTCOME_READ, "%s", "");
	for (size_t i = 0; i < count; i++) {
		struct mount copy = b->host->mounts[i];

		if (copy.parent_id != 0 && !(has_copies && is_slave))
			continue;
		copy.namespace_id = id;
		copy.shared = 0;
		copy.master = is_slave && copy.parent_id == 0 ? 1 : 0;
		*array_add(&b->host->mounts, &b->host->n_mounts) = copy;
	}
	for (size_t i = 0; i < count; i++)
		if (b->host->mounts[i].parent_id == 0)
			b->host->mounts[i].shared = 1;
}

static void add_unrelated_processes(struct builder *b)
{
	static const char *const unrelated[] = {"systemd", "sshd", "libvirtd", "tar"};

	for (unsigned i = 0; i < 4; i++) {
		struct process *process =
			array_add(&b->host->processes, &b->host->n_processes);

		*process = (struct process){.pid = 1 + 100 * i,
			.start = 10 + i,
			.comm = unrelated[i],
			.exe = "",
			.mount_namespace = SAMPLE_NS};
	}
}

static void add_fstab(struct builder *b)
{
	static const struct fstab_entry entries[] = {
		{1, true, "UUID=root", "/", "ext4"},
		{2, true, "LABEL=swap", "none", "swap"},
		{3, false, "/dev/onapp-aaaa/backup-2", "/mnt/backup", "ext4"},
	};

	for (unsigned i = 0; i < 2 + roll(b->dice, 2); i++)
		*array_add(&b->host->fstab, &b->host->n_fstab) = entries[i];
}

/* Of guests on origins, and a unit of another disk. */
static void add_configs(struct builder *b)
{
	static const struct config_entry entries[] = {
		{"/etc/libvirt/qemu/guest.xml", 12, CONFIG_LIBVIRT,
			"/dev/onapp-aaaa/disk-1", ""},
		{"/etc/systemd/system/srv-data.mount", 3, CONFIG_MOUNT, "/dev/sdz1",
			"/srv/data"},
		{"/etc/xen/guest", 2, CONFIG_XEN, "/dev/mapper/onapp--aaaa-disk--2", ""},
	};

	for (unsigned i = 0; i < roll(b->dice, 4); i++)
		*array_add(&b->host->configs, &b->host->n_configs) = entries[i];
}

void random_host_add_surroundings(struct dice *dice, struct host *host)
{
	static const char *const sources[] = {
		"holders", "fstab", "configs", "again", "lvm/pvs.json"};
	struct builder b = {.dice = dice, .host = host};

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		host_source_set(host, sources[i], OUTCOME_READ, "%s", "");
	if (one_in(dice, 2))
		add_second_disk(&b);
	if (one_in(dice, 2))
		add_system_group(&b);
	add_writers(&b);
	if (one_in(dice, 2))
		add_container(&b);
	add_unrelated_processes(&b);
	add_fstab(&b);
	add_configs(&b);
	for (size_t i = 0; i < host->n_mounts; i++)
		if (one_in(dice, 2))
			host->mounts[i].options = "ro";
}

bool block_stands_on(
	const struct host *host, const struct block *block, struct devno devno)
{
	return devnos_count(block->below, block->n_below, devno) > 0 ||
	       (*block->backing_file &&
		       devno_is_equal(host_loop_devno(host, block), devno));
}
