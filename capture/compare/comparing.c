/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A question about a plan -> its answer; see snapstate/compare.h. Input: text that is not
 * trusted, who looks at the host. Output: text. Changes nothing. Invariants: without an
 * answer nothing is taken for found; an answer says as expected only where no line
 * differs.
 */
#include "comparing.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"
#include "snapstate/lvm_names.h"
#include "snapstate/journal_run.h"
#include "words.h"

/* ---- how far the plan is ---- */

static void forget_step(struct comparing *comparing)
{
	if (comparing->has_step)
		view_free(&comparing->step);
	comparing->has_step = false;
}

static void forget_metadata(struct comparing *comparing)
{
	facts_free(&comparing->metadata);
	comparing->has_metadata = false;
}

static void forget_facts(struct comparing *comparing)
{
	forget_step(comparing);
	facts_free(&comparing->now);
	facts_free(&comparing->uncertain);
}

void comparing_free(struct comparing *comparing)
{
	forget_facts(comparing);
	forget_metadata(comparing);
	plan_free(comparing->plan);
	*comparing = (struct comparing){.plan = NULL};
}

static void begin_at(struct comparing *comparing, size_t n_done)
{
	forget_facts(comparing);
	plan_predict(comparing->plan, n_done, &comparing->now, &comparing->uncertain);
	comparing->n_done = n_done;
	comparing->is_begun = false;
}

void comparing_take_plan(struct comparing *comparing, struct plan *plan)
{
	comparing->plan = plan;
	comparing->looking.redaction = plan->redaction;
	begin_at(comparing, 0);
}

static const struct plan_step *next_step(const struct comparing *comparing)
{
	return &comparing->plan->steps[comparing->n_done];
}

static void admit_next(struct comparing *comparing)
{
	if (!comparing->is_begun)
		plan_step_admit(next_step(comparing), &comparing->uncertain);
	comparing->is_begun = true;
}

static void end_next(struct comparing *comparing)
{
	admit_next(comparing);
	forget_step(comparing);
	plan_step_end(next_step(comparing), &comparing->now, &comparing->uncertain);
	comparing->n_done++;
	comparing->is_begun = false;
}

/* From one step to the next, as an execution goes on, or to anywhere. */
static int reach(struct comparing *comparing, size_t n_done, bool is_begun, bool has_next,
	struct err *err)
{
	if (!comparing->plan)
		return err_set(err, -EBADMSG, "a question about a plan, before the plan");
	if (n_done > comparing->plan->n_steps ||
		((is_begun || has_next) && n_done == comparing->plan->n_steps))
		return err_set(err, -EBADMSG, "the plan has no such step");
	if (n_done == comparing->n_done + 1)
		end_next(comparing);
	else if (n_done != comparing->n_done || (comparing->is_begun && !is_begun))
		begin_at(comparing, n_done);
	if (is_begun)
		admit_next(comparing);
	return 0;
}

/* ---- answers ---- */

__attribute__((format(printf, 2, 3))) static void add_name(
	struct sight *sight, const char *format, ...)
{
	cleanup_free char *line = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&line, format, args) < 0)
		abort();
	va_end(args);
	facts_insert(&sight->names, line);
}

static void add_sentence(struct sight *sight, const char *word, const char *sentence)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_tail(&text, sentence);
	add_name(sight, "%s %s", word, buf_text(&text));
}

/* What was found stays here: the lines that differ are told. Takes them. */
static void tell_difference(const struct comparing *comparing, struct sight *sight,
	struct difference *difference, const char *verdict)
{
	cleanup_facts struct facts words = FACTS_INIT;
	char name[32];

	compare_words(&comparing->plan->expect, difference, &words);
	for (size_t i = 0; i < words.count; i++) {
		snprintf(name, sizeof(name), "words %zu", i);
		add_sentence(sight, name, words.lines[i]);
	}
	facts_free(&sight->found);
	sight->found = difference->extra;
	sight->expected = difference->missing;
	*difference = DIFFERENCE_INIT;
	add_name(sight, "verdict %s", verdict);
}

