/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who holds which block device; see host/holders.h. Input: the model. Output: rows of the
 * kinds, walks. Invariant: what is listed may hold the device (index.h); what a walk
 * gives does, now. Sources of the opens: kernel drivers/md/dm.c (dm_blk_open counts
 * block-device opens), and what the lab shows: a table opens each of its devices once, a
 * mounted file system once, a swap area twice; a SCSI target's backstore and a Xen
 * guest's disk once. What only holders/ shows has the device open as well: a claim is an
 * open (kernel block/holder.c).
 */
#include <errno.h>
#include <string.h>

#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/swap.h"

/* ---- the kinds ---- */

#define ROW(shape, kind) ((shape)*HOLDER_KINDS_MOST + (kind))

static const struct holder_row rows[ROW(HOLDER_SHAPES, 0)] = {
	[ROW(HELD_BY_TABLE, 0)] = {.name = "dm", .opens = 1},
	[ROW(HELD_BY_BLOCK, BLOCK_DISK)] = {.name = "block", .opens = 1},
	[ROW(HELD_BY_BLOCK, BLOCK_PARTITION)] = {.name = "block", .opens = 1},
	[ROW(HELD_BY_BLOCK, BLOCK_LOOP)] = {.name = "loop", .opens = 1},
	[ROW(HELD_BY_BLOCK, BLOCK_MD)] = {.name = "md", .opens = 1},
	[ROW(HELD_BY_BLOCK, BLOCK_OTHER)] = {.name = "block", .opens = 1},
	[ROW(HELD_BY_SUPERBLOCK, 0)] = {.name = "fs", .opens = 1},
	[ROW(HELD_BY_MOUNT, 0)] = {.name = "mount", .opens = 1},
	[ROW(HELD_BY_SWAP, 0)] = {.name = "swap", .opens = 2},
	[ROW(HELD_BY_SWAP, 1)] = {.name = "swap-file", .is_of_file = true},
	[ROW(HELD_BY_KERNEL, HOLDER_LIO)] = {.name = "lio",
		.opens = 1,
		.about_device = "is exported as a SCSI target",
		.about_holder = "exported as a SCSI target",
		.unplaced = "a SCSI target",
		.end = "stop exporting SCSI target ",
		.end_behind = ""},
	[ROW(HELD_BY_KERNEL, HOLDER_LIO_FILE)] = {.name = "lio-file",
		.is_of_file = true,
		.about_device = "holds a file that is exported as a SCSI target",
		.about_holder = "a file on it is exported as a SCSI target",
		.unplaced = "a SCSI target",
		.end = "stop exporting SCSI target ",
		.end_behind = ""},
	[ROW(HELD_BY_KERNEL, HOLDER_XEN)] = {.name = "xen",
		.opens = 1,
		.is_of_guest = true,
		.about_device = "is the disk of a Xen guest",
		.about_holder = "the disk of a Xen guest",
		.unplaced = "held by the kernel",
		.end = "if it is not the machine's only disk, detach ",
		.end_behind = " from its Xen guest, or shut that down"},
	[ROW(HELD_BY_KERNEL, HOLDER_OTHER)] = {.name = "other",
		.opens = 1,
		.about_device = "is claimed by the kernel",
		.about_holder = "claimed by the kernel",
		.unplaced = "held by the kernel",
		.end = "release ",
		.end_behind = ", which the kernel shows as its holder"},
	[ROW(HELD_BY_KERNEL, HOLDER_OVERLAY)] = {.name = "overlay",
		.is_of_file = true,
		.about_device = "holds a layer of an overlay that is mounted",
		.about_holder = "a layer of the overlay mounted",
		.unplaced = "an overlay"},
	[ROW(HELD_BY_KERNEL, HOLDER_NFSD)] = {.name = "nfsd",
		.is_of_file = true,
		.about_device = "holds a folder that NFS exports",
		.about_holder = "exported by NFS",
		.unplaced = "exported by NFS"},
	[ROW(HELD_BY_PROCESS, USE_NODE)] = {.name = "node",
		.opens = 1,
		.about_device = "the device open",
		.about_holder = "has the device open"},
	[ROW(HELD_BY_PROCESS, USE_FILE)] = {.name = "file",
		.is_of_file = true,
		.about_device = "a file open",
		.about_holder = "has a file on it open"},
	[ROW(HELD_BY_PROCESS, USE_CWD)] = {.name = "cwd",
		.is_of_file = true,
		.about_device = "its working directory there",
		.about_holder = "has its working directory on it"},
	[ROW(HELD_BY_PROCESS, USE_ROOT)] = {.name = "root",
		.is_of_file = true,
		.about_device = "its root there",
		.about_holder = "has its root on it"},
	[ROW(HELD_BY_PROCESS, USE_MAP)] = {.name = "map",
		.is_of_file = true,
		.about_device = "a file mapped",
		.about_holder = "has a file on it mapped"},
};

