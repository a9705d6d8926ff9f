/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to look at. Input: a plan, the facts that hold now, perhaps one step. Output: the
 * part of the scope, its facts before and after, and the parts of the probe they need.
 */
#include <stdio.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/condition.h"
#include "snapstate/fact_line.h"
#include "snapstate/lvm_names.h"
#include "view.h"

/* ---- what can be known from some parts of the probe ---- */

static bool is_covered(const char *line, unsigned parts)
{
	return (fact_parts(line) & ~parts) == 0;
}

void facts_keep_covered(const struct facts *facts, unsigned parts, struct facts *ret)
{
	for (size_t i = 0; i < facts->count; i++)
		if (is_covered(facts->lines[i], parts))
			facts_add(ret, facts->lines[i]);
}

/* ---- views ---- */

void view_of_plan(const struct plan *plan, const struct facts *now,
	const struct facts *uncertain, bool is_begin, struct view *ret_view)
{
	const struct scope *scope = &plan->scope;
	struct view view = {.parts = PROBE_IDENTITY, .uncertain = uncertain};

	if (scope->n_devices)
		view.parts |= PROBE_DM | PROBE_BLOCKS | PROBE_HOLDERS | PROBE_MOUNTS |
			      PROBE_PROCESSES;
	if (scope->n_volumes || scope->n_groups)
		view.parts |= PROBE_DM | PROBE_BLOCKS | PROBE_LVM;
	for (size_t i = 0; i < scope->n_devices; i++)
		*array_add(&view.scope.devices, &view.scope.n_devices) =
			scope->devices[i];
	for (size_t i = 0; i < scope->n_blocks; i++)
		*array_add(&view.scope.blocks, &view.scope.n_blocks) = scope->blocks[i];
	for (size_t i = 0; i < scope->n_volumes; i++)
		*array_add(&view.scope.volumes, &view.scope.n_volumes) =
			scope->volumes[i];
	for (size_t i = 0; i < scope->n_groups; i++)
		*array_add(&view.scope.groups, &view.scope.n_groups) = scope->groups[i];
	for (size_t i = 0; i < scope->n_conditions; i++) {
		enum condition_kind kind = scope->conditions[i].kind;

		if (!is_begin && condition_row(kind)->is_momentary)
			continue;
		*array_add(&view.scope.conditions, &view.scope.n_conditions) =
			scope->conditions[i];
		view.parts |= condition_row(kind)->needs;
	}
	facts_keep_covered(now, view.parts, &view.expected);
	if (!is_begin)
		facts_drop_momentary(&view.expected);
	*ret_view = view;
}

/*
 * What has to be read again around a step. For a removal behind LVM's back and for an
 * array processes are not: a process can hold a device only by opening it or a file
 * system on it, and both show in the open count, which the kernel itself compares with 0
 * in the moment of removal (dm.c, dm_lock_for_deletion; md.c, do_md_stop). A mount tells
 * only of itself: its file system may have another one, in which a process is at work. A
 * loop device with another opener would be marked instead. Around a command of LVM, which
 * takes longer than all that, everything is read, as before the first step.
 */
#define PARTS_ALWAYS (PROBE_IDENTITY | PROBE_DM | PROBE_BLOCKS | PROBE_HOLDERS)
#define PARTS_LVM                                                                        \
	(PARTS_ALWAYS | PROBE_MOUNTS | PROBE_PROCESSES | PROBE_LVM | PROBE_PVS |         \
		PROBE_FSTAB | PROBE_CONFIGS)

static const unsigned parts_of_op[PLAN_OPS] = {
	[OP_UMOUNT] = PARTS_ALWAYS | PROBE_MOUNTS | PROBE_FSTAB | PROBE_PROCESSES,
	[OP_DM_REMOVE] = PARTS_ALWAYS,
	[OP_LV_REMOVE] = PARTS_LVM,
	[OP_LV_REFRESH] = PARTS_LVM,
	[OP_MD_STOP] = PARTS_ALWAYS | PROBE_MOUNTS,
	[OP_SWAP_OFF] = PARTS_ALWAYS | PROBE_MOUNTS | PROBE_PROCESSES,
	[OP_LOOP_DETACH] = PARTS_ALWAYS | PROBE_MOUNTS | PROBE_PROCESSES,
};

static void add_subject(struct facts *subjects, const char *text, size_t len)
{
	cleanup_free char *subject = xstrndup(text, len);

	if (len)
		facts_insert(subjects, subject);
}

