/* SPDX-License-Identifier: Apache-2.0 */
/* Block devices of the model that are not device-mapper's. */
#ifndef SNAPSTATE_HOST_BLOCK_H
#define SNAPSTATE_HOST_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapstate/buf.h"
#include "snapstate/host/file.h"

struct host;

enum block_kind {
	BLOCK_DISK,
	BLOCK_PARTITION,
	BLOCK_LOOP,
	BLOCK_MD,
	BLOCK_OTHER, /* nbd, bcache, drbd, ... */
};
const char *block_kind_name(enum block_kind kind);
int block_kind_parse(const char *name, enum block_kind *ret_kind);

/* A block device that is not device-mapper's. */
struct block {
	struct devno devno;
	const char *kname; /* sda1, loop0, md127 */
	enum block_kind kind;
	uint64_t size;	     /* sectors */
	struct devno *below; /* whole disk of a partition, members of an array, sorted */
	size_t n_below;
	const char
		*backing_file; /* loop: as /sys/block/loopN/loop/backing_file shows it */
	struct file_at file; /* loop: on which device that file is, or which one it is */
	const char *transport; /* one of block_transports: the way to storage that other
				* hosts may reach too; "" = a local disk, or sysfs does
				* not tell. A partition has that of its disk. */
	/* Newer than the first captures: 0 or NULL where it was not recorded. */
	uint64_t diskseq;  /* also 0 where the kernel does not tell */
	const char *uuid;  /* md: of the array */
	const char *level; /* md: "raid1" */
	const char *state; /* md: its array_state, "clean"; loop: "", or a comma list of
			    * autoclear (detached when its last user closes it),
			    * partscan */
	const char *sync;  /* md: its sync_action, "idle"; NULL also without redundancy */
	uint32_t missing;  /* md: how many members it runs without */
	bool is_gone;	   /* only in a replayed model */
};

/* "/dev/cciss/c0d0": sysfs writes '!' in a kname for the slash of a name. */
void block_node(const struct block *block, struct buf *ret_path);

/* A word of a loop device's state. */
#define LOOP_AUTOCLEAR "autoclear"
#define LOOP_PARTSCAN  "partscan"
bool block_state_has(const struct block *block, const char *word);

/* fc, fcoe, iscsi, srp, nvme-fc, nvme-rdma, nvme-tcp, nbd, rnbd, rbd, drbd, aoe; NULL
 * ends them. Where lsblk's TRAN knows the same thing it has the same word. What a shared
 * SAS enclosure, a hypervisor or a vendor's own driver offers looks like a local disk and
 * is none of them. */
extern const char *const block_transports[];
/* The word of the list that is equal to `name`, "" for ""; NULL: none. */
const char *block_transport(const char *name);

struct block *host_block_by_devno(const struct host *host, struct devno devno);
const struct block *host_block_by_kname(const struct host *host, const char *kname);

/* That of a loop device's file, or the one it is backed by directly. */
struct devno host_loop_devno(const struct host *host, const struct block *loop);

/* ---- what a device is on ---- */

#define GROUND_MOST 256 /* devices below one: more are not followed by host_reach() */
/* What makes storage below it reachable for other hosts: "fc", "iscsi", "multipath" ...;
 * "unknown" where that cannot be followed; NULL: nothing that is seen
 * (condition_hosts.c). */
const char *host_reach(const struct host *host, struct devno devno);

#endif
