/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where to look for what: for every question that is asked again and again, the positions
 * of the elements that may be the answer. See host/places.h.
 *
 * Invariants: the places of a key hold at least every element that has the key, in this
 * host and in every model replayed from it; who asks checks each element himself, so that
 * a place too many never matters. What is gone stays listed.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/facts.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/process.h"

struct entry {
	uint64_t key;
	uint32_t position;
	uint32_t next; /* number of an entry, from 1; 0 = end */
};

struct table {
	uint32_t *heads; /* as entry.next */
	size_t n_heads;	 /* a power of two */
	struct entry *entries;
	size_t n_entries;
	bool is_unordered; /* a position was added behind a lower one */
};

struct host_index {
	struct table tables[PLACES_KINDS];
	bool is_sorted[INDEX_ARRAYS];
	size_t home; /* place of the host's own mount namespace; behind all = none */
	struct owned_list owned;
	bool is_lvm_whole;
	struct path_tree paths;
	bool *is_on_snapshot; /* by a device's position */
	struct below_list *below;
	bool is_of_clone;
	bool is_ground_changed; /* is_on_snapshot is not right any more */
	struct fact_bag held; /* texts of conditions, owned; of a clone */
	struct memo *lv_memos, *device_memos; /* by position; of a clone */
	bool *is_reloaded;		      /* by a device's position; of a clone */
	bool is_cut;
};

/* ---- keys ---- */

uint64_t places_mount(uint64_t namespace_id, uint32_t id)
{
	return (namespace_id << 32 ^ namespace_id >> 32) + id;
}

/* ---- tables ---- */

static uint32_t *table_head(const struct table *table, uint64_t key)
{
	/* numbers, too, are chosen by strangers */
	return &table->heads[hash_bytes(&key, sizeof(key)) & (table->n_heads - 1)];
}

static void table_open(struct table *table, size_t expected)
{
	table->n_heads = 16;
	while (table->n_heads < expected)
		table->n_heads *= 2;
	table->heads = xcalloc(table->n_heads, sizeof(*table->heads));
}

/* In front of the others of its key: tables are filled from the last position down. */
static void table_add(struct table *table, uint64_t key, size_t position)
{
	struct entry *entry = array_add(&table->entries, &table->n_entries);
	uint32_t *head = table_head(table, key);

	table->is_unordered |= table->n_entries > 1 && entry[-1].position < position;
	entry->key = key;
	entry->position = (uint32_t)position;
	entry->next = *head;
	*head = (uint32_t)table->n_entries;
}

void index_add(
	struct host_index *index, enum places_kind kind, uint64_t key, size_t position)
{
	table_add(&index->tables[kind], key, position);
}

void index_cut(struct host_index *index)
{
	index->is_cut = true;
}

void index_ground_changed(struct host_index *index)
{
	index->is_ground_changed = true;
}

bool host_index_is_cut(const struct host *host)
{
	return host->index && host->index->is_cut;
}

struct owned_list *index_owned(struct host_index *index)
{
	return &index->owned;
}

struct path_tree *index_paths(struct host_index *index)
{
	return &index->paths;
}

const struct path_tree *host_index_paths(const struct host *host)
{
	return host->index ? &host->index->paths : NULL;
}

const struct mount_namespace *host_index_home(const struct host *host)
{
	size_t home = host->index->home;

	return home < host->n_namespaces ? &host->namespaces[home] : NULL;
}

bool host_index_is_of_clone(const struct host *host)
{
	return host->index && host->index->is_of_clone;
}

const bool *host_index_ground(const struct host *host)
{
	return host->index && !host->index->is_ground_changed
		       ? host->index->is_on_snapshot
		       : NULL;
}

const struct below_list *host_index_below(const struct host *host)
{
	return host->index ? host->index->below : NULL;
}

static void table_free(struct table *table)
{
	free(table->heads);
	free(table->entries);
}

