/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan in memory: new, one step more, free. See plan.h.
 * Invariant: no string of a plan is NULL, and all of them are its own.
 */
#include <stdlib.h>

#include "plan_text.h"

struct plan *plan_new(void)
{
	struct plan *plan = xcalloc(1, sizeof(*plan));

	plan->version = PLAN_VERSION_CONDITIONS;
	plan->strings = arena_new();
	plan->created_by = xstrdup("");
	return plan;
}

struct plan_step *plan_step_add(struct plan *plan, enum plan_op op)
{
	return plan_step_new(&plan->steps, &plan->n_steps, op);
}

/* ---- free ---- */

static void free_strings(char **strings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(strings[i]);
	free(strings);
}

void policy_rules_free(struct policy_rule *rules, size_t n_rules)
{
	for (size_t i = 0; i < n_rules; i++) {
		for (size_t g = 0; g < rules[i].n_globs; g++)
			free(rules[i].globs[g]);
		free(rules[i].globs);
		for (size_t m = 0; m < rules[i].n_mounts; m++)
			free(rules[i].mounts[m]);
		free(rules[i].mounts);
		free(rules[i].tags);
		free(rules[i].name);
	}
	free(rules);
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->n_steps; i++)
		plan_step_free(&plan->steps[i]);
	free(plan->steps);
	free_strings(plan->select, plan->n_select);
	free_strings(plan->select_mounts, plan->n_select_mounts);
	free_strings(plan->leftover_mounts, plan->n_leftover_mounts);
	for (size_t i = 0; i < plan->n_after; i++)
		free(plan->after[i].node);
	free(plan->after);
	policy_rules_free(plan->rules, plan->n_rules);
	free(plan->created_by);
	scope_free(&plan->scope);
	facts_free(&plan->expect);
	arena_free(plan->strings);
	free(plan);
}
