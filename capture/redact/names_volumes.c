/* SPDX-License-Identifier: Apache-2.0 */
/* LVM's volumes under pseudonyms; see names.h. */
#include "names.h"
#include "snapstate/host.h"
#include "snapstate/host/lvm.h"

static void groups(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_vgs; i++) {
		const struct vg *vg = &from->vgs[i];
		struct vg *to = array_add(&copy->to->vgs, &copy->to->n_vgs);

		*to = *vg;
		to->uuid = copy_keep(copy, vg->uuid);
		to->name = copy_name(copy, vg->name);
		to->system_id = copy_name(copy, vg->system_id);
		to->lock_type = copy_keep(copy, vg->lock_type);
		to->writer = copy_name(copy, vg->writer);
	}
	for (size_t i = 0; i < from->n_pvs; i++) {
		const struct pv *pv = &from->pvs[i];
		struct pv *to = array_add(&copy->to->pvs, &copy->to->n_pvs);

		*to = *pv;
		to->vg_uuid = copy_keep(copy, pv->vg_uuid);
		to->uuid = copy_keep(copy, pv->uuid);
		to->name = copy_name(copy, pv->name);
	}
	for (size_t i = 0; i < from->n_lvm_devices; i++)
		*array_add(&copy->to->lvm_devices, &copy->to->n_lvm_devices) =
			from->lvm_devices[i];
}

static void segments(const struct copy *copy, const struct lv *from, struct lv *to)
{
	to->segments = NULL;
	to->n_segments = 0;
	for (size_t s = 0; s < from->n_segments; s++) {
		const struct segment *segment = &from->segments[s];
		struct segment *added = array_add(&to->segments, &to->n_segments);

		*added = *segment;
		added->type = copy_keep(copy, segment->type);
		added->stripes = NULL;
		added->n_stripes = 0;
		for (size_t i = 0; i < segment->n_stripes; i++) {
			struct stripe *stripe =
				array_add(&added->stripes, &added->n_stripes);

			*stripe = segment->stripes[i];
			stripe->pv_uuid = copy_keep(copy, stripe->pv_uuid);
			stripe->lv_name = copy_name(copy, stripe->lv_name);
		}
	}
}

static void volumes(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_lvs; i++) {
		const struct lv *lv = &from->lvs[i];
		struct lv *to = array_add(&copy->to->lvs, &copy->to->n_lvs);

		*to = *lv;
		to->vg_uuid = copy_keep(copy, lv->vg_uuid);
		to->uuid = copy_keep(copy, lv->uuid);
		to->name = copy_name(copy, lv->name);
		to->creator = copy_name(copy, lv->creator);
		to->origin_uuid = copy_keep(copy, lv->origin_uuid);
		to->tags = copy_name(copy, lv->tags);
		segments(copy, lv, to);
	}
}

void copy_volumes(struct copy *copy, const struct host *from)
{
	groups(copy, from);
	volumes(copy, from);
}