static void add_subjects_of(struct facts *subjects, const struct facts *facts)
{
	for (size_t i = 0; i < facts->count; i++) {
		const char *text;
		size_t len;

		if (fact_subject(facts->lines[i], &text, &len) == 0)
			add_subject(subjects, text, len);
	}
}

/* LVM suspends, reloads and resumes the devices of a volume and of its origin: all of
 * them are looked at, also those that look the same when it is done. */
static void add_devices_of(
	const struct scope *scope, const char *vg, const char *lv, struct facts *subjects)
{
	cleanup_buf struct buf begin = BUF_INIT, text = BUF_INIT;

	buf_printf(&begin, "LVM-%s%s", vg, lv);
	for (size_t i = 0; i < scope->n_devices && *lv; i++) {
		if (strncmp(scope->devices[i].uuid, begin.data, begin.len) != 0)
			continue;
		text.len = 0;
		buf_devno(&text, scope->devices[i].devno);
		add_subject(subjects, text.data, text.len);
	}
}

static bool has_group(const struct plan *plan, const char *vg_uuid)
{
	for (size_t i = 0; i < plan->scope.n_groups; i++)
		if (strcmp(plan->scope.groups[i], vg_uuid) == 0)
			return true;
	return false;
}

/* The volume that a step removes, or removes the mapping of, if it is of one of the
 * plan's groups: a guest's own is none of them. */
static bool is_of_group(const struct plan *plan, const struct plan_step *step,
	char ret_vg[LVM_UUID_LEN + 1], char ret_lv[LVM_UUID_LEN + 1])
{
	const char *layer;

	if (step->op == OP_LV_REMOVE) {
		snprintf(ret_vg, LVM_UUID_LEN + 1, "%s", step->target.vg_uuid);
		snprintf(ret_lv, LVM_UUID_LEN + 1, "%s", step->target.lv_uuid);
		return true;
	}
	return step->op == OP_DM_REMOVE &&
	       lvm_dm_uuid_split(step->target.dm_uuid, ret_vg, ret_lv, &layer) &&
	       has_group(plan, ret_vg);
}

static void add_holders_of(
	const struct facts *now, const char *devno, struct facts *found)
{
	for (size_t i = facts_first(now, FACT_HOLDER, devno);
		facts_is_at(now, i, FACT_HOLDER, devno); i++) {
		const char *device = fact_holding_device(now->lines[i]);

		if (device)
			facts_add(found, device);
	}
}

/* "holder 254:4 KIND 254:5" of what `devno` is on. */
static void add_held_by(const struct facts *now, const char *devno, struct facts *found)
{
	for (size_t i = facts_first(now, FACT_HOLDER, NULL);
		facts_is_at(now, i, FACT_HOLDER, NULL); i++) {
		const char *device = fact_holding_device(now->lines[i]), *held;
		cleanup_free char *below = NULL;
		size_t len;

		if (!device || strcmp(device, devno) != 0)
			continue;
		held = fact_id(now->lines[i], &len);
		below = xstrndup(held, len);
		facts_add(found, below);
	}
}

static bool is_own_volume(const struct plan *plan, const char *text)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const struct scope *scope = &plan->scope;
	const char *layer;
	struct devno devno;

	if (parse_devno(text, strlen(text), &devno) < 0)
		return false;
	for (size_t i = 0; i < scope->n_devices; i++)
		if (devno_is_equal(scope->devices[i].devno, devno))
			return lvm_dm_uuid_split(
				       scope->devices[i].uuid, vg, lv, &layer) &&
			       has_group(plan, vg);
	return false;
}

/* To the top of the stack. */
static void add_above(const struct facts *now, struct devno devno, struct facts *subjects)
{
	cleanup_facts struct facts found = FACTS_INIT, seen = FACTS_INIT;
	cleanup_buf struct buf text = BUF_INIT;

	buf_devno(&text, devno);
	add_holders_of(now, buf_text(&text), &found);
	for (size_t i = 0; i < found.count; i++)
		if (facts_insert(&seen, found.lines[i])) {
			facts_insert(subjects, found.lines[i]);
			add_holders_of(now, found.lines[i], &found);
		}
}

/* Down to the snapshot, or its COW. */
static void add_below(const struct plan *plan, const struct facts *now,
	struct devno devno, struct facts *subjects)
{
	cleanup_facts struct facts found = FACTS_INIT, seen = FACTS_INIT;
	cleanup_buf struct buf text = BUF_INIT;