struct memo *host_index_memo_of_lv(const struct host *host, const struct lv *lv)
{
	return host_index_is_of_clone(host) ? &host->index->lv_memos[lv - host->lvs]
					    : NULL;
}

struct memo *host_index_memo_of_device(
	const struct host *host, const struct device *device)
{
	return host_index_is_of_clone(host)
		       ? &host->index->device_memos[device - host->devices]
		       : NULL;
}

bool host_index_is_reloaded(const struct host *host, size_t device)
{
	return host->index->is_reloaded[device];
}

void index_reloaded(struct host_index *index, size_t device)
{
	if (index->is_reloaded)
		index->is_reloaded[device] = true;
}

static void memos_open(const struct host *host, struct host_index *index)
{
	index->lv_memos = xcalloc(host->n_lvs + 1, sizeof(*index->lv_memos));
	index->device_memos = xcalloc(host->n_devices + 1, sizeof(*index->device_memos));
	index->is_reloaded = xcalloc(host->n_devices + 1, sizeof(*index->is_reloaded));
}

static void memos_free(struct host_index *index)
{
	free(index->lv_memos);
	free(index->device_memos);
	free(index->is_reloaded);
}

bool host_index_is_held(const struct host *clone, const char *condition)
{
	return bag_has(&clone->index->held, condition);
}

void host_index_hold(const struct host *clone, const char *condition)
{
	char *copy = xstrdup(condition);

	if (!bag_insert(&clone->index->held, copy))
		free(copy);
}

static void held_free(struct fact_bag *held)
{
	/* the addresses of the lines: nothing looks them up any more */
	for (const char *const *line = bag_next(held, NULL); line;
		line = bag_next(held, line))
		free((char *)*line);
	bag_free(held);
}

static struct table table_copy(const struct table *table)
{
	struct table copy = {.is_unordered = table->is_unordered};

	table_open(&copy, table->n_heads);
	memcpy(copy.heads, table->heads, table->n_heads * sizeof(*table->heads));
	for (size_t i = 0; i < table->n_entries; i++)
		*array_add(&copy.entries, &copy.n_entries) = table->entries[i];
	return copy;
}

/* ---- places ---- */

static size_t array_length(const struct host *host, enum places_kind kind)
{
	switch (kind) {
	case PLACES_DEVICE_UUID:
	case PLACES_DEVICE_NAME:
	case PLACES_DEVICE_MINOR:
	case PLACES_DEVICE_VOLUME:
	case PLACES_DEVICE_GROUP:
	case PLACES_ABOVE:
	case PLACES_SNAPSHOT_OF_COW:
		return host->n_devices;
	case PLACES_BLOCK_NAME:
	case PLACES_BLOCKS:
		return host->n_blocks;
	case PLACES_SUPERBLOCKS:
		return host->n_superblocks;
	case PLACES_SWAPS:
		return host->n_swaps;
	case PLACES_KERNEL_HOLDERS:
		return host->n_kernel_holders;
	case PLACES_USES:
		return host->n_uses;
	case PLACES_CHANGES:
		return host->n_changes;
	case PLACES_FSTAB:
		return host->n_fstab;
	case PLACES_MOUNTS:
	case PLACES_MOUNT_ID:
	case PLACES_MOUNT_CHILDREN:
	case PLACES_MOUNT_PEERS:
		return host->n_mounts;
	case PLACES_MENTIONS:
		return host_mentions_count(host);
	case PLACES_PVS:
	case PLACES_PVS_ON:
		return host->n_pvs;
	case PLACES_LV_ORIGIN:
	case PLACES_LVS:
	case PLACES_LVS_NOWHERE:
		return host->n_lvs;
	case PLACES_STORAGE_PROGRAMS:
		return host->n_processes;
	case PLACES_KINDS:
		break;
	}
	return 0;
}

