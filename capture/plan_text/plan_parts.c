/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of a plan: which one a fact is of, and the plan with some of them alone.
 * Input: a plan with parts (plan.h). Output: a plan that borrows from it, on which all
 * that is done with a plan can be done.
 */
#include <stdlib.h>
#include <string.h>

#include "plan_text.h"
#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"
#include "snapstate/lvm_names.h"

/* ---- of which part ---- */

static int order_device(const void *key, const void *entry)
{
	return devno_compare(
		*(const struct devno *)key, ((const struct scope_device *)entry)->devno);
}

static int order_block(const void *key, const void *entry)
{
	return devno_compare(
		*(const struct devno *)key, ((const struct scope_block *)entry)->devno);
}

static int order_volume(const void *key, const void *entry)
{
	return scope_volume_compare(key, entry);
}

static int order_group(const void *key, const void *entry)
{
	return strcmp(key, *(const char *const *)entry);
}

static const void *find(const void *key, const void *entries, size_t count, size_t size,
	int (*order)(const void *, const void *))
{
	return count ? bsearch(key, entries, count, size, order) : NULL;
}

static bool part_of_device(
	const struct scope *scope, struct devno devno, unsigned *ret_part)
{
	const struct scope_device *device = find(&devno, scope->devices, scope->n_devices,
		sizeof(*scope->devices), order_device);
	const struct scope_block *block = find(&devno, scope->blocks, scope->n_blocks,
		sizeof(*scope->blocks), order_block);

	if (device || block)
		*ret_part = device ? device->part : block->part;
	return device || block;
}

/* "VG-UUID/LV-UUID" */
static bool part_of_volume(
	const struct scope *scope, const char *vg, const char *lv, unsigned *ret_part)
{
	const struct scope_volume *volume =
		find(&(struct scope_volume){.vg_uuid = vg, .lv_uuid = lv}, scope->volumes,
			scope->n_volumes, sizeof(*scope->volumes), order_volume);

	if (volume)
		*ret_part = volume->part;
	return volume;
}

/* "MAJ:MIN", "VG-UUID" or "VG-UUID/LV-UUID", see fact_subject() */
static bool part_of_subject(
	const struct scope *scope, const char *subject, size_t len, unsigned *ret_part)
{
	const char *slash = memchr(subject, '/', len);
	size_t vg_len = slash ? (size_t)(slash - subject) : len;
	cleanup_free char *vg = NULL, *lv = NULL;
	struct devno devno;

	if (parse_devno(subject, len, &devno) == 0)
		return part_of_device(scope, devno, ret_part);
	if (word_decode(subject, vg_len, &vg) < 0)
		return false;
	*ret_part = 0;
	if (!slash)
		return find(vg, scope->groups, scope->n_groups, sizeof(*scope->groups),
			order_group);
	return word_decode(slash + 1, len - vg_len - 1, &lv) == 0 &&
	       part_of_volume(scope, vg, lv, ret_part);
}

/* The whole of it, behind which only what was found may come. */
static bool part_of_condition(
	const struct scope *scope, const char *fact, unsigned *ret_part)
{
	const char *text = strchr(fact, ' ') + 1; /* fact_subject() found one */
	struct arena *strings = arena_new();
	const struct condition *found = NULL;
	struct condition condition;
	size_t len;

	if (condition_parse(text, strlen(text), strings, &condition, &len) == 0 &&
		text[len] == ' ')
		found = scope_condition(scope, &condition);
	if (found)
		*ret_part = found->part;
	arena_free(strings);
	return found;
}

bool plan_scope_part(const struct scope *scope, const char *fact, unsigned *ret_part)
{
	const char *subject;
	size_t len;

	if (fact_subject(fact, &subject, &len) < 0 || !len)
		return false;
	return fact_is(fact, FACT_CONDITION)
		       ? part_of_condition(scope, fact, ret_part)
		       : part_of_subject(scope, subject, len, ret_part);
}

/* ---- some of them ---- */

/* What is of no part is of all. */
static void keep_scope(
	const struct scope *scope, const bool *is_kept, struct scope *ret_scope)
{
	for (size_t i = 0; i < scope->n_devices; i++)
		if (is_kept[scope->devices[i].part])
			*array_add(&ret_scope->devices, &ret_scope->n_devices) =
				scope->devices[i];
	for (size_t i = 0; i < scope->n_blocks; i++)
		if (is_kept[scope->blocks[i].part])
			*array_add(&ret_scope->blocks, &ret_scope->n_blocks) =
				scope->blocks[i];
	for (size_t i = 0; i < scope->n_volumes; i++)
		if (is_kept[scope->volumes[i].part])
			*array_add(&ret_scope->volumes, &ret_scope->n_volumes) =
				scope->volumes[i];
	for (size_t i = 0; i < scope->n_groups; i++)
		*array_add(&ret_scope->groups, &ret_scope->n_groups) = scope->groups[i];
	for (size_t i = 0; i < scope->n_conditions; i++)
		if (is_kept[scope->conditions[i].part])
			*array_add(&ret_scope->conditions, &ret_scope->n_conditions) =
				scope->conditions[i];
}

