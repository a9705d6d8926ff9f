/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which volumes have extents where: a part of the index, see index.h and "places" in
 * host/places.h. Input: the volumes' segments. Output: positions of volumes.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/host.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"

bool host_stripe_sectors(const struct host *host, const struct vg *vg,
	const struct segment *segment, const struct stripe *stripe, struct sectors *ret)
{
	const struct pv *pv = host_pv(host, stripe->pv_uuid);

	if (!pv || devno_is_none(pv->devno))
		return false;
	ret->devno = pv->devno;
	ret->start = pv->pe_start + stripe->start * vg->extent_size;
	ret->length = segment->extents / segment->n_stripes * vg->extent_size;
	return true;
}

static int order_owned(const void *pa, const void *pb)
{
	const struct owned *a = pa, *b = pb;
	int by_devno = devno_compare(a->devno, b->devno);

	return by_devno ? by_devno : (a->start > b->start) - (a->start < b->start);
}

/* false: where one of its stripes lies is not known. */
static bool add_volume(const struct host *host, size_t position, struct owned_list *list)
{
	const struct lv *lv = &host->lvs[position];
	const struct vg *vg = host_vg(host, lv->vg_uuid);
	struct sectors at;
	bool is_known = vg;

	for (size_t i = 0; vg && i < lv->n_segments; i++) {
		const struct segment *segment = &lv->segments[i];

		for (size_t s = 0; s < segment->n_stripes; s++) {
			const struct stripe *stripe = &segment->stripes[s];

			if (*stripe->lv_name)
				continue;
			if (!host_stripe_sectors(host, vg, segment, stripe, &at)) {
				is_known = false;
				continue;
			}
			*array_add(&list->owned, &list->count) =
				(struct owned){.devno = at.devno,
					.start = at.start,
					.end = at.start + at.length,
					.volume = (uint32_t)position};
		}
	}
	return is_known;
}

void owned_collect(
	const struct host *host, struct owned_list *ret_list, bool *ret_is_known)
{
	struct owned_list list = {.count = 0};

	for (size_t i = 0; i < host->n_lvs; i++)
		ret_is_known[i] = add_volume(host, i, &list);
	if (list.count)
		qsort(list.owned, list.count, sizeof(*list.owned), order_owned);
	for (size_t i = 0; i < list.count; i++) {
		struct owned *owned = &list.owned[i];

		owned->reach = owned->end;
		if (i && devno_is_equal(owned[-1].devno, owned->devno) &&
			owned[-1].reach > owned->reach)
			owned->reach = owned[-1].reach;
	}
	*ret_list = list;
}

/* The first entry that begins at or behind this sector. */
static size_t owned_place(
	const struct owned_list *list, struct devno devno, uint64_t sector)
{
	const struct owned key = {.devno = devno, .start = sector};
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (order_owned(&list->owned[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void owned_places(const struct owned_list *list, const struct sectors *sectors,
	struct places *places)
{
	size_t i = owned_place(list, sectors->devno, sectors->start + sectors->length);

	/* behind entries that reach less far, none reaches further */
	for (; i > 0; i--) {
		const struct owned *owned = &list->owned[i - 1];

		if (!devno_is_equal(owned->devno, sectors->devno) ||
			owned->reach <= sectors->start)
			return;
		if (owned->end > sectors->start)
			places_add(places, 0, owned->volume);
	}
}
