/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside fleet_join.c and its helpers: one snapshot on several hosts, and what they say
 * of its group.
 *
 *   fleet_view.c   a group as each member shows it; once for all of its snapshots
 *   fleet_agree.c  whether they show one state of it
 */
#ifndef SNAPSTATE_FLEET_SHARED_H
#define SNAPSTATE_FLEET_SHARED_H

#include "fleet.h"
#include "snapstate/host.h"

struct group_view {
	const char *vg_uuid;   /* NULL: of none yet */
	const struct vg **vgs; /* by member; NULL: it has no metadata of the group */
	size_t *newest;	       /* members that have, the highest sequence number first */
	size_t n_newest;
	size_t *pvs; /* by member: the first one that knows the same physical volumes */
};
void group_view_free(struct group_view *view);
#define cleanup_group_view cleanup_with(group_view_free)

/* Kept where it is of that group already. */
void group_view_of(
	const struct fleet *fleet, const char *vg_uuid, struct group_view *view);

/* Texts -> for each the position of the first equal one; NULL: its own. */
void first_equals(char *const *texts, size_t count, size_t *ret_first);

/* One snapshot: its subjects on the members that have one. */
struct shared {
	struct fleet *fleet;
	const struct group_view *view;
	const char *vg_uuid, *lv_uuid;
	struct subject **subjects; /* by member; NULL = it has none */
};

static inline const char *shared_node(const struct shared *shared, size_t member)
{
	return shared->fleet->members[member].host->identity.node;
}

/* For all of them. */
void shared_reason(const struct shared *shared, enum rule rule, const struct buf *text);

/* Reasons where the captures do not show one state. */
void shared_agree(const struct shared *shared);

#endif
