/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose extents a device still maps. A stale snapshot that is valid makes the kernel copy
 * old chunks of the origin into its store, also where another volume owns those extents
 * by now (kernel dm-snap.c, __origin_write and start_copy; shown in the lab). Owners are
 * found by device and sectors, whatever group they are of: a group that is made anew on a
 * disk has another uuid.
 */
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/host.h"

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

static uint64_t common_sectors(const struct sectors *a, const struct sectors *b)
{
	uint64_t start = a->start > b->start ? a->start : b->start;
	uint64_t a_end = a->start + a->length, b_end = b->start + b->length;
	uint64_t end = a_end < b_end ? a_end : b_end;

	return devno_is_equal(a->devno, b->devno) && end > start ? end - start : 0;
}

/* Sectors of `lv` that the device's ranges cover. */
static uint64_t covered_sectors(const struct host *host, const struct vg *vg,
	const struct lv *lv, const struct device *device, bool *ret_is_complete)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < lv->n_segments; i++) {
		const struct segment *segment = &lv->segments[i];

		for (size_t s = 0; s < segment->n_stripes; s++) {
			struct sectors owned, mapped;

			if (*segment->stripes[s].lv_name)
				continue; /* its sub-volume is counted on its own */
			if (!host_stripe_sectors(
				    host, vg, segment, &segment->stripes[s], &owned)) {
				*ret_is_complete = false;
				continue;
			}
			for (size_t t = 0; t < device->n_targets; t++) {
				if (linear_range(&device->targets[t], &mapped))
					sum += common_sectors(&mapped, &owned);
				else
					*ret_is_complete = false;
			}
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
static struct places places_of_device(const struct host *host,
	const struct device *device, const char *vg_uuid, bool *ret_is_complete)
{
	struct sectors *mapped = NULL;
	struct places places;
	size_t n_mapped = 0;

	for (size_t i = 0; i < device->n_targets; i++) {
		struct sectors run;

		if (linear_range(&device->targets[i], &run))
			*array_add(&mapped, &n_mapped) = run;
	}
	*ret_is_complete &= n_mapped == device->n_targets;
	places = n_mapped == device->n_targets
			 ? host_places_of_sectors(host, vg_uuid, mapped, n_mapped)
			 : host_places(host, PLACES_LVS, places_text(vg_uuid));
	free(mapped);
	return places;
}

void host_overlaps(const struct host *host, const struct device *device,
	const char *vg_uuid, struct overlap **ret_overlaps, size_t *ret_count,
	bool *ret_is_complete)
{
	const struct vg *own = host_vg(host, vg_uuid);
	cleanup_places struct places places = {0};

	*ret_is_complete = !own || (own->has_metadata && own->extent_size);
	places = places_of_device(host, device, vg_uuid, ret_is_complete);
	for (size_t i; places_next(&places, &i);) {
		const struct lv *lv = &host->lvs[i];
		const struct vg *vg = host_vg(host, lv->vg_uuid);
		uint64_t sectors;

		if (lv->is_gone || !vg || !vg->extent_size)
			continue;
		/* where a volume of another group is not known to be, its disk is
		 * missing; the device is on one that is there */
		sectors = covered_sectors(host, vg, lv, device,
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