	buf_devno(&text, devno);
	facts_add(&found, buf_text(&text));
	for (size_t i = 0; i < found.count; i++)
		if (facts_insert(&seen, found.lines[i])) {
			facts_insert(subjects, found.lines[i]);
			if (!is_own_volume(plan, found.lines[i]))
				add_held_by(now, found.lines[i], &found);
		}
}

/*
 * The layers around the device of a step, which it leaves as they are: they are compared
 * before it. What is on it: who keeps one of these keeps the volume as well; and what is
 * on a loop device that is set to be detached with its last user decides whether that
 * is known. What it is
 * on: a layer that was taken from below it, or leads elsewhere now, makes it no part of
 * the snapshot any more. Below a snapshot and its COW nothing is compared here: of that
 * the conditions tell.
 */
static void add_layers(const struct plan *plan, const struct plan_step *step,
	const struct facts *now, struct facts *subjects)
{
	if (plan_op_row(step->op)->is_by_lvm)
		return;
	add_above(now, step->target.devno, subjects);
	add_below(plan, now, step->target.devno, subjects);
}

/* Subjects as in fact_subject(), the target's own, and its origin, which LVM loads. */
static void subjects_of_step(
	const struct plan *plan, const struct plan_step *step, struct facts *subjects)
{
	const struct plan_target *target = &step->target;
	cleanup_buf struct buf text = BUF_INIT;

	add_subjects_of(subjects, &step->gone);
	add_subjects_of(subjects, &step->new);
	if (*target->vg_uuid) {
		add_subject(subjects, target->vg_uuid, strlen(target->vg_uuid));
		buf_printf(&text, "%s/%s", target->vg_uuid, target->lv_uuid);
		add_devices_of(&plan->scope, target->vg_uuid, target->lv_uuid, subjects);
		add_devices_of(
			&plan->scope, target->vg_uuid, target->origin_uuid, subjects);
	} else {
		buf_devno(&text, target->devno);
	}
	add_subject(subjects, buf_text(&text), text.len);
	add_subject(subjects, "host", strlen("host"));
	if (!*target->origin_uuid)
		return;
	text.len = 0;
	buf_printf(&text, "%s/%s", target->vg_uuid, target->origin_uuid);
	add_subject(subjects, buf_text(&text), text.len);
}

/* The snapshot for which a step is done: all steps of one are in a row, and its own
 * removal is behind what is taken off it. */
static bool find_snapshot_of(const struct plan *plan, const struct plan_step *step,
	char ret_vg[LVM_UUID_LEN + 1], char ret_lv[LVM_UUID_LEN + 1])
{
	for (; step < plan->steps + plan->n_steps; step++)
		if (is_of_group(plan, step, ret_vg, ret_lv))
			return true;
	return false;
}

static void add_snapshot_of(
	const struct plan *plan, const struct plan_step *step, struct facts *subjects)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	cleanup_buf struct buf text = BUF_INIT;

	if (find_snapshot_of(plan, step, vg, lv))
		buf_printf(&text, "%s/%s", vg, lv);
	add_subject(subjects, buf_text(&text), text.len);
}

/* A device that goes is a snapshot's own, or a guest's volume. */
static bool is_guests(const struct scope *scope, const char *dm_uuid)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	if (!lvm_dm_uuid_split(dm_uuid, vg, lv, &layer))
		return true;
	for (size_t i = 0; i < scope->n_conditions; i++)
		if (scope->conditions[i].kind == CONDITION_GUEST_GROUP &&
			strcmp(scope->conditions[i].vg_uuid, vg) == 0)
			return true;
	return false;
}

/* The snapshot with which the step's mapping or mount goes, where a guest's volumes go
 * with it too; NULL: none. All steps of a snapshot are in a row, and what is on it goes
 * first. */
static const char *guests_snapshot(const struct plan *plan, const struct plan_step *step)
{
	const struct scope *scope = &plan->scope;

	for (; step < plan->steps + plan->n_steps; step++) {
		cleanup_buf struct buf uuid = BUF_INIT;

		if (step->op == OP_LV_REMOVE)
			buf_printf(&uuid, "LVM-%s%s", step->target.vg_uuid,
				step->target.lv_uuid);
		else if (step->op == OP_DM_REMOVE)
			buf_puts(&uuid, step->target.dm_uuid);
		for (size_t i = 0; i < scope->n_conditions && uuid.len; i++)
			if (scope->conditions[i].kind == CONDITION_GUEST_GROUP &&
				strcmp(scope->conditions[i].argument, uuid.data) == 0)
				return scope->conditions[i].argument;
		if (uuid.len && !is_guests(scope, uuid.data))
			return NULL;
	}
	return NULL;
}

