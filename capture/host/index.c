/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where to look for what: for every question that is asked again and again, the positions
 * of the elements that may be the answer. See host/places.h.
 *
 * Invariants: the places of a key hold at least every element that has the key, in this
 * host and in every model replayed from it; who asks checks each element itself, so that
 * a place too many never matters. What is gone stays listed. Sorted arrays, searched by
 * halves: nobody who writes an archive can choose keys that make a search long.
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
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/process.h"
#include "snapstate/host/swap.h"

/* Those of holders are one list: who holds a device stands together. */
_Static_assert((int)PLACES_FIRST == HOLDER_SHAPES, "kinds of one list");
#define LIST_OF(kind) ((kind) < PLACES_FIRST ? 0 : (kind))

/* ---- keys ---- */

uint64_t places_mount(uint64_t namespace_id, uint32_t id)
{
	return (namespace_id << 32 ^ namespace_id >> 32) + id;
}

/* ---- lists ---- */

static int order_places(const void *pa, const void *pb)
{
	const struct listed *a = pa, *b = pb;

	if (a->key != b->key)
		return (a->key > b->key) - (a->key < b->key);
	if (a->kind != b->kind)
		return (a->kind > b->kind) - (a->kind < b->kind);
	return (a->position > b->position) - (a->position < b->position);
}

static void list_sort(struct list *list)
{
	for (size_t i = 1; i < list->count; i++)
		if (order_places(&list->places[i - 1], &list->places[i]) > 0) {
			qsort(list->places, list->count, sizeof(*list->places),
				order_places);
			return;
		}
}

