/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole plan: verified, shown, its steps one after the other (step.c), and the whole
 * verified once more. Input: a plan, a host, a journal. Output: the exit code, and words.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "lvm_change.h"
#include "names.h"
#include "report.h"
#include "snapstate/cleanup.h"

void executor_free(struct executor *executor)
{
	sight_free(&executor->sight);
	facts_free(&executor->strings);
	facts_free(&executor->skipped);
	free(executor->left.steps);
	*executor = (struct executor){0};
}

enum exit_code executor_cannot(const struct executor *executor)
{
	return executor->n_done ? EXIT_STOPPED : EXIT_ENVIRONMENT;
}

void executor_say_difference(
	const struct executor *executor, const struct difference *difference)
{
	report_difference(executor->errors, difference, executor->is_verbose);
}

/* Last words of a run that ends early. */
void executor_say_how_far(const struct executor *executor, const struct journal *journal)
{
	report_error(executor->errors,
		"%zu of %zu steps completed. Journal: %s. "
		"When the cause is removed, --resume continues from here; "
		"otherwise " NEW_CAPTURE,
		executor->n_done, executor->whole->n_steps, journal->path);
}

/* Which steps are left out, to the journal. */
static int note_skipped(
	struct executor *executor, struct journal *journal, struct err *err)
{
	int r = 0;

	while (r == 0 && executor->n_noted < executor->skipped.count) {
		char *words, *line = executor->skipped.lines[executor->n_noted++];
		size_t number = strtoul(line, &words, 10);

		words += strspn(words, " ");
		r = journal_verdict(journal, number, "skipped", words, NULL, err);
	}
	return r;
}

/* "4-6,1-3,": the steps of these parts, each once, as the plan has them. What is done, or
 * was begun, stays. */
static bool take_parts(
	const struct executor *executor, const char *text, struct orders *left)
{
	const struct orders *whole = executor->whole;
	cleanup_free bool *is_taken = xcalloc(whole->n_parts + 1, sizeof(*is_taken));
	unsigned first, last;

	for (int len = 0; sscanf(text, "%u-%u,%n", &first, &last, &len) == 2 && len;
		text += len, len = 0) {
		if (!first || first > last || last > whole->n_parts)
			return false;
		for (unsigned part = first; part <= last; part++) {
			if (is_taken[part])
				return false;
			is_taken[part] = true;
		}
		for (size_t i = 0; i < whole->n_steps; i++)
			if (whole->steps[i].part >= first && whole->steps[i].part <= last)
				*array_add(&left->steps, &left->n_steps) =
					whole->steps[i];
	}
	if (*text || left->n_steps < executor->n_done + executor->is_begun)
		return false;
	for (size_t i = 0; executor->left.steps && i < executor->n_done; i++)
		if (left->steps[i].number != executor->left.steps[i].number)
			return false;
	return true;
}

int executor_take_parts(struct executor *executor, struct journal *journal,
	const struct sight *sight, const struct difference *difference, struct err *err)
{
	cleanup_free char *text = sight_word_of(sight, "parts");
	struct orders left = *executor->whole;
	const char *at;

	left.steps = NULL;
	left.n_steps = 0;
	if (*text && !take_parts(executor, text, &left)) {
		free(left.steps);
		return err_set(err, -ENODATA, "the observer's parts are not the plan's");
	}
	if (left.n_steps) {
		free(executor->left.steps);
		executor->left = left;
		executor->plan = &executor->left;
	}
	at = sight_name(sight, "skipped");
	if (at)
		executor_say_difference(executor, difference);
	for (; at; at = sight_next(sight, "skipped", at))
		facts_add(&executor->skipped, at);
	return journal ? note_skipped(executor, journal, err) : 0;
}

/* ---- the whole plan ---- */

struct compare_question executor_question(
	const struct executor *executor, enum compare_what what, enum compare_how how)
{
	return (struct compare_question){.what = what,
		.how = how,
		.n_done = executor->n_done,
		.is_begun = executor->is_begun};
}

