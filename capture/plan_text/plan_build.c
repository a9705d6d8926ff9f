/* SPDX-License-Identifier: Apache-2.0 */
/* A plan is put together, by who makes one. See plan.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan_text.h"

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

void policy_rule_copy(const struct policy_rule *rule, struct policy_rule *ret_rule)
{
	struct policy_rule copy = {.name = xstrdup(rule->name),
		.min_age = rule->min_age,
		.has_min_age = rule->has_min_age};

	for (size_t i = 0; i < rule->n_globs; i++)
		*array_add(&copy.globs, &copy.n_globs) = xstrdup(rule->globs[i]);
	if (rule->tags)
		copy.tags = xstrdup(rule->tags);
	for (size_t i = 0; i < rule->n_mounts; i++)
		*array_add(&copy.mounts, &copy.n_mounts) = xstrdup(rule->mounts[i]);
	*ret_rule = copy;
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