static int order_places(const void *pa, const void *pb)
{
	const size_t *a = pa, *b = pb;

	return (*a > *b) - (*a < *b);
}

void places_add(struct places *places, size_t position)
{
	if (places->count < PLACES_FEW) {
		places->few[places->count++] = position;
		return;
	}
	if (places->count == PLACES_FEW) {
		size_t count = 0;

		while (count < PLACES_FEW)
			*array_add(&places->many, &count) = places->few[count];
	}
	*array_add(&places->many, &places->count) = position;
}

/* Ascending, each once. */
static void places_sort(struct places *places)
{
	size_t *at = places->many ? places->many : places->few, kept = 1;
	bool is_sorted = true;

	for (size_t i = 1; i < places->count; i++)
		is_sorted &= at[i - 1] < at[i];
	if (is_sorted)
		return;
	qsort(at, places->count, sizeof(*at), order_places);
	for (size_t i = 1; i < places->count; i++)
		if (at[i] != at[kept - 1])
			at[kept++] = at[i];
	places->count = kept;
}

static void places_of_key(
	const struct table *table, uint64_t key, size_t most, struct places *places)
{
	for (uint32_t i = *table_head(table, key); i; i = table->entries[i - 1].next) {
		if (table->entries[i - 1].key != key)
			continue;
		if (!most--) {
			places->is_cut = true;
			return;
		}
		places_add(places, table->entries[i - 1].position);
	}
}

static struct places places_find(const struct host *host, enum places_kind kind,
	const uint64_t *keys, size_t n_keys, size_t most)
{
	struct places places = {0};

	if (!host->index) {
		places.is_all = true;
		places.count = array_length(host, kind);
		return places;
	}
	for (size_t i = 0; i < n_keys; i++)
		places_of_key(&host->index->tables[kind], keys[i], most, &places);
	places_sort(&places);
	return places;
}

/* An element with several places of one key has them in a row. */
bool places_walk(struct places *places, size_t *ret_position)
{
	while (places->entry) {
		const struct entry *entry = &places->table->entries[places->entry - 1];
		bool is_new = entry->key == places->key &&
			      (!places->count || entry->position != places->next);

		places->entry = entry->next;
		if (!is_new)
			continue;
		places->count = 1;
		places->next = *ret_position = entry->position;
		return true;
	}
	return false;
}

void places_free(struct places *places)
{
	free(places->many);
}

struct places host_places(const struct host *host, enum places_kind kind, uint64_t key)
{
	const struct table *table = host->index ? &host->index->tables[kind] : NULL;

	if (table && !table->is_unordered)
		return (struct places){
			.table = table, .key = key, .entry = *table_head(table, key)};
	return places_find(host, kind, &key, 1, SIZE_MAX);
}

struct places host_places_few(
	const struct host *host, enum places_kind kind, uint64_t key, size_t most)
{
	return places_find(host, kind, &key, 1, most);
}

struct places host_places_of_devices(const struct host *host, enum places_kind kind,
	const struct devno *devnos, size_t count)
{
	return host_places_few_of_devices(host, kind, devnos, count, SIZE_MAX);
}

struct places host_places_few_of_devices(const struct host *host, enum places_kind kind,
	const struct devno *devnos, size_t count, size_t most)
{
	uint64_t *keys = NULL;
	size_t n_keys = 0;
	struct places places;

	for (size_t i = 0; i < count; i++)
		*array_add(&keys, &n_keys) = places_devno(devnos[i]);
	places = places_find(host, kind, keys, n_keys, most);
	free(keys);
	return places;
}

void places_unite(const struct host *host, struct places *places, enum places_kind kind,
	uint64_t key)
{
	places_of_key(&host->index->tables[kind], key, SIZE_MAX, places);
	places_sort(places);
}

