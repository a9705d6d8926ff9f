/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the ordering: order.c orders subjects and what they are, order_above.c what
 * is on one. */
#ifndef SNAPSTATE_ORDER_H
#define SNAPSTATE_ORDER_H

#include "planning.h"
#include "snapstate/facts_noted.h"

/* Devices and blocks, by their numbers. */
struct reach {
	struct devno *devnos;
	size_t count;
};

struct ordering {
	const struct survey *survey;
	unsigned parts; /* enum order_part */
	struct plan *plan;
	struct host *clone; /* the host after the steps so far */
	struct subject *subject;
	bool *is_removed; /* of the host's devices: snapshots that only the kernel has,
			   * and that a step removes */
	const struct subject *scope_of;
	struct scope scope, around; /* scope_of_subject, scope_around: of `scope_of` */
	struct reach reach;	    /* what its last step could reach, if not all */
	struct facts_noted left;    /* what that step left there */
	size_t *step_of;	    /* the place of each step's subject */
	size_t n_step_of;
};

/* Strings of a step are malloc'ed and start as "". */
void order_set_string(char **place, const char *text);
/* Replays the plan's last step; what that changes is its prediction. */
int order_predict(struct ordering *ordering, struct plan_step *step, struct err *err);

int order_add_dm_remove(struct ordering *ordering, const struct device *device,
	const char *what, struct err *err);
/* What a step of the subject may change and the executor verifies. */
void order_scope_of_subject(const struct ordering *ordering,
	const struct subject *subject, struct scope *scope);
/* Whether the subject has steps among these: enum order_part. */
bool order_is_of(const struct subject *subject, unsigned parts);
/* parts.c: joins subjects that share anything, once all steps are predicted; these are
 * part by part then. */
void order_find_parts(struct ordering *ordering);

/* Steps for all that is on the subject. */
int order_add_above(struct ordering *ordering, struct err *err);

#endif
