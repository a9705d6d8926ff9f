/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that stands on one device: mappings, loop devices on it or on a file of its file
 * system, arrays with a member on it, partitions of these.
 * Invariant: every walk ends, also on a hostile capture with a circle, and visits nothing
 * twice.
 */
#include <stdlib.h>

#include "planner.h"
#include "snapstate/cleanup.h"

#define LAYERS_DEPTH_MAX 64 /* far beyond what the kernel stacks */

struct devno layer_devno(const struct layer *layer)
{
	return layer->device ? layer->device->devno : layer->block->devno;
}

bool block_stands_on(
	const struct host *host, const struct block *block, struct devno devno)
{
	for (size_t i = 0; i < block->n_below; i++)
		if (devno_is_equal(block->below[i], devno))
			return true;
	return *block->backing_file &&
	       devno_is_equal(host_loop_devno(host, block), devno);
}

struct walk {
	const struct host *host;
	struct layer *layers; /* what is done, topmost first */
	size_t n_layers;
	struct layer *entered; /* what was begun */
	size_t n_entered;
};

static bool enter(struct walk *walk, const struct layer *layer)
{
	for (size_t i = 0; i < walk->n_entered; i++)
		if (walk->entered[i].device == layer->device &&
			walk->entered[i].block == layer->block)
			return false;
	*array_add(&walk->entered, &walk->n_entered) = *layer;
	return true;
}

static void visit(struct walk *walk, struct devno base, unsigned depth);

static void visit_layer(struct walk *walk, struct layer layer, unsigned depth)
{
	if (!enter(walk, &layer))
		return;
	visit(walk, layer_devno(&layer), depth + 1);
	*array_add(&walk->layers, &walk->n_layers) = layer;
}

/* Depth first, a layer after everything that stands on it: topmost first. */
static void visit(struct walk *walk, struct devno base, unsigned depth)
{
	const struct host *host = walk->host;
	cleanup_places struct places devices =
		host_places(host, PLACES_ABOVE, places_devno(base));
	cleanup_places struct places blocks =
		host_places(host, PLACES_BLOCKS, places_devno(base));

	for (size_t i; depth < LAYERS_DEPTH_MAX && places_next(&devices, &i);) {
		const struct device *device = &host->devices[i];

		for (size_t d = 0; !device->is_gone && d < device->n_deps; d++)
			if (devno_is_equal(device->deps[d], base))
				visit_layer(
					walk, (struct layer){.device = device}, depth);
	}
	for (size_t i; depth < LAYERS_DEPTH_MAX && places_next(&blocks, &i);) {
		const struct block *block = &host->blocks[i];

		if (!block->is_gone && block_stands_on(host, block, base))
			visit_layer(walk, (struct layer){.block = block}, depth);
	}
}

void stack_layers(const struct host *host, const struct device *base,
	struct layer **ret_layers, size_t *ret_count)
{
	struct walk walk = {.host = host};

	enter(&walk, &(struct layer){.device = base});
	visit(&walk, base->devno, 0);
	free(walk.entered);
	*ret_layers = walk.layers;
	*ret_count = walk.n_layers;
}
