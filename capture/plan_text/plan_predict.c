/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan says that will hold. Input: a plan, how many of its steps are done. Output:
 * facts. */
#include "snapstate/cleanup.h"
#include "snapstate/plan.h"

void plan_step_admit(const struct plan_step *step, struct facts *uncertain)
{
	for (size_t i = 0; i < step->maybe_gone.count; i++)
		facts_insert(uncertain, step->maybe_gone.lines[i]);
	for (size_t i = 0; i < step->maybe_new.count; i++)
		facts_insert(uncertain, step->maybe_new.lines[i]);
}

void plan_step_end(
	const struct plan_step *step, struct facts *now, struct facts *uncertain)
{
	for (size_t i = 0; i < step->gone.count; i++) {
		facts_remove(now, step->gone.lines[i]);
		facts_remove(uncertain, step->gone.lines[i]);
	}
	for (size_t i = 0; i < step->new.count; i++) {
		facts_insert(now, step->new.lines[i]);
		facts_remove(uncertain, step->new.lines[i]);
	}
}

/* A plan that a stranger sent may have two million lines: none is looked for, or moved, in
 * a sorted list of the others. */
static void admit(const struct facts *lines, struct fact_bag *uncertain)
{
	for (size_t i = 0; i < lines->count; i++)
		bag_insert(uncertain, lines->lines[i]);
}

static void end(
	const struct plan_step *step, struct fact_bag *now, struct fact_bag *uncertain)
{
	for (size_t i = 0; i < step->gone.count; i++) {
		bag_remove(now, step->gone.lines[i]);
		bag_remove(uncertain, step->gone.lines[i]);
	}
	for (size_t i = 0; i < step->new.count; i++) {
		bag_insert(now, step->new.lines[i]);
		bag_remove(uncertain, step->new.lines[i]);
	}
}

void plan_predict(const struct plan *plan, size_t n_done, struct facts *ret_now,
	struct facts *ret_uncertain)
{
	cleanup_bag struct fact_bag now = {0}, uncertain = {0};

	admit(&plan->expect, &now);
	for (size_t i = 0; i < n_done; i++) {
		admit(&plan->steps[i].maybe_gone, &uncertain);
		admit(&plan->steps[i].maybe_new, &uncertain);
		end(&plan->steps[i], &now, &uncertain);
	}
	bag_facts(&now, ret_now);
	bag_facts(&uncertain, ret_uncertain);
}