/* One of the steps from this one on removes a volume of that guest's group, for the same
 * snapshot. */
static bool has_volume_to_go(
	const struct plan *plan, const struct plan_step *step, const char *vg_uuid)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	for (; step < plan->steps + plan->n_steps && !is_of_group(plan, step, vg, lv);
		step++)
		if (step->op == OP_DM_REMOVE &&
			lvm_dm_uuid_split(step->target.dm_uuid, vg, lv, &layer) &&
			strcmp(vg, vg_uuid) == 0)
			return true;
	return false;
}

/* As long as a volume of it is to go, where a guest's group is, is asked around each step
 * of its snapshot, though the step itself needs no LVM. false: there is none. */
static bool add_guest_groups(
	const struct plan *plan, const struct plan_step *step, struct facts *subjects)
{
	const char *snapshot = guests_snapshot(plan, step);
	bool has_one = false;

	for (size_t i = 0; i < plan->scope.n_conditions && snapshot; i++) {
		const struct condition *condition = &plan->scope.conditions[i];

		if (condition->kind != CONDITION_GUEST_GROUP ||
			strcmp(condition->argument, snapshot) != 0 ||
			!has_volume_to_go(plan, step, condition->vg_uuid))
			continue;
		add_subject(subjects, condition->vg_uuid, strlen(condition->vg_uuid));
		has_one = true;
	}
	return has_one;
}

static bool is_about_condition(
	const struct condition *condition, const struct facts *subjects)
{
	cleanup_buf struct buf line = BUF_INIT;

	condition_line_begin(condition, &line);
	for (size_t i = 0; i < subjects->count; i++)
		if (fact_is_about(buf_text(&line), subjects->lines[i],
			    strlen(subjects->lines[i])))
			return true;
	return false;
}

/* A plan has thousands: no text is made of their numbers. */
static void add_number(const struct scope *scope, struct devno devno, struct scope *ret)
{
	for (size_t i = 0; i < scope->n_devices; i++)
		if (devno_is_equal(scope->devices[i].devno, devno))
			*array_add(&ret->devices, &ret->n_devices) = scope->devices[i];
	for (size_t i = 0; i < scope->n_blocks; i++)
		if (devno_is_equal(scope->blocks[i].devno, devno))
			*array_add(&ret->blocks, &ret->n_blocks) = scope->blocks[i];
}

static void restrict_scope(
	const struct scope *scope, const struct facts *subjects, struct scope *ret)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < subjects->count; i++) {
		const char *subject = subjects->lines[i];
		struct devno devno;

		if (parse_devno(subject, strlen(subject), &devno) == 0)
			add_number(scope, devno, ret);
	}
	for (size_t i = 0; i < scope->n_volumes; i++) {
		text.len = 0;
		buf_word(&text, scope->volumes[i].vg_uuid);
		buf_puts(&text, "/");
		buf_word(&text, scope->volumes[i].lv_uuid);
		if (facts_has(subjects, text.data))
			*array_add(&ret->volumes, &ret->n_volumes) = scope->volumes[i];
	}
	for (size_t i = 0; i < scope->n_groups; i++) {
		text.len = 0;
		buf_word(&text, scope->groups[i]);
		if (facts_has(subjects, text.data))
			*array_add(&ret->groups, &ret->n_groups) = scope->groups[i];
	}
	for (size_t i = 0; i < scope->n_conditions; i++)
		if (is_about_condition(&scope->conditions[i], subjects))
			*array_add(&ret->conditions, &ret->n_conditions) =
				scope->conditions[i];
	scope_unite(ret); /* subjects are in the order of texts */
	buf_free(&text);
}

/*
 * That its origin is in use shows that a mount is none of production's: it matters to the
 * umount, and to no step behind it. What LVM would load with an origin matters to its own
 * commands. Where a guest's group is, matters to the snapshot with which its volumes go:
 * other snapshots of the guest's disk have volumes of the same group.
 */
