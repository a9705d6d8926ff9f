/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the model: host.c owns the index, index_fill.c fills it, lookup.c
 * and the caller of host_places() asks it. */
#ifndef SNAPSTATE_HOST_INDEX_H
#define SNAPSTATE_HOST_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "snapstate/buf.h"
#include "snapstate/host/places.h"

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

/* The mount points of the host's namespace; see index_paths.c. */
struct device;
struct host;
struct host_index;
struct lv;
struct mention;
struct mount;
struct path_node;
struct path_tree {
	struct path_node *nodes;
	size_t n_nodes;
	uint32_t *heads;
	size_t n_heads;	 /* a power of two */
	uint32_t *below; /* by a mount's position: that of the one below it at the same
			  * place, + 1; 0 = none */
};
void path_tree_build(const struct host *host, struct path_tree *tree);
void path_tree_free(struct path_tree *tree);

/* From {path} on: path_step() goes to the next mount point or folder above one on the
 * way, false at the end of what is known; path_mount() then gives the mounts there, the
 * last one first. */
struct path_walk {
	const char *at;
	uint32_t node, mount;
};
bool path_step(const struct path_tree *tree, struct path_walk *walk);
bool path_mount(
	const struct path_tree *tree, struct path_walk *walk, size_t *ret_position);

/* For each device: whether it is on a snapshot, or is one; see index_ground.c. */
void ground_mark(const struct host *host, bool *ret_is_on_snapshot);
bool host_device_is_on_snapshot(const struct host *host, const struct device *device);
/* With its new table it is, or is not, on a snapshot as before. */
bool ground_is_same(const struct host *clone, const struct device *device);
/* NULL: no index, or a replay put another device on a snapshot. */
const bool *host_index_ground(const struct host *host);

/* What is below each device; see index_below.c. */
struct below_list;
struct sectors;
struct below_list *below_build(const struct host *host);
void below_free(struct below_list *below);
/* NULL: no index. A clone has that of its host: what goes has nothing on it, and an origin
 * gets the table of its own -real layer. */
const struct below_list *host_index_below(const struct host *host);
bool host_index_is_of_clone(const struct host *host);
/* Of a clone: the conditions that hold for good (condition.h, is_lasting), by their text. */
bool host_index_is_held(const struct host *clone, const char *condition);
void host_index_hold(const struct host *clone, const char *condition);

/* What condition_siblings.c found of a volume or device that is as it should be, by
 * positions from 1: so that it need not be looked at again with each step of a replay, as
 * long as none of these is gone or has another table. */
struct memo {
	uint32_t real; /* the layer below the origin; 0 = nothing was found */
	uint32_t volume, snapshot, store;
};
/* NULL: no clone with an index. */
struct memo *host_index_memo_of_lv(const struct host *host, const struct lv *lv);
struct memo *host_index_memo_of_device(
	const struct host *host, const struct device *device);
/* true: a replay gave it another table. */
bool host_index_is_reloaded(const struct host *host, size_t device);

/* NULL: no index. */
const struct path_tree *host_index_paths(const struct host *host);
/* With an index: the namespace of process 1; NULL: it was not seen. */
const struct mount_namespace *host_index_home(const struct host *host);

/* With an index: those of one key more. */
void places_unite(const struct host *host, struct places *places, enum places_kind kind,
	uint64_t key);
void places_add(struct places *places, size_t position);

/* lvm_view.c: host_lvm_is_whole(), worked out. */
bool lvm_view_is_whole(const struct host *host);

/* index_fill.c puts everything in. */
void index_fill(const struct host *host, struct host_index *index);
void index_add(
	struct host_index *index, enum places_kind kind, uint64_t key, size_t position);
void index_cut(struct host_index *index);
void index_ground_changed(struct host_index *index);
void index_reloaded(struct host_index *index, size_t device);
struct owned_list *index_owned(struct host_index *index);
struct path_tree *index_paths(struct host_index *index);

/* For host_clone(): instead of the index that was copied with the rest. */
void host_index_clone(struct host *clone);
void host_index_free(struct host *host);

/* The devices that "/dev/..." may name; false: none, whatever devices there are. */
bool host_path_places(
	const struct host *host, const char *path, struct places *ret_places);

/* Its source says which device it is on: the kernel vouches for it, or nothing else tells. */
bool host_mount_source_counts(const struct mount *mount);

/* "VG/LV" of a volume's mapping or exception store; NULL: it is neither. malloc'ed. */
char *dm_name_label(const char *name);
/* "VG/LV", where it names a volume, and not by a layer of it; else NULL. malloc'ed. */
char *mention_label(const struct mention *mention);

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
