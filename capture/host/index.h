/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the model: host.c owns the index, index_fill.c fills it, lookup.c
 * and whoever calls host_places() asks it. */
#ifndef SNAPSTATE_HOST_INDEX_H
#define SNAPSTATE_HOST_INDEX_H

#include "snapstate/host.h"

/* Arrays that are searched by halves. */
enum index_array {
	INDEX_SOURCES,
	INDEX_DEVICES,
	INDEX_BLOCKS,
	INDEX_PROCESSES,
	INDEX_VGS,
	INDEX_PVS,
	INDEX_LVS,
	INDEX_ARRAYS,
};
/* true: there is an index, and when it was built the array was in its documented order,
 * without duplicates. */
bool host_index_is_sorted(const struct host *host, enum index_array array);

/* A volume's run of sectors; see index_sectors.c. */
struct owned {
	struct devno devno;
	uint64_t start, end;
	uint64_t reach; /* the furthest end of this run and those before it on its device
			 */
	uint32_t volume;
};
struct owned_list {
	struct owned *owned; /* sorted by devno and start */
	size_t count;
};
/* `ret_is_known` has room for every volume. */
void owned_collect(
	const struct host *host, struct owned_list *ret_list, bool *ret_is_known);
/* Adds the volumes that have one of these sectors. */
void owned_places(const struct owned_list *list, const struct sectors *sectors,
	struct places *places);

void places_add(struct places *places, size_t position);

/* lvm_view.c: host_lvm_is_whole(), worked out. */
bool lvm_view_is_whole(const struct host *host);

/* index_fill.c puts everything in. */
void index_fill(const struct host *host, struct host_index *index);
void index_add(
	struct host_index *index, enum places_kind kind, uint64_t key, size_t position);
void index_give_up(
	struct host_index *index, enum places_kind kind); /* search the array */
struct owned_list *index_owned(struct host_index *index);

/* For host_clone(): instead of the index that was copied with the rest. */
void host_index_clone(struct host *clone);
void host_index_free(struct host *host);

/* The devices that "/dev/..." may name; false: none, whatever devices there are. */
bool host_path_places(
	const struct host *host, const char *path, struct places *ret_places);

/* "/mnt/a/file" and "/mnt/a" are below "/mnt/a". */
bool path_is_below(const char *path, const char *folder);

/* The documented orders (host.c). */
int order_sources(const void *a, const void *b);
int order_devices(const void *a, const void *b);
int order_blocks(const void *a, const void *b);
int order_processes(const void *a, const void *b);
int order_vgs(const void *a, const void *b);
int order_pvs(const void *a, const void *b);
int order_lvs(const void *a, const void *b);

#endif
