/* SPDX-License-Identifier: Apache-2.0 */
/* Which part of the host one looks at, and what one expects there. */
#ifndef SNAPSTATE_VIEW_H
#define SNAPSTATE_VIEW_H

#include "snapstate/plan.h"
#include "snapstate/observe_question.h"

/* What is looked at: the whole scope of the plan, or what one step is about. */
struct view {
	unsigned parts;	      /* of the probe; facts that need others are left out */
	unsigned parts_after; /* the same, for what a step has made of it */
	struct scope scope;
	struct wanted_names names; /* what is to be named besides (observe.h) */
	struct facts expected;	   /* before the step */
	/* After it, without the layers around it; empty for the whole plan. */
	struct scope scope_after;
	struct facts unchanged; /* as expected, where nothing was done */
	struct facts predicted;
	/* Facts that earlier steps may have changed, depending on what else the host
	 * does: neither missing nor found they make a difference. */
	const struct facts *uncertain;
};
/* With `is_begin` a step is to begin, and what matters to that alone is asked, too. */
void view_of_plan(const struct plan *plan, const struct facts *now,
	const struct facts *uncertain, bool is_begin, struct view *ret_view);
void view_of_step(const struct plan *plan, const struct plan_step *step,
	const struct facts *now, const struct facts *uncertain, struct view *ret_view);
/*
 * What a removal behind LVM's back relies on beside the devices near it: that the group
 * and the volume are in LVM's metadata, or not, as they were; the conditions of the
 * group; and that all sources of evidence can be read. That takes long, so it is a view
 * of its own, which may be looked at less often (step.c); with `is_of_all` it has all
 * volumes of the plan in that group. false: the step removes no mapping of a group of the
 * plan, and none of a loop device, an array or a partition, which LVM may take for a
 * disk.
 */
bool view_of_metadata(const struct plan *plan, const struct plan_step *step,
	const struct facts *now, const struct facts *uncertain, bool is_of_all,
	struct view *ret_view);
/* Of what was found in a larger one, the lines about what such a view is about. */
void view_keep_about(
	const struct view *view, const struct facts *found, struct facts *ret);
void view_free(struct view *view);
static inline void view_free_fn(struct view *view)
{
	view_free(view);
}
#define cleanup_view cleanup_with(view_free_fn)

/* The lines of `facts` that can be known after probing these parts. */
void facts_keep_covered(const struct facts *facts, unsigned parts, struct facts *ret);

#endif