const struct holder_row *holder_row(enum holder_shape shape, unsigned kind)
{
	return &rows[ROW(shape, kind)];
}

/* -EINVAL: no kind of that shape has this name. */
static int kind_parse(enum holder_shape shape, const char *name)
{
	for (unsigned kind = 0; kind < HOLDER_KINDS_MOST; kind++)
		if (holder_row(shape, kind)->name &&
			strcmp(holder_row(shape, kind)->name, name) == 0)
			return (int)kind;
	return -EINVAL;
}

const char *use_kind_name(enum use_kind kind)
{
	return rows[ROW(HELD_BY_PROCESS, kind)].name;
}

int use_kind_parse(const char *name, enum use_kind *ret_kind)
{
	int kind = kind_parse(HELD_BY_PROCESS, name);

	if (kind < 0)
		return kind;
	*ret_kind = (enum use_kind)kind;
	return 0;
}

const char *holder_kind_name(enum holder_kind kind)
{
	return rows[ROW(HELD_BY_KERNEL, kind)].name;
}

int holder_kind_parse(const char *name, enum holder_kind *ret_kind)
{
	int kind = kind_parse(HELD_BY_KERNEL, name);

	if (kind < 0)
		return kind;
	*ret_kind = (enum holder_kind)kind;
	return 0;
}

bool holder_is_of_file(enum holder_kind kind)
{
	return rows[ROW(HELD_BY_KERNEL, kind)].is_of_file;
}

/* ---- does it hold the device? ---- */

static bool is_by_table(const struct host *host, struct devno held, struct holder *holder)
{
	const struct device *device = &host->devices[holder->at];

	if (device->is_gone)
		return false;
	holder->times = (uint32_t)devnos_count(device->deps, device->n_deps, held);
	holder->opens = holder->times;
	holder->table = device;
	return holder->times > 0;
}

/* A loop device on a file opens the file, not the device that this is on. */
static bool is_by_block(const struct host *host, struct devno held, struct holder *holder)
{
	const struct block *block = &host->blocks[holder->at];
	struct devno opened;

	holder->block = block;
	if (block->is_gone)
		return false;
	if (devno_is_none(held))
		return block->file.place == FILE_UNPLACED;
	holder->times = (uint32_t)devnos_count(block->below, block->n_below, held);
	holder->opens = holder->times;
	if (!*block->backing_file)
		return holder->times > 0;
	opened = host_path_devno(host, block->backing_file);
	holder->opens += devno_is_equal(opened, held);
	if (devno_is_equal(host_loop_devno(host, block), held)) {
		holder->times++;
		holder->is_on_file = devno_is_none(opened);
	}
	return holder->times > 0 || holder->opens > 0;
}

/* First what is cheaper than host_mount_devno(), which has the last word. */
static bool is_by_mount(const struct host *host, struct devno held, struct holder *holder)
{
	const struct mount *mount = &host->mounts[holder->at];

	holder->mount = mount;
	return !mount->is_gone &&
	       (devno_is_equal(mount->devno, held) || mount->devno.major == 0) &&
	       devno_is_equal(host_mount_devno(host, mount), held);
}

static bool is_by_swap(const struct host *host, struct devno held, struct holder *holder)
{
	const struct swap *swap = &host->swaps[holder->at];

	holder->swap = swap;
	holder->is_on_file = devno_is_none(swap->devno);
	if (swap->is_gone)
		return false;
	if (!holder->is_on_file)
		return devno_is_equal(swap->devno, held);
	if (devno_is_none(held))
		return swap->file.place == FILE_UNPLACED;
	return devno_is_equal(host_swap_file_devno(host, swap), held);
}

static bool is_held_by(const struct host *host, struct devno held, struct holder *holder)
{
	switch (holder->shape) {
	case HELD_BY_TABLE:
		return is_by_table(host, held, holder);
	case HELD_BY_BLOCK:
		return is_by_block(host, held, holder);
	case HELD_BY_SUPERBLOCK:
		holder->superblock = &host->superblocks[holder->at];
		return !holder->superblock->is_gone &&
		       devno_is_equal(holder->superblock->devno, held);
	case HELD_BY_MOUNT:
		return is_by_mount(host, held, holder);
	case HELD_BY_SWAP:
		return is_by_swap(host, held, holder);
	case HELD_BY_KERNEL:
		holder->kernel = &host->kernel_holders[holder->at];
		return devno_is_equal(holder->kernel->devno, held);
	case HELD_BY_PROCESS:
		holder->use = &host->uses[holder->at];
		return devno_is_equal(holder->use->devno, held);
	case HOLDER_SHAPES:
		break;
	}
	return false;
}

