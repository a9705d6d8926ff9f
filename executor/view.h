/* SPDX-License-Identifier: Apache-2.0 */
/* Which part of the host one looks at, and what one expects there. */
#ifndef SNAPSTATE_VIEW_H
#define SNAPSTATE_VIEW_H

#include "snapstate/plan.h"
#include "snapstate/probe.h"

/* What is looked at: the whole scope of the plan, or what one step is about. */
struct view {
	unsigned parts; /* of the probe; facts that need others are left out */
	bool is_near;	/* of device-mapper, what is near the scope tells all (probe.h) */
	struct scope scope;
	struct facts expected;	/* before the step */
	struct facts predicted; /* after it; empty for the whole plan */
	/* Facts that earlier steps may have changed, depending on what else the host
	 * does: neither missing nor found they make a difference. */
	const struct facts *uncertain;
};
void view_of_plan(const struct plan *plan, const struct facts *now,
	const struct facts *uncertain, struct view *ret_view);
void view_of_step(const struct plan *plan, const struct plan_step *step,
	const struct facts *now, const struct facts *uncertain, struct view *ret_view);
void view_free(struct view *view);
static inline void view_free_fn(struct view *view)
{
	view_free(view);
}
#define cleanup_view cleanup_with(view_free_fn)

/* The lines of `facts` that can be known after probing these parts. */
void facts_keep_covered(const struct facts *facts, unsigned parts, struct facts *ret);

#endif
