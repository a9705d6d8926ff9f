/* SPDX-License-Identifier: Apache-2.0 */
/* What happens in the kernel's device-mapper and to other block devices. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "law.h"
#include "sample_host.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/mount.h"

/* ---- flags ---- */

static bool set_flag(struct dice *dice, struct host *host, int which)
{
	struct device *device = law_pick_device(dice, host, law_is_any);

	if (!device || (device->flags & (unsigned)which))
		return false;
	device->flags |= (unsigned)which;
	if (which == DEVICE_HAS_INACTIVE && device->n_targets) {
		struct dm_target *inactive =
			array_add(&device->inactive, &device->n_inactive);

		*inactive = device->targets[0];
		if (one_in(dice, 2))
			inactive->type = "error";
	}
	if (which == DEVICE_NO_TABLE)
		device->n_targets = 0;
	return true;
}

static bool has_flag(const struct host *host, const struct device *device)
{
	(void)host;
	return device->flags & ~(unsigned)DEVICE_NO_TABLE;
}

/* Resumed, its inactive table dropped. */
static bool clear_flags(struct dice *dice, struct host *host, int which)
{
	struct device *device = law_pick_device(dice, host, has_flag);

	(void)which;
	if (!device)
		return false;
	device->flags &= DEVICE_NO_TABLE;
	device->n_inactive = 0;
	return true;
}

/* ---- tables ---- */

static bool is_linear(const struct host *host, const struct device *device)
{
	(void)host;
	return device->n_targets && strcmp(device->targets[0].type, "linear") == 0;
}

static bool is_origin(const struct host *host, const struct device *device)
{
	(void)host;
	return device->n_targets &&
	       strcmp(device->targets[0].type, "snapshot-origin") == 0;
}

/* dmsetup reload and resume, by hand */
static bool move_table(struct dice *dice, struct host *host, int which)
{
	struct device *device = law_pick_device(dice, host, is_linear);
	const char *params;
	size_t len;

	(void)which;
	if (!device)
		return false;
	params = device->targets[0].params;
	len = strcspn(params, " ");
	device->targets[0].params = law_text(host, "%.*s 77777", (int)len, params);
	return true;
}

static void empty_table(struct host *host, struct device *device, const char *type)
{
	for (size_t d = 0; d < device->n_deps; d++) {
		struct device *below = host_device_by_devno(host, device->deps[d]);

		if (below && below->open_count)
			below->open_count--;
	}
	device->n_deps = 0;
	device->n_targets = device->n_targets ? 1 : 0;
	if (device->n_targets)
		device->targets[0] =
			(struct dm_target){.length = device->targets[0].length,
				.type = type,
				.params = "",
				.status = ""};
}

static bool wipe_table(struct dice *dice, struct host *host, int which)
{
	struct device *device = law_pick_device(dice, host, law_is_any);

	(void)which;
	if (!device || !device->n_targets)
		return false;
	empty_table(host, device, "error");
	return true;
}

/* An origin that is mapped to its -real directly: its writes do not reach the snapshots.
 */
static bool bypass_origin(struct dice *dice, struct host *host, int which)
{
	struct device *origin = law_pick_device(dice, host, is_origin);

	(void)which;
	if (!origin)
		return false;
	origin->targets[0].type = "linear";
	origin->targets[0].params = law_text(host, "%s 0", origin->targets[0].params);
	return true;
}

/* A snapshot's table: not persistent, another chunk size, another origin. */
static bool change_snapshot_table(struct dice *dice, struct host *host, int which)
{
	struct device *device = law_pick_device(dice, host, law_is_snapshot);
	struct devno real, cow;

	if (!device)
		return false;
	device_snapshot_parts(device, &real, &cow);
	device->targets[0].params = law_text(host, DEVNO_FMT " " DEVNO_FMT " %s",
		DEVNO_ARGS(real), DEVNO_ARGS(cow), which ? "P 16" : "N 8");
	return true;
}

static bool change_status(struct dice *dice, struct host *host, int which)
{
	static const char *const states[] = {"Invalid", "Overflow", "Unknown",
		"31000/32768 16", "40000/32768 16", "Merge failed"};
	struct device *device = law_pick_device(dice, host, law_is_snapshot);

	/* what is invalid stays so; only a valid one gets fuller */
	if (!device || device_snapshot_state(device) != SNAPSHOT_VALID)
		return false;
	device->targets[0].status = states[which];
	return true;
}