/* To show the steps, to hold their groups; and where the journal is. */
static void ask_names(const struct executor *executor, struct wanted_names *names)
{
	const struct orders *whole = executor->whole;

	for (size_t i = whole->n_parts ? 0 : executor->n_done; i < whole->n_steps; i++)
		names_ask(&whole->steps[i], names);
	wanted_name(names, "mounts");
}

static int ask_whole(struct executor *executor, bool is_begin, enum verdict *ret_verdict,
	struct sight *ret_sight, struct difference *difference, struct err *err)
{
	struct compare_question question = executor_question(executor, COMPARE_WHOLE,
		!is_begin		? COMPARE_PLAINLY
		: executor->is_going_on ? COMPARE_TO_GO_ON
					: COMPARE_TO_BEGIN);
	cleanup_sight struct sight unwanted = SIGHT_INIT;
	struct sight *sight = ret_sight ? ret_sight : &unwanted;
	cleanup_free char *count = NULL;
	int r;

	if (ret_sight)
		ask_names(executor, &question.names);
	r = observer_compare(
		&executor->observer, &question, ret_verdict, sight, difference, err);
	wanted_names_free(&question.names);
	if (r < 0)
		return r;
	count = sight_word_of(sight, "facts");
	if (parse_u64(count, strlen(count), 10, &executor->n_facts) < 0)
		return err_set(err, -ENODATA,
			"the observer does not say how many facts are expected");
	return executor_take_parts(executor, NULL, sight, difference, err);
}

enum exit_code executor_compare(struct executor *executor, bool is_begin,
	struct sight *ret_sight, struct difference *difference)
{
	struct err err = ERR_INIT;
	enum verdict verdict;

	if (ask_whole(executor, is_begin, &verdict, ret_sight, difference, &err) < 0) {
		report_error(executor->errors, "%s", err.msg);
		report_error(executor->errors, "without it nothing can be verified. Is "
					       "this root, on the host itself?");
		return executor_cannot(executor);
	}
	return verdict == VERDICT_EXPECTED ? EXIT_DONE : EXIT_DIFFERS;
}

/* -ENOTSUP: err says why LVM would not do it. */
static int check_lvm(
	const struct sight *sight, const struct plan_step *step, struct err *err)
{
	const char *vg_uuid = step->target.vg_uuid;
	cleanup_free char *refusal = NULL;
	int r;

	if (step->op != OP_LV_REMOVE && step->op != OP_LV_REFRESH)
		return 0;
	r = lvm_release_check(names_lvm_release(sight, vg_uuid), err);
	refusal = names_lvm_refusal(sight, vg_uuid);
	if (r == 0 && refusal)
		r = err_set(
			err, -ENOTSUP, "LVM is not to change groups here: %s", refusal);
	return r;
}

/* Before the first step: no plan is begun that cannot be carried out whole. */
static enum exit_code check_steps(const struct executor *executor)
{
	const struct hands *hands = &executor->hands;
	struct err err = ERR_INIT;

	for (size_t i = executor->n_done; i < executor->plan->n_steps; i++) {
		const struct plan_step *step = &executor->plan->steps[i];

		if (hands->ops->check(hands->context, step->op, &err) == 0 &&
			check_lvm(&executor->sight, step, &err) == 0)
			continue;
		report_error(executor->errors, "%s; nothing was changed", err.msg);
		report_error(executor->errors,
			"change that, or carry out the plan's steps by hand");
		return executor_cannot(executor);
	}
	return EXIT_DONE;
}

enum exit_code executor_verify(struct executor *executor)
{
	cleanup_difference struct difference difference = DIFFERENCE_INIT;
	struct err err = ERR_INIT;
	enum exit_code code;
	bool is_begun;
	int r;

