/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the prover: prove.c walks the plan and compares predictions, prove_step.c knows
 * the rules. */
#ifndef SNAPSTATE_PROVE_H
#define SNAPSTATE_PROVE_H

#include "planner.h"

/* A device or a volume of the plan's scope. */
struct proof_entry {
	char *subject; /* see fact_subject() */
	size_t at;     /* in the scope's devices or volumes */
	bool is_volume;
	size_t of_step; /* number of the last step that spoke of it */
};

struct proof {
	const struct host *before; /* the capture */
	struct host *now;	   /* after the steps so far */
	const struct plan *plan;
	const struct plan_step *step;
	size_t number; /* of the step, from 1 */
	struct proof_entry *entries; /* sorted by subject */
	size_t n_entries;
	struct err *err;
};

/* "step 2 (dm-remove) breaks rule 4: NAME: WHY"; -EPERM */
int proof_broken(const struct proof *proof, int rule, const char *why, const char *what);

/* prove_neighbours.c: an lvremove leaves the other snapshots of its origin as they are.
 * -EPERM. */
int proof_check_neighbours(const struct proof *proof, const struct lv *lv);

/* Checks the rules for the step at hand, and applies it to proof->now. -EPERM. */
int proof_apply(struct proof *proof);

#endif
