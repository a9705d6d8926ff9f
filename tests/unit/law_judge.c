/* SPDX-License-Identifier: Apache-2.0 */
/* Would a planner still plan it, and would the executor carry it out? See law.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparing.h"
#include "law.h"
#include "observe.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/swap.h"

/* ---- the planner ---- */

static struct plan *plan_survey(
	struct survey *survey, const struct request *request, struct err *err)
{
	cleanup_plan struct plan *plan = NULL, *read = NULL;
	cleanup_buf struct buf text = BUF_INIT;
	char sha256[SHA256_HEX_LEN + 1] = "";

	memset(sha256, '0', SHA256_HEX_LEN);
	plan = plan_begin(survey, request, sha256);
	if (order_survey(survey, plan, err) < 0)
		return NULL;
	plan_write(plan, &text);
	if (plan_read(text.data, text.len, "plan", &read, err) < 0)
		return NULL;
	return take_ptr(read);
}

struct plan *law_plan(
	const struct host *host, const struct request *request, struct err *err)
{
	cleanup_survey struct survey survey = {0};

	survey_collect(host, request, &survey);
	classify_survey(&survey);
	return plan_survey(&survey, request, err);
}

static bool is_same_text(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool is_same_below(const struct plan_target *a, const struct plan_target *b)
{
	if (a->n_below != b->n_below)
		return false;
	for (size_t i = 0; i < a->n_below; i++)
		if (!devno_is_equal(a->below[i], b->below[i]))
			return false;
	return true;
}

/* The same operation on the same thing. Names are labels, except where a thing has no
 * other identity: then they count. */
static bool is_same_step(const struct plan_step *a, const struct plan_step *b)
{
	const struct plan_target *x = &a->target, *y = &b->target;

	if (a->op != b->op)
		return false;
	switch (a->op) {
	case OP_UMOUNT:
		return x->namespace_id == y->namespace_id && x->mount_id == y->mount_id &&
		       devno_is_equal(x->devno, y->devno);
	case OP_DM_REMOVE:
		return is_same_text(x->dm_uuid, y->dm_uuid) &&
		       (*x->dm_uuid || (devno_is_equal(x->devno, y->devno) &&
					       is_same_text(x->dm_name, y->dm_name)));
	case OP_LV_REMOVE:
	case OP_LV_REFRESH:
		return is_same_text(x->vg_uuid, y->vg_uuid) &&
		       is_same_text(x->lv_uuid, y->lv_uuid) &&
		       is_same_text(x->origin_uuid, y->origin_uuid);
	case OP_SWAP_OFF:
		return devno_is_equal(x->devno, y->devno) &&
		       is_same_text(x->swap_path, y->swap_path);
	case OP_MD_STOP:
	case OP_LOOP_DETACH:
		return devno_is_equal(x->devno, y->devno) && x->diskseq == y->diskseq &&
		       is_same_text(x->array_uuid, y->array_uuid) &&
		       is_same_text(x->file, y->file) && is_same_below(x, y);
	}
	return false;
}

static bool has_step(const struct plan *plan, const struct plan_step *step)
{
	for (size_t i = 0; i < plan->n_steps; i++)
		if (is_same_step(&plan->steps[i], step))
			return true;
	return false;
}

/* ---- what a later step touches ---- */

static bool may_be_on(
	const struct host *host, const struct file_at *file, struct devno devno)
{
	return file->place == FILE_UNPLACED && host_has_file_system(host, devno);
}

static bool process_uses(
	const struct host *host, const struct process *process, struct devno devno)
{
	for (size_t i = 0; i < host->n_uses; i++)
		if (host->uses[i].pid == process->pid &&
			devno_is_equal(host->uses[i].devno, devno))
			return true;
	return false;
}

/* LVM reloads the origin and all its snapshots, and writes the group's metadata: nothing
 * that keeps such a volume is beside the step. */
static bool is_by_lvm(const struct plan_step *step)
{
	return step->op == OP_LV_REMOVE || step->op == OP_LV_REFRESH;
}

/* What is said of the volume is said of its own mapping, too. */
static bool is_own_mapping(const struct subject *subject, const struct plan_step *step)
{
	struct devno devno = step->target.devno;

	return step->op == OP_DM_REMOVE &&
	       ((subject->snapshot && devno_is_equal(subject->snapshot->devno, devno)) ||
		       (subject->cow && devno_is_equal(subject->cow->devno, devno)));
}

static bool is_about_target(const struct host *host, const struct subject *subject,
	const struct about *about, const struct plan_step *step)
{
	const struct plan_target *target = &step->target;
	struct devno devno = target->devno;

	switch (about->kind) {
	case ABOUT_NOTHING:
		return is_own_mapping(subject, step);
	case ABOUT_PROCESS:
		return process_uses(host, about->it, devno);
	case ABOUT_DEVICE: {
		const struct device *device = about->it;

		return devno_is_equal(device->devno, devno) ||
		       device_stands_on(device, devno);
	}
	case ABOUT_BLOCK: {
		const struct block *block = about->it;

		return devno_is_equal(block->devno, devno) ||
		       block_stands_on(host, block, devno) ||
		       may_be_on(host, &block->file, devno);
	}
	case ABOUT_MOUNT: {
		const struct mount *mount = about->it;

		return devno_is_equal(host_mount_devno(host, mount), devno) ||
		       (step->op == OP_UMOUNT &&
			       mount->namespace_id == target->namespace_id &&
			       mount->parent_id == target->mount_id);
	}
	case ABOUT_SWAP: {
		const struct swap *swap = about->it;

		return devno_is_equal(swap->devno, devno) ||
		       devno_is_equal(host_swap_file_devno(host, swap), devno) ||
		       (devno_is_none(swap->devno) &&
			       may_be_on(host, &swap->file, devno));
	}
	case ABOUT_KERNEL_HOLDER: {
		const struct kernel_holder *holder = about->it;

		if (devno_is_none(holder->devno))
			return host_has_file_system(host, devno) &&
			       holder_may_be_on(host, holder, devno);
		return devno_is_equal(holder->devno, devno);
	}
	case ABOUT_CHANGE:
	case ABOUT_FSTAB:
	case ABOUT_CONFIG:
	case ABOUT_LV:
		return false;
	}
	return false;
}

/* What a umount writes to: where one of these is suspended, it waits. */
static bool is_unsettled_below(const struct host *host, const struct reason *reason,
	const struct plan_step *step)
{
	return step->op == OP_UMOUNT && reason->rule == RULE_UNSETTLED &&
	       reason->about.kind == ABOUT_DEVICE &&
	       law_stands_on(host, step->target.devno,
		       ((const struct device *)reason->about.it)->devno);
}

/* A device that LVM did not look at, where a physical volume may be that is missing
 * since. A umount and a swapoff take no device away: what is there can be looked at
 * afterwards as before. */
static bool is_where_it_may_be(const struct reason *reason, const struct plan_step *step)
{
	return (step->op == OP_UMOUNT || step->op == OP_SWAP_OFF) &&
	       reason->rule == RULE_EVIDENCE_MISSING &&
	       (reason->about.kind == ABOUT_DEVICE || reason->about.kind == ABOUT_BLOCK);
}

/* That a mapping has to stay says nothing against a umount or a swapoff, which leaves it:
 * what LVM may have said of the mapping's volume since is asked before LVM's own steps,
 * and before mappings are removed. */
static bool is_of_mapping_that_stays(
	const struct reason *reason, const struct plan_step *step)
{
	return (step->op == OP_UMOUNT || step->op == OP_SWAP_OFF) &&
	       reason->rule == RULE_FOREIGN_MAPPING &&
	       reason->about.kind == ABOUT_DEVICE &&
	       devno_is_equal(((const struct device *)reason->about.it)->devno,
		       step->target.devno);
}

static bool is_of_step(const struct host *host, const struct subject *subject,
	const struct reason *reason, const struct plan_step *step)
{
	return (is_about_target(host, subject, &reason->about, step) &&
		       !is_where_it_may_be(reason, step) &&
		       !is_of_mapping_that_stays(reason, step)) ||
	       is_unsettled_below(host, reason, step);
}

/* A reason to keep it that is about what the step touches. That another snapshot of the
 * origin stays is none: it follows from the reasons that keep that one, and those are
 * looked at themselves wherever the step touches it. */
static bool keeps_step(const struct host *host, const struct subject *subject,
	const struct reason *reason, const struct plan_step *step)
{
	return rule_text(reason->rule)->verdict != VERDICT_REMOVE &&
	       reason->rule != RULE_STALE_SIBLING &&
	       is_of_step(host, subject, reason, step);
}

/* Of the reasons for which the step is not planned any more, one is about what it
 * touches; or what it touches is not there any more, or nobody's. */
static bool is_touched(const struct survey *survey, const struct plan_step *step)
{
	bool is_known = false;

	if (is_by_lvm(step))
		return true;
	for (size_t i = 0; i < survey->n_subjects; i++) {
		const struct subject *subject = &survey->subjects[i];

		if (!subject_owns(subject, step->target.devno))
			continue;
		is_known = true;
		for (size_t r = 0; r < subject->n_reasons; r++)
			if (keeps_step(survey->host, subject, &subject->reasons[r], step))
				return true;
	}
	return !is_known;
}

/* ---- what was there before ---- */

static const struct subject *same_subject(
	const struct survey *survey, const struct subject *subject, struct devno devno)
{
	for (size_t i = 0; i < survey->n_subjects; i++)
		if (strcmp(survey->subjects[i].vg_uuid, subject->vg_uuid) == 0 &&
			strcmp(survey->subjects[i].lv_uuid, subject->lv_uuid) == 0 &&
			subject_owns(&survey->subjects[i], devno))
			return &survey->subjects[i];
	return NULL;
}

static bool is_same_device(const struct about *a, const struct about *b)
{
	const struct device *one = a->it, *other = b->it;

	return a->kind == ABOUT_DEVICE && b->kind == ABOUT_DEVICE &&
	       devno_is_equal(one->devno, other->devno) &&
	       strcmp(one->uuid, other->uuid) == 0;
}

/* Of a device it may be said in other words by now why the same rule keeps it. */
static bool has_reason(const struct subject *subject, const struct reason *reason)
{
	for (size_t i = 0; subject && i < subject->n_reasons; i++) {
		const struct reason *other = &subject->reasons[i];

		if (other->rule == reason->rule &&
			(strcmp(other->text, reason->text) == 0 ||
				is_same_device(&other->about, &reason->about)))
			return true;
	}
	return false;
}

/* Somebody planned the step, and each who did has what it is about still, or again. Where
 * nobody would have planned it anyhow, nothing is excused by that. */
static bool has_all_that_planned(const struct survey *before, const struct survey *now,
	const struct plan_step *step)
{
	bool has_one = false;

	for (size_t i = 0; i < before->n_subjects; i++) {
		if (before->subjects[i].verdict != VERDICT_REMOVE ||
			!subject_owns(&before->subjects[i], step->target.devno))
			continue;
		if (!same_subject(now, &before->subjects[i], step->target.devno))
			return false;
		has_one = true;
	}
	return has_one;
}

bool law_is_kept_as_before(const struct host *before, const struct host *now,
	const struct request *request, const struct plan_step *step)
{
	cleanup_survey struct survey then = {0}, survey = {0};

	if (is_by_lvm(step))
		return false;
	survey_collect(before, request, &then);
	classify_survey(&then);
	survey_collect(now, request, &survey);
	classify_survey(&survey);
	if (!has_all_that_planned(&then, &survey, step))
		return false;
	for (size_t i = 0; i < survey.n_subjects; i++) {
		const struct subject *subject = &survey.subjects[i];
		const struct subject *same =
			same_subject(&then, subject, step->target.devno);

		if (!subject_owns(subject, step->target.devno))
			continue;
		for (size_t r = 0; r < subject->n_reasons; r++)
			if (keeps_step(now, subject, &subject->reasons[r], step) &&
				!has_reason(same, &subject->reasons[r]))
				return false;
	}
	return true;
}

static bool is_of_volume(const struct subject *subject, const struct plan_target *target)
{
	return *target->lv_uuid && strcmp(subject->lv_uuid, target->lv_uuid) == 0 &&
	       strcmp(subject->vg_uuid, target->vg_uuid) == 0;
}

/* What keeps the subject that the step is part of; about the step itself, if anything is.
 * NULL: nothing. */
static const struct reason *why_kept(const struct host *host,
	const struct subject *subject, const struct plan_step *step)
{
	const struct reason *found = NULL;

	for (size_t i = 0; i < subject->n_reasons; i++) {
		const struct reason *reason = &subject->reasons[i];

		if (rule_text(reason->rule)->verdict == VERDICT_REMOVE)
			continue;
		if (is_about_target(host, subject, &reason->about, step))
			return reason;
		found = found ? found : reason;
	}
	return found;
}

/* Of all that have the step, what is about it comes first. */
static void say_why(
	const struct survey *survey, const struct plan_step *step, struct err *err)
{
	bool is_about = false;

	err_set(err, -ENOENT, "nothing that would be removed has it");
	for (size_t i = 0; i < survey->n_subjects && !is_about; i++) {
		const struct subject *subject = &survey->subjects[i];
		const struct reason *reason = why_kept(survey->host, subject, step);

		if (!reason || (!is_of_volume(subject, &step->target) &&
				       !subject_owns(subject, step->target.devno)))
			continue;
		is_about = is_about_target(survey->host, subject, &reason->about, step);
		err_set(err, -EPERM, "%s: %s: %s", subject->label,
			rule_text(reason->rule)->name, reason->text);
	}
}

enum law_plan_answer law_planned(const struct host *host, const struct request *request,
	const struct plan *plan, size_t first, size_t *ret_step, struct err *err)
{
	cleanup_survey struct survey survey = {0};
	cleanup_plan struct plan *now = NULL;
	size_t end = first ? first + 1 : plan->n_steps;

	survey_collect(host, request, &survey);
	classify_survey(&survey);
	now = plan_survey(&survey, request, err);
	if (!now)
		return LAW_FAILED;
	for (size_t i = first; i < end; i++) {
		if (has_step(now, &plan->steps[i]))
			continue;
		*ret_step = i;
		say_why(&survey, &plan->steps[i], err);
		return first == 0 || is_touched(&survey, &plan->steps[i])
			       ? LAW_NOT_PLANNED
			       : LAW_BESIDE;
	}
	return LAW_PLANNED;
}

/* ---- the executor ---- */

static void print_lines(struct buf *text, const char *what, const struct facts *facts)
{
	for (size_t i = 0; i < facts->count; i++)
		buf_printf(text, "    %s %s\n", what, facts->lines[i]);
}

static void print_and_abort(const char *text)
{
	fprintf(stderr, "%s\n", text);
	abort();
}

/* As the observer reads it: what it cannot read, it does not answer. */
static int check_question(unsigned parts, const struct scope *scope, struct err *err)
{
	const struct observe_question question = {.parts = parts, .scope = *scope};
	cleanup_question struct observe_question again = {0};
	cleanup_buf struct buf text = BUF_INIT;

	observe_question_write(&question, &text);
	return observe_question_read(buf_text(&text), text.len, &again, err);
}

static bool is_as_viewed(
	const struct view *view, const struct host *host, struct buf *ret_text)
{
	cleanup_host struct host *seen =
		law_seen(host, view->parts,
		observe_is_near(view->parts, &view->scope) ? &view->scope : NULL);
	cleanup_difference struct difference difference = DIFFERENCE_INIT;
	cleanup_facts struct facts found = FACTS_INIT, covered = FACTS_INIT;
	struct err err = ERR_INIT;

	if (check_question(view->parts, &view->scope, &err) < 0 ||
		check_question(view->parts_after, &view->scope_after, &err) < 0)
		print_and_abort(err.msg);
	if (observe_facts(seen, view->parts, &view->scope, &found, &err) < 0) {
		buf_printf(ret_text, "    %s\n", err.msg);
		return false;
	}
	facts_keep_covered(&found, view->parts, &covered);
	verify_compare(view, &covered, &difference);
	print_lines(ret_text, "expected", &difference.missing);
	print_lines(ret_text, "found", &difference.extra);
	return difference_is_empty(&difference);
}

static bool has_use(const struct host *host, struct devno devno, bool is_file)
{
	for (size_t i = 0; i < host->n_uses; i++)
		if (devno_is_equal(host->uses[i].devno, devno) &&
			(host->uses[i].kind != USE_NODE) == is_file)
			return true;
	return false;
}

static bool has_mount_below(const struct host *host, const struct plan_target *target)
{
	for (size_t i = 0; i < host->n_mounts; i++)
		if (host->mounts[i].namespace_id == target->namespace_id &&
			host->mounts[i].parent_id == target->mount_id)
			return true;
	return false;
}

static size_t count_mounts(const struct host *host, struct devno devno)
{
	size_t count = 0;

	for (size_t i = 0; i < host->n_mounts; i++)
		count += devno_is_equal(host_mount_devno(host, &host->mounts[i]), devno);
	return count;
}

/* By the kernel: behind a loop device, a swap area, a SCSI target, an export. An overlay
 * has a mount of its own, and lets the umount happen. */
static bool has_open_file(const struct host *host, struct devno devno)
{
	for (size_t i = 0; i < host->n_blocks; i++)
		if (*host->blocks[i].backing_file &&
			devno_is_none(
				host_path_devno(host, host->blocks[i].backing_file)) &&
			devno_is_equal(host_loop_devno(host, &host->blocks[i]), devno))
			return true;
	for (size_t i = 0; i < host->n_swaps; i++)
		if (devno_is_equal(host_swap_file_devno(host, &host->swaps[i]), devno))
			return true;
	for (size_t i = 0; i < host->n_kernel_holders; i++)
		if (holder_is_of_file(host->kernel_holders[i].kind) &&
			host->kernel_holders[i].kind != HOLDER_OVERLAY &&
			devno_is_equal(host->kernel_holders[i].devno, devno))
			return true;
	return false;
}

/*
 * The kernel's word at the very moment, which changes nothing where it is no: a mount
 * with something below it or in use (umount2 with MNT_EXPIRE, fs/namespace.c), a device
 * that is open (dm.c, dm_lock_for_deletion; LVM asks before it begins), an array that is
 * open (md.c, do_md_stop).
 */
static bool kernel_refuses(const struct plan_step *step, const struct host *host)
{
	const struct plan_target *target = &step->target;
	const struct device *device = NULL;

	switch (step->op) {
	case OP_UMOUNT:
		/* of several mounts it is not known which one is in use */
		return has_mount_below(host, target) ||
		       (count_mounts(host, target->devno) == 1 &&
			       (has_use(host, target->devno, true) ||
				       has_open_file(host, target->devno)));
	case OP_DM_REMOVE:
		device = host_device_by_devno(host, target->devno);
		break;
	case OP_LV_REMOVE:
		device = host_device_of_lv(host, target->vg_uuid, target->lv_uuid, "");
		break;
	case OP_MD_STOP:
		return has_use(host, target->devno, false);
	case OP_LV_REFRESH:
	case OP_SWAP_OFF:
	case OP_LOOP_DETACH:
		break;
	}
	return device && device->open_count > 0;
}

/* What the executor asks right before the act, beside the facts. */
static bool act_refuses(const struct plan_step *step, const struct host *host)
{
	const struct plan_target *target = &step->target;
	const char *origin = *target->origin_uuid ? target->origin_uuid : target->lv_uuid;

	if (step->op != OP_LV_REMOVE && step->op != OP_LV_REFRESH)
		return false;
	cleanup_facts struct facts found = FACTS_INIT;
	cleanup_scope struct scope scope = {0};

	scope_add_group_condition(&scope, CONDITION_SINGLE, target->vg_uuid);
	scope_add_volume_condition(&scope, CONDITION_SETTLED, target->vg_uuid, origin);
	scope_add_volume_condition(&scope, CONDITION_SIBLINGS, target->vg_uuid, origin);
	host_facts(host, &scope, &found);
	return compare_neighbours(&found, target->vg_uuid, origin, NULL) < 0;
}

bool law_verified(const struct plan *plan, size_t first, bool is_whole,
	const struct host *host, struct buf *ret_text)
{
	cleanup_facts struct facts now = FACTS_INIT, uncertain = FACTS_INIT;
	cleanup_view struct view whole = {0}, view = {0}, metadata = {0};

	plan_predict(plan, first, &now, &uncertain);
	if (is_whole) {
		view_of_plan(plan, &now, &uncertain, true, &whole);
		return is_as_viewed(&whole, host, ret_text);
	}
	view_of_step(plan, &plan->steps[first], &now, &uncertain, &view);
	if (!is_as_viewed(&view, host, ret_text))
		return false;
	if (view_of_metadata(
		    plan, &plan->steps[first], &now, &uncertain, false, &metadata) &&
		!is_as_viewed(&metadata, host, ret_text))
		return false;
	if (act_refuses(&plan->steps[first], host)) {
		buf_puts(ret_text, "    a neighbour is not at rest\n");
		return false;
	}
	if (kernel_refuses(&plan->steps[first], host)) {
		buf_puts(ret_text, "    the kernel refuses\n");
		return false;
	}
	return true;
}