static void tell(const struct comparing *comparing, struct sight *sight,
	struct difference *difference)
{
	tell_difference(comparing, sight, difference,
		difference_is_empty(difference) ? "expected" : "differs");
}

/* ---- what of it matters most ---- */

static bool is_suspended(const char *line)
{
	return fact_is(line, FACT_DEVICE) && fact_value_has(line, "flags", "suspended");
}

/* The device of the umount still has a file system, or is open as before. */
static bool is_still_live(const char *line, struct devno devno)
{
	return (fact_is_of(line, FACT_HOLDER, devno) && fact_holder_is(line, "fs")) ||
	       (fact_is_of(line, FACT_DEVICE, devno) &&
		       !fact_value_is(line, "open", "0"));
}

static void tell_suspended(struct sight *sight)
{
	for (size_t i = 0; i < sight->found.count; i++)
		if (is_suspended(sight->found.lines[i])) {
			add_name(sight, "suspended yes");
			return;
		}
}

static void tell_still_live(const struct plan_step *step, struct sight *sight)
{
	for (size_t i = 0; step->op == OP_UMOUNT && i < sight->found.count; i++)
		if (is_still_live(sight->found.lines[i], step->target.devno)) {
			add_name(sight, "live yes");
			return;
		}
}

/* ---- what is compared ---- */

static int compare_host(struct comparing *comparing, struct sight *sight, struct err *err)
{
	int r = verify_identity(&comparing->looking, comparing->plan, err);

	if (r < 0 && r != -EXDEV)
		return r;
	add_name(sight, "verdict %s", r == 0 ? "expected" : "other");
	if (r < 0)
		add_sentence(sight, "other", err->msg);
	return 0;
}

/* The names of the question, for one look. */
static int look_for(struct comparing *comparing, struct view *view,
	const struct compare_question *question, struct sight *sight,
	struct difference *difference, struct err *err)
{
	int r;

	view->names = question->names; /* borrowed */
	r = verify_expected(&comparing->looking, view, sight, difference, err);
	view->names = (struct wanted_names){.count = 0};
	return r;
}

static int compare_whole(struct comparing *comparing,
	const struct compare_question *question, struct sight *sight, struct err *err)
{
	cleanup_difference struct difference difference = DIFFERENCE_INIT;
	cleanup_view struct view view = {0};
	int r;

	view_of_plan(comparing->plan, &comparing->now, &comparing->uncertain,
		question->how == COMPARE_TO_BEGIN, &view);
	r = look_for(comparing, &view, question, sight, &difference, err);
	if (r < 0)
		return r;
	tell(comparing, sight, &difference);
	tell_suspended(sight);
	add_name(sight, "facts %zu", comparing->now.count);
	return 0;
}

static struct view *view_step(struct comparing *comparing)
{
	if (!comparing->has_step)
		view_of_step(comparing->plan, next_step(comparing), &comparing->now,
			&comparing->uncertain, &comparing->step);
	comparing->has_step = true;
	return &comparing->step;
}

static void tell_neighbours(const struct plan_step *step, struct sight *sight)
{
	const struct plan_target *target = &step->target;
	const char *origin = *target->origin_uuid ? target->origin_uuid : target->lv_uuid;
	struct err err = ERR_INIT;

	if (!plan_op_row(step->op)->is_by_lvm)
		return;
	compare_neighbours(&sight->found, target->vg_uuid, origin, &err);
	add_sentence(sight, "neighbours", err.code ? err.msg : "ok");
}

static int compare_before(struct comparing *comparing,
	const struct compare_question *question, struct sight *sight, struct err *err)
{
	cleanup_difference struct difference difference = DIFFERENCE_INIT;
	int r = look_for(
		comparing, view_step(comparing), question, sight, &difference, err);

	if (r < 0)
		return r;
	tell_neighbours(next_step(comparing), sight);
	tell(comparing, sight, &difference);
	return 0;
}