static bool is_asked(const struct plan *plan, const struct plan_step *step,
	const struct condition *condition)
{
	const char *snapshot;

	if (condition->kind == CONDITION_IN_USE)
		return step->op == OP_UMOUNT;
	if (condition->kind == CONDITION_SIBLINGS)
		return plan_op_row(step->op)->is_by_lvm;
	if (condition->kind != CONDITION_GUEST_GROUP)
		return true;
	snapshot = guests_snapshot(plan, step);
	return snapshot && strcmp(condition->argument, snapshot) == 0;
}

/* What is near a device tells of no condition (observe_is_near()). */
static void drop_what_is_not_asked(const struct plan *plan, const struct plan_step *step,
	const struct view *view, struct scope *scope)
{
	bool is_of_devices = view->parts == parts_of_op[OP_DM_REMOVE];
	size_t kept = 0;

	for (size_t i = 0; i < scope->n_conditions; i++)
		if (!is_of_devices && is_asked(plan, step, &scope->conditions[i]))
			scope->conditions[kept++] = scope->conditions[i];
	scope->n_conditions = kept;
}

/* A line that can be known after probing these parts, and is asked of this step. */
static bool is_seen(const struct view *view, unsigned parts, const char *line)
{
	const struct scope *scope = &view->scope;
	enum condition_kind kind;

	if (!is_covered(line, parts))
		return false;
	if (!condition_of_line(line, &kind))
		return true;
	for (size_t i = 0; i < scope->n_conditions; i++)
		if (condition_line_found(line, &scope->conditions[i]))
			return true;
	return false;
}

static void add_all(struct facts *facts, const struct facts *more)
{
	for (size_t i = 0; i < more->count; i++)
		facts_add(facts, more->lines[i]);
}

static void keep_seen(const struct view *view, unsigned parts, const struct facts *facts,
	struct facts *ret)
{
	for (size_t i = 0; i < facts->count; i++)
		if (is_seen(view, parts, facts->lines[i]))
			facts_add(ret, facts->lines[i]);
}

static void predict(const struct plan_step *step, struct view *view)
{
	add_all(&view->predicted, &view->unchanged);
	for (size_t i = 0; i < step->gone.count; i++)
		facts_remove(&view->predicted, step->gone.lines[i]);
	for (size_t i = 0; i < step->new.count; i++)
		if (is_seen(view, view->parts_after, step->new.lines[i]))
			facts_insert(&view->predicted, step->new.lines[i]);
}

/* What a step is about itself: looked at behind it as well. */
static void view_after(const struct plan *plan, const struct plan_step *step,
	const struct facts *now, const struct facts *subjects, struct view *view)
{
	cleanup_facts struct facts about = FACTS_INIT;

	restrict_scope(&plan->scope, subjects, &view->scope_after);
	drop_what_is_not_asked(plan, step, view, &view->scope_after);
	facts_about(now, subjects, &about);
	/* what a step does, it does to no process, and commands come and go */
	view->parts_after = view->parts & ~(unsigned)PROBE_PROCESSES;
	keep_seen(view, view->parts_after, &about, &view->unchanged);
	predict(step, view);
}

void view_of_step(const struct plan *plan, const struct plan_step *step,
	const struct facts *now, const struct facts *uncertain, struct view *ret_view)
{
	struct view view = {.parts = parts_of_op[step->op], .uncertain = uncertain};
	cleanup_facts struct facts own = FACTS_INIT, subjects = FACTS_INIT;
	cleanup_facts struct facts about = FACTS_INIT;

	subjects_of_step(plan, step, &own);
	if (step->op == OP_UMOUNT)
		add_snapshot_of(plan, step, &own);
	if (add_guest_groups(plan, step, &own))
		view.parts |= condition_row(CONDITION_GUEST_GROUP)->needs;
	add_all(&subjects, &own);
	add_layers(plan, step, now, &subjects);
	restrict_scope(&plan->scope, &subjects, &view.scope);
	if (view.scope.n_blocks)
		view.parts |= PROBE_MOUNTS;
	drop_what_is_not_asked(plan, step, &view, &view.scope);
	facts_about(now, &subjects, &about);
	keep_seen(&view, view.parts, &about, &view.expected);
	view_after(plan, step, now, &own, &view);
	*ret_view = view;
}

/* ---- the volume group behind a mapping ---- */

static void add_volumes_of(
	const struct scope *scope, const char *vg_uuid, struct facts *subjects)
{
	cleanup_buf struct buf text = BUF_INIT;

	for (size_t i = 0; i < scope->n_volumes; i++) {
		if (strcmp(scope->volumes[i].vg_uuid, vg_uuid) != 0)
			continue;
		text.len = 0;
		buf_printf(&text, "%s/%s", vg_uuid, scope->volumes[i].lv_uuid);
		add_subject(subjects, text.data, text.len);
	}
}

