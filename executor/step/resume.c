/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a run that was killed, or stopped, goes on. Input: the plan, what the journal
 * records, the host. Output: what holds now, or the words why nobody can say.
 *
 * Invariants: a step whose result is recorded is never begun again; one of which only the
 * intent is on disk counts as done where the host shows all that it predicts, and is
 * carried out only where the host is as before it, to the last fact. Everything between
 * (lvm killed while the origin was suspended, say) is for a person.
 */
#include <errno.h>
#include <string.h>

#include "apply.h"
#include "names.h"
#include "report.h"
#include "snapstate/cleanup.h"
#include "snapstate/lvm_uuid.h"

static enum exit_code look(struct executor *executor, struct difference *difference)
{
	sight_free(&executor->sight);
	return executor_compare(executor, false, &executor->sight, difference);
}

/* lvm outlives the process that started it: it is not killed with the executor. While it
 * is at work it holds the lock of its group. */
static enum exit_code wait_for_lvm(
	struct executor *executor, const struct plan_step *step)
{
	const struct hands *hands = &executor->hands;
	uint64_t seqno;
	cleanup_free char *vg =
		names_group(&executor->sight, step->target.vg_uuid, &seqno);
	struct err err = ERR_INIT;
	int hold = -1;

	if (!vg || !lvm_name_is_valid(vg))
		return EXIT_DONE;
	if (hands->ops->hold(hands->context, vg, executor->out, &hold, &err) == 0) {
		hands->ops->release(hands->context, vg, hold);
		return EXIT_DONE;
	}
	report_error(executor->errors,
		"%s: the lvm command of step %zu may still be running; nothing more was "
		"changed; try again when it has ended",
		err.msg, step->number);
	return err.code == -EBUSY ? EXIT_DIFFERS : executor_cannot(executor);
}

/* What only a person can do now. */
static enum exit_code say_half_way(const struct executor *executor,
	const struct difference *before, const struct difference *after)
{
	FILE *to = executor->errors;

	report_error(to,
		"step %zu was begun, and its end is not recorded; the host is neither as "
		"before it nor as after it. Nothing more was changed. Of what it was "
		"before:",
		executor->plan->steps[executor->n_done].number);
	executor_say_difference(executor, before);
	report_error(to, "of what the step makes it:");
	executor_say_difference(executor, after);
	if (sight_name(&executor->sight, "suspended"))
		report_error(to,
			"a device is suspended, and every read and write of it "
			"waits: once no lvm command is running, dmsetup resume it");
	report_error(
		to, "then " NEW_CAPTURE ": the review says what is left, and what to do");
	return EXIT_STOPPED;
}

enum exit_code executor_settle_begun(struct executor *executor)
{
	const struct plan_step *step;
	cleanup_difference struct difference before = DIFFERENCE_INIT;
	cleanup_difference struct difference after = DIFFERENCE_INIT;
	enum exit_code code;
	size_t number;

	executor->is_begun = true;
	executor->was_done = false; /* of an earlier look */
	code = look(executor, &before);
	number = executor->plan->steps[executor->n_done].number;
	step = &executor->whole->steps[number - 1];
	if ((code == EXIT_DONE || code == EXIT_DIFFERS) && plan_op_row(step->op)->is_by_lvm) {
		code = wait_for_lvm(executor, step);
		if (code != EXIT_DONE)
			return code;
		code = look(executor, &before);
	}
	if (code == EXIT_DONE)
		fprintf(executor->out,
			"step %zu was begun, and not carried out: all is as before it\n",
			number);
	if (code != EXIT_DIFFERS)
		return code;
	executor_advance(executor);
	code = look(executor, &after);
	if (code == EXIT_DONE) {
		executor->was_done = true;
		fprintf(executor->out,
			"step %zu was begun, and the host shows that it was "
			"carried out\n",
			number);
	} else if (code == EXIT_DIFFERS) {
		executor->n_done--;
		code = say_half_way(executor, &before, &after);
	}
	return code;
}
