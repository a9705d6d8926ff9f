/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people and programs read of a survey and its plans.
 *
 *   - review.c html.c dot.c explain.c json.c diff.c: of one host
 *   - fleet_print.c html_hosts.c dot_hosts.c explain_hosts.c: of several
 *   - remedy.c: reasons of a subject that stays -> what a person must do
 *
 * Helpers: story.c (what the reviews tell of each device), table.c (columns and trees),
 * page.c (HTML), fleet_words.c and fleet_hazards.c.
 */
#ifndef SNAPSTATE_REPORTS_H
#define SNAPSTATE_REPORTS_H

#include "fleet.h"
#include "judge.h"

/* `plan_file` is what -o named, NULL without. */
void review_print(const struct survey *survey, const struct plan *plan,
	const char *capture_name, const char *plan_file, struct buf *ret_text);
void json_print(
	const struct survey *survey, const struct plan *plan, struct buf *ret_text);
/* One page for a browser, without script; a graph for dot(1). */
void html_print(const struct survey *survey, const struct plan *plan,
	const char *capture_name, const char *plan_file, struct buf *ret_text);
void dot_print(
	const struct survey *survey, const struct plan *plan, struct buf *ret_text);
/* The story of one block device, by any of its names. -ENOENT: the capture has none of that
 * name. */
int explain_print(const struct survey *survey, const struct plan *plan, const char *name,
	struct buf *ret_text, struct err *err);
void diff_print(const struct host *a, const struct host *b, struct buf *ret_text);

/* ---- several hosts ---- */

void fleet_print(const struct fleet *fleet, const char *folder, struct buf *ret_text);
void fleet_print_json(const struct fleet *fleet, struct buf *ret_text);
void fleet_print_dot(const struct fleet *fleet, struct buf *ret_text);
/* `folder` is what -o named, NULL without. */
void fleet_print_html(const struct fleet *fleet, const char *folder, struct buf *ret_text);
/* The story of a block device on each host that has it: `name` as for explain_print(), or
 * "NODE:" and such a name. -ENOENT: no capture has one. */
int fleet_explain(const struct fleet *fleet, const char *name, struct buf *ret_text,
	struct err *err);

/* ---- for the reviews (fleet_words.c) ---- */

/* The member's node, with its machine-id where another member has that node too. It came from
 * a host: who prints it escapes it. */
void fleet_node_words(const struct fleet *fleet, size_t member, struct buf *text);
/* A member's plans in their order, and which steps of its whole each has; from {0} on. */
struct fleet_steps {
	size_t plan, first, count;
	size_t next; /* plan */
};
bool fleet_steps_next(
	const struct fleet *fleet, size_t member, struct fleet_steps *steps);
/* "step 4", "steps 1 to 3": of its whole. */
void fleet_steps_words(const struct fleet_steps *steps, struct buf *text);
/* Where a member's plans have step `whole` of its whole; all count from 0. false: nowhere. */
bool fleet_find_step(const struct fleet *fleet, size_t member, size_t whole,
	size_t *ret_plan, size_t *ret_step);
/* ---- hazards (fleet_hazards.c) ---- */

/* Data are being destroyed; from {0} on. The victim may be another host's. */
struct fleet_hazard {
	size_t member; /* whose kernel does it */
	const struct subject *subject;
	const struct reason *reason;
	size_t at, next; /* inside */
};
bool fleet_hazards_next(const struct fleet *fleet, struct fleet_hazard *hazard);
/* true: another member knows the volume that is being overwritten. */
bool fleet_hazard_strikes(
	const struct fleet *fleet, const struct fleet_hazard *hazard, size_t member);
/* What happens to that volume, for a member that it strikes. */
void fleet_hazard_victim_words(const struct fleet *fleet,
	const struct fleet_hazard *hazard, size_t member, struct buf *text);
/* "Plan 1 on hv7 ends it (steps 1 to 3)" */
void fleet_hazard_end_words(
	const struct fleet *fleet, const struct fleet_hazard *hazard, struct buf *text);

/* Which plan waits for which: plan `a` for `b` at [a * n_plans + b]. malloc'ed. */
bool *fleet_waits(const struct fleet *fleet);

#endif