static bool start_merge(struct dice *dice, struct host *host, int which)
{
	struct device *device = law_pick_device(dice, host, law_is_snapshot);

	(void)which;
	if (!device)
		return false;
	device->targets[0].type = "snapshot-merge";
	return true;
}

/* ---- devices ---- */

static bool has_no_uuid(const struct host *host, const struct device *device)
{
	(void)host;
	return !*device->uuid;
}

static bool is_mapping(const struct host *host, const struct device *device)
{
	return is_linear(host, device) && strncmp(device->uuid, "LVM-", 4) != 0;
}

static bool rename_device(struct dice *dice, struct host *host, int which)
{
	struct device *device = law_pick_device(dice, host, is_mapping);

	(void)which;
	if (!device)
		return false;
	device->name = law_text(host, "renamed%u", device->devno.minor);
	return true;
}

static bool set_uuid(struct dice *dice, struct host *host, int which)
{
	struct device *device = law_pick_device(dice, host, has_no_uuid);

	(void)which;
	if (!device)
		return false;
	device->uuid = law_text(host, "made-by-hand-%u", device->devno.minor);
	return true;
}

static void renumber_uses(struct host *host, struct devno from, struct devno to)
{
	for (size_t i = 0; i < host->n_mounts; i++)
		if (devno_is_equal(host->mounts[i].devno, from))
			host->mounts[i].devno = to;
	for (size_t i = 0; i < host->n_superblocks; i++)
		if (devno_is_equal(host->superblocks[i].devno, from))
			host->superblocks[i].devno = to;
	for (size_t i = 0; i < host->n_uses; i++)
		if (devno_is_equal(host->uses[i].devno, from))
			host->uses[i].devno = to;
}

/* Removed and made again: the same table (0), under another number (1), without its uuid
 * (2). */
static bool make_again(struct dice *dice, struct host *host, int which)
{
	struct device *device = law_pick_device(dice, host, law_is_idle);

	if (!device || (which == 2 && !*device->uuid))
		return false;
	device->diskseq = 900 + device->devno.minor;
	if (which == 1) {
		struct devno devno = {254, law_free_minor(host, 254)};

		renumber_uses(host, device->devno, devno);
		device->devno = devno;
	}
	if (which == 2)
		device->uuid = "";
	return true;
}

static bool is_idle_mapping(const struct host *host, const struct device *device)
{
	return device->open_count == 0 && is_mapping(host, device);
}

/* An idle mapping goes: kpartx -d, dmsetup remove. */
static bool remove_device(struct dice *dice, struct host *host, int which)
{
	struct device *device = law_pick_device(dice, host, is_idle_mapping);
	size_t place;

	(void)which;
	if (!device)
		return false;
	place = (size_t)(device - host->devices);
	empty_table(host, device, "error");
	free(device->targets);
	free(device->inactive);
	free(device->deps);
	memmove(device, device + 1, (host->n_devices - place - 1) * sizeof(*device));
	host->n_devices--;
	return true;
}

/* A new one on anything: by hand (0), by kpartx (1), a guest's volume (2), LUKS (3). */
static bool map_device(struct dice *dice, struct host *host, int which)
{
	struct device *base = law_pick_device(dice, host, law_is_any);
	unsigned minor = law_free_minor(host, 254);
	const char *uuid = "", *params, *type = "linear";

	if (!base)
		return false;
	params = law_text(host, DEVNO_FMT " 0", DEVNO_ARGS(base->devno));
	if (which == 1)
		uuid = law_text(host, "part9-%s", base->uuid);
	if (which == 2)
		uuid = law_text(host, "LVM-77777777777777777777777777777777%032u", minor);
	if (which == 3) {
		uuid = law_text(host, "CRYPT-LUKS2-%032u-new", minor);
		type = "crypt";
		params = law_text(host, "aes-xts-plain64 00000000 0 " DEVNO_FMT " 4096",
			DEVNO_ARGS(base->devno));
	}
	sample_add_device(
		host, minor, law_text(host, "new%u", minor), uuid, type, params, 512);
	return true;
}

static bool change_opens(struct dice *dice, struct host *host, int which)
{
	struct device *device = law_pick_device(dice, host, law_is_any);

	if (!device || (int64_t)device->open_count + which < 0)
		return false;
	device->open_count = (uint32_t)((int64_t)device->open_count + which);
	return true;
}

/* A guest starts or stops on its disk. */
static bool change_origin_opens(struct dice *dice, struct host *host, int which)
{
	struct device *origin = law_pick_device(dice, host, is_origin);

	(void)which;
	if (!origin)
		return false;
	origin->open_count = origin->open_count ? 0 : 1;
	return true;
}

