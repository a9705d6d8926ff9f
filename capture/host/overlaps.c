/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose extents a device still maps. A stale snapshot that is valid makes the kernel copy
 * old chunks of the origin into its COW, also where another volume owns those extents
 * by now (kernel dm-snap.c, __origin_write and start_copy; shown in the lab). Owners are
 * found by device and sectors, whatever group they are of: a group that is made anew on a
 * disk has another uuid.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"

/* linear: "MAJ:MIN START" */
static bool linear_range(const struct dm_target *target, struct sectors *ret)
{
	size_t devno_len = strcspn(target->params, " ");
	const char *start = target->params + devno_len;

	if (strcmp(target->type, "linear") != 0 || *start++ != ' ')
		return false;
	ret->length = target->length;
	return parse_devno(target->params, devno_len, &ret->devno) == 0 &&
	       parse_u64(start, strlen(start), 10, &ret->start) == 0;
}

/* Where runs of a device begin, or where they end. */
struct edge {
	struct devno devno;
	uint64_t sector;
	uint64_t sum; /* of this one's and those before */
};

/* The runs that a device maps. They may overlap, in a hostile table all of them. */
struct mapped {
	struct sectors *runs;
	struct edge *begins, *ends; /* sorted */
	size_t count, n_edges;
	bool is_whole; /* all of its targets */
};

static int order_edges(const void *pa, const void *pb)
{
	const struct edge *a = pa, *b = pb;
	int order = devno_compare(a->devno, b->devno);

	return order ? order : (a->sector > b->sector) - (a->sector < b->sector);
}

static void edges_sort(struct edge *edges, size_t count)
{
	if (count)
		qsort(edges, count, sizeof(*edges), order_edges);
	for (size_t i = 0; i < count; i++)
		edges[i].sum = edges[i].sector + (i ? edges[i - 1].sum : 0);
}

static void mapped_collect(const struct device *device, struct mapped *ret)
{
	struct sectors run;
	size_t n_ends = 0;

	for (size_t i = 0; i < device->n_targets; i++)
		if (linear_range(&device->targets[i], &run))
			*array_add(&ret->runs, &ret->count) = run;
	ret->is_whole = ret->count == device->n_targets;
	for (size_t i = 0; i < ret->count; i++) {
		run = ret->runs[i];
		if (run.start + run.length < run.start)
			continue; /* no disk has it */
		*array_add(&ret->begins, &ret->n_edges) =
			(struct edge){.devno = run.devno, .sector = run.start};
		*array_add(&ret->ends, &n_ends) = (struct edge){
			.devno = run.devno, .sector = run.start + run.length};
	}
	edges_sort(ret->begins, ret->n_edges);
	edges_sort(ret->ends, ret->n_edges);
}

static void mapped_free(struct mapped *mapped)
{
	free(mapped->runs);
	free(mapped->begins);
	free(mapped->ends);
}

static size_t first_edge(
	const struct edge *edges, size_t count, struct devno devno, uint64_t sector)
{
	const struct edge wanted = {.devno = devno, .sector = sector};
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (order_edges(&edges[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* How far `sector` is behind those of the device's edges that come before it, all
 * together. */
static uint64_t distance(
	const struct edge *edges, size_t count, struct devno devno, uint64_t sector)
{
	size_t first = first_edge(edges, count, devno, 0);
	size_t behind = first_edge(edges, count, devno, sector);
	uint64_t before = first ? edges[first - 1].sum : 0;

	return behind > first
		       ? (behind - first) * sector - (edges[behind - 1].sum - before)
		       : 0;
}

/* Mapped sectors in front of `sector`, those that two runs map twice. */
static uint64_t mapped_before(
	const struct mapped *mapped, struct devno devno, uint64_t sector)
{
	return distance(mapped->begins, mapped->n_edges, devno, sector) -
	       distance(mapped->ends, mapped->n_edges, devno, sector);
}

static uint64_t sectors_in(const struct mapped *mapped, const struct sectors *owned)
{
	uint64_t end = owned->start + owned->length;

	if (end < owned->start)
		return 0;
	return mapped_before(mapped, owned->devno, end) -
	       mapped_before(mapped, owned->devno, owned->start);
}

/* Sectors of `lv` that the device's ranges cover. */
static uint64_t covered_sectors(const struct host *host, const struct vg *vg,
	const struct lv *lv, const struct mapped *mapped, bool *ret_is_complete)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < lv->n_segments; i++) {
		const struct segment *segment = &lv->segments[i];

		for (size_t s = 0; s < segment->n_stripes; s++) {
			struct sectors owned;

			if (*segment->stripes[s].lv_name)
				continue; /* its sub-volume is counted on its own */
			if (!host_stripe_sectors(
				    host, vg, segment, &segment->stripes[s], &owned)) {
				*ret_is_complete = false;
				continue;
			}
			sum += sectors_in(mapped, &owned);
			*ret_is_complete &= mapped->is_whole;
		}
	}
	return sum;
}

static int order_overlaps(const void *pa, const void *pb)
{
	const struct overlap *a = pa, *b = pb;

	if (a->extents != b->extents)
		return a->extents < b->extents ? 1 : -1;
	return strcmp(a->victim->uuid, b->victim->uuid);
}

/* A target of another type hides where the device is: then all volumes are asked. */
static struct places places_of_mapped(
	const struct host *host, const struct mapped *mapped, const char *vg_uuid)
{
	return mapped->is_whole ? host_places_of_sectors(
					  host, vg_uuid, mapped->runs, mapped->count)
				: host_places(host, PLACES_LVS, places_text(vg_uuid));
}

void host_overlaps(const struct host *host, const struct device *device,
	const char *vg_uuid, struct overlap **ret_overlaps, size_t *ret_count,
	bool *ret_is_complete)
{
	const struct vg *own = host_vg(host, vg_uuid);
	cleanup_with(mapped_free) struct mapped mapped = {.count = 0};
	cleanup_places struct places places = {0};

	mapped_collect(device, &mapped);
	*ret_is_complete = !own || (own->has_metadata && own->extent_size);
	*ret_is_complete &= mapped.is_whole;
	places = places_of_mapped(host, &mapped, vg_uuid);
	for (size_t i; places_next(&places, &i);) {
		const struct lv *lv = &host->lvs[i];
		const struct vg *vg = host_vg(host, lv->vg_uuid);
		uint64_t sectors;

		if (lv->is_gone || !vg || !vg->extent_size)
			continue;
		/* where a volume of another group is not known to be, its disk is
		 * missing; the device is on one that is there */
		sectors = covered_sectors(host, vg, lv, &mapped,
			vg == own ? ret_is_complete : &(bool){true});
		if (!sectors)
			continue;
		*array_add(ret_overlaps, ret_count) = (struct overlap){.victim = lv,
			.extents = (sectors + vg->extent_size - 1) / vg->extent_size};
	}
	if (*ret_count)
		qsort(*ret_overlaps, *ret_count, sizeof(**ret_overlaps), order_overlaps);
}

bool host_owners_are_known(const struct host *host, const struct device *device)
{
	for (size_t i = 0; i < device->n_targets; i++) {
		struct sectors run;

		if (!linear_range(&device->targets[i], &run) ||
			!host_owner_is_known(host, run.devno))
			return false;
	}
	return true;
}