struct places host_places_of_sectors(const struct host *host, const char *vg_uuid,
	const struct sectors *sectors, size_t count)
{
	struct places places =
		host_places_few(host, PLACES_LVS_NOWHERE, places_text(vg_uuid), SIZE_MAX);

	for (size_t i = 0; !places.is_all && i < count; i++)
		owned_places(&host->index->owned, &sectors[i], &places);
	if (!places.is_all)
		places_sort(&places);
	return places;
}

bool host_index_is_sorted(const struct host *host, enum index_array array)
{
	return host->index && host->index->is_sorted[array];
}

/* ---- the whole ---- */

#define IS_SORTED(host, items, count, order)                                             \
	index_is_sorted((host)->items, (host)->count, sizeof(*(host)->items), order)

static bool index_is_sorted(const void *items, size_t count, size_t size,
	int (*order)(const void *, const void *))
{
	const char *bytes = items;

	for (size_t i = 1; i < count; i++)
		if (order(bytes + (i - 1) * size, bytes + i * size) >= 0)
			return false;
	return true;
}

void host_index_build(struct host *host)
{
	struct host_index *index = xcalloc(1, sizeof(*index));
	const struct mount_namespace *home;

	host_index_free(host);
	home = host_namespace_of_host(host);
	for (enum places_kind kind = 0; kind < PLACES_KINDS; kind++)
		table_open(&index->tables[kind], array_length(host, kind));
	index->is_sorted[INDEX_DEVICES] =
		IS_SORTED(host, devices, n_devices, order_devices);
	index->is_sorted[INDEX_BLOCKS] = IS_SORTED(host, blocks, n_blocks, order_blocks);
	index->is_sorted[INDEX_PROCESSES] =
		IS_SORTED(host, processes, n_processes, order_processes);
	index->is_sorted[INDEX_SOURCES] =
		IS_SORTED(host, sources, n_sources, order_sources);
	index->is_sorted[INDEX_VGS] = IS_SORTED(host, vgs, n_vgs, order_vgs);
	index->is_sorted[INDEX_PVS] = IS_SORTED(host, pvs, n_pvs, order_pvs);
	index->is_sorted[INDEX_LVS] = IS_SORTED(host, lvs, n_lvs, order_lvs);
	index->home = home ? (size_t)(home - host->namespaces) : host->n_namespaces;
	host->index = index;
	index_fill(host, index);
	index->is_lvm_whole = lvm_view_is_whole(host);
	index->is_on_snapshot = xcalloc(host->n_devices, sizeof(bool));
	ground_mark(host, index->is_on_snapshot);
	index->below = below_build(host);
}

bool host_lvm_is_whole(const struct host *host)
{
	return host->index ? host->index->is_lvm_whole : lvm_view_is_whole(host);
}

/* Only what host_index_device() adds to is the clone's own. */
void host_index_clone(struct host *clone)
{
	struct host_index *index;

	if (!clone->index)
		return;
	index = xcalloc(1, sizeof(*index));
	*index = *clone->index;
	index->is_of_clone = true;
	index->tables[PLACES_ABOVE] = table_copy(&index->tables[PLACES_ABOVE]);
	index->tables[PLACES_SNAPSHOT_OF_COW] =
		table_copy(&index->tables[PLACES_SNAPSHOT_OF_COW]);
	index->held = (struct fact_bag){0};
	memos_open(clone, index);
	clone->index = index;
}

void host_index_free(struct host *host)
{
	struct host_index *index = host->index;

	if (!index)
		return;
	for (enum places_kind kind = 0; kind < PLACES_KINDS; kind++)
		if (!index->is_of_clone || kind == PLACES_ABOVE ||
			kind == PLACES_SNAPSHOT_OF_COW)
			table_free(&index->tables[kind]);
	if (index->is_of_clone) {
		memos_free(index);
		held_free(&index->held);
	} else {
		free(index->owned.owned);
		path_tree_free(&index->paths);
		free(index->is_on_snapshot);
		below_free(index->below);
	}
	free(index);
	host->index = NULL;
}