/* What LVM and the verdict say of a volume: none of it is read by device-mapper alone. Of
 * the conditions, those that hold as long as nothing but the plan's own steps happens:
 * some of these are done between the reading and the comparison. */
static bool is_of_metadata(const char *line)
{
	enum condition_kind condition;
	enum fact_kind kind;

	if (condition_of_line(line, &condition))
		return condition_row(condition)->is_lasting;
	return fact_kind_of(line, &kind) == 0 && fact_row(kind)->is_of_metadata;
}

static void keep_of_metadata(
	const struct facts *facts, const struct facts *subjects, struct facts *ret)
{
	cleanup_facts struct facts about = FACTS_INIT;

	facts_about(facts, subjects, &about);
	for (size_t i = 0; i < about.count; i++)
		if (is_of_metadata(about.lines[i]))
			facts_add(ret, about.lines[i]);
}

static void keep_lasting_conditions(struct view *view)
{
	struct scope *scope = &view->scope;
	size_t kept = 0;

	for (size_t i = 0; i < scope->n_conditions; i++) {
		const struct condition *condition = &scope->conditions[i];

		if (!condition_row(condition->kind)->is_lasting)
			continue;
		view->parts |= condition_row(condition->kind)->needs;
		scope->conditions[kept++] = *condition;
	}
	scope->n_conditions = kept;
}

/* A loop device, an array or a partition is below it: LVM may take what it maps for a
 * disk, as it never does with what is mapped to a volume directly (lvm2 lib/filters,
 * scan_lvs). */
static bool is_on_block(
	const struct plan *plan, const struct plan_step *step, const struct facts *now)
{
	cleanup_facts struct facts below = FACTS_INIT;
	cleanup_buf struct buf text = BUF_INIT;

	add_below(plan, now, step->target.devno, &below);
	for (size_t i = 0; i < plan->scope.n_blocks; i++) {
		text.len = 0;
		buf_devno(&text, plan->scope.blocks[i].devno);
		if (facts_has(&below, buf_text(&text)))
			return true;
	}
	return false;
}

/* The snapshot that it is of, or that it is taken off. */
static bool relies_on_metadata(const struct plan *plan, const struct plan_step *step,
	const struct facts *now, char ret_vg[LVM_UUID_LEN + 1],
	char ret_lv[LVM_UUID_LEN + 1])
{
	if (step->op != OP_DM_REMOVE)
		return false;
	return is_of_group(plan, step, ret_vg, ret_lv) ||
	       (is_on_block(plan, step, now) &&
		       find_snapshot_of(plan, step, ret_vg, ret_lv));
}

bool view_of_metadata(const struct plan *plan, const struct plan_step *step,
	const struct facts *now, const struct facts *uncertain, bool is_of_all,
	struct view *ret_view)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	/* of processes, that they can be read at all */
	struct view view = {.parts = PROBE_IDENTITY | PROBE_DM | PROBE_BLOCKS |
				     PROBE_PROCESSES | PROBE_LVM,
		.uncertain = uncertain};
	cleanup_facts struct facts subjects = FACTS_INIT;
	cleanup_buf struct buf text = BUF_INIT;

	if (!relies_on_metadata(plan, step, now, vg, lv))
		return false;
	buf_printf(&text, "%s/%s", vg, lv);
	add_subject(&subjects, vg, strlen(vg));
	add_subject(&subjects, text.data, text.len);
	if (is_of_all)
		add_volumes_of(&plan->scope, vg, &subjects);
	restrict_scope(&plan->scope, &subjects, &view.scope);
	keep_lasting_conditions(&view);
	keep_of_metadata(now, &subjects, &view.expected);
	*ret_view = view;
	return true;
}

void view_keep_about(
	const struct view *view, const struct facts *found, struct facts *ret)
{
	cleanup_facts struct facts subjects = FACTS_INIT;

	add_subjects_of(&subjects, &view->expected);
	keep_of_metadata(found, &subjects, ret);
}

void view_free(struct view *view)
{
	wanted_names_free(&view->names);
	scope_free(&view->scope);
	scope_free(&view->scope_after);
	facts_free(&view->expected);
	facts_free(&view->unchanged);
	facts_free(&view->predicted);
}