	fprintf(executor->out, "reading this host\n");
	fflush(executor->out);
	r = observer_check_host(&executor->observer, &err);
	if (r < 0) {
		report_error(executor->errors, "%s", err.msg);
		if (r == -EXDEV)
			report_error(
				executor->errors, "nothing was changed; " NEW_CAPTURE);
		return r == -EXDEV ? EXIT_DIFFERS : EXIT_ENVIRONMENT;
	}
	if (executor->resumed)
		executor->n_done = executor->resumed->n_done;
	is_begun = executor->resumed && executor->resumed->is_begun;
	code = is_begun ? executor_settle_begun(executor) : EXIT_DONE;
	if (code == EXIT_DONE && (!is_begun || executor->whole->n_parts))
		code = executor_compare(executor, executor->plan->n_steps > 0,
			&executor->sight, &difference);
	if (code == EXIT_DIFFERS && !difference_is_empty(&difference)) {
		report_error(executor->errors,
			"this host is not as the plan expects it; nothing was changed");
		executor_say_difference(executor, &difference);
		report_error(executor->errors, NEW_CAPTURE);
	}
	return code == EXIT_DONE ? check_steps(executor) : code;
}

/* With the names of this host, whatever the plan has. */
static void show_step(struct executor *executor, size_t index, bool has_reasons)
{
	const struct orders *plan = executor->plan;
	struct plan_step step = plan->steps[index];

	if (*executor->observer.redaction)
		names_of_step(&executor->sight, &plan->steps[index], &executor->strings,
			&step, NULL);
	if (step.part && (index == 0 || plan->steps[index - 1].part != step.part))
		fprintf(executor->out, "part %u of %u\n", step.part, plan->n_parts);
	report_step(executor->out, &step, executor->whole->n_steps, has_reasons);
}

void executor_show(struct executor *executor)
{
	for (size_t i = executor->n_done; i < executor->plan->n_steps; i++)
		show_step(executor, i, true);
}

/* ---- all steps ---- */

static enum exit_code interrupted(
	const struct executor *executor, const struct journal *journal)
{
	report_error(executor->errors, "interrupted between steps");
	executor_say_how_far(executor, journal);
	return executor->n_done ? EXIT_STOPPED : EXIT_DIFFERS;
}

static enum exit_code apply_steps(struct executor *executor, struct journal *journal)
{
	const struct hands *hands = &executor->hands;

	while (executor->n_done < executor->plan->n_steps) {
		enum exit_code code;

		if (hands->ops->is_stopped(hands->context))
			return interrupted(executor, journal);
		show_step(executor, executor->n_done, false);
		code = executor_step(executor, journal);
		if (code != EXIT_DONE && code != EXIT_REFUSED)
			return code;
	}
	return EXIT_DONE;
}

static enum exit_code verify_end(struct executor *executor)
{
	cleanup_difference struct difference difference = DIFFERENCE_INIT;
	enum exit_code code = executor_compare(executor, false, NULL, &difference);

	if (code != EXIT_DIFFERS)
		return code;
	report_error(executor->errors,
		"all steps are done, each as predicted, but the host no longer is");
	executor_say_difference(executor, &difference);
	return executor->plan->n_steps ? EXIT_STOPPED : EXIT_DIFFERS;
}

enum exit_code executor_apply(struct executor *executor, struct journal *journal)
{
	struct err err = ERR_INIT;
	enum exit_code code = EXIT_DONE;

	if (journal_verified(journal, executor->n_facts, &err) < 0 ||
		(executor->was_done &&
			journal_verdict(journal,
				executor->plan->steps[executor->n_done - 1].number,
				"was-done", NULL, NULL, &err) < 0) ||
		note_skipped(executor, journal, &err) < 0) {
		report_error(executor->errors, "%s; nothing was changed", err.msg);
		return executor_cannot(executor);
	}
	code = apply_steps(executor, journal);
	executor_release_group(executor);
	if (code == EXIT_DONE)
		code = verify_end(executor);
	if (code == EXIT_DONE && executor->skipped.count)
		code = EXIT_REFUSED;
	if (code == EXIT_DONE) {
		if (journal_verdict(journal, 0, "finished", NULL, NULL, &err) == 0)
			return EXIT_DONE;
		report_error(executor->errors, "all steps are done, but: %s", err.msg);
		return EXIT_STOPPED;
	}
	journal_verdict(journal, 0, "stopped",
		code == EXIT_REFUSED			      ? "steps were skipped"
		: executor->n_done == executor->plan->n_steps ? "all steps are done"
							      : "steps are left",
		NULL, NULL);
	return code;
}
