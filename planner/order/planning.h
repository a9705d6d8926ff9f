/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdicts to plans:
 *
 *   - order.c: what is removable -> the plan's steps, in an order that the kernel accepts
 *   - replay.c: steps + a clone of the host -> what each step makes untrue and true
 *   - parts.c: which of them have nothing in common
 *   - would.c: the steps that would follow if an outlook is confirmed
 *   - fleet_order.c: one plan per host, and the order between them
 */
#ifndef SNAPSTATE_PLANNING_H
#define SNAPSTATE_PLANNING_H

#include "fleet.h"
#include "judge.h"
#include "proof.h"

/* Its header, from what was asked and captured. */
struct plan *plan_begin(const struct survey *survey, const struct request *request,
	const char *capture_sha256);

/* Steps for all removable subjects, with predictions, part by part. An error means that
 * the planner could not show its own steps to be possible: a bug; nothing may be written
 * then. */
int order_survey(struct survey *survey, struct plan *plan, struct err *err);

/* Which subjects: those of which only mappings go, and the volumes that LVM removes. */
enum order_part {
	ORDER_MAPPINGS = 1 << 0,
	ORDER_VOLUMES = 1 << 1,
	/* and what has nothing in common is a part of its own (plan.h) */
	ORDER_PARTS = 1 << 2,
};
/* The same for a part of them, on a host that earlier plans have changed: `now` goes on
 * to what it is after these steps. */
int order_part(struct survey *survey, unsigned parts, struct host *now, struct plan *plan,
	struct err *err);

/*
 * Applies one step to a clone under the kernel's and LVM's rules. -EBUSY: the kernel
 * would refuse; -ENOENT: the target is not there.
 */
int replay_step(struct host *clone, const struct plan_step *step, struct err *err);

/* would.c: of each subject whose outlook is remove, the commands that would follow. */
void order_would(struct survey *survey);

/* ---- several hosts ---- */

/* All plans, with their texts. An error is a bug, as of order_survey(). */
int fleet_order(struct fleet *fleet, struct err *err);

/* Reads each text back and proves all of them, in their order. -EPERM as prove_plan(). */
int fleet_prove(const struct fleet *fleet, struct err *err);

#endif