/* ---- other block devices ---- */

static struct block *pick_block(
	struct dice *dice, struct host *host, enum block_kind kind)
{
	struct block *picked = NULL;
	uint64_t seen = 0;

	for (size_t i = 0; i < host->n_blocks; i++)
		if (host->blocks[i].kind == kind && one_in(dice, ++seen))
			picked = &host->blocks[i];
	return picked;
}

static const struct mount *pick_mount(struct dice *dice, const struct host *host)
{
	return host->n_mounts ? &host->mounts[roll(dice, host->n_mounts)] : NULL;
}

enum loop_made {
	LOOP_ON_DEVICE,
	LOOP_ON_FILE,	  /* below a mount; of an earlier capture */
	LOOP_OUT_OF_SIGHT, /* on the file system of a mount, and no path leads there */
	LOOP_NOWHERE,
};

/* losetup */
static bool attach_loop(struct dice *dice, struct host *host, int which)
{
	const struct device *device = law_pick_device(dice, host, law_is_any);
	const struct mount *mount = pick_mount(dice, host);
	unsigned minor = law_free_minor(host, 7);
	struct block *loop;

	if (which == LOOP_ON_DEVICE ? !device : !mount)
		return false;
	loop = sample_add_loop(host, minor,
		which == LOOP_ON_FILE	  ? law_text(host, "%s/image", mount->target)
		: which == LOOP_ON_DEVICE ? law_text(host, "/dev/dm-%u",
						    device->devno.minor)
					  : "/image",
		"");
	loop->transport = "";
	if (which == LOOP_OUT_OF_SIGHT)
		loop->file = (struct file_at){
			FILE_FOUND, host_mount_devno(host, mount)};
	if (which == LOOP_NOWHERE)
		loop->file.place = FILE_UNPLACED;
	return true;
}

enum loop_change {
	LOOP_DETACHED,
	LOOP_FILE,
	LOOP_AUTOCLEARS,
	LOOP_SCANS,
	LOOP_UNKNOWN,
};

static bool is_base(const struct host *host, struct devno devno)
{
	for (size_t i = 0; i < host->n_blocks; i++)
		for (size_t b = 0; b < host->blocks[i].n_below; b++)
			if (devno_is_equal(host->blocks[i].below[b], devno))
				return true;
	for (size_t i = 0; i < host->n_devices; i++)
		if (device_stands_on(&host->devices[i], devno))
			return true;
	for (size_t i = 0; i < host->n_mounts; i++)
		if (devno_is_equal(host->mounts[i].devno, devno))
			return true;
	return false;
}

static void remove_block(struct host *host, struct block *block)
{
	size_t place = (size_t)(block - host->blocks);
	struct devno file = host_path_devno(host, block->backing_file);
	struct device *below = host_device_by_devno(host, file);

	for (size_t i = 0; i < block->n_below; i++) {
		struct device *member = host_device_by_devno(host, block->below[i]);

		if (member && member->open_count)
			member->open_count--;
	}
	if (below && below->open_count)
		below->open_count--;
	free(block->below);
	memmove(block, block + 1, (host->n_blocks - place - 1) * sizeof(*block));
	host->n_blocks--;
}

static bool change_loop(struct dice *dice, struct host *host, int which)
{
	struct block *loop = pick_block(dice, host, BLOCK_LOOP);

	if (!loop || loop->devno.minor == 0)
		return false;
	switch ((enum loop_change)which) {
	case LOOP_DETACHED:
		if (is_base(host, loop->devno))
			return false;
		remove_block(host, loop);
		break;
	case LOOP_FILE:
		loop->diskseq += 500;
		break;
	case LOOP_AUTOCLEARS:
		loop->state = "autoclear";
		break;
	case LOOP_SCANS:
		loop->state = "partscan";
		break;
	case LOOP_UNKNOWN:
		loop->state = NULL;
		break;
	}
	return true;
}

static bool add_array(struct dice *dice, struct host *host, int which)
{
	const struct device *device = law_pick_device(dice, host, law_is_any);

	(void)which;
	if (!device || host_block_by_devno(host, (struct devno){9, 90}))
		return false;
	sample_add_array(host, 90, device->devno.minor)->transport = "";
	return true;
}

enum array_change {
	ARRAY_ACTIVE,
	ARRAY_SYNC,
	ARRAY_DEGRADED,
	ARRAY_LEVEL,
	ARRAY_STOPPED,
	ARRAY_MEMBER,
};

