/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removable subjects -> the plan's steps. What the kernel forces: what is on it from
 * the top down (order_above.c), then the snapshot, then its COW; stale stacks
 * before any lvremove frees extents. Every step is replayed at once, and its prediction
 * is what the replay changed. Invariant: no step names a device that is not a removable
 * subject's own, except lv-refresh.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "order.h"
#include "snapstate/cleanup.h"
#include "snapstate/condition.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"
#include "snapstate/lvm_names.h"
#include "snapstate/stamp.h"

void order_set_string(char **place, const char *text)
{
	free(*place);
	*place = xstrdup(text);
}

/* ---- predictions ---- */

/* The volume whose -real layer a refresh would dissolve: an origin that the metadata
 * knows, and knows without snapshots. NULL: nothing to refresh. */
static const struct lv *refreshable_origin(
	const struct host *host, const struct plan *plan, const struct subject *subject)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	cleanup_places struct places places = {0};
	const char *layer;

	if (!plan->has_refresh_origin || subject->kind != SUBJECT_STALE ||
		!subject->origin || !subject->real || !host_vg(host, subject->vg_uuid) ||
		!lvm_dm_uuid_split(subject->origin->uuid, vg, lv, &layer) || *layer)
		return NULL;
	places = host_places(host, PLACES_LV_ORIGIN, places_text(lv));
	for (size_t i; places_next(&places, &i);)
		if (host->lvs[i].role == LV_SNAPSHOT &&
			strcmp(host->lvs[i].origin_uuid, lv) == 0)
			return NULL;
	return host_lv(host, vg, lv);
}

/* The same, where a step refreshes it: all other snapshots in this kernel are removed
 * before. */
static const struct lv *refreshed_origin(
	const struct ordering *ordering, const struct subject *subject)
{
	const struct host *host = ordering->survey->host;
	const struct lv *origin = refreshable_origin(host, ordering->plan, subject);
	struct holders tables;
	uint32_t n_left;

	if (!origin)
		return NULL;
	n_left = subject->real->open_count;
	tables = host_holders_by(host, subject->real->devno, HELD_BY_TABLE);
	for (struct holder holder; holders_next(&tables, &holder);)
		n_left -= ordering->is_removed[holder.at];
	return n_left == 1 ? origin : NULL;
}

/* A stale snapshot is a sibling of one that LVM removes: its removal changes what that
 * one's condition says. */
static bool is_asked_of_siblings(
	const struct plan *plan, const char *vg_uuid, const char *lv_uuid)
{
	const struct condition wanted = {.kind = CONDITION_SIBLINGS,
		.vg_uuid = vg_uuid,
		.lv_uuid = lv_uuid,
		.argument = ""};

	return scope_condition(&plan->scope, &wanted) != NULL;
}

/* What the verdict took for granted of the origin and its other snapshots: any healthy
 * state of them will do. */
static void scope_of_siblings(const struct ordering *ordering,
	const struct subject *subject, const struct lv *refreshed, struct scope *scope)
{
	struct arena *strings = ordering->plan->strings;
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	if (subject->real && lvm_dm_uuid_split(subject->real->uuid, vg, lv, &layer)) {
		const char *vg_uuid = arena_strdup(strings, vg);
		const char *lv_uuid = arena_strdup(strings, lv);

		scope_add_volume_condition(scope, CONDITION_SETTLED, vg_uuid, lv_uuid);
		if (is_asked_of_siblings(ordering->plan, vg_uuid, lv_uuid))
			scope_add_volume_condition(
				scope, CONDITION_SIBLINGS, vg_uuid, lv_uuid);
	}
	if (subject->needs_origin_in_use)
		scope_add_volume_condition(
			scope, CONDITION_IN_USE, subject->vg_uuid, subject->lv_uuid);
	if (!subject_is_mapping(subject))
		scope_add_volume_condition(scope, CONDITION_SIBLINGS, subject->vg_uuid,
			subject->lv->origin_uuid);
	if (refreshed)
		scope_add_volume_condition(
			scope, CONDITION_SIBLINGS, refreshed->vg_uuid, refreshed->uuid);
}

static void scope_of_configs(const struct subject *subject, struct scope *scope)
{
	const struct condition condition = {.kind = CONDITION_NOT_CONFIGURED,
		.vg_uuid = subject->vg_uuid,
		.lv_uuid = subject->lv_uuid,
		.argument = subject->configured_mount ? subject->configured_mount : ""};

	scope_add_condition(scope, &condition);
}