static int compare_after(struct comparing *comparing,
	const struct compare_question *question, struct sight *sight, struct err *err)
{
	cleanup_difference struct difference difference = DIFFERENCE_INIT;
	cleanup_difference struct difference none = DIFFERENCE_INIT;

	switch (verify_predicted(&comparing->looking, view_step(comparing),
		question->how == COMPARE_FAILED, &difference, err)) {
	case CONFIRM_PREDICTED:
		tell_difference(comparing, sight, &none, "predicted");
		return 0;
	case CONFIRM_UNCHANGED:
		tell_difference(comparing, sight, &none, "unchanged");
		return 0;
	case CONFIRM_DIFFERS:
		tell_difference(comparing, sight, &difference, "differs");
		tell_still_live(next_step(comparing), sight);
		return 0;
	case CONFIRM_UNREAD:
		break;
	}
	return -ENODATA;
}

/* ---- LVM's metadata ---- */

/* Of all volumes of the plan in that group, for the steps to come. */
static int read_metadata(
	struct comparing *comparing, struct sight *sight, struct err *err)
{
	const struct looking *looking = &comparing->looking;
	int64_t begin = looking->now_ms(looking->clock);
	cleanup_view struct view all = {0};
	int r;

	forget_metadata(comparing);
	view_of_metadata(comparing->plan, next_step(comparing), &comparing->now,
		&comparing->uncertain, true, &all);
	r = verify_read(looking, &all, &comparing->metadata, err);
	if (r == 0)
		add_name(sight, "took %lld",
			(long long)(looking->now_ms(looking->clock) - begin));
	return r;
}

/* The lock that is held is of the group that the view is about: that of the device
 * itself, and not of one that it is on behind a loop device or an array. */
static bool is_of_held_group(const struct comparing *comparing,
	const struct compare_question *question, const struct view *view)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	return question->how != COMPARE_FREE && view->scope.n_groups == 1 &&
	       lvm_dm_uuid_split(next_step(comparing)->target.dm_uuid, vg, lv, &layer) &&
	       strcmp(view->scope.groups[0], vg) == 0;
}

/* What differs is looked at again, with the patience for LVM commands beside it. Without
 * the group's lock, and of a group that is gone, LVM is asked for each step. */
static int compare_metadata(struct comparing *comparing,
	const struct compare_question *question, struct sight *sight, struct err *err)
{
	cleanup_difference struct difference difference = DIFFERENCE_INIT;
	cleanup_facts struct facts own = FACTS_INIT;
	cleanup_sight struct sight again = SIGHT_INIT;
	cleanup_view struct view view = {0};
	bool is_held;
	int r = 0;

	if (question->how != COMPARE_KEPT)
		forget_metadata(comparing);
	if (!view_of_metadata(comparing->plan, next_step(comparing), &comparing->now,
		    &comparing->uncertain, false, &view)) {
		tell(comparing, sight, &difference);
		return 0;
	}
	is_held = is_of_held_group(comparing, question, &view);
	if (!comparing->has_metadata || !is_held)
		r = read_metadata(comparing, sight, err);
	if (r < 0)
		return r;
	comparing->has_metadata = is_held;
	view_keep_about(&view, &comparing->metadata, &own);
	verify_compare(&view, &own, &difference);
	if (!difference_is_empty(&difference)) {
		comparing->has_metadata = false;
		r = verify_expected(&comparing->looking, &view, &again, &difference, err);
	}
	if (r == 0)
		tell(comparing, sight, &difference);
	return r;
}

/* ---- questions ---- */

