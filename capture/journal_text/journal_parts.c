/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far the parts of a plan are. Input: its journal. Output: their order from here on.
 * Invariant: what is done of a part is its first steps, and one part at most is half
 * done.
 */
#include <errno.h>

#include "snapstate/cleanup.h"
#include "snapstate/journal_run.h"
#include "snapstate/plan.h"

/* How far a part is. */
enum part_state { PART_LEFT, PART_SKIPPED, PART_BEGUN, PART_DONE };

static int bad(struct err *err)
{
	return err_set(
		err, -EBADMSG, "its steps are not done in the order of the plan's parts");
}

/* The steps from `first` to before `end`. */
static int state_of(const struct journal_run *run, const struct plan *plan, size_t first,
	size_t end, enum part_state *ret_state, struct err *err)
{
	size_t n_done = 0, n_skipped = 0;
	bool is_begun = false;

	for (size_t i = first; i < end; i++) {
		size_t number = plan->steps[i].number;

		if (run->steps[number] == JOURNAL_DONE && n_done++ != i - first)
			return bad(err);
		if (run->is_begun && run->begun == number) {
			if (n_done != i - first)
				return bad(err);
			is_begun = true;
		}
		n_skipped += run->steps[number] == JOURNAL_SKIPPED;
	}
	if (n_skipped && (n_done || is_begun))
		return bad(err);
	*ret_state = n_done == end - first ? PART_DONE
		     : n_done || is_begun  ? PART_BEGUN
		     : n_skipped	   ? PART_SKIPPED
					   : PART_LEFT;
	return 0;
}

static void add_of(const enum part_state *states, unsigned n_parts,
	enum part_state wanted, unsigned *parts, size_t *count)
{
	for (unsigned part = 1; part <= n_parts; part++)
		if (states[part] == wanted)
			parts[(*count)++] = part;
}

int journal_parts(const struct journal_run *run, const struct plan *plan,
	bool is_left_out, unsigned *ret_parts, size_t *ret_count, struct err *err)
{
	cleanup_free enum part_state *states =
		xcalloc(plan->n_parts + 1, sizeof(*states));
	size_t n_begun = 0;

	*ret_count = 0;
	for (size_t i = 0, end; i < plan->n_steps; i = end) {
		unsigned part = plan->steps[i].part;

		for (end = i; end < plan->n_steps && plan->steps[end].part == part; end++)
			;
		if (state_of(run, plan, i, end, &states[part], err) < 0)
			return -EBADMSG;
		n_begun += states[part] == PART_BEGUN;
	}
	if (n_begun > 1)
		return bad(err);
	add_of(states, plan->n_parts, PART_DONE, ret_parts, ret_count);
	add_of(states, plan->n_parts, PART_BEGUN, ret_parts, ret_count);
	if (is_left_out) {
		add_of(states, plan->n_parts, PART_LEFT, ret_parts, ret_count);
		return 0;
	}
	for (unsigned part = 1; part <= plan->n_parts; part++)
		if (states[part] == PART_LEFT || states[part] == PART_SKIPPED)
			ret_parts[(*ret_count)++] = part;
	return 0;
}
