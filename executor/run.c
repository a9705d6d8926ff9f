/* SPDX-License-Identifier: Apache-2.0 */
/* Wanted, verified, and shown or applied; see run.h. */
#include <errno.h>
#include <stdio.h>

#include "confirm.h"
#include "report.h"
#include "run.h"
#include "snapstate/cleanup.h"

static int begin_journal(struct run *run, struct journal *ret_journal, struct err *err)
{
	const struct orders *plan = run->admission->plan;
	const char *file = run->options->plan;
	const struct hands *hands = &run->executor.hands;
	int r = run->options->is_resume
			? journal_resume(run->options->journal, plan, file,
				  &run->executor.sight, hands, &run->journal,
				  &run->recalled, ret_journal, err)
			: journal_create(run->options->journal, plan, file,
				  &run->executor.sight, hands, ret_journal, err);

	if (r < 0)
		return r;
	journal_copy(ret_journal, plan, file, run->audit);
	return journal_signed(ret_journal, run->admission, err);
}

static enum exit_code apply(struct run *run)
{
	cleanup_journal struct journal journal = JOURNAL_INIT;
	struct executor *executor = &run->executor;
	struct err err = ERR_INIT;
	enum exit_code code;
	int r = begin_journal(run, &journal, &err);

	if (r < 0) {
		report_error(stderr, "%s; nothing was changed", err.msg);
		return r == -EEXIST ? EXIT_DIFFERS : executor_cannot(executor);
	}
	run->has_journal = true;
	printf("journal %s\n", journal.path);
	act_block_stop_signals();
	code = executor_apply(executor, &journal);
	if (code == EXIT_DONE || code == EXIT_REFUSED)
		report_completed(stdout, executor->n_done, executor->skipped.count);
	return code;
}

static enum exit_code check_time(const struct run *run)
{
	const struct hands *hands = &run->executor.hands;

	return admission_check_time(run->admission, hands->ops->time(hands->context));
}

/* ---- an earlier run ---- */

/* By what name the journal knows the state it left; the host has its say later. */
static void say_recalled(const struct run *run)
{
	const struct journal_state *recalled = &run->recalled;
	unsigned long long n_done = recalled->n_done;

	printf("journal %s/%s.journal: ", run->options->journal,
		run->admission->plan->digest);
	if (!recalled->has_header)
		printf("no step was begun\n");
	else if (recalled->is_finished)
		printf("all %llu steps are done, and the host was as predicted: nothing "
		       "is left to resume\n",
			n_done);
	else
		printf("%llu of %zu steps are done, and %s\n", n_done,
			run->admission->plan->n_steps,
			recalled->is_begun ? "the next one was begun" : "none is begun");
}

static enum exit_code recall(struct run *run)
{
	const char *folder = run->options->journal;
	struct err err = ERR_INIT;
	int r = journal_load(folder, run->admission->plan, &run->executor.observer,
		&run->journal, &run->recalled, &err);

	if (r == 0) {
		run->has_journal = true;
		say_recalled(run);
		run->executor.resumed = &run->recalled;
		return EXIT_DONE;
	}
	if (r == -ENOENT)
		report_error(stderr,
			"%s has no journal of this plan: there is nothing to resume",
			folder);
	else
		report_error(stderr, "%s; nothing was changed", err.msg);
	return r == -ENOENT    ? EXIT_DIFFERS
	       : r == -EBADMSG ? EXIT_BAD_INPUT
			       : EXIT_ENVIRONMENT;
}

static enum exit_code check_earlier(struct run *run)
{
	struct err err = ERR_INIT;

	if (run->options->is_resume)
		return recall(run);
	if (journal_find(run->options->journal, run->admission->plan,
		    &run->executor.observer, &err) == 0)
		return EXIT_DONE;
	report_error(stderr, "%s", err.msg);
	report_error(stderr, "nothing was changed; a plan is applied once");
	return EXIT_DIFFERS;
}

/* ---- the whole ---- */

/* What can be known before the host is looked at. */
static enum exit_code check_wanted(const struct run *run)
{
	const struct options *options = run->options;

	return options->is_apply ? confirm_check(run->admission->plan,
					   options->yes_digest, CONFIRM_TERMINAL)
				 : EXIT_DONE;
}