/* A guest's volume goes since it is on this snapshot alone: so its group has to stay
 * there. */
static void scope_of_guests(const struct ordering *ordering,
	const struct subject *subject, struct scope *scope)
{
	for (size_t i = 0; subject->snapshot && i < subject->n_above; i++) {
		char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
		const char *layer;

		if (lvm_dm_uuid_split(subject->above[i]->uuid, vg, lv, &layer))
			scope_add_condition(scope,
				&(struct condition){.kind = CONDITION_GUEST_GROUP,
					.vg_uuid =
						arena_strdup(ordering->plan->strings, vg),
					.lv_uuid = "",
					.argument = subject->snapshot->uuid});
	}
}

static void scope_of_mount_points(const struct subject *subject, struct scope *scope)
{
	for (size_t i = 0; i < subject->n_reasons; i++)
		if (subject->reasons[i].rule == RULE_MOUNTED_IDLE) {
			scope_add_volume_condition(scope, CONDITION_MOUNT_POINTS,
				subject->vg_uuid, subject->lv_uuid);
			return;
		}
}

/* What a step may change and the executor verifies. An origin is only looked at for its
 * identity, unless the plan is to reload it. */
void order_scope_of_subject(const struct ordering *ordering,
	const struct subject *subject, struct scope *scope)
{
	const struct lv *origin = refreshed_origin(ordering, subject);

	for (size_t i = 0; i < subject->n_above; i++)
		scope_add_device(scope, subject->above[i], SCOPE_ALL);
	for (size_t i = 0; i < subject->n_layers; i++)
		if (subject->layers[i].block)
			scope_add_block(scope, subject->layers[i].block);
	if (subject->snapshot)
		scope_add_device(scope, subject->snapshot, SCOPE_ALL);
	if (subject->cow)
		scope_add_device(scope, subject->cow, SCOPE_ALL);
	if (subject->origin)
		scope_add_device(scope, subject->origin, SCOPE_IDENTITY);
	scope_add_group(scope, subject->vg_uuid);
	scope_add_volume(scope, subject->vg_uuid, subject->lv_uuid);
	if (subject->rule && subject->rule->tags)
		scope_set_tags(
			scope, subject->vg_uuid, subject->lv_uuid, subject->rule->tags);
	scope_add_volume_condition(
		scope, CONDITION_STORAGE, subject->vg_uuid, subject->lv_uuid);
	scope_of_siblings(ordering, subject, origin, scope);
	scope_of_configs(subject, scope);
	scope_of_guests(ordering, subject, scope);
	scope_of_mount_points(subject, scope);
	if (origin) {
		scope_add_device(scope, subject->origin, SCOPE_TABLE);
		scope_add_device(scope, subject->real, SCOPE_TABLE);
		scope_add_volume(scope, origin->vg_uuid, origin->uuid);
	}
}

static void add_around(
	const struct device *device, const struct scope *scope, struct scope *around)
{
	for (size_t i = 0; i < scope->n_devices; i++)
		if (devno_is_equal(scope->devices[i].devno, device->devno) &&
			scope->devices[i].level >= SCOPE_TABLE)
			return;
	scope_add_device(around, device, SCOPE_TABLE);
}

/* What it may change besides `scope`, depending on what else the host does meanwhile:
 * shown, not verified. Another backup of the same origin may come and go all day. */
static void scope_around(
	const struct subject *subject, const struct scope *scope, struct scope *around)
{
	if (subject->origin)
		add_around(subject->origin, scope, around);
	if (subject->real)
		add_around(subject->real, scope, around);
}

static void keep_new(const struct host *host, const struct facts_noted *before,
	const struct facts_noted *after, const struct facts *known, struct facts *ret)
{
	cleanup_facts struct facts gone = FACTS_INIT;

	host_facts_minus(host, before, after, &gone);
	facts_minus(&gone, known, ret);
}

static void reach_free(struct reach *reach)
{
	free(reach->devnos);
	*reach = (struct reach){0};
}

static void forget_scope(struct ordering *ordering)
{
	scope_free(&ordering->scope);
	scope_free(&ordering->around);
	reach_free(&ordering->reach);
	facts_noted_free(&ordering->left);
}

static void find_scope(struct ordering *ordering)
{
	if (ordering->scope_of == ordering->subject)
		return;
	forget_scope(ordering);
	order_scope_of_subject(ordering, ordering->subject, &ordering->scope);
	scope_around(ordering->subject, &ordering->scope, &ordering->around);
	ordering->scope_of = ordering->subject;
}

