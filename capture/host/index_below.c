/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is below each device, through mappings, partitions, arrays and loop devices: a
 * part of the index, see index.h. Input: the dependencies, which a hostile archive may
 * lead in circles. Output, for each device and block: two volumes of LVM of different
 * groups, the nearest ones; whether a snapshot is among it; whether the owners of all
 * disks are known.
 *
 * Invariant: each answer is carried from below upwards, over each dependency at most
 * twice: however many volumes share a deep stack, the work is proportional to the host.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/lvm_names.h"

#define VG_OF(device) ((device)->uuid + strlen("LVM-"))

/* Of a device; behind all devices, of a block. */
struct node {
	const struct device *volumes[2];
	size_t n_unknown; /* dependencies of which no owner is known (yet) */
	bool is_on_snapshot;
	bool is_mapped_to_snapshot; /* the same, through mappings alone */
};

struct below_list {
	const struct host *host;
	struct node *nodes;
	size_t n_nodes;
};

/* ---- what is on what ---- */

/* Who holds a node; tables and blocks come first. */
static struct holders holders_of(const struct below_list *below, size_t at)
{
	const struct host *host = below->host;

	return host_holders(host, at < host->n_devices
					  ? host->devices[at].devno
					  : host->blocks[at - host->n_devices].devno);
}

/* The next node that is on it, and how often. */
static bool next_above(const struct below_list *below, struct holders *holders,
	size_t *ret_above, uint32_t *ret_times)
{
	for (struct holder holder; holders_next(holders, &holder);) {
		if (holder.shape > HELD_BY_BLOCK)
			return false;
		*ret_above = holder.at +
			     (holder.shape == HELD_BY_BLOCK ? below->host->n_devices : 0);
		*ret_times = holder.times;
		if (holder.times)
			return true;
	}
	return false;
}

/* ---- volumes ---- */

struct arrival {
	size_t node;
	const struct device *volume;
};

struct arrivals {
	struct arrival *items;
	size_t count;
};

static bool is_same_group(const struct device *a, const struct device *b)
{
	return strncmp(VG_OF(a), VG_OF(b), LVM_UUID_LEN) == 0;
}

/* Two groups answer the question "of another one?" for any group. */
static void arrive(struct below_list *below, struct arrivals *arrivals, size_t at,
	const struct device *volume)
{
	const struct device **volumes = below->nodes[at].volumes;

	if (volumes[0] && (volumes[1] || is_same_group(volumes[0], volume)))
		return;
	volumes[volumes[0] ? 1 : 0] = volume;
	*array_add(&arrivals->items, &arrivals->count) = (struct arrival){at, volume};
}

static void below_find_volumes(struct below_list *below)
{
	const struct host *host = below->host;
	struct arrivals arrivals = {.count = 0};

	for (size_t i = 0; i < host->n_devices; i++) {
		char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
		const char *layer;

		if (lvm_dm_uuid_split(host->devices[i].uuid, vg, lv, &layer))
			arrive(below, &arrivals, i, &host->devices[i]);
	}
	for (size_t i = 0; i < arrivals.count; i++) {
		struct arrival it = arrivals.items[i];
		struct holders holders = holders_of(below, it.node);
		size_t above;
		uint32_t times;

		while (next_above(below, &holders, &above, &times))
			arrive(below, &arrivals, above, it.volume);
	}
	free(arrivals.items);
}

/* ---- snapshots ---- */

static void mark(struct below_list *below, size_t at, bool is_mapped, size_t **queue,
	size_t *count)
{
	bool *flag = is_mapped ? &below->nodes[at].is_mapped_to_snapshot
			       : &below->nodes[at].is_on_snapshot;

	if (*flag)
		return;
	*flag = true;
	*array_add(queue, count) = at;
}

/* `is_mapped`: from device to device only. */
static void below_find_snapshots(struct below_list *below, bool is_mapped)
{
	const struct host *host = below->host;
	size_t *queue = NULL, count = 0;

	for (size_t i = 0; i < host->n_devices; i++)
		if (device_snapshot_state(&host->devices[i]) != SNAPSHOT_NONE)
			mark(below, i, is_mapped, &queue, &count);
	for (size_t i = 0; i < count; i++) {
		struct holders holders = holders_of(below, queue[i]);
		size_t above;
		uint32_t times;

		while (next_above(below, &holders, &above, &times))
			if (!is_mapped || above < host->n_devices)
				mark(below, above, is_mapped, &queue, &count);
	}
	free(queue);
}

/* ---- owners ---- */

static bool is_lvms(const struct device *device)
{
	return device && strncmp(device->uuid, "LVM-", 4) == 0;
}

struct owner {
	struct devno devno;
	bool is_known;
};

/* Sorted, each once: many physical volumes may claim to be on one device, and it is asked
 * for by all that are on it. */
struct owners {
	struct owner *items;
	size_t count;
};

static int order_owners(const void *a, const void *b)
{
	return devno_compare(
		((const struct owner *)a)->devno, ((const struct owner *)b)->devno);
}

