/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who holds a block device: each way in which something keeps one, or the file system on
 * it, from going. There is one table of the kinds (holders.c), and one sorted list of all
 * that is held (index.h); facts, ledger, judge, reviews, replay and prover walk it. What
 * a kind means for a plan each of them decides by itself.
 *
 * A new kind of holder in the kernel, or of a process's use, is its name in the enum
 * (holder.h, process.h) and its row; where it is read (capture/probe); its word in
 * archives (state.rng); and a line of tests/unit/test_holders.c.
 */
#ifndef SNAPSTATE_HOST_HOLDERS_H
#define SNAPSTATE_HOST_HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapstate/buf.h"
#include "snapstate/host/places.h"

struct block;
struct device;
struct host;
struct kernel_holder;
struct mount;
struct superblock;
struct swap;
struct use;

/* The array of the host that a holder is in. */
enum holder_shape {
	HELD_BY_TABLE, /* devices: one of its deps */
	HELD_BY_BLOCK, /* blocks: partition, array, loop device on it or on a file of it
			*/
	HELD_BY_SUPERBLOCK, /* superblocks */
	HELD_BY_MOUNT,	    /* mounts, of all namespaces */
	HELD_BY_SWAP,	    /* swaps: on it, or on a file of it */
	HELD_BY_KERNEL,	    /* kernel_holders */
	HELD_BY_PROCESS,    /* uses */
	HOLDER_SHAPES,
};
#define HOLDER_KINDS_MOST 8 /* of one shape */

/* One kind: the shape, and in it the element's own kind (enum block_kind, holder_kind,
 * use_kind; of a swap area 0, of a swap file 1; else 0). */
struct holder_row {
	const char *name; /* in facts; of holder_kind and use_kind also in archives */
	/* How often one hold has the device open. What has a file of the file system on
	 * it open is none of its opens; all mounts of a file system are one open
	 * together. */
	uint32_t opens;
	bool is_of_file;
	bool is_of_guest; /* a virtual machine runs on it */
	/* For people, and the same for a holder that may be on a device: NULL = who tells
	 * of it has words of its own. */
	const char *about_device; /* "254:4 " + "is exported as a SCSI target" */
	const char *about_holder; /* "exported as a SCSI target" + ": iblock_0/disk1" */
	const char *unplaced;	  /* "iblock_0/disk1 (" + "a SCSI target" */
	/* What a person does: these words around its name. NULL = it is a command, or
	 * depends on more. */
	const char *end, *end_behind;
};
const struct holder_row *holder_row(enum holder_shape shape, unsigned kind);

struct holder {
	enum holder_shape shape;
	const struct holder_row *row;
	uint32_t times;	 /* a table, or an array, may have a device more than once */
	uint32_t opens;	 /* of the device; 0 = of a file, or told by another holder */
	bool is_on_file; /* a loop device, or swap: on a file of the file system on it */
	size_t at;	 /* its place in the host's array */
	union {
		const struct device *table;
		const struct block *block;
		const struct superblock *superblock;
		const struct mount *mount;
		const struct swap *swap;
		const struct kernel_holder *kernel;
		const struct use *use;
	};
};

/* A walk over holders of a device: not over what is gone in a replay. In the order of
 * their shapes, and then of the host's array. */
struct holders {
	struct places places;
	struct devno held;
};
/* Of DEVNO_NONE: what has a file open on a file system that is not known. */
struct holders host_holders(const struct host *host, struct devno held);
struct holders host_holders_by(
	const struct host *host, struct devno held, enum holder_shape shape);
struct holders host_holders_between(const struct host *host, struct devno held,
	enum holder_shape first, enum holder_shape last);
/* Of several devices, in the order of the host's array; of each device as many as `most`.
 * Only of shapes that hold one device each: not of tables and blocks. */
struct holders host_holders_of_devices(const struct host *host, enum holder_shape shape,
	const struct devno *devnos, size_t count, size_t most);
/* Of one of them there are more. */
static inline bool holders_are_cut(const struct holders *holders)
{
	return holders->places.is_cut;
}
/* false: that was the last one. */
bool holders_next(struct holders *holders, struct holder *ret_holder);
/* From the last down, of those of several; not to be mixed with holders_next(). */
bool holders_previous(struct holders *holders, struct holder *ret_holder);
void holders_free(struct holders *holders);
#define cleanup_holders cleanup_with(holders_free)

/* true: one of that shape does. */
bool host_is_held_by(const struct host *host, struct devno held, enum holder_shape shape);

/* ---- on a file system that is not known: it may be any that is live ---- */

/* More of them are not told apart. */
#define UNPLACED_MOST 8
/* Those that may be on the file system of that device, the first ones: loop devices, swap
 * files, and what the kernel has open. */
struct unplaced_list {
	struct holder items[UNPLACED_MOST];
	size_t count;
};
void host_unplaced_on(
	const struct host *host, struct devno devno, struct unplaced_list *ret_list);

#endif
