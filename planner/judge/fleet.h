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

#include "judge.h"

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

bool fleet_has_kept(const struct fleet *fleet);

#endif
