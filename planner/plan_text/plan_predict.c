/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan says that will hold. Input: a plan, how many of its steps are done. Output:
 * facts. */
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

void plan_predict(const struct plan *plan, size_t n_done, struct facts *ret_now,
	struct facts *ret_uncertain)
{
	for (size_t i = 0; i < plan->expect.count; i++)
		facts_add(ret_now, plan->expect.lines[i]);
	for (size_t i = 0; i < n_done; i++) {
		plan_step_admit(&plan->steps[i], ret_uncertain);
		plan_step_end(&plan->steps[i], ret_now, ret_uncertain);
	}
}