static int take_plan(struct comparing *comparing, const struct buf *question,
	struct sight *sight, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	char sha256[SHA256_HEX_LEN + 1];
	struct plan *plan = NULL;
	int r = compare_plan_read(buf_text(question), question->len, &text, err);

	if (r == 0 && comparing->plan)
		r = err_set(err, -EBADMSG, "a second plan");
	if (r < 0)
		return r;
	if (plan_read(buf_text(&text), text.len, "", &plan, err) < 0) {
		add_sentence(sight, "refused", err->msg);
		return 0;
	}
	sha256_hex(buf_text(&text), text.len, sha256);
	comparing_take_plan(comparing, plan);
	add_name(sight, "plan %s", sha256);
	return 0;
}

static const char *yes_or_no(bool is_yes)
{
	return is_yes ? "yes" : "no";
}

static void tell_run(const struct journal_run *run, struct sight *sight)
{
	cleanup_buf struct buf begin = BUF_INIT;

	if (run->has_header)
		buf_printf(&begin, "plan %s steps %llu", run->digest,
			(unsigned long long)run->n_steps);
	add_name(sight, "journal %s done %llu begun %s finished %s stopped %s",
		run->has_header ? buf_text(&begin) : "-", (unsigned long long)run->n_done,
		yes_or_no(run->is_begun), yes_or_no(run->is_finished),
		yes_or_no(run->is_stopped));
}

static int read_journal(const struct buf *question, struct sight *sight, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct journal_run run = {.n_done = 0};
	struct err why = ERR_INIT;
	bool is_done;
	int r = compare_journal_read(
		buf_text(question), question->len, &is_done, &text, err);

	if (r < 0)
		return r;
	r = is_done ? journal_read(buf_text(&text), text.len, "", &run, &why)
		    : journal_parse(buf_text(&text), text.len, "", &run, &why);
	if (r < 0)
		add_sentence(sight, r == -ECANCELED ? "undone" : "refused", why.msg);
	else
		tell_run(&run, sight);
	return 0;
}

static int compare(struct comparing *comparing, const struct compare_question *question,
	struct sight *sight, struct err *err)
{
	bool has_next = question->what >= COMPARE_BEFORE;
	int r = reach(comparing, question->n_done, question->is_begun, has_next, err);

	if (r < 0)
		return r;
	switch (question->what) {
	case COMPARE_HOST:
		return compare_host(comparing, sight, err);
	case COMPARE_WHOLE:
		return compare_whole(comparing, question, sight, err);
	case COMPARE_BEFORE:
		return compare_before(comparing, question, sight, err);
	case COMPARE_AFTER:
		return compare_after(comparing, question, sight, err);
	case COMPARE_METADATA:
		return compare_metadata(comparing, question, sight, err);
	}
	return -EINVAL;
}

static int answer_question(struct comparing *comparing, const struct buf *text,
	struct sight *sight, struct err *err)
{
	struct compare_question question = {.n_done = 0};
	int r = compare_question_read(buf_text(text), text->len, &question, err);

	if (r == 0)
		r = compare(comparing, &question, sight, err);
	wanted_names_free(&question.names);
	return r;
}

static bool begins(const struct buf *text, const char *word)
{
	return strncmp(buf_text(text), word, strlen(word)) == 0;
}

void comparing_answer(void *context, const struct buf *question, struct buf *ret_answer)
{
	struct comparing *comparing = context;
	const struct looking *looking = &comparing->looking;
	cleanup_sight struct sight sight = SIGHT_INIT;
	cleanup_buf struct buf answer = BUF_INIT;
	struct err err = ERR_INIT;
	int r;

	if (begins(question, COMPARE_PLAN)) {
		r = take_plan(comparing, question, &sight, &err);
	} else if (begins(question, COMPARE_JOURNAL)) {
		r = read_journal(question, &sight, &err);
	} else if (begins(question, COMPARE_WORD)) {
		r = answer_question(comparing, question, &sight, &err);
	} else {
		r = looking->ask(looking->eyes, question, &answer, &err);
		if (r == 0) {
			buf_add(ret_answer, buf_text(&answer), answer.len);
			return;
		}
	}
	/* it was waited for as long as that makes sense */
	observe_answer_write(&sight, r == 0 ? 0 : -ENODATA, err.msg, ret_answer);
}
