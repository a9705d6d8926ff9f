/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several hosts that share volume groups: captures -> surveys that know of each other ->
 * one plan per host, in an order between hosts.
 *
 *   fleet_join.c   what each capture says of the same snapshot; who may remove it, and
 * where fleet_order.c  plans, round by round, each naming those that must come before
 *   fleet_print.c  the order in front of the hosts' reviews; JSON
 *   fleet_words.c  what the other reviews ask about plans and nodes
 *   fleet_hazards.c  what destroys data now, on which hosts, and which plan ends it
 *   html_hosts.c   the page; explain_hosts.c the story of a device; dot_hosts.c the graph
 *
 * A snapshot's volume is removed by one host: the one where it is active, the last of
 * them where it is active on several. Mappings go first, everywhere.
 */
#ifndef SNAPSTATE_FLEET_H
#define SNAPSTATE_FLEET_H

#include "planner.h"

/* Captures that lie further apart do not show one state of the volume groups they share.
 */
#define FLEET_SPREAD_MAX 3600 /* seconds */
#define FLEET_HOSTS_MAX	 256

struct member {
	const char *file; /* borrowed */
	char sha256[SHA256_HEX_LEN + 1];
	struct host *host;
	struct survey survey;
	struct plan *whole; /* all steps on this host, for the reviews */
};

struct fleet_plan {
	size_t member;
	struct plan *plan;
	struct buf text;
	char *file; /* "1-hv7.snapplan" */
};

struct fleet {
	struct request *request; /* borrowed; its captures are set here */
	struct member *members;	 /* sorted by node, then machine-id */
	size_t n_members;
	struct fleet_plan *plans; /* in the order in which they are to be carried out */
	size_t n_plans;
};
void fleet_free(struct fleet *fleet);
static inline void fleet_free_fn(struct fleet *fleet)
{
	fleet_free(fleet);
}
#define cleanup_fleet cleanup_with(fleet_free_fn)

/* Takes the host, which has an index. */
void fleet_add(struct fleet *fleet, const char *file,
	const char sha256[SHA256_HEX_LEN + 1], struct host *host);

/* Sorts the members, finds and judges each one's subjects, and joins them. -EBADMSG: two
 * captures of one host, or names that do not compare. */
int fleet_survey(struct fleet *fleet, struct err *err);

/* ---- inside ---- */

/* Lets what other members show decide about each subject. */
void fleet_join(struct fleet *fleet);

/* All plans, with their texts. An error is a bug, as of order_survey(). */
int fleet_order(struct fleet *fleet, struct err *err);

/* Reads each text back and proves all of them, in their order. -EPERM as prove_plan(). */
int fleet_prove(const struct fleet *fleet, struct err *err);

void fleet_print(const struct fleet *fleet, const char *folder, struct buf *ret_text);
void fleet_print_json(const struct fleet *fleet, struct buf *ret_text);
void fleet_print_dot(const struct fleet *fleet, struct buf *ret_text);
/* `folder` is what -o named, NULL without. */
void fleet_print_html(const struct fleet *fleet, const char *folder, struct buf *ret_text);
/* The story of a block device on each host that has it: `name` as for explain_print(), or
 * "NODE:" and such a name. -ENOENT: no capture has one. */
int fleet_explain(const struct fleet *fleet, const char *name, struct buf *ret_text,
	struct err *err);
bool fleet_has_kept(const struct fleet *fleet);

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
