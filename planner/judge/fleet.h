/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hosts that are planned together, one or several: captures -> surveys that know of each
 * other -> plans, in an order between hosts. One host is a fleet of one.
 *
 *   fleet_join.c   what each capture says of the same snapshot; who may remove it, and
 *                  where
 *   order/fleet_order.c  plans, round by round, each naming those that must come before
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
	/* All steps on this host, for the reviews: its only plan, or one of its own. */
	struct plan *whole;
};

struct fleet_plan {
	size_t member;
	struct plan *plan;
	struct buf text;
	char *file; /* "1-hv7.snapplan" */
};

struct fleet {
	struct request *request; /* borrowed; its captures are set here */
	struct member *members;	 /* sorted by node, machine-id, boot-id */
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

/* true: something that was asked for on one of them was refused or is undecided. */
bool fleet_has_kept(const struct fleet *fleet);

/* ---- inside ---- */

/* Lets what other members show decide about each subject. */
void fleet_join(struct fleet *fleet);

#endif