/* The first one that is not before `place`. */
static size_t list_find(const struct list *list, const struct listed *place)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (order_places(&list->places[middle], place) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A replay adds few: one for each table that LVM loads anew. */
static void list_insert(struct list *list, const struct listed *place)
{
	size_t at = list_find(list, place);

	array_add(&list->places, &list->count);
	memmove(&list->places[at + 1], &list->places[at],
		(list->count - 1 - at) * sizeof(*place));
	list->places[at] = *place;
}

void index_add(struct host_index *index, unsigned kind, uint64_t key, size_t position)
{
	const struct listed place = {key, kind, (uint32_t)position};
	struct list *list = &index->lists[LIST_OF(kind)];

	if (index->is_of_clone)
		list_insert(&index->added[LIST_OF(kind)], &place);
	else
		*array_add(&list->places, &list->count) = place;
}

void index_sort(struct host_index *index)
{
	for (size_t i = 0; i < PLACES_KINDS; i++)
		list_sort(&index->lists[i]);
}

bool host_index_is_cut(const struct host *host)
{
	return host->index && host->index->is_cut;
}

/* ---- places ---- */

static size_t array_length(const struct host *host, unsigned kind)
{
	static const size_t counts[PLACES_KINDS] = {
		[HELD_BY_TABLE] = offsetof(struct host, n_devices),
		[HELD_BY_BLOCK] = offsetof(struct host, n_blocks),
		[HELD_BY_SUPERBLOCK] = offsetof(struct host, n_superblocks),
		[HELD_BY_MOUNT] = offsetof(struct host, n_mounts),
		[HELD_BY_SWAP] = offsetof(struct host, n_swaps),
		[HELD_BY_KERNEL] = offsetof(struct host, n_kernel_holders),
		[HELD_BY_PROCESS] = offsetof(struct host, n_uses),
		[PLACES_SNAPSHOT_OF_COW] = offsetof(struct host, n_devices),
		[PLACES_CHANGES] = offsetof(struct host, n_changes),
		[PLACES_PVS_ON] = offsetof(struct host, n_pvs),
		[PLACES_MOUNT_ID] = offsetof(struct host, n_mounts),
		[PLACES_MOUNT_CHILDREN] = offsetof(struct host, n_mounts),
		[PLACES_DEVICE_MINOR] = offsetof(struct host, n_devices),
		[PLACES_MOUNT_PEERS] = offsetof(struct host, n_mounts),
		[PLACES_STORAGE_PROGRAMS] = offsetof(struct host, n_processes),
		[PLACES_DEVICE_UUID] = offsetof(struct host, n_devices),
		[PLACES_DEVICE_NAME] = offsetof(struct host, n_devices),
		[PLACES_DEVICE_VOLUME] = offsetof(struct host, n_devices),
		[PLACES_FSTAB] = offsetof(struct host, n_fstab),
		[PLACES_DEVICE_GROUP] = offsetof(struct host, n_devices),
		[PLACES_BLOCK_NAME] = offsetof(struct host, n_blocks),
		[PLACES_PVS] = offsetof(struct host, n_pvs),
		[PLACES_LVS] = offsetof(struct host, n_lvs),
		[PLACES_LVS_NOWHERE] = offsetof(struct host, n_lvs),
		[PLACES_LV_ORIGIN] = offsetof(struct host, n_lvs),
	};

	if (kind == PLACES_MENTIONS)
		return host_mentions_count(host);
	return *(const size_t *)((const char *)host + counts[kind]);
}

struct places places_between(
	const struct host *host, unsigned kind, unsigned last, uint64_t key)
{
	const struct listed first = {.key = key, .kind = kind};
	struct places places = {.host = host,
		.key = key,
		.kind = kind,
		.last = last,
		.is_all = !host->index};
	const struct list *list, *added;

	if (places.is_all)
		return places;
	list = &host->index->lists[LIST_OF(kind)];
	if (list->count) {
		places.at = list->places + list_find(list, &first);
		places.end = list->places + list->count;
	}
	added = &host->index->added[LIST_OF(kind)];
	if (added->count) {
		places.added = added->places + list_find(added, &first);
		places.added_end = added->places + added->count;
	}
	return places;
}

struct places host_places(const struct host *host, enum places_kind kind, uint64_t key)
{
	return places_between(host, kind, kind, key);
}

static bool is_one(
	const struct places *places, const struct listed *at, const struct listed *end)
{
	if (at == end || places->own)
		return at != end;
	return at->key == places->key && at->kind <= places->last;
}

/* NULL: that was the last one. */
static const struct listed *places_take(struct places *places)
{
	bool has_one = is_one(places, places->at, places->end);

	if (places->added == places->added_end)
		return has_one ? places->at++ : NULL;
	if (is_one(places, places->added, places->added_end) &&
		(!has_one || order_places(places->added, places->at) < 0))
		return places->added++;
	return has_one ? places->at++ : NULL;
}

static bool next_of_all(struct places *places, size_t *ret_position)
{
	while (places->next == array_length(places->host, places->kind)) {
		if (places->kind == places->last)
			return false;
		places->kind++;
		places->next = 0;
	}
	*ret_position = places->next++;
	return true;
}

bool places_next(struct places *places, size_t *ret_position)
{
	const struct listed *listed;

	if (places->is_all)
		return next_of_all(places, ret_position);
	do { /* an element may have the key twice */
		listed = places_take(places);
		if (!listed)
			return false;
	} while (listed->kind == places->kind && listed->position < places->next);
	places->kind = listed->kind;
	places->next = (size_t)listed->position + 1;
	*ret_position = listed->position;
	return true;
}

void places_free(struct places *places)
{
	free(places->own);
}

/* ---- of several keys ---- */

void places_add(struct places *places, uint64_t key, size_t position)
{
	*array_add(&places->own, &places->n_own) =
		(struct listed){key, places->kind, (uint32_t)position};
}

static int order_positions(const void *pa, const void *pb)
{
	const struct listed *a = pa, *b = pb;

	return (a->position > b->position) - (a->position < b->position);
}

void places_sort(struct places *places)
{
	size_t kept = 0;

	if (places->n_own)
		qsort(places->own, places->n_own, sizeof(*places->own), order_positions);
	for (size_t i = 0; i < places->n_own; i++)
		if (!kept || places->own[kept - 1].position != places->own[i].position)
			places->own[kept++] = places->own[i];
	places->n_own = kept;
	places->at = places->own;
	places->end = places->own + kept;
}

static void places_add_key(struct places *places, uint64_t key, size_t most)
{
	struct places one =
		host_places(places->host, (enum places_kind)places->kind, key);

	for (size_t i; places_next(&one, &i);) {
		if (!most--) {
			places->is_cut = true;
			return;
		}
		places_add(places, key, i);
	}
}

void places_unite(struct places *places, uint64_t key, size_t most)
{
	places_add_key(places, key, most);
	places_sort(places);
}

struct places host_places_of_devices(const struct host *host, enum places_kind kind,
	const struct devno *devnos, size_t count, size_t most)
{
	struct places places = {
		.host = host, .kind = kind, .last = kind, .is_all = !host->index};

	for (size_t i = 0; !places.is_all && i < count; i++)
		places_add_key(&places, places_devno(devnos[i]), most);
	places_sort(&places);
	return places;
}

struct places host_places_of_sectors(const struct host *host, const char *vg_uuid,
	const struct sectors *sectors, size_t count)
{
	struct places places = {.host = host,
		.kind = PLACES_LVS_NOWHERE,
		.last = PLACES_LVS_NOWHERE,
		.is_all = !host->index};

	if (places.is_all)
		return places;
	for (size_t i = 0; i < count; i++)
		owned_places(&host->index->owned, &sectors[i], &places);
	places_unite(&places, places_text(vg_uuid), SIZE_MAX);
	return places;
}

/* ---- the whole ---- */

static void keep_path(
	const struct path_list *paths, struct file_at *file, const char *path)
{
	file->path_at = (uint32_t)path_find(paths, path) + 1;
}

static void keep_paths(struct host *host, const struct path_list *paths)
{
	for (size_t i = 0; i < host->n_blocks; i++)
		keep_path(paths, &host->blocks[i].file, host->blocks[i].backing_file);
	for (size_t i = 0; i < host->n_swaps; i++)
		keep_path(paths, &host->swaps[i].file, host->swaps[i].path);
}

/* What an index told its elements is none of the next one's. */
static void forget_kept(struct host *host)
{
	for (size_t i = 0; i < host->n_devices; i++)
		host->devices[i].snapshot = (struct snapshot_words){.type = NULL};
	for (size_t i = 0; i < host->n_blocks; i++)
		host->blocks[i].file.path_at = 0;
	for (size_t i = 0; i < host->n_swaps; i++)
		host->swaps[i].file.path_at = 0;
}

void host_index_build(struct host *host)
{
	struct host_index *index = xcalloc(1, sizeof(*index));
	const struct mount_namespace *home;

	host_index_free(host);
	home = host_namespace_of_host(host);
	index->home = home ? (size_t)(home - host->namespaces) : host->n_namespaces;
	host->index = index;
	for (size_t i = 0; i < host->n_devices; i++)
		device_snapshot_keep(&host->devices[i]);
	index_fill(host, index);
	keep_paths(host, &index->paths);
	volume_devices_build(host, &index->volumes);
	index->is_lvm_whole = lvm_view_is_whole(host);
	index->below = below_build(host);
}

struct ledger_sums *index_ledgers(const struct host *host)
{
	struct host_index *index = host->index;

	if (!index || index->is_of_clone)
		return NULL;
	if (!index->ledgers)
		index->ledgers = xcalloc(host->n_devices, sizeof(*index->ledgers));
	return index->ledgers;
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
	clone->index = index;
}

void host_index_free(struct host *host)
{
	struct host_index *index = host->index;

	if (!index)
		return;
	for (size_t i = 0; i < PLACES_KINDS; i++) {
		free(index->added[i].places);
		if (!index->is_of_clone)
			free(index->lists[i].places);
	}
	if (!index->is_of_clone) {
		forget_kept(host);
		free(index->owned.owned);
		path_list_free(&index->paths);
		volume_devices_free(&index->volumes);
		below_free(index->below);
		free(index->ledgers);
	}
	free(index);
	host->index = NULL;
}
