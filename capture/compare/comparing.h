/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the process that compares: questions of the executor, answered; the text of both
 * is in snapstate/compare.h. */
#ifndef SNAPSTATE_COMPARING_H
#define SNAPSTATE_COMPARING_H

#include "look.h"
#include "snapstate/compare.h"
#include "snapstate/plan.h"

/* Patience with a real host. */
#define COMPARE_POLL_MS	  100
#define COMPARE_FLAP_MS	  2000
#define COMPARE_SETTLE_MS 5000

struct comparing {
	struct looking looking; /* `redaction` is set with the plan */
	struct plan *whole;	/* NULL: there is none yet */
	/* The same, or of its parts those that are gone on with, in this order. */
	struct plan *plan;
	unsigned *parts;
	size_t n_parts;
	bool is_going_on; /* parts that differ are left out */
	/* What holds when so many steps are done. */
	size_t n_done;
	bool is_begun; /* the next step was */
	struct facts now;
	struct facts uncertain; /* what the steps may have changed besides */
	struct view step;	/* of the next one, if has_step */
	bool has_step;
	struct facts metadata; /* what LVM said, if has_metadata */
	bool has_metadata;
};
void comparing_free(struct comparing *comparing);
#define cleanup_comparing cleanup_with(comparing_free)

/* The plan that questions are about from now on; takes it. */
void comparing_take_plan(struct comparing *comparing, struct plan *plan);

/* Always gives an answer: also to what is no question. `context` is a struct comparing.
 * Questions about no plan are handed on. */
void comparing_answer(void *context, const struct buf *question, struct buf *ret_answer);

/* The conditions under which a command of LVM leaves the origin's other snapshots as they
 * are. -EAGAIN: not as it must be, or nobody has looked. */
int compare_neighbours(const struct facts *found, const char *vg_uuid,
	const char *origin_uuid, struct err *err);

#endif
