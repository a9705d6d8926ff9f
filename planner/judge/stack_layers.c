/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that is on one device: mappings, loop devices on it or on a file of its file
 * system, arrays with a member on it, partitions of these.
 * Invariants: every walk ends, also on a hostile capture with a circle, and visits
 * nothing twice; the stacks of two snapshots have in common only what ends both, so that
 * all of them together are no larger than the host.
 */
#include <stdlib.h>

#include "judge.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"

struct devno layer_devno(const struct layer *layer)
{
	return layer->device ? layer->device->devno : layer->block->devno;
}

/* ---- a set of layers ---- */

struct found {
	const void *it; /* the device or block; NULL = an empty slot */
	size_t n_ways;	/* on which it was reached from below */
	bool is_done;
};

struct found_set {
	struct found *slots;
	size_t n_slots, count; /* slots: 0, or a power of two, half of it empty */
};

static size_t found_slot(const struct found_set *set, const void *it)
{
	uint64_t hash = ((uintptr_t)it >> 4) * 0x9e3779b97f4a7c15u;
	size_t i = (size_t)(hash >> 32) & (set->n_slots - 1);

	while (set->slots[i].it && set->slots[i].it != it)
		i = (i + 1) & (set->n_slots - 1);
	return i;
}

static void found_make_room(struct found_set *set)
{
	struct found_set larger = {.n_slots = set->n_slots ? 2 * set->n_slots : 16};

	if (set->count < set->n_slots / 2)
		return;
	larger.slots = xcalloc(larger.n_slots, sizeof(*larger.slots));
	larger.count = set->count;
	for (size_t i = 0; i < set->n_slots; i++)
		if (set->slots[i].it)
			larger.slots[found_slot(&larger, set->slots[i].it)] =
				set->slots[i];
	free(set->slots);
	*set = larger;
}

static struct found *found_get(struct found_set *set, const void *it)
{
	struct found *found;

	found_make_room(set);
	found = &set->slots[found_slot(set, it)];
	set->count += !found->it;
	found->it = it;
	return found;
}

/* ---- what is directly on one device ---- */

struct layer_list {
	struct layer *layers;
	size_t count;
};

static const void *layer_it(const struct layer *layer)
{
	return layer->device ? (const void *)layer->device : layer->block;
}

/* Each as often as it stands there; of devices and of blocks no more than `most`. */
static void collect_on(
	const struct host *host, struct devno base, size_t most, struct layer_list *list)
{
	struct holders tables = host_holders_by(host, base, HELD_BY_TABLE);
	struct holders blocks = host_holders_by(host, base, HELD_BY_BLOCK);
	struct holder holder;

	for (size_t left = most; left && holders_next(&tables, &holder); left--)
		for (uint32_t n = holder.times; n; n--)
			*array_add(&list->layers, &list->count) =
				(struct layer){.device = holder.table};
	for (size_t left = most; left && holders_next(&blocks, &holder); left--)
		if (holder.times)
			*array_add(&list->layers, &list->count) =
				(struct layer){.block = holder.block};
}

static size_t count_ways(const struct layer *layer)
{
	const struct block *block = layer->block;

	return layer->device ? layer->device->n_deps
			     : block->n_below + (*block->backing_file && !block->n_below);
}

/* ---- what is on it alone ---- */

/* Finds what is on `base` alone: all that it is on was reached. */
static void find_inner(
	const struct host *host, const struct device *base, struct found_set *inner)
{
	struct layer_list list = {.count = 0};

	collect_on(host, base->devno, SIZE_MAX, &list);
	for (size_t i = 0; i < list.count; i++) {
		struct layer layer = list.layers[i];
		struct found *found = found_get(inner, layer_it(&layer));

		if (layer.device != base && ++found->n_ways == count_ways(&layer))
			collect_on(host, layer_devno(&layer), SIZE_MAX, &list);
	}
	free(list.layers);
}

struct walk {
	const struct host *host;
	struct found_set found;
	struct layer *layers; /* what is done, topmost first */
	size_t n_layers;
	size_t n_beyond; /* of what is on something else too: people end it */
};

static void visit(struct walk *walk, struct devno base, size_t most, unsigned depth);

static void visit_layer(struct walk *walk, const struct layer *layer, unsigned depth)
{
	struct found *found = found_get(&walk->found, layer_it(layer));
	bool is_inner = found->n_ways == count_ways(layer);

	/* one that is on something else too keeps the snapshot, however many there are;
	 * what is on such a one is on something else as well */
	if (found->is_done || (!is_inner && walk->n_beyond == BEYOND_MOST))
		return;
	found->is_done = true;
	walk->n_beyond += !is_inner;
	if (depth <= STACK_MOST + 1)
		visit(walk, layer_devno(layer), is_inner ? SIZE_MAX : BEYOND_MOST,
			depth + 1);
	*array_add(&walk->layers, &walk->n_layers) = *layer;
}

/* Depth first, a layer after everything that is on it: topmost first. */
static void visit(struct walk *walk, struct devno base, size_t most, unsigned depth)
{
	struct layer_list list = {.count = 0};

	collect_on(walk->host, base, most, &list);
	for (size_t i = 0; i < list.count; i++)
		visit_layer(walk, &list.layers[i], depth);
	free(list.layers);
}

void stack_layers(const struct host *host, const struct device *base,
	const struct device *except, struct layer **ret_layers, size_t *ret_count)
{
	struct walk walk = {.host = host};

	find_inner(host, base, &walk.found);
	found_get(&walk.found, base)->is_done = true;
	if (except)
		found_get(&walk.found, except)->is_done = true;
	visit(&walk, base->devno, SIZE_MAX, 1);
	free(walk.found.slots);
	*ret_layers = walk.layers;
	*ret_count = walk.n_layers;
}
