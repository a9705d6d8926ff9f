/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapstate-execute: carries out a plan on the host it was made for, or says why not.
 * Input: a plan. Output: words; with --apply a changed host and a journal.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admit.h"
#include "apply.h"
#include "confine.h"
#include "options.h"
#include "report.h"
#include "runner.h"
#include "snapstate/cleanup.h"

/* Fixed surroundings: libdevmapper and lvm obey many variables; no secrets in a core; and
 * no working directory that keeps a mount busy. */
static void settle_in(void)
{
	const struct rlimit none = {0, 0};

	clearenv();
	umask(077);
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGPIPE, SIG_IGN);
	if (chdir("/") < 0)
		return; /* it is only a courtesy */
}

static enum exit_code apply(struct executor *executor, const struct options *options)
{
	cleanup_journal struct journal journal = JOURNAL_INIT;
	struct err err = ERR_INIT;
	enum exit_code code;
	int r = journal_create(options->journal, executor->plan, options->plan,
		executor->host, executor->observer.machine, &journal, &err);

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

static enum exit_code run(struct executor *executor, const struct options *options)
{
	struct err err = ERR_INIT;
	enum exit_code code;

	report_plan(stdout, executor->plan, options->plan);
	if (journal_find(options->journal, executor->plan, &err) < 0) {
		report_error(stderr, "%s", err.msg);
		if (options->is_apply) {
			report_error(
				stderr, "nothing was changed; a plan is applied once");
			return EXIT_DIFFERS;
		}
	}
	code = executor_verify(executor);
	if (code != EXIT_DONE)
		return code;
	printf("all %zu expected facts were found on this host\n", executor->now.count);
	if (!executor->plan->n_steps)
		printf("the plan has no steps: there is nothing to do\n");
	if (options->is_apply)
		return apply(executor, options);
	executor_show(executor);
	printf("nothing was changed%s\n",
		executor->plan->n_steps ? "; with --apply these steps are carried out"
					: "");
	return EXIT_DONE;
}

static enum exit_code run_on_this_host(const struct options *options,
	const struct plan *plan, const struct redact_key *key, struct runner *runner)
{
	struct machine machine = {.root = -1};
	struct executor executor = {.plan = plan, .out = stdout, .errors = stderr};
	struct err err = ERR_INIT;
	enum exit_code code;

	if (machine_open_live(&machine, &err) < 0) {
		report_error(stderr, "%s", err.msg);
		return EXIT_ENVIRONMENT;
	}
	machine.lvm = &runner_questions;
	machine.context = runner;
	executor.observer = (struct observer){.machine = &machine,
		.key = key,
		.ops = &act_ops_live,
		.context = runner,
		.poll_ms = EXECUTOR_POLL_MS,
		.flap_ms = EXECUTOR_FLAP_MS,
		.settle_ms = EXECUTOR_SETTLE_MS};
	code = run(&executor, options);
	executor_free(&executor);
	machine_close(&machine);
	return code;
}

/* The runner first, since what comes behind it may start nothing; and nothing that a
 * stranger wrote is read before both are confined. */
static enum exit_code execute(const struct options *options)
{
	cleanup_plan struct plan *plan = NULL;
	cleanup_runner struct runner runner = RUNNER_INIT;
	struct redact_key key = {0};
	struct err err = ERR_INIT;
	enum exit_code code;

	if (runner_start(&runner, &err) < 0 || confine_self(&err) < 0) {
		report_error(stderr, "%s", err.msg);
		return EXIT_ENVIRONMENT;
	}
	code = admit_plan(options, &plan);
	if (code == EXIT_DONE && *plan->redaction)
		code = admit_key(options, plan, &key);
	if (code != EXIT_DONE)
		return code;
	settle_in();
	return run_on_this_host(options, plan, *plan->redaction ? &key : NULL, &runner);
}

int main(int argc, char **argv)
{
	struct options options = {0};
	enum exit_code code = options_read(argc, argv, &options);

	if (code == EXIT_DONE && options.plan)
		code = execute(&options);
	options_free(&options);
	return code;
}