static bool change_array(struct dice *dice, struct host *host, int which)
{
	struct block *array = pick_block(dice, host, BLOCK_MD);
	const struct device *device = law_pick_device(dice, host, law_is_any);

	if (!array || !device)
		return false;
	switch ((enum array_change)which) {
	case ARRAY_ACTIVE:
		array->state = "active";
		break;
	case ARRAY_SYNC:
		array->sync = "check";
		break;
	case ARRAY_DEGRADED:
		array->missing++;
		break;
	case ARRAY_LEVEL:
		array->level = "raid0";
		break;
	case ARRAY_STOPPED:
		if (is_base(host, array->devno))
			return false;
		remove_block(host, array);
		break;
	case ARRAY_MEMBER: /* the kernel makes no circle */
		if (law_stands_on(host, device->devno, array->devno))
			return false;
		sample_add_member(host, array, device->devno.minor);
		break;
	}
	return true;
}

static bool add_partition(struct dice *dice, struct host *host, int which)
{
	const struct block *disk =
		pick_block(dice, host, one_in(dice, 2) ? BLOCK_LOOP : BLOCK_MD);

	(void)which;
	if (!disk)
		return false;
	sample_add_partition(host, law_free_minor(host, 259), disk->devno)->transport =
		"";
	return true;
}

static bool change_transport(struct dice *dice, struct host *host, int which)
{
	(void)which;
	if (!host->n_blocks)
		return false;
	host->blocks[roll(dice, host->n_blocks)].transport = "iscsi";
	return true;
}

const struct change_of law_dm_changes[] = {
	{"device suspended", set_flag, DEVICE_SUSPENDED},
	{"device read-only", set_flag, DEVICE_READ_ONLY},
	{"inactive table loaded", set_flag, DEVICE_HAS_INACTIVE},
	{"device marked for deferred removal", set_flag, DEVICE_DEFERRED},
	{"device suspended by the kernel", set_flag, DEVICE_INTERNAL},
	{"device without a table", set_flag, DEVICE_NO_TABLE},
	{"device resumed", clear_flags, 0},
	{"linear table moved", move_table, 0},
	{"table replaced by error", wipe_table, 0},
	{"origin mapped past its snapshots", bypass_origin, 0},
	{"snapshot's table not persistent", change_snapshot_table, 0},
	{"snapshot's chunk size", change_snapshot_table, 1},
	{"snapshot invalid", change_status, 0},
	{"snapshot overflowed", change_status, 1},
	{"snapshot's status unknown", change_status, 2},
	{"snapshot fuller", change_status, 3},
	{"snapshot's COW shrunk", change_status, 4},
	{"snapshot's merge failed", change_status, 5},
	{"merge begun", start_merge, 0},
	{"mapping renamed", rename_device, 0},
	{"mapping given a uuid", set_uuid, 0},
	{"device made again", make_again, 0},
	{"device made again, another number", make_again, 1},
	{"device made again, no uuid", make_again, 2},
	{"mapping removed", remove_device, 0},
	{"mapping made by hand", map_device, 0},
	{"mapping made by kpartx", map_device, 1},
	{"guest's volume activated", map_device, 2},
	{"LUKS opened", map_device, 3},
	{"one open more, unexplained", change_opens, 1},
	{"one open less, unexplained", change_opens, -1},
	{"guest started or stopped on the origin", change_origin_opens, 0},
	{"loop device on a device", attach_loop, LOOP_ON_DEVICE},
	{"loop device on a file", attach_loop, LOOP_ON_FILE},
	{"loop device on a file out of sight", attach_loop, LOOP_OUT_OF_SIGHT},
	{"loop device nobody knows where", attach_loop, LOOP_NOWHERE},
	{"loop device detached", change_loop, LOOP_DETACHED},
	{"loop device made again", change_loop, LOOP_FILE},
	{"loop device's autoclear", change_loop, LOOP_AUTOCLEARS},
	{"loop device's partscan", change_loop, LOOP_SCANS},
	{"loop device's state not recorded", change_loop, LOOP_UNKNOWN},
	{"array assembled", add_array, 0},
	{"array written to", change_array, ARRAY_ACTIVE},
	{"array checked", change_array, ARRAY_SYNC},
	{"array lost a member", change_array, ARRAY_DEGRADED},
	{"array's level", change_array, ARRAY_LEVEL},
	{"array stopped", change_array, ARRAY_STOPPED},
	{"array got a member", change_array, ARRAY_MEMBER},
	{"partition found on a block device", add_partition, 0},
	{"disk reachable by others", change_transport, 0},
	{NULL, NULL, 0},
};
