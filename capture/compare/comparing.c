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
	if (comparing->plan != comparing->whole)
		plan_arranged_free(comparing->plan);
	plan_free(comparing->whole);
	free(comparing->parts);
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
	comparing->whole = comparing->plan = plan;
	comparing->parts = xcalloc(plan->n_parts + 1, sizeof(*comparing->parts));
	for (unsigned part = 1; part <= plan->n_parts; part++)
		comparing->parts[comparing->n_parts++] = part;
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

/* ---- parts ---- */

/* The plan is of comparing->parts from now on. */
static void arrange(struct comparing *comparing, size_t n_done, bool is_begun)
{
	forget_facts(comparing);
	forget_metadata(comparing);
	if (comparing->plan != comparing->whole)
		plan_arranged_free(comparing->plan);
	comparing->plan =
		plan_arrange(comparing->whole, comparing->parts, comparing->n_parts);
	begin_at(comparing, n_done);
	if (is_begun)
		admit_next(comparing);
}

static bool mark_parts(
	const struct comparing *comparing, const struct facts *lines, bool *is_of)
{
	for (size_t i = 0; i < lines->count; i++) {
		unsigned part = 0;

		plan_scope_part(&comparing->whole->scope, lines->lines[i], &part);
		if (!part)
			return false;
		is_of[part] = true;
	}
	return true;
}

/* The parts that differ, where nothing else does; malloc'ed, by their number. NULL: more
 * than what can be left out: a part that was begun, or all that have steps from the one
 * at `others_from` on. */
static bool *parts_that_differ(const struct comparing *comparing,
	const struct difference *difference, size_t others_from)
{
	bool *is_of = xcalloc(comparing->whole->n_parts + 1, sizeof(*is_of));
	size_t n_begun = comparing->n_done + comparing->is_begun;
	bool is_apart = !difference_is_empty(difference) &&
			mark_parts(comparing, &difference->missing, is_of) &&
			mark_parts(comparing, &difference->extra, is_of);
	bool has_others = false;

	for (size_t i = 0; i < comparing->plan->n_steps; i++) {
		bool differs = is_of[comparing->plan->steps[i].part];

		is_apart &= i >= n_begun || !differs;
		has_others |= i >= others_from && !differs;
	}
	if (is_apart && has_others)
		return is_of;
	free(is_of);
	return NULL;
}

static size_t count_parts(const struct comparing *comparing, const bool *is_of)
{
	size_t count = 0;

	for (unsigned part = 1; part <= comparing->whole->n_parts; part++)
		count += is_of[part];
	return count;
}

static void keep_part(const struct plan *whole, unsigned wanted,
	const struct facts *lines, struct facts *ret)
{
	for (size_t i = 0; i < lines->count; i++) {
		unsigned part = 0;

		plan_scope_part(&whole->scope, lines->lines[i], &part);
		if (part == wanted)
			facts_add(ret, lines->lines[i]);
	}
}

/* Of each part by itself, as people read it; by part where its words begin,
 * unless that is NULL. */
static void words_of_parts(const struct comparing *comparing, const bool *is_of,
	const struct difference *difference, struct facts *ret_words, size_t *ret_first)
{
	const struct plan *whole = comparing->whole;

	for (unsigned part = 1; part <= whole->n_parts; part++) {
		cleanup_difference struct difference own = DIFFERENCE_INIT;
		cleanup_facts struct facts words = FACTS_INIT;
		cleanup_buf struct buf begin = BUF_INIT;

		if (!is_of[part])
			continue;
		if (ret_first)
			ret_first[part] = ret_words->count;
		buf_printf(&begin, "part %u of %u, ", part, whole->n_parts);
		plan_part_label(whole, part, &begin);
		if (ret_words->count < COMPARE_WORDS_MOST) {
			keep_part(whole, part, &difference->missing, &own.missing);
			keep_part(whole, part, &difference->extra, &own.extra);
			compare_words(&whole->expect, &own, &words);
		}
		if (!words.count)
			facts_add(&words, "it is not as the plan expects it");
		for (size_t i = 0; i < words.count; i++) {
			cleanup_buf struct buf sentence = BUF_INIT;

			buf_printf(&sentence, "%s: %s", buf_text(&begin), words.lines[i]);
			facts_add(ret_words, buf_text(&sentence));
		}
	}
}