static unsigned kind_of(const struct holder *holder)
{
	switch (holder->shape) {
	case HELD_BY_BLOCK:
		return holder->block->kind;
	case HELD_BY_SWAP:
		return holder->is_on_file;
	case HELD_BY_KERNEL:
		return holder->kernel->kind;
	case HELD_BY_PROCESS:
		return holder->use->kind;
	case HELD_BY_TABLE:
	case HELD_BY_SUPERBLOCK:
	case HELD_BY_MOUNT:
	case HOLDER_SHAPES:
		break;
	}
	return 0;
}

static bool holder_get(const struct host *host, struct devno held,
	enum holder_shape shape, size_t at, struct holder *ret_holder)
{
	struct holder holder = {.shape = shape, .at = at, .times = 1};

	if (!is_held_by(host, held, &holder))
		return false;
	holder.row = holder_row(shape, kind_of(&holder));
	if (shape == HELD_BY_PROCESS)
		holder.opens = holder.row->opens * holder.use->count;
	else if (shape != HELD_BY_TABLE && shape != HELD_BY_BLOCK)
		holder.opens = holder.row->opens;
	*ret_holder = holder;
	return true;
}

/* ---- walks ---- */

struct holders host_holders_between(const struct host *host, struct devno held,
	enum holder_shape first, enum holder_shape last)
{
	return (struct holders){
		.places = places_between(host, first, last, places_devno(held)),
		.held = held};
}

struct holders host_holders(const struct host *host, struct devno held)
{
	return host_holders_between(host, held, HELD_BY_TABLE, HOLDER_SHAPES - 1);
}

struct holders host_holders_by(
	const struct host *host, struct devno held, enum holder_shape shape)
{
	return host_holders_between(host, held, shape, shape);
}

struct holders host_holders_of_devices(const struct host *host, enum holder_shape shape,
	const struct devno *devnos, size_t count, size_t most)
{
	struct holders all = {.places = {.host = host, .kind = shape, .last = shape}};

	for (size_t i = 0; i < count; i++) {
		struct holders one = host_holders_by(host, devnos[i], shape);
		size_t left = most;

		for (struct holder holder; holders_next(&one, &holder); left--) {
			if (!left) {
				all.places.is_cut = true;
				break;
			}
			places_add(&all.places, places_devno(devnos[i]), holder.at);
		}
	}
	places_sort(&all.places);
	return all;
}

/* In a walk over several devices, each place says of which it is. */
static bool is_there(const struct holders *holders, const struct listed *listed,
	struct holder *ret_holder)
{
	const struct devno held = {(uint32_t)(listed->key >> 32), (uint32_t)listed->key};

	return holder_get(holders->places.host, held,
		(enum holder_shape)holders->places.kind, listed->position, ret_holder);
}

bool holders_next(struct holders *holders, struct holder *ret_holder)
{
	struct places *places = &holders->places;

	if (places->own) {
		while (places->at != places->end)
			if (is_there(holders, places->at++, ret_holder))
				return true;
		return false;
	}
	for (size_t at; places_next(places, &at);)
		if (holder_get(places->host, holders->held,
			    (enum holder_shape)places->kind, at, ret_holder))
			return true;
	return false;
}

bool holders_previous(struct holders *holders, struct holder *ret_holder)
{
	struct places *places = &holders->places;

	while (places->at != places->end)
		if (is_there(holders, --places->end, ret_holder))
			return true;
	return false;
}

void holders_free(struct holders *holders)
{
	places_free(&holders->places);
}

bool host_is_held_by(const struct host *host, struct devno held, enum holder_shape shape)
{
	struct holders holders = host_holders_by(host, held, shape);
	struct holder holder;

	return holders_next(&holders, &holder);
}

/* Not every file system has a folder in /sys/fs (vfat, ntfs3), so a mount counts as well.
 */
bool host_has_file_system(const struct host *host, struct devno devno)
{
	return host_is_held_by(host, devno, HELD_BY_SUPERBLOCK) ||
	       host_is_held_by(host, devno, HELD_BY_MOUNT);
}