/* Part by part, in this order; borrowed. */
static struct plan_step *arrange_steps(const struct plan_step *steps, size_t n_steps,
	const unsigned *parts, size_t n_parts, size_t *ret_count)
{
	struct plan_step *arranged = xcalloc(n_steps + 1, sizeof(*arranged));
	size_t count = 0;

	for (size_t p = 0; p < n_parts; p++) {
		size_t low = 0, high = n_steps;

		while (low < high) { /* the first step of it */
			size_t middle = low + (high - low) / 2;

			if (steps[middle].part < parts[p])
				low = middle + 1;
			else
				high = middle;
		}
		for (; low < n_steps && steps[low].part == parts[p]; low++)
			arranged[count++] = steps[low];
	}
	*ret_count = count;
	return arranged;
}

struct plan *plan_arrange(const struct plan *plan, const unsigned *parts, size_t n_parts)
{
	cleanup_free bool *is_kept = xcalloc(plan->n_parts + 1, sizeof(*is_kept));
	struct plan *arranged = xcalloc(1, sizeof(*arranged));

	*arranged = *plan;
	arranged->scope = (struct scope){0};
	arranged->expect = FACTS_INIT;
	is_kept[0] = true;
	for (size_t i = 0; i < n_parts; i++)
		is_kept[parts[i]] = true;
	keep_scope(&plan->scope, is_kept, &arranged->scope);
	for (size_t i = 0; i < plan->expect.count; i++) {
		char *line = plan->expect.lines[i];
		unsigned part = 0;

		if (!plan_scope_part(&plan->scope, line, &part) || is_kept[part])
			*array_add(&arranged->expect.lines, &arranged->expect.count) =
				line;
	}
	arranged->steps = arrange_steps(
		plan->steps, plan->n_steps, parts, n_parts, &arranged->n_steps);
	return arranged;
}

void plan_arranged_free(struct plan *plan)
{
	if (!plan)
		return;
	scope_free(&plan->scope);
	free(plan->expect.lines);
	free(plan->steps);
	free(plan);
}

/* ---- for people ---- */

static bool is_group(const struct plan *plan, const char *vg_uuid)
{
	return find(vg_uuid, plan->scope.groups, plan->scope.n_groups,
		sizeof(*plan->scope.groups), order_group);
}

/* The snapshot that a step removes, or whose mapping it removes. false: another step. */
static bool take_name(
	const struct plan *plan, const struct plan_step *step, struct buf *ret_name)
{
	char vg_uuid[LVM_UUID_LEN + 1], lv_uuid[LVM_UUID_LEN + 1];
	cleanup_free char *vg = NULL, *lv = NULL, *layer_name = NULL;
	const char *layer;

	if (step->op == OP_LV_REMOVE) {
		buf_word(ret_name, step->target.vg_name);
		buf_puts(ret_name, "/");
		buf_word(ret_name, step->target.lv_name);
		return true;
	}
	if (step->op != OP_DM_REMOVE ||
		!lvm_dm_uuid_split(step->target.dm_uuid, vg_uuid, lv_uuid, &layer) ||
		*layer || !is_group(plan, vg_uuid))
		return false;
	if (!lvm_dm_name_split(step->target.dm_name, &vg, &lv, &layer_name)) {
		buf_word(ret_name, step->target.dm_name);
		return true;
	}
	buf_word(ret_name, vg);
	buf_puts(ret_name, "/");
	buf_word(ret_name, lv);
	return true;
}

void plan_part_label(const struct plan *plan, unsigned part, struct buf *ret_text)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->n_steps; i++) {
		cleanup_buf struct buf name = BUF_INIT;

		if (plan->steps[i].part != part ||
			!take_name(plan, &plan->steps[i], &name))
			continue;
		if (!count++)
			buf_puts(ret_text, buf_text(&name));
	}
	if (!count)
		buf_puts(ret_text, "its snapshot");
	if (count > 1)
		buf_printf(ret_text, " and %zu more", count - 1);
}