/* ---- what one step may change ---- */

static bool is_in_reach(const struct reach *reach, struct devno devno)
{
	for (size_t i = 0; i < reach->count; i++)
		if (devno_is_equal(reach->devnos[i], devno))
			return true;
	return false;
}

/* A loop device may end as soon as nobody has it open, with its partitions, and close in
 * turn what it is on. */
static void reach_down(const struct host *clone, struct devno devno, struct reach *reach)
{
	const struct block *block = host_block_by_devno(clone, devno);
	struct holders above;

	if (devno_is_none(devno) || is_in_reach(reach, devno))
		return;
	*array_add(&reach->devnos, &reach->count) = devno;
	if (!block)
		return;
	for (size_t i = 0; i < block->n_below; i++)
		reach_down(clone, block->below[i], reach);
	if (*block->backing_file)
		reach_down(clone, host_loop_devno(clone, block), reach);
	above = host_holders_by(clone, devno, HELD_BY_BLOCK);
	for (struct holder holder; holders_next(&above, &holder);)
		if (holder.block->kind == BLOCK_PARTITION)
			reach_down(clone, holder.block->devno, reach);
}

/* What is taken off the snapshot leaves the origin and its layer as they were. */
static bool may_reach_origin(const struct subject *subject, const struct plan_step *step)
{
	switch (step->op) {
	case OP_UMOUNT:
	case OP_SWAP_OFF:
	case OP_MD_STOP:
	case OP_LOOP_DETACH:
		return false;
	case OP_DM_REMOVE:
		return !subject->snapshot ||
		       devno_is_equal(subject->snapshot->devno, step->target.devno);
	case OP_LV_REMOVE:
	case OP_LV_REFRESH:
		return true;
	}
	return true;
}

/* Nothing: all of the subject. */
static void reach_of_step(const struct ordering *ordering, const struct plan_step *step,
	struct reach *reach)
{
	const struct host *clone = ordering->clone;
	const struct device *device = host_device_by_devno(clone, step->target.devno);

	if (may_reach_origin(ordering->subject, step))
		return;
	reach_down(clone, step->target.devno, reach);
	for (size_t i = 0; device && i < device->n_deps; i++)
		reach_down(clone, device->deps[i], reach);
}

/* Conditions that last are the same before and after. So is what LVM asks of the origin
 * and of its other snapshots: at rest they stay; and what is on a snapshot is none of
 * them, nor does LVM take more of them than the snapshot that it removes. */
static bool may_change(enum condition_kind kind, enum plan_op op, bool is_origin_reached)
{
	if (kind == CONDITION_SIBLINGS)
		return is_origin_reached && op != OP_LV_REMOVE;
	return kind != CONDITION_SETTLED && !condition_row(kind)->is_lasting;
}

/* What the subject's scope has of it. */
static void scope_of_reach(const struct scope *scope, const struct reach *reach,
	enum plan_op op, struct scope *part)
{
	bool is_all = !reach->count;

	for (size_t i = 0; i < scope->n_devices; i++)
		if (is_all || is_in_reach(reach, scope->devices[i].devno))
			*array_add(&part->devices, &part->n_devices) = scope->devices[i];
	for (size_t i = 0; i < scope->n_blocks; i++)
		if (is_all || is_in_reach(reach, scope->blocks[i].devno))
			*array_add(&part->blocks, &part->n_blocks) = scope->blocks[i];
	for (size_t i = 0; is_all && i < scope->n_volumes; i++)
		*array_add(&part->volumes, &part->n_volumes) = scope->volumes[i];
	for (size_t i = 0; i < scope->n_conditions; i++)
		if (may_change(scope->conditions[i].kind, op, is_all))
			*array_add(&part->conditions, &part->n_conditions) =
				scope->conditions[i];
}

/* Nothing changes between two steps of one subject: what the last one left is what the
 * next one finds, if it is to look at the same. */
static void facts_before(struct ordering *ordering, const struct reach *reach,
	const struct scope *scope, struct facts_noted *ret)
{
	const struct reach *last = &ordering->reach;

	if (last->count && last->count == reach->count &&
		memcmp(last->devnos, reach->devnos,
			reach->count * sizeof(*reach->devnos)) == 0) {
		*ret = ordering->left;
		ordering->left = (struct facts_noted){.n_holders = 0};
	} else {
		host_facts_note(ordering->clone, scope, &ordering->left, ret);
	}
	facts_noted_free(&ordering->left);
	reach_free(&ordering->reach);
	ordering->reach = *reach;
}

