/* SPDX-License-Identifier: Apache-2.0 */
/* The checks that classify.c runs. Each adds reasons and decides nothing. */
#ifndef SNAPSTATE_CHECKS_H
#define SNAPSTATE_CHECKS_H

#include "judge.h"

/* check_kind.c: what it is */
void check_host(const struct host *host, struct subject *subject);
void check_other(const struct host *host, struct subject *subject);
void check_volume(const struct host *host, struct subject *subject);
void check_layer(const struct host *host, struct subject *subject);
void check_stale(const struct survey *survey, struct subject *subject);
void check_age(const struct survey *survey, struct subject *subject);

/* check_shown.c: what texts say of a volume that is known by its name alone; of one that
 * the model has, what the model does not show */
void check_shown(const struct survey *survey, struct subject *subject);
void check_shown_besides(const struct survey *survey, struct subject *subject);

/* check_state.c: whether the evidence is whole and the host at rest */
void check_evidence(const struct survey *survey, struct subject *subject);
/* `is_crowded`: its neighbours are too many to be looked at. */
void check_settled(const struct host *host, struct subject *subject, bool is_crowded);

/* check_hosts.c: who else may use the volume group. */
/* Of a group: positions of its physical volumes that are missing or seen twice, and of
 * those that are on a volume of another group. */
struct group_pvs {
	size_t *bad, *nested;
	size_t n_bad, n_nested;
};

struct gone_group {
	const char *vg_uuid;
	struct violations local; /* the condition of that name */
	struct group_pvs pvs;
};

struct sharing {
	size_t n_vgs, n_captures, n_gone;
	bool *is_shown; /* [group * n_captures + capture]: that capture shows a physical
			 * volume of that group */
	struct violations *hosts,
		*local; /* of each group: the conditions of these names */
	struct group_pvs *pvs;		  /* of each group */
	struct gone_group *gone; /* of the subjects' groups that are not there; sorted */
};
void sharing_collect(const struct survey *survey, struct sharing *ret_sharing);
void sharing_free(struct sharing *sharing);
#define cleanup_sharing cleanup_with(sharing_free)
/* NULL: no subject is of that group. */
const struct group_pvs *sharing_pvs(const struct survey *survey,
	const struct sharing *sharing, const char *vg_uuid);
void check_other_hosts(const struct survey *survey, const struct sharing *sharing,
	struct subject *subject);
/* check_state.c: whether its group is safe to work in */
void check_group(const struct survey *survey, const struct sharing *sharing,
	struct subject *subject);
/* check_nesting.c: whether it is a guest's own */
void check_nesting(const struct survey *survey, const struct sharing *sharing,
	struct subject *subject);

/* check_neighbours.c: what its removal would do to other snapshots of its origin */
void check_neighbours(const struct host *host, struct subject *subject);

/* check_layer.c: who else is on what it shares with its origin */
void check_shared_layer(const struct host *host, struct subject *subject);

/* check_use.c: who uses it */
void check_holders(const struct host *host, struct subject *subject);
void check_mounts(const struct host *host, struct subject *subject);
/* check_block.c: swap, arrays, loop devices; called by check_holders() */
void check_blocks(const struct host *host, struct subject *subject);
void check_ledger(const struct host *host, struct subject *subject);
/* check_unplaced.c: whether something is open that may be on its file systems */
void check_unplaced(const struct host *host, struct subject *subject);

/* check_production.c: whether production may run on it */
void check_production(const struct survey *survey, struct subject *subject);
/* check_extent.c: whether there is more than one plan goes through. true for the first:
 * more is on the layer of its origin, and that need not be looked at one by one. */
bool check_siblings_extent(const struct survey *survey, struct subject *subject);
void check_stack_extent(struct subject *subject);

/* check_configured.c: whether a configuration names it */
void check_configured(const struct survey *survey, struct subject *subject);
/* check_fstab.c: what /etc/fstab mounts where it is mounted */
void check_fstab(const struct host *host, struct subject *subject);

bool subject_has_rule(const struct subject *subject, enum rule rule);

#endif
