/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this library share; its contract is snapstate/plan.h. */
#ifndef SNAPSTATE_PLAN_TEXT_H
#define SNAPSTATE_PLAN_TEXT_H

#include <stdlib.h>

#include "plan_orders.h"
#include "snapstate/plan.h"

/* The facts that hold at the point that the reader has reached. */
struct plan_ledger {
	const struct plan *plan; /* its scope */
	struct fact_bag now; /* lines of the plan's expect and of its steps */
	struct fact_bag volumes; /* of the volumes' lines among them, what
				  * plan_volume_head() gives */
	size_t n_lines; /* of all facts in the plan */
};
/* "volume VG-UUID/LV-UUID name VG/LV type ", the begin of such a line; its length, or 0
 * for another line. */
size_t plan_volume_head(const char *line);
void plan_ledger_free(struct plan_ledger *ledger);

/* The host line, then the others. */
int plan_take_expect(
	struct lines *lines, struct plan_ledger *ledger, struct facts *ret);
/* gone, new, maybe gone, maybe new; all must follow from what holds now. */
int plan_take_changes(
	struct lines *lines, struct plan_ledger *ledger, struct plan_step *step);

/* The rules of policies: plan_rules.c. */
int plan_read_rules(struct lines *lines, struct plan *plan);
void plan_write_rules(const struct plan *plan, struct buf *text);

/* Lines "KEYWORD PATH": places of rules and of the globs, with * and ?; and what the
 * operator asserts, which are paths as they are. */
struct plan_mounts_kind {
	size_t max;
	bool (*is_valid)(const char *path);
};
extern const struct plan_mounts_kind plan_mounts_places, plan_mounts_asserted;
int plan_read_mounts(struct lines *lines, const char *keyword,
	const struct plan_mounts_kind *kind, char ***ret_mounts, size_t *ret_count);
void plan_write_mounts(
	const char *keyword, char *const *mounts, size_t n_mounts, struct buf *text);

/* One step with its empty line. */
int plan_read_step(
	struct lines *lines, struct plan *plan, struct plan_ledger *ledger);

#endif
