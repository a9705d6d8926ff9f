/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the report tells of each block device of a host: its part in a snapshot's stack,
 * who holds it, what is on it, and which step of the plan ends it. Strings of a host are
 * kept as they were recorded: who prints them escapes them.
 */
#ifndef SNAPSTATE_STORY_H
#define SNAPSTATE_STORY_H

#include "judge.h"

enum device_part {
	PART_NONE,
	PART_ABOVE, /* is on a snapshot or on its COW */
	PART_SNAPSHOT,
	PART_COW,
	PART_REAL,
	PART_ORIGIN,
	PART_LOST,   /* a plain volume that the metadata does not have */
	PART_VICTIM, /* a volume on extents that a stale COW still maps */
};
const char *device_part_words(enum device_part part);

/* Steps count from 1; 0 = none. */
struct device_story {
	enum device_part part;
	const struct subject *subject; /* whose part; NULL for PART_NONE */
	size_t removed_by;
	size_t refreshed_by; /* its table is replaced */
	size_t perhaps_by; /* LVM may take the layer away, or make the volume plain again
			    */
};

/* A mount, a process, swap or a part of the kernel that holds a block device. What is
 * on it in the way of a device (tables, loop, md) is an edge instead. */
struct story_holder {
	struct devno devno;
	char *text;		   /* "mounted on /mnt/backup (ext4)" */
	const struct mount *mount; /* NULL: another kind */
	const struct swap *swap;   /* NULL: another kind */
	size_t ended_by;
};

/* `above` is on `base`; either may be device-mapper's or not. */
struct edge {
	struct devno base, above;
};

struct story {
	const struct survey *survey;
	const struct plan *plan;
	struct device_story *devices; /* one for each of the host's, in their order */
	size_t *block_ended_by;	      /* one for each of the host's blocks */
	struct story_holder *holders; /* sorted by devno */
	size_t n_holders;
	struct edge *edges; /* sorted by base, above; each once */
	size_t n_edges;
};

void story_collect(
	const struct survey *survey, const struct plan *plan, struct story *ret);
void story_collect_holders(struct story *story); /* a part of it */
void story_free(struct story *story);
#define cleanup_story cleanup_with(story_free)

const struct device_story *story_of(
	const struct story *story, const struct device *device);
/* The step that ends a loop device, an array, or a partition of one; 0 = none. */
size_t story_block_step(const struct story *story, const struct block *block);
/* The holders of a device, and the edges up from it: first of `*ret_count`. */
const struct story_holder *story_holders_of(
	const struct story *story, struct devno devno, size_t *ret_count);
const struct edge *story_edges_of(
	const struct story *story, struct devno devno, size_t *ret_count);

/* "step 3 removes it", "in use: ...: it stays", "never touched: an origin ...". */
void story_fate(const struct story *story, const struct device *device, struct buf *text);

/* ---- words about a device ---- */

/* "snapshot valid, suspended", "linear", "no-table" */
void device_type_words(const struct device *device, struct buf *text);
/* With how full its COW is, and of how many targets: "linear, and 2 more targets". */
void device_kind_words(const struct device *device, struct buf *text);
/* "64.0 MiB", of the live table */
void device_size_words(const struct device *device, struct buf *text);
/* "open 2: 1 by mapping, 1 by file system" */
void device_opens_words(
	const struct host *host, const struct device *device, struct buf *text);
uint64_t device_sectors(const struct device *device);
/* "COW" or "origin": what `base` is to the snapshot that is on it; "" otherwise. */
const char *base_words(const struct device *above, struct devno base);
/* "loop0, a loop device of /srv/disk" */
void block_words(const struct block *block, struct buf *text);
/* "254:3 NAME", "7:0 loop0", "8:99": whatever was recorded of it */
void devno_words(const struct host *host, struct devno devno, struct buf *text);

#endif
