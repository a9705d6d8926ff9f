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

/* All hosts and plans, in the order of the plans. */
struct proof_fleet {
	const struct host *const *hosts;
	struct host **now;
	size_t n_hosts;
	const struct proof_plan *plans;
	size_t n_plans;
};

struct proof {
	const struct proof_fleet *fleet;
	size_t at; /* the plan's place in it */
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

/* prove_fleet.c: rule 5 for whoever else may use the volume group; no removal of a volume
 * that another host still maps; no mapping taken from a volume that stays. -EPERM. */
int proof_group_is_known(const struct proof *proof, const struct vg *vg);
int proof_is_inactive_elsewhere(const struct proof *proof, const struct lv *lv);
bool proof_goes_later(const struct proof *proof, const char *vg_uuid, const char *lv_uuid);
/* The volume is gone for all hosts. */
void proof_forget_volume(const struct proof *proof, const char *vg_uuid, const char *lv_uuid);

/* Proves one plan on its host as the plans before left it. */
int proof_plan_alone(struct proof *proof);
/* prove_select.c: a rule of the plan selects the volume, by the metadata or, where that does not
 * know it, by the names of its devices; and a volume of the metadata is as old as that rule asks.
 * -EPERM. */
int proof_selected(const struct proof *proof, const char *vg_uuid, const char *lv_uuid);

/* Checks the rules for the step at hand, and applies it to proof->now. -EPERM. */
int proof_apply(struct proof *proof);

#endif