static void go_on_without(struct comparing *comparing, const bool *is_of)
{
	size_t kept = 0;

	for (size_t i = 0; i < comparing->n_parts; i++)
		if (!is_of[comparing->parts[i]])
			comparing->parts[kept++] = comparing->parts[i];
	comparing->n_parts = kept;
	arrange(comparing, comparing->n_done, comparing->is_begun);
}

static const char left_out[] = "left out, since the host differs there:";

/* The plan is of the other parts from now on: words for people, and "N SENTENCE" for each
 * step of these, with the first words of its part. */
static void leave_out(struct comparing *comparing, const bool *is_of,
	const struct difference *difference, struct facts *words, struct facts *skipped)
{
	const struct plan *plan = comparing->plan;
	cleanup_free size_t *first =
		xcalloc(comparing->whole->n_parts + 1, sizeof(*first));

	facts_add(words, left_out);
	words_of_parts(comparing, is_of, difference, words, first);
	for (size_t i = comparing->n_done; i < plan->n_steps; i++) {
		const struct plan_step *step = &plan->steps[i];
		cleanup_buf struct buf line = BUF_INIT;

		if (!is_of[step->part])
			continue;
		buf_printf(
			&line, "%zu %s", step->number, words->lines[first[step->part]]);
		facts_add(skipped, buf_text(&line));
	}
	go_on_without(comparing, is_of);
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

static void add_words(struct sight *sight, const struct facts *words)
{
	char name[32];

	for (size_t i = 0; i < words->count; i++) {
		snprintf(name, sizeof(name), "words %zu", i);
		add_sentence(sight, name, words->lines[i]);
	}
}

static void add_skipped(struct sight *sight, const struct facts *skipped)
{
	for (size_t i = 0; i < skipped->count; i++)
		add_sentence(sight, "skipped", skipped->lines[i]);
}

/* "4-6,1-3,": the parts as they are gone on with. */
static void tell_parts(const struct comparing *comparing, struct sight *sight)
{
	const unsigned *parts = comparing->parts;
	cleanup_buf struct buf text = BUF_INIT;

	for (size_t i = 0, end; i < comparing->n_parts; i = end) {
		for (end = i + 1;
			end < comparing->n_parts && parts[end] == parts[end - 1] + 1;)
			end++;
		buf_printf(&text, "%u-%u,", parts[i], parts[end - 1]);
	}
	if (text.len)
		add_name(sight, "parts %s", buf_text(&text));
}

/* What could be done all the same. */
static void hint(const struct comparing *comparing, const struct difference *difference,
	struct facts *words)
{
	cleanup_free bool *is_of =
		parts_that_differ(comparing, difference, comparing->n_done);
	cleanup_buf struct buf text = BUF_INIT;
	size_t count;

	if (!is_of || comparing->is_going_on)
		return;
	count = count_parts(comparing, is_of);
	buf_printf(&text,
		"%zu of %zu parts differ%s: --keep-going leaves %s out and carries out "
		"the other%s",
		count, comparing->n_parts, count == 1 ? "s" : "",
		count == 1 ? "it" : "them", comparing->n_parts - count == 1 ? "" : "s");
	facts_add(words, buf_text(&text));
}

/* What was found stays here: the lines that differ are told. Takes them. */
static void tell_difference(const struct comparing *comparing, struct sight *sight,
	struct difference *difference, const char *verdict)
{
	cleanup_facts struct facts words = FACTS_INIT;
	cleanup_free bool *is_of = parts_that_differ(comparing, difference, 0);

	if (is_of)
		words_of_parts(comparing, is_of, difference, &words, NULL);
	else
		compare_words(&comparing->plan->expect, difference, &words);
	hint(comparing, difference, &words);
	add_words(sight, &words);
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

/* Of the parts of which a step is done or was begun. */
static int compare_begun(struct comparing *comparing,
	const struct compare_question *question, struct sight *sight, struct err *err)
{
	cleanup_difference struct difference difference = DIFFERENCE_INIT;
	cleanup_plan_arranged struct plan *plan = NULL;
	cleanup_facts struct facts now = FACTS_INIT, uncertain = FACTS_INIT;
	cleanup_view struct view view = {0};
	size_t n_begun = comparing->n_done + comparing->is_begun, n_parts = 0;
	int r;

	while (n_begun && n_parts < comparing->n_parts &&
		comparing->parts[n_parts++] != comparing->plan->steps[n_begun - 1].part)
		;
	plan = plan_arrange(comparing->whole, comparing->parts, n_parts);
	plan_predict(plan, comparing->n_done, &now, &uncertain);
	if (comparing->is_begun)
		plan_step_admit(next_step(comparing), &uncertain);
	view_of_plan(plan, &now, &uncertain, false, &view);
	r = look_for(comparing, &view, question, sight, &difference, err);
	if (r < 0)
		return r;
	tell(comparing, sight, &difference);
	tell_suspended(sight);
	tell_parts(comparing, sight);
	add_name(sight, "facts %zu", now.count);
	return 0;
}

static int compare_whole(struct comparing *comparing,
	const struct compare_question *question, struct sight *sight, struct err *err)
{
	cleanup_facts struct facts words = FACTS_INIT, skipped = FACTS_INIT;

	if (question->how == COMPARE_PLAINLY && comparing->plan->n_parts)
		return compare_begun(comparing, question, sight, err);
	comparing->is_going_on |= question->how == COMPARE_TO_GO_ON;
	for (;;) {
		cleanup_difference struct difference difference = DIFFERENCE_INIT;
		cleanup_free bool *is_of = NULL;
		cleanup_view struct view view = {0};
		int r;

		view_of_plan(comparing->plan, &comparing->now, &comparing->uncertain,
			question->how != COMPARE_PLAINLY, &view);
		r = look_for(comparing, &view, question, sight, &difference, err);
		if (r < 0)
			return r;
		if (comparing->is_going_on)
			is_of = parts_that_differ(
				comparing, &difference, comparing->n_done);
		if (is_of) {
			leave_out(comparing, is_of, &difference, &words, &skipped);
			sight_free(sight);
			continue;
		}
		if (difference_is_empty(&difference))
			add_words(sight, &words);
		add_skipped(sight, &skipped);
		tell(comparing, sight, &difference);
		tell_suspended(sight);
		tell_parts(comparing, sight);
		add_name(sight, "facts %zu", comparing->now.count);
		return 0;
	}
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

/* The part of the next step is left out, if all that differs is of it, and none of its
 * steps was begun. */
static void tell_next(
	struct comparing *comparing, struct sight *sight, struct difference *difference)
{
	cleanup_free bool *is_of =
		comparing->is_going_on && !difference_is_empty(difference)
			? parts_that_differ(comparing, difference, 0)
			: NULL;
	cleanup_facts struct facts words = FACTS_INIT, skipped = FACTS_INIT;

	if (!is_of) {
		tell(comparing, sight, difference);
		return;
	}
	leave_out(comparing, is_of, difference, &words, &skipped);
	facts_free(&sight->found);
	add_words(sight, &words);
	add_skipped(sight, &skipped);
	tell_parts(comparing, sight);
	add_name(sight, "verdict skipped");
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
	tell_next(comparing, sight, &difference);
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
		tell_next(comparing, sight, &difference);
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

/* Its parts are gone on with in the order that the journal leaves them in. */
static int take_run(
	struct comparing *comparing, const struct journal_run *run, struct err *err)
{
	const struct plan *whole = comparing->whole;

	if (!whole || !whole->n_parts || strcmp(run->digest, whole->digest) != 0 ||
		run->n_steps != whole->n_steps)
		return 0;
	if (journal_parts(run, whole, false, comparing->parts, &comparing->n_parts, err) <
		0)
		return -EBADMSG;
	arrange(comparing, 0, false);
	return 0;
}

static int read_journal(struct comparing *comparing, const struct buf *question,
	struct sight *sight, struct err *err)
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
	if (r == 0 && !is_done)
		r = take_run(comparing, &run, &why);
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
		r = read_journal(comparing, question, &sight, &err);
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
