/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removable subjects -> the plan's steps. What the kernel forces: mounts, then the
 * mappings from the top down, then the snapshot, then its exception store; stale stacks
 * before any lvremove frees extents. Every step is replayed at once, and its prediction
 * is what the replay changed. Invariant: no step names a device that is not a removable
 * subject's own, except lv-refresh.
 */
#include <stdio.h>
#include <string.h>

#include "planner.h"
#include "snapstate/cleanup.h"

struct ordering {
	const struct survey *survey;
	unsigned parts; /* enum order_part */
	struct plan *plan;
	struct host *clone; /* the host after the steps so far */
	struct subject *subject;
	/* What the last step left of `facts_of`: what its next step finds. */
	const struct subject *facts_of;
	struct facts facts, facts_around; /* of scope_of_subject, scope_around */
};

/* Strings of a step are malloc'ed and start as "". */
static void set_string(char **place, const char *text)
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

/* What a step may change and the executor verifies. An origin is only looked at for its
 * identity, unless the plan is to reload it. */
static void scope_of_subject(const struct ordering *ordering,
	const struct subject *subject, struct scope *scope)
{
	const struct lv *origin =
		refreshable_origin(ordering->survey->host, ordering->plan, subject);

	for (size_t i = 0; i < subject->n_above; i++)
		scope_add_device(scope, subject->above[i], SCOPE_ALL);
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

static void keep_new(const struct facts *before, const struct facts *after,
	const struct facts *known, struct facts *ret)
{
	struct facts gone = FACTS_INIT;

	facts_minus(before, after, &gone);
	facts_minus(&gone, known, ret);
	facts_free(&gone);
}

/* Nothing changes between two steps of one subject. */
static void find_facts(
	struct ordering *ordering, const struct scope *scope, const struct scope *around)
{
	if (ordering->facts_of == ordering->subject)
		return;
	facts_free(&ordering->facts);
	facts_free(&ordering->facts_around);
	host_facts(ordering->clone, scope, &ordering->facts);
	host_facts(ordering->clone, around, &ordering->facts_around);
	ordering->facts_of = ordering->subject;
}

static void keep_facts(
	struct ordering *ordering, struct facts *after, struct facts *around)
{
	facts_free(&ordering->facts);
	facts_free(&ordering->facts_around);
	ordering->facts = *after;
	ordering->facts_around = *around;
	*after = *around = FACTS_INIT;
}

static int predict(struct ordering *ordering, struct plan_step *step, struct err *err)
{
	const struct facts *before = &ordering->facts;
	const struct facts *around_before = &ordering->facts_around;
	cleanup_facts struct facts after = FACTS_INIT, around_after = FACTS_INIT;
	cleanup_scope struct scope scope = {0}, around = {0};
	int r;

	scope_of_subject(ordering, ordering->subject, &scope);
	scope_around(ordering->subject, &scope, &around);
	find_facts(ordering, &scope, &around);
	r = replay_step(ordering->clone, step, err);
	if (r < 0)
		return err_wrap(err, "step %zu (%s)", ordering->plan->n_steps,
			plan_op_name(step->op));
	host_facts(ordering->clone, &scope, &after);
	host_facts(ordering->clone, &around, &around_after);
	facts_minus(before, &after, &step->gone);
	facts_minus(&after, before, &step->new);
	keep_new(around_before, &around_after, &step->gone, &step->maybe_gone);
	keep_new(&around_after, around_before, &step->new, &step->maybe_new);
	keep_facts(ordering, &after, &around_after);
	return 0;
}

/* ---- steps ---- */

static int add_umount(
	struct ordering *ordering, const struct mount *mount, struct err *err)
{
	struct plan_step *step = plan_step_add(ordering->plan, OP_UMOUNT);

	step->target.namespace_id = mount->namespace_id;
	step->target.mount_id = mount->id;
	step->target.devno = host_mount_devno(ordering->clone, mount);
	set_string(&step->target.mount_target, mount->target);
	plan_step_reason(step,
		"%s: this mount keeps it busy; no process has a file, a working "
		"directory, a "
		"root or a mapping on it",
		ordering->subject->label);
	return predict(ordering, step, err);
}

/* All of the subject's mounts, the last in the kernel's order first: one may lie below or
 * on top of another, as a guest's /boot lies below its root. */
static int add_umounts(struct ordering *ordering, struct err *err)
{
	const struct mount_namespace *home = host_namespace_of_host(ordering->clone);
	cleanup_places struct places places =
		subject_places(ordering->clone, ordering->subject, PLACES_MOUNTS);

	for (size_t i; home && places_previous(&places, &i);) {
		const struct mount *mount = &ordering->clone->mounts[i];
		int r;

		if (mount->is_gone || mount->namespace_id != home->id ||
			!subject_owns(ordering->subject,
				host_mount_devno(ordering->clone, mount)))
			continue;
		r = add_umount(ordering, mount, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_dm_remove(struct ordering *ordering, const struct device *device,
	const char *what, struct err *err)
{
	struct plan_step *step = plan_step_add(ordering->plan, OP_DM_REMOVE);

	step->target.devno = device->devno;
	set_string(&step->target.dm_uuid, device->uuid);
	set_string(&step->target.dm_name, device->name);
	plan_step_reason(step, "%s: %s", ordering->subject->label, what);
	return predict(ordering, step, err);
}

static int add_lv_remove(struct ordering *ordering, struct err *err)
{
	const struct subject *subject = ordering->subject;
	const struct vg *vg = host_vg(ordering->clone, subject->vg_uuid);
	struct plan_step *step = plan_step_add(ordering->plan, OP_LV_REMOVE);

	set_string(&step->target.vg_uuid, subject->vg_uuid);
	set_string(&step->target.lv_uuid, subject->lv_uuid);
	set_string(&step->target.origin_uuid, subject->lv->origin_uuid);
	set_string(&step->target.vg_name, vg->name);
	set_string(&step->target.lv_name, subject->lv->name);
	if (subject->rule)
		plan_step_reason(step, "%s: selected by rule %s", subject->label,
			subject->rule->name);
	/* its idle mounts and mappings had steps, and reasons, of their own */
	for (size_t i = 0; i < subject->n_reasons; i++)
		if (subject->reasons[i].rule != RULE_MOUNTED_IDLE &&
			subject->reasons[i].rule != RULE_MAPPED_IDLE)
			plan_step_reason(
				step, "%s: %s", subject->label, subject->reasons[i].text);
	return predict(ordering, step, err);
}

/* ---- subjects ---- */

static int add_what_stands_above(struct ordering *ordering, struct err *err)
{
	const struct subject *subject = ordering->subject;
	int r = add_umounts(ordering, err);

	for (size_t i = 0; i < subject->n_above && r == 0; i++)
		r = add_dm_remove(ordering, subject->above[i],
			"an idle partition mapping stands on it", err);
	return r;
}

static int add_stale_devices(struct ordering *ordering, struct err *err)
{
	const struct subject *subject = ordering->subject;
	int r = 0;

	const char *why =
		subject->active_on
			? "it is active on another host too, whose plan removes "
			  "the volume; here only the mapping goes, before that"
			: "this snapshot is gone from the LVM metadata and still "
			  "active here";

	if (subject->snapshot)
		r = add_dm_remove(ordering, subject->snapshot, why, err);
	if (r == 0 && subject->cow)
		r = add_dm_remove(ordering, subject->cow,
			subject->active_on ? "its exception store on this host"
					   : "the exception store of a snapshot that is "
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
	r = add_what_stands_above(ordering, err);
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

	set_string(&step->target.vg_uuid, origin->vg_uuid);
	set_string(&step->target.lv_uuid, origin->uuid);
	set_string(
		&step->target.vg_name, host_vg(ordering->clone, origin->vg_uuid)->name);
	set_string(&step->target.lv_name, origin->name);
	plan_step_reason(step,
		"%s: its last snapshot is gone; this turns it back into a plain volume "
		"and removes "
		"its hidden -real layer",
		origin->name);
	return predict(ordering, step, err);
}

/* An origin that keeps a snapshot in this kernel keeps its -real layer; a second subject
 * of the same origin finds the layer gone. */
static int add_refreshes(struct ordering *ordering, struct err *err)
{
	struct survey *survey = (struct survey *)ordering->survey;

	for (size_t i = 0; i < survey->n_subjects; i++) {
		struct subject *subject = &survey->subjects[i];
		const struct lv *origin =
			refreshable_origin(survey->host, ordering->plan, subject);
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
static bool is_of(const struct subject *subject, unsigned parts)
{
	return subject->verdict == VERDICT_REMOVE &&
	       (parts & (subject_is_mapping(subject) ? ORDER_MAPPINGS : ORDER_VOLUMES));
}

static void add_scope(struct ordering *ordering)
{
	cleanup_scope struct scope scope = {0};
	const struct survey *survey = ordering->survey;

	for (size_t i = 0; i < survey->n_subjects; i++) {
		cleanup_scope struct scope own = {0};

		if (!is_of(&survey->subjects[i], ordering->parts))
			continue;
		scope_of_subject(ordering, &survey->subjects[i], &own);
		scope_append(&scope, &own);
	}
	scope_unite(&scope);
	plan_scope_set(ordering->plan, &scope);
	host_facts(ordering->clone, &ordering->plan->scope, &ordering->plan->expect);
}

struct plan *plan_begin(const struct survey *survey, const struct request *request,
	const char *capture_sha256)
{
	struct plan *plan = plan_new();

	snprintf(
		plan->capture_sha256, sizeof(plan->capture_sha256), "%s", capture_sha256);
	plan->taken = survey->host->identity.taken;
	set_string(&plan->created_by, "snapstate-plan-" SNAPSTATE_VERSION);
	for (size_t i = 0; i < request->n_select; i++)
		*array_add(&plan->select, &plan->n_select) = xstrdup(request->select[i]);
	plan->min_age = (uint64_t)request->min_age;
	for (size_t i = 0; i < request->n_rules; i++)
		policy_rule_copy(
			&request->rules[i], array_add(&plan->rules, &plan->n_rules));
	plan->has_refresh_origin = request->has_refresh_origin;
	plan->is_single_host = request->is_single_host;
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

		if (!is_of(subject, part & ordering->parts))
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
	int r;

	add_scope(&ordering);
	r = add_subjects(&ordering, ORDER_MAPPINGS, err);
	if (r == 0 && plan->has_refresh_origin && (parts & ORDER_MAPPINGS))
		r = add_refreshes(&ordering, err);
	if (r == 0)
		r = add_subjects(&ordering, ORDER_VOLUMES, err);
	facts_free(&ordering.facts);
	facts_free(&ordering.facts_around);
	return r;
}

int order_survey(struct survey *survey, struct plan *plan, struct err *err)
{
	cleanup_host struct host *now = host_clone(survey->host);

	return order_part(survey, ORDER_MAPPINGS | ORDER_VOLUMES, now, plan, err);
}
