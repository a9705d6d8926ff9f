/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan in memory: new, grow, free; and the names of the operations. See plan.h.
 * Invariant: no string of a plan is NULL, and all of them are its own.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "plan_text.h"

static const char *const op_words[] = {
	[OP_UMOUNT] = "umount",
	[OP_DM_REMOVE] = "dm-remove",
	[OP_LV_REMOVE] = "lv-remove",
	[OP_LV_REFRESH] = "lv-refresh",
	[OP_SWAP_OFF] = "swap-off",
	[OP_MD_STOP] = "md-stop",
	[OP_LOOP_DETACH] = "loop-detach",
};

const char *plan_op_name(enum plan_op op)
{
	return op_words[op];
}

int plan_op_parse(const char *name, size_t len, enum plan_op *ret_op)
{
	for (size_t i = 0; i < sizeof(op_words) / sizeof(op_words[0]); i++) {
		if (strlen(op_words[i]) == len && memcmp(op_words[i], name, len) == 0) {
			*ret_op = (enum plan_op)i;
			return 0;
		}
	}
	return -EINVAL;
}

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
	struct plan_target *target = &step->target;

	step->op = op;
	target->mount_target = xstrdup("");
	target->dm_uuid = xstrdup("");
	target->dm_name = xstrdup("");
	target->vg_uuid = xstrdup("");
	target->lv_uuid = xstrdup("");
	target->origin_uuid = xstrdup("");
	target->vg_name = xstrdup("");
	target->lv_name = xstrdup("");
	target->swap_path = xstrdup("");
	target->kname = xstrdup("");
	target->array_uuid = xstrdup("");
	target->file = xstrdup("");
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
	struct plan_target *target = &step->target;

	free(target->mount_target);
	free(target->dm_uuid);
	free(target->dm_name);
	free(target->vg_uuid);
	free(target->lv_uuid);
	free(target->origin_uuid);
	free(target->vg_name);
	free(target->lv_name);
	free(target->swap_path);
	free(target->kname);
	free(target->array_uuid);
	free(target->file);
	free(target->below);
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
