/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the prover: prove.c walks the plan and compares predictions, prove_step.c knows
 * the rules. */
#ifndef SNAPSTATE_PROVE_H
#define SNAPSTATE_PROVE_H

#include "planner.h"

struct proof {
	const struct host *before; /* the capture */
	struct host *now;	   /* after the steps so far */
	const struct plan *plan;
	const struct plan_step *step;
	size_t number; /* of the step, from 1 */
	struct err *err;
};

/* "step 2 (dm-remove) breaks rule 4: NAME: WHY"; -EPERM */
int proof_broken(const struct proof *proof, int rule, const char *why, const char *what);

/* Checks the rules for the step at hand, and applies it to proof->now. -EPERM. */
int proof_apply(struct proof *proof);

#endif