static enum exit_code check_journal(const struct run *run)
{
	struct err err = ERR_INIT;

	if (!run->options->is_apply ||
		journal_check(run->options->journal, run->admission->plan,
			&run->executor.sight, &err) == 0)
		return EXIT_DONE;
	report_error(stderr, "%s; nothing was changed", err.msg);
	return executor_cannot(&run->executor);
}

/* An answer may take hours: then all is looked at once more. */
static enum exit_code ask(struct run *run)
{
	enum exit_code code;

	if (run->options->yes_digest)
		return EXIT_DONE;
	code = confirm_ask(run->executor.plan, CONFIRM_TERMINAL);
	if (code == EXIT_DONE)
		code = check_time(run);
	return code == EXIT_DONE ? executor_verify(&run->executor) : code;
}

/* It expects less than an execution has to compare. */
static enum exit_code check_version(const struct run *run)
{
	if (run->admission->plan->version >= PLAN_VERSION_CONDITIONS)
		return EXIT_DONE;
	report_error(stderr,
		"%s: an older release of snapstate-plan made it, and it does not say "
		"what must hold for other snapshots of the same origins; capture and "
		"plan again",
		run->options->plan);
	if (!run->options->is_apply)
		return EXIT_DONE;
	report_error(stderr, "nothing was changed");
	return EXIT_DIFFERS;
}

static enum exit_code check_key(const struct run *run)
{
	struct err err = ERR_INIT;

	if (!*run->admission->plan->redaction ||
		observer_check_key(&run->executor.observer, &err) == 0)
		return EXIT_DONE;
	report_error(stderr, "%s", err.msg);
	report_error(stderr,
		"the plan's names are pseudonyms; without the key of its capture they "
		"cannot be compared with this host's: --redact-key FILE");
	return EXIT_ENVIRONMENT;
}

/* All that can fail comes before the question. */
static enum exit_code verify(struct run *run)
{
	enum exit_code code = check_version(run);

	if (code == EXIT_DONE)
		code = check_time(run);
	if (code == EXIT_DONE)
		code = check_earlier(run);
	if (code != EXIT_DONE || run->recalled.is_finished)
		return code;
	code = check_wanted(run);
	if (code == EXIT_DONE)
		code = executor_verify(&run->executor);
	return code == EXIT_DONE ? check_journal(run) : code;
}

static enum exit_code rehearse_or_apply(struct run *run)
{
	const struct orders *plan = run->admission->plan;
	enum exit_code code;

	report_plan(stdout, plan, run->options->plan);
	code = verify(run);
	if (code != EXIT_DONE || run->recalled.is_finished)
		return code;
	printf("all %zu expected facts%s were found on this host\n",
		run->executor.n_facts,
		run->executor.skipped.count ? " of the other parts" : "");
	if (!plan->n_steps)
		printf("the plan has no steps: there is nothing to do\n");
	executor_show(&run->executor);
	if (run->options->is_apply) {
		code = ask(run);
		return code == EXIT_DONE ? apply(run) : code;
	}
	printf("nothing was changed");
	if (plan->n_steps)
		printf("; --apply%s carries these steps out, once confirmed with %.*s",
			run->options->is_keep_going ? " --keep-going" : "",
			PLAN_CONFIRM_DIGITS, plan->digest);
	printf("\n");
	return run->executor.skipped.count ? EXIT_REFUSED : EXIT_DONE;
}

enum exit_code run_on_this_host(struct run *run)
{
	enum exit_code code;

	run->executor = (struct executor){.plan = run->admission->plan,
		.whole = run->admission->plan,
		.is_going_on = run->options->is_keep_going,
		.out = stdout,
		.errors = stderr,
		.is_verbose = run->options->is_verbose};
	run->executor.observer = (struct observer){.ask = eyes_ask,
		.eyes = run->eyes,
		.redaction = run->admission->plan->redaction};
	run->executor.hands =
		(struct hands){.ops = &act_ops_live, .context = run->runner};
	code = check_key(run);
	if (code == EXIT_DONE)
		code = rehearse_or_apply(run);
	executor_free(&run->executor);
	buf_free(&run->journal);
	return code;
}