static void predict_around(const struct host *host, struct plan_step *step,
	const struct facts_noted *before, const struct facts_noted *after)
{
	keep_new(host, before, after, &step->gone, &step->maybe_gone);
	keep_new(host, after, before, &step->new, &step->maybe_new);
}

/* A step of a tall stack does not look at all of it. The prover compares all. */
int order_predict(struct ordering *ordering, struct plan_step *step, struct err *err)
{
	cleanup_scope struct scope scope = {0}, around = {0};
	cleanup_facts_noted struct facts_noted before = {.n_holders = 0};
	cleanup_facts_noted struct facts_noted around_before = {.n_holders = 0};
	cleanup_facts_noted struct facts_noted around_after = {.n_holders = 0};
	const struct host *clone = ordering->clone;
	struct reach reach = {0};
	int r;

	*array_add(&ordering->step_of, &ordering->n_step_of) =
		(size_t)(ordering->subject - ordering->survey->subjects);
	find_scope(ordering);
	reach_of_step(ordering, step, &reach);
	scope_of_reach(&ordering->scope, &reach, step->op, &scope);
	if (!reach.count)
		scope_append(&around, &ordering->around);
	facts_before(ordering, &reach, &scope, &before);
	host_facts_note(clone, &around, NULL, &around_before);
	r = replay_step(ordering->clone, step, err);
	if (r < 0)
		return err_wrap(err, "step %zu (%s)", ordering->plan->n_steps,
			plan_op_name(step->op));
	host_facts_note(clone, &scope, &before, &ordering->left);
	host_facts_note(clone, &around, &around_before, &around_after);
	host_facts_minus(clone, &before, &ordering->left, &step->gone);
	host_facts_minus(clone, &ordering->left, &before, &step->new);
	predict_around(clone, step, &around_before, &around_after);
	return 0;
}

/* ---- steps ---- */

int order_add_dm_remove(struct ordering *ordering, const struct device *device,
	const char *what, struct err *err)
{
	struct plan_step *step = plan_step_add(ordering->plan, OP_DM_REMOVE);

	step->target.devno = device->devno;
	order_set_string(&step->target.dm_uuid, device->uuid);
	order_set_string(&step->target.dm_name, device->name);
	plan_step_reason(step, "%s: %s", ordering->subject->label, what);
	return order_predict(ordering, step, err);
}

static int add_lv_remove(struct ordering *ordering, struct err *err)
{
	const struct subject *subject = ordering->subject;
	const struct vg *vg = host_vg(ordering->clone, subject->vg_uuid);
	struct plan_step *step = plan_step_add(ordering->plan, OP_LV_REMOVE);

	order_set_string(&step->target.vg_uuid, subject->vg_uuid);
	order_set_string(&step->target.lv_uuid, subject->lv_uuid);
	order_set_string(&step->target.origin_uuid, subject->lv->origin_uuid);
	order_set_string(&step->target.vg_name, vg->name);
	order_set_string(&step->target.lv_name, subject->lv->name);
	if (subject->rule)
		plan_step_reason(step, "%s: selected by rule %s", subject->label,
			subject->rule->name);
	/* what stood idle on it had steps, and reasons, of its own */
	for (size_t i = 0; i < subject->n_reasons; i++)
		if (subject->reasons[i].rule != RULE_MOUNTED_IDLE &&
			subject->reasons[i].rule != RULE_MAPPED_IDLE &&
			subject->reasons[i].rule != RULE_HELD_IDLE)
			plan_step_reason(
				step, "%s: %s", subject->label, subject->reasons[i].text);
	return order_predict(ordering, step, err);
}

/* ---- subjects ---- */

static int add_stale_devices(struct ordering *ordering, struct err *err)
{
	const struct subject *subject = ordering->subject;
	int r = 0;

	const char *why =
		subject->active_on
			? "it is active on another host too, whose plan removes the "
			  "volume; here only the mapping is removed, before that"
			: "this snapshot is gone from the LVM metadata and still "
			  "active here";

	if (subject->snapshot)
		r = order_add_dm_remove(ordering, subject->snapshot, why, err);
	if (r == 0 && subject->cow)
		r = order_add_dm_remove(ordering, subject->cow,
			subject->active_on ? "its COW on this host"
					   : "the COW of a snapshot that is "
					     "gone from the LVM metadata",
			err);
	return r;
}

static int add_subject(
	struct ordering *ordering, struct subject *subject, struct err *err)
{
	int r;

