/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan in memory: new, grow, free. See plan.h.
 * Invariant: no string of a plan is NULL, and all of them are its own.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "plan_text.h"

struct plan *plan_new(void)
{
	struct plan *plan = xcalloc(1, sizeof(*plan));

	plan->version = PLAN_VERSION;
	plan->strings = arena_new();
	plan->created_by = xstrdup("");
	return plan;
}

struct plan_step *plan_step_add(struct plan *plan, enum plan_op op)
{
	struct plan_step *step = array_add(&plan->steps, &plan->n_steps);

	step->op = op;
	plan_target_init(&step->target);
	return step;
}

void plan_step_reason(struct plan_step *step, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	*array_add(&step->reasons, &step->n_reasons) = text;
}

/* ---- scope ---- */

static void copy_conditions(struct plan *plan, const struct scope *scope)
{
	struct scope *copy = &plan->scope;

	for (size_t i = 0; i < scope->n_conditions; i++) {
		struct condition *to = array_add(&copy->conditions, &copy->n_conditions);

		*to = scope->conditions[i];
		to->vg_uuid = arena_strdup(plan->strings, to->vg_uuid);
		to->lv_uuid = arena_strdup(plan->strings, to->lv_uuid);
		to->argument = arena_strdup(plan->strings, to->argument);
	}
}

void plan_scope_set(struct plan *plan, const struct scope *scope)
{
	struct scope *copy = &plan->scope;

	scope_free(copy);
	for (size_t i = 0; i < scope->n_devices; i++) {
		struct scope_device *to = array_add(&copy->devices, &copy->n_devices);

		*to = scope->devices[i];
		to->uuid = arena_strdup(plan->strings, to->uuid);
		to->name = arena_strdup(plan->strings, to->name);
	}
	for (size_t i = 0; i < scope->n_blocks; i++) {
		struct scope_block *to = array_add(&copy->blocks, &copy->n_blocks);

		to->devno = scope->blocks[i].devno;
		to->kname = arena_strdup(plan->strings, scope->blocks[i].kname);
	}
	for (size_t i = 0; i < scope->n_volumes; i++) {
		struct scope_volume *to = array_add(&copy->volumes, &copy->n_volumes);

		to->vg_uuid = arena_strdup(plan->strings, scope->volumes[i].vg_uuid);
		to->lv_uuid = arena_strdup(plan->strings, scope->volumes[i].lv_uuid);
		if (scope->volumes[i].tags)
			to->tags = arena_strdup(plan->strings, scope->volumes[i].tags);
	}
	for (size_t i = 0; i < scope->n_groups; i++)
		*array_add(&copy->groups, &copy->n_groups) =
			arena_strdup(plan->strings, scope->groups[i]);
	copy_conditions(plan, scope);
	scope_unite(copy);
}

/* ---- free ---- */

static void free_strings(char **strings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(strings[i]);
	free(strings);
}

static void step_free(struct plan_step *step)
{
	plan_target_free(&step->target);
	free_strings(step->reasons, step->n_reasons);
	facts_free(&step->gone);
	facts_free(&step->new);
	facts_free(&step->maybe_gone);
	facts_free(&step->maybe_new);
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->n_steps; i++)
		step_free(&plan->steps[i]);
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
