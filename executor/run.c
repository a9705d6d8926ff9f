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
	const struct plan *plan = run->admission->plan;
	const char *file = run->options->plan;
	int r = journal_create(run->options->journal, plan, file, run->executor.host,
		run->executor.observer.machine, ret_journal, err);

	if (r < 0)
		return r;
	journal_copy(ret_journal, plan, file, run->audit);
	return journal_signed(ret_journal, &run->admission->signed_by, err);
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
		return r == -EEXIST ? EXIT_DIFFERS : EXIT_ENVIRONMENT;
	}
	printf("journal %s\n", journal.path);
	act_block_stop_signals();
	code = executor_apply(executor, &journal);
	if (code == EXIT_DONE)
		printf("steps done: %zu of %zu, and the host is as the plan predicted\n",
			executor->n_done, executor->plan->n_steps);
	return code;
}

static enum exit_code check_time(const struct run *run)
{
	const struct machine *machine = run->executor.observer.machine;
	uint64_t uptime;
	int64_t now = 0;

	machine->clock(machine->context, &now, &uptime);
	return admit_time(run->admission, now);
}

/* Asked before the host is looked at: an answer may take hours. */
static enum exit_code check_wanted(const struct run *run)
{
	const struct options *options = run->options;
	const struct plan *plan = run->admission->plan;
	struct err err = ERR_INIT;
	enum exit_code code = check_time(run);

	if (code != EXIT_DONE)
		return code;
	if (journal_find(options->journal, plan, &err) < 0) {
		report_error(stderr, "%s", err.msg);
		if (options->is_apply) {
			report_error(
				stderr, "nothing was changed; a plan is applied once");
			return EXIT_DIFFERS;
		}
	}
	if (!options->is_apply)
		return EXIT_DONE;
	code = confirm_plan(plan, options->yes_digest, CONFIRM_TERMINAL);
	return code == EXIT_DONE ? check_time(run) : code;
}

static enum exit_code rehearse_or_apply(struct run *run)
{
	const struct plan *plan = run->admission->plan;
	enum exit_code code;

	report_plan(stdout, plan, run->options->plan);
	code = check_wanted(run);
	if (code == EXIT_DONE)
		code = executor_verify(&run->executor);
	if (code != EXIT_DONE)
		return code;
	printf("all %zu expected facts were found on this host\n",
		run->executor.now.count);
	if (!plan->n_steps)
		printf("the plan has no steps: there is nothing to do\n");
	if (run->options->is_apply)
		return apply(run);
	executor_show(&run->executor);
	printf("nothing was changed");
	if (plan->n_steps)
		printf("; with --apply these steps are carried out, once confirmed with "
		       "%.*s",
			PLAN_CONFIRM_DIGITS, plan->digest);
	printf("\n");
	return EXIT_DONE;
}

enum exit_code run_on_this_host(struct run *run, const struct redact_key *key)
{
	struct machine machine = {.root = -1};
	struct err err = ERR_INIT;
	enum exit_code code;

	if (machine_open_live(&machine, &err) < 0) {
		report_error(stderr, "%s", err.msg);
		return EXIT_ENVIRONMENT;
	}
	machine.lvm = &runner_questions;
	machine.context = run->runner;
	run->executor = (struct executor){
		.plan = run->admission->plan, .out = stdout, .errors = stderr};
	run->executor.observer = (struct observer){.machine = &machine,
		.key = key,
		.ops = &act_ops_live,
		.context = run->runner,
		.poll_ms = EXECUTOR_POLL_MS,
		.flap_ms = EXECUTOR_FLAP_MS,
		.settle_ms = EXECUTOR_SETTLE_MS};
	code = rehearse_or_apply(run);
	executor_free(&run->executor);
	machine_close(&machine);
	return code;
}