	ordering->subject = subject;
	subject->first_step = ordering->plan->n_steps;
	r = order_add_above(ordering, err);
	if (r == 0)
		r = subject_is_mapping(subject) ? add_stale_devices(ordering, err)
						: add_lv_remove(ordering, err);
	subject->n_steps = ordering->plan->n_steps - subject->first_step;
	return r;
}

/* ---- refreshing origins ---- */

static int add_refresh(
	struct ordering *ordering, const struct lv *origin, struct err *err)
{
	struct plan_step *step = plan_step_add(ordering->plan, OP_LV_REFRESH);

	order_set_string(&step->target.vg_uuid, origin->vg_uuid);
	order_set_string(&step->target.lv_uuid, origin->uuid);
	order_set_string(
		&step->target.vg_name, host_vg(ordering->clone, origin->vg_uuid)->name);
	order_set_string(&step->target.lv_name, origin->name);
	plan_step_reason(step,
		"%s: its last snapshot is gone; this turns it back into a plain volume "
		"and removes "
		"its hidden -real layer",
		origin->name);
	return order_predict(ordering, step, err);
}

/* An origin that keeps a snapshot in this kernel keeps its -real layer; a second subject
 * of the same origin finds the layer gone. */
static int add_refreshes(struct ordering *ordering, struct err *err)
{
	struct survey *survey = (struct survey *)ordering->survey;

	for (size_t i = 0; i < survey->n_subjects; i++) {
		struct subject *subject = &survey->subjects[i];
		const struct lv *origin = refreshed_origin(ordering, subject);
		const struct device *real;
		int r;

		if (!origin || subject->verdict != VERDICT_REMOVE)
			continue;
		real = host_device_by_uuid(ordering->clone, subject->real->uuid);
		if (!real || real->open_count != 1)
			continue;
		ordering->subject = subject;
		r = add_refresh(ordering, origin, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- the whole ---- */

/* Whether the subject has steps in such a part. */
bool order_is_of(const struct subject *subject, unsigned parts)
{
	return subject->verdict == VERDICT_REMOVE &&
	       (parts & (subject_is_mapping(subject) ? ORDER_MAPPINGS : ORDER_VOLUMES));
}

static void note_removed(struct ordering *ordering)
{
	const struct survey *survey = ordering->survey;

	ordering->is_removed = xcalloc(survey->host->n_devices + 1, sizeof(bool));
	for (size_t i = 0; i < survey->n_subjects; i++) {
		const struct subject *subject = &survey->subjects[i];

		if (subject->snapshot &&
			order_is_of(subject, ORDER_MAPPINGS & ordering->parts))
			ordering->is_removed[subject->snapshot - survey->host->devices] =
				true;
	}
}

/* What the verdicts took for granted of a volume group. No step changes it, so no step is
 * asked about it when its facts are predicted. */
static void scope_of_group(
	const struct ordering *ordering, const char *vg_uuid, struct scope *scope)
{
	const struct survey *survey = ordering->survey;
	const struct plan *plan = ordering->plan;
	cleanup_buf struct buf nodes = BUF_INIT;
	struct condition hosts = {
		.kind = CONDITION_HOSTS, .vg_uuid = vg_uuid, .lv_uuid = ""};

	scope_add_group_condition(scope, CONDITION_SINGLE, vg_uuid);
	scope_add_group_condition(scope, CONDITION_GROUND, vg_uuid);
	if (!plan->is_single_host && !plan->is_hosts_complete)
		scope_add_group_condition(scope, CONDITION_LOCAL, vg_uuid);
	if (plan->is_single_host || !host_vg(survey->host, vg_uuid))
		return;
	sharing_nodes(survey, vg_uuid, &nodes);
	hosts.argument = arena_strdup(plan->strings, buf_text(&nodes));
	scope_add_condition(scope, &hosts);
}

static void add_group_conditions(const struct ordering *ordering, struct scope *scope)
{
	cleanup_scope struct scope groups = {0};

	for (size_t i = 0; i < scope->n_groups; i++) {
		cleanup_scope struct scope own = {0};

		scope_of_group(ordering, scope->groups[i], &own);
		scope_append(&groups, &own);
	}
	scope_append(scope, &groups);
}

static void add_scope(struct ordering *ordering)
{
	cleanup_scope struct scope scope = {0};
	const struct survey *survey = ordering->survey;

	for (size_t i = 0; i < survey->n_subjects; i++) {
		cleanup_scope struct scope own = {0};

		if (!order_is_of(&survey->subjects[i], ordering->parts))
			continue;
		order_scope_of_subject(ordering, &survey->subjects[i], &own);
		scope_append(&scope, &own);
	}
	scope_unite(&scope);
	add_group_conditions(ordering, &scope);
	if (scope.n_groups)
		scope_add_condition(
			&scope, &(struct condition){.kind = CONDITION_QUIET,
					.vg_uuid = "",
					.lv_uuid = "",
					.argument = ""});
	scope_unite(&scope);
	plan_scope_set(ordering->plan, &scope);
	host_facts(ordering->clone, &ordering->plan->scope, &ordering->plan->expect);
}

/* From the capture on, not from today: the same capture gives the same plan. */
static int64_t expiry_of(const struct host *host, int64_t valid)
{
	int64_t taken = host->identity.taken;

	return valid < STAMP_MAX - taken ? taken + valid : STAMP_MAX;
}

static bool is_any_at_select_mount(const struct survey *survey)
{
	for (size_t i = 0; i < survey->n_subjects; i++)
		if (survey->subjects[i].is_at_select_mount &&
			survey->subjects[i].verdict == VERDICT_REMOVE)
			return true;
	return false;
}

struct plan *plan_begin(const struct survey *survey, const struct request *request,
	const char *capture_sha256)
{
	struct plan *plan = plan_new();

	snprintf(
		plan->capture_sha256, sizeof(plan->capture_sha256), "%s", capture_sha256);
	plan->taken = survey->host->identity.taken;
	plan->expires = request->valid ? expiry_of(survey->host, request->valid) : 0;
	order_set_string(&plan->created_by, "snapstate-plan-" SNAPSTATE_VERSION);
	for (size_t i = 0; i < request->n_select; i++)
		*array_add(&plan->select, &plan->n_select) = xstrdup(request->select[i]);
	plan->min_age = (uint64_t)request->min_age;
	for (size_t i = 0; i < request->n_rules; i++)
		policy_rule_copy(
			&request->rules[i], array_add(&plan->rules, &plan->n_rules));
	if (is_any_at_select_mount(survey))
		for (size_t i = 0; i < request->n_select_mounts; i++)
			*array_add(&plan->select_mounts, &plan->n_select_mounts) =
				xstrdup(request->select_mounts[i]);
	for (size_t i = 0; i < request->n_leftover_mounts; i++)
		*array_add(&plan->leftover_mounts, &plan->n_leftover_mounts) =
			xstrdup(request->leftover_mounts[i]);
	plan->has_refresh_origin = request->has_refresh_origin;
	plan->is_single_host = request->is_single_host;
	plan->is_hosts_complete = request->is_hosts_complete;
	snprintf(plan->redaction, sizeof(plan->redaction), "%s",
		survey->host->identity.redaction);
	return plan;
}

static int add_subjects(struct ordering *ordering, unsigned part, struct err *err)
{
	struct survey *survey = (struct survey *)ordering->survey;

	for (size_t i = 0; i < survey->n_subjects; i++) {
		struct subject *subject = &survey->subjects[i];
		int r;

		if (!order_is_of(subject, part & ordering->parts))
			continue;
		r = add_subject(ordering, subject, err);
		if (r < 0)
			return err_wrap(err, "%s", subject->label);
	}
	return 0;
}

int order_part(struct survey *survey, unsigned parts, struct host *now, struct plan *plan,
	struct err *err)
{
	struct ordering ordering = {
		.survey = survey, .parts = parts, .plan = plan, .clone = now};
	const char *known_by = host_known_by(survey->host);
	size_t first = plan->n_steps;
	int r;

	note_removed(&ordering);
	add_scope(&ordering);
	r = add_subjects(&ordering, ORDER_MAPPINGS, err);
	if (r == 0 && plan->has_refresh_origin && (parts & ORDER_MAPPINGS))
		r = add_refreshes(&ordering, err);
	if (r == 0)
		r = add_subjects(&ordering, ORDER_VOLUMES, err);
	if (r == 0 && (parts & ORDER_PARTS))
		order_find_parts(&ordering);
	if (known_by && plan->n_steps > first)
		plan_step_reason(&plan->steps[first], "%s", known_by);
	forget_scope(&ordering);
	free(ordering.is_removed);
	free(ordering.step_of);
	return r;
}

int order_survey(struct survey *survey, struct plan *plan, struct err *err)
{
	cleanup_host struct host *now = host_clone(survey->host);

	return order_part(
		survey, ORDER_MAPPINGS | ORDER_VOLUMES | ORDER_PARTS, now, plan, err);
}
