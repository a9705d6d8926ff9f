/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One step of a plan: number, operation, reasons, target, changes. See plan_text.h.
 * Invariant of a step that was read: it acts on what its own facts speak of.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan_text.h"
#include "snapstate/cleanup.h"
#include "snapstate/lvm_names.h"

/* ---- target and facts ---- */

static bool is_prefixed(const char *line, const char *begin)
{
	return strncmp(line, begin, strlen(begin)) == 0;
}

static bool has_prefixed(const struct facts *facts, const char *begin, const char *also)
{
	for (size_t i = 0; i < facts->count; i++)
		if (is_prefixed(facts->lines[i], begin) && strstr(facts->lines[i], also))
			return true;
	return false;
}

/* The step acts on what its own facts say goes; a refresh keeps the volume it names. */
static bool target_is_consistent(
	const struct plan_step *step, const struct plan_ledger *ledger)
{
	const struct plan_op_row *row = plan_op_row(step->op);
	cleanup_buf struct buf begin = BUF_INIT, too = BUF_INIT;

	plan_target_print(&step->target, row->fact, &begin);
	if (row->is_kept)
		return bag_has(&ledger->volumes, buf_text(&begin));
	if (row->fact_too)
		plan_target_print(&step->target, row->fact_too, &too);
	return has_prefixed(&step->gone, buf_text(&begin), buf_text(&too));
}

/* ---- the step ---- */

/* Of the step before, or the next one: so each part has steps, and they are in a row. */
static int check_part(const struct lines *lines, const struct plan *plan)
{
	unsigned part = plan->steps[plan->n_steps - 1].part, last = plan->n_parts;

	if (plan->version < PLAN_VERSION_PARTS || part == last + 1 ||
		(last && part == last))
		return 0;
	return lines_bad(lines, "expected part %u%s", last ? last : 1,
		last ? ", or the next one" : "");
}

int plan_read_step(
	struct lines *lines, struct plan *plan, struct plan_ledger *ledger)
{
	struct plan_step *step = NULL;
	struct lines at_target;

	if (plan_read_step_head(lines, plan->version >= PLAN_VERSION_PARTS, &plan->steps,
		    &plan->n_steps, &step) < 0)
		return -EBADMSG;
	if (check_part(lines, plan) < 0)
		return -EBADMSG;
	plan->n_parts = step->part;
	at_target = *lines;
	if (plan_take_target(lines, step) < 0 || lines_take_end(lines) < 0 ||
		plan_take_changes(lines, ledger, step) < 0)
		return -EBADMSG;
	if (!target_is_consistent(step, ledger))
		return lines_bad(
			&at_target, "no fact of this step is about its target");
	return lines_take_end(lines);
}
