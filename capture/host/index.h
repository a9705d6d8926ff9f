/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the model: host.c owns the index, index_fill.c fills it, lookup.c
 * and the caller of host_places() asks it. */
#ifndef SNAPSTATE_HOST_INDEX_H
#define SNAPSTATE_HOST_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapstate/buf.h"
#include "snapstate/host/places.h"
#include "snapstate/ledger.h"

struct below_list;
struct device;
struct host;
struct host_index;
struct lv;
struct mention;
struct mount;
struct sectors;

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
struct mount_point;
struct path_list {
	struct mount_point *points;
	size_t count;
};
void path_list_build(const struct host *host, struct path_list *paths);
void path_list_free(struct path_list *paths);
/* Where path_up() begins: it gives the mounts that a path leads through, the last one
 * first, and false behind the first one. */
size_t path_find(const struct path_list *paths, const char *path);
bool path_up(const struct path_list *paths, size_t *at, size_t *ret_position);

/* For each device: whether it is on a snapshot, or is one; see index_ground.c. */
bool host_device_is_on_snapshot(const struct host *host, const struct device *device);
/* With its new table it is, or is not, on a snapshot as before. */
bool ground_is_same(const struct host *clone, const struct device *device);
/* What is below each device; see index_below.c. */
struct below_list *below_build(const struct host *host);
void below_free(struct below_list *below);
bool below_is_mapped_to_snapshot(const struct below_list *below, size_t device);
/* With an index: those of one key more. */
void places_unite(struct places *places, uint64_t key, size_t most);
/* One more; places_sort() brings them into their order, each once. */
void places_add(struct places *places, uint64_t key, size_t position);
void places_sort(struct places *places);
/* Of several kinds, which are shapes of holders. */
struct places places_between(
	const struct host *host, unsigned kind, unsigned last, uint64_t key);

/* Of each volume its devices, of each device the volume whose own mapping it is; see
 * index_volumes.c. */
struct volume_devices {
	struct layers_at {
		uint32_t at[3]; /* by enum lv_layer */
	} * devices;
	uint32_t *lvs;
};
void volume_devices_build(const struct host *host, struct volume_devices *volumes);
void volume_devices_free(struct volume_devices *volumes);
/* Keeps what the device's table and status say of a snapshot. */
void device_snapshot_keep(struct device *device);

/* lvm_view.c: host_lvm_is_whole(), worked out. */
bool lvm_view_is_whole(const struct host *host);

/* Of each device what holders explain, as soon as it was asked for. NULL: nothing is
 * kept, without an index, or since a replay changes it. */
struct ledger_sums {
	struct ledger ledger;
	bool is_known;
};
struct ledger_sums *index_ledgers(const struct host *host);

/* Sorted by key, kind and position; what is added is sorted before it is asked for. */
struct list {
	struct listed *places;
	size_t count;
};

/*
 * What the parts buy, in basic blocks of `bench_shapes 50` with them and without: `below`
 * 19 M against 154 M (many-snapshots), its marks for index_ground.c 20 M against 27 M
 * (deep-ground), `paths` 19.4 M against 20.1 M (loops; it grows with files times mounts).
 * Hash tables instead of sorted lists would save 4 per cent.
 */
struct host_index {
	struct list lists[PLACES_KINDS];
	struct list added[PLACES_KINDS]; /* of a clone */
	size_t home; /* place of the host's own mount namespace; behind all = none */
	struct owned_list owned;
	struct volume_devices volumes;
	bool is_lvm_whole;
	struct path_list paths;
	/* A clone has that of its host: what goes has nothing on it, and an origin gets
	 * the table of its own -real layer. */
	struct below_list *below;
	struct ledger_sums *ledgers;
	bool is_of_clone;
	bool is_ground_changed; /* `below` is not right any more as to snapshots */
	bool is_cut;
};

/* index_fill.c puts everything in. */
void index_fill(const struct host *host, struct host_index *index);
void index_add(struct host_index *index, unsigned kind, uint64_t key, size_t position);
/* What was added can be asked for from then on. */
void index_sort(struct host_index *index);

/* For host_clone(): instead of the index that was copied with the rest. */
void host_index_clone(struct host *clone);
void host_index_free(struct host *host);

/* The devices that "/dev/..." may name; false: none, whatever devices there are. */
bool host_path_places(
	const struct host *host, const char *path, struct places *ret_places);

/* Its source says which device it is on: the kernel vouches for it, or nothing else
 * tells. */
bool host_mount_source_counts(const struct mount *mount);

/* "VG/LV" of a volume's mapping or COW; NULL: it is neither. malloc'ed. */
char *dm_name_label(const char *name);
/* "VG/LV", where it names a volume, and not by a layer of it; else NULL. malloc'ed. */
char *mention_label(const struct mention *mention);

/* "/mnt/a/file" and "/mnt/a" are below "/mnt/a". */
bool path_is_below(const char *path, const char *folder);

/* The documented orders (host.c). */
int order_sources(const void *a, const void *b);
int order_devices(const void *a, const void *b);
int order_blocks(const void *a, const void *b);
int order_namespaces(const void *a, const void *b);
int order_processes(const void *a, const void *b);
int order_vgs(const void *a, const void *b);
int order_pvs(const void *a, const void *b);
int order_lvs(const void *a, const void *b);

#endif