static void owners_collect(const struct host *host, struct owners *owners)
{
	size_t kept = 0;

	for (size_t i = 0; i < host->n_devices; i++)
		for (size_t d = 0; d < host->devices[i].n_deps; d++)
			if (is_lvms(&host->devices[i]))
				*array_add(&owners->items, &owners->count) =
					(struct owner){.devno = host->devices[i].deps[d]};
	if (owners->count)
		qsort(owners->items, owners->count, sizeof(*owners->items), order_owners);
	for (size_t i = 0; i < owners->count; i++)
		if (!kept || order_owners(&owners->items[kept - 1], &owners->items[i]))
			owners->items[kept++] = owners->items[i];
	owners->count = kept;
	for (size_t i = 0; i < owners->count; i++)
		owners->items[i].is_known =
			!is_lvms(host_device_by_devno(host, owners->items[i].devno)) &&
			host_owner_is_known(host, owners->items[i].devno);
}

static size_t count_unknown(const struct owners *owners, const struct device *device)
{
	size_t count = device->n_deps ? 0 : 1;

	for (size_t d = 0; d < device->n_deps; d++) {
		struct owner key = {.devno = device->deps[d]}, *found;

		found = bsearch(
			&key, owners->items, owners->count, sizeof(key), order_owners);
		count += !found || !found->is_known;
	}
	return count;
}

/* A volume's layers are known by their disks; what is in a circle never is. */
static void below_find_owners(struct below_list *below)
{
	const struct host *host = below->host;
	struct owners owners = {.count = 0};
	size_t *queue = NULL, count = 0;

	owners_collect(host, &owners);
	for (size_t i = 0; i < host->n_devices; i++) {
		if (!is_lvms(&host->devices[i]))
			continue;
		below->nodes[i].n_unknown = count_unknown(&owners, &host->devices[i]);
		if (!below->nodes[i].n_unknown)
			*array_add(&queue, &count) = i;
	}
	free(owners.items);
	for (size_t i = 0; i < count; i++) {
		struct holders holders = holders_of(below, queue[i]);
		size_t above;
		uint32_t times;

		while (next_above(below, &holders, &above, &times)) {
			if (above >= host->n_devices || !is_lvms(&host->devices[above]))
				continue;
			below->nodes[above].n_unknown -= times;
			if (!below->nodes[above].n_unknown)
				*array_add(&queue, &count) = above;
		}
	}
	free(queue);
}

/* ---- the whole ---- */

struct below_list *below_build(const struct host *host)
{
	struct below_list *below = xcalloc(1, sizeof(*below));

	below->host = host;
	below->n_nodes = host->n_devices + host->n_blocks;
	below->nodes = xcalloc(below->n_nodes, sizeof(*below->nodes));
	below_find_volumes(below);
	below_find_snapshots(below, false);
	below_find_snapshots(below, true);
	below_find_owners(below);
	return below;
}

void below_free(struct below_list *below)
{
	if (!below)
		return;
	free(below->nodes);
	free(below);
}

static void below_free_fn(struct below_list **below)
{
	below_free(*below);
}

/* That of the index; without one, or where a replay changed tables, made for the
 * question: *ret_made is the caller's then. */
static const struct below_list *below_of(
	const struct host *host, struct below_list **ret_made)
{
	const struct below_list *below = host->index ? host->index->below : NULL;

	if (!below)
		below = *ret_made = below_build(host);
	return below;
}

static const struct device *other_volume(const struct node *node, const char *vg_uuid)
{
	for (unsigned i = 0; i < 2; i++)
		if (node->volumes[i] &&
			strncmp(VG_OF(node->volumes[i]), vg_uuid, LVM_UUID_LEN) != 0)
			return node->volumes[i];
	return NULL;
}

const struct device *host_volume_below(
	const struct host *host, struct devno devno, const char *vg_uuid)
{
	cleanup_with(below_free_fn) struct below_list *made = NULL;
	const struct below_list *below = below_of(host, &made);
	const struct device *device = host_device_by_devno(host, devno);
	const struct block *block = host_block_by_devno(host, devno);
	const struct device *volume = NULL;

	if (device)
		volume = other_volume(&below->nodes[device - host->devices], vg_uuid);
	if (block && !volume)
		volume = other_volume(
			&below->nodes[host->n_devices + (size_t)(block - host->blocks)],
			vg_uuid);
	return volume;
}

bool below_is_mapped_to_snapshot(const struct below_list *below, size_t device)
{
	return below->nodes[device].is_mapped_to_snapshot;
}

bool host_snapshot_is_below(const struct host *host, const struct device *device)
{
	cleanup_with(below_free_fn) struct below_list *made = NULL;
	const struct below_list *below = below_of(host, &made);

	return below->nodes[device - host->devices].is_on_snapshot;
}

bool host_is_displaced(const struct host *host, const struct device *volume)
{
	cleanup_with(below_free_fn) struct below_list *made = NULL;
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	return lvm_dm_uuid_split(volume->uuid, vg, lv, &layer) && !host_vg(host, vg) &&
	       below_of(host, &made)->nodes[volume - host->devices].n_unknown == 0;
}
