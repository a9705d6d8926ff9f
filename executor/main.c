/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapstate-execute: carries out a plan on the host it was made for, or says why not.
 * Input: a plan. Output: words; with --apply a changed host and a journal.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confine.h"
#include "done.h"
#include "eyes_open.h"
#include "report.h"
#include "run.h"
#include "runner.h"
#include "snapstate/cleanup.h"
#include "snapstate/option.h"
#include "ticket.h"

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

/* The end of every try to change something, refused ones too. */
static void end_audit(
	struct audit *audit, const struct options *options, enum exit_code code)
{
	if (!options->is_apply)
		return;
	audit_line(audit, "--apply%s ended with exit code %d",
		options->is_unsigned ? " --unsigned" : "", code);
	if (audit->n_lost)
		report_error(stderr, "%zu message%s not logged to syslog", audit->n_lost,
			audit->n_lost == 1 ? "" : "s");
}

/* However the run ended: those that stopped midway need it most. Its exit code stays. */
static void pack_ticket(const struct run *run)
{
	const struct options *options = run->options;

	if (!options->ticket)
		return;
	if (!run->has_journal)
		report_error(
			stderr, "no step was begun: there is no journal, and no ticket");
	if (!run->has_journal || !ticket_ask(options, run->eyes, run->admission->plan))
		ticket_file_remove(run->ticket);
}

/* `run` has what was started for it. */
static enum exit_code run_plan(struct run *run, int admission_fd)
{
	const struct options *options = run->options;
	struct admission admission = {0};
	const struct observer observer = {.ask = eyes_ask, .eyes = run->eyes};
	enum exit_code code =
		admission_take(options, admission_fd, &observer, &admission);

	run->admission = &admission;
	if (code == EXIT_DONE)
		code = done_check(options, admission.plan, &observer);
	if (code == EXIT_DONE)
		code = ticket_check_before(options, run->eyes, admission.plan);
	if (code == EXIT_DONE) {
		settle_in();
		code = run_on_this_host(run);
		pack_ticket(run);
	} else {
		ticket_file_remove(run->ticket);
	}
	end_audit(run->audit, options, code);
	admission_free(&admission);
	return code;
}

/* Those that start programs first, since what comes behind them may start nothing; and
 * nothing that a stranger wrote is read before it is confined. */
static enum exit_code execute(const struct options *options)
{
	struct audit audit = AUDIT_INIT(AUDIT_SOCKET);
	cleanup_runner struct runner runner = RUNNER_INIT;
	cleanup_eyes struct eyes eyes = EYES_INIT;
	cleanup_ticket_file struct ticket_file ticket = TICKET_FILE_INIT;
	struct run run = {.options = options,
		.audit = &audit,
		.runner = &runner,
		.eyes = &eyes,
		.ticket = &ticket};
	cleanup_close int admission_fd = -1;
	struct err err = ERR_INIT;
	enum exit_code code = EXIT_ENVIRONMENT;

	audit_open(&audit);
	if (eyes_open(options, &eyes, &err) < 0 ||
		ticket_file_hold(options, &ticket, &err) < 0 ||
		runner_start(&runner, &err) < 0 ||
		admission_ask(options, &admission_fd, &err) < 0 ||
		confine_self(&err) < 0) {
		report_error(stderr, "%s; nothing was changed", err.msg);
		ticket_file_remove(&ticket);
	} else {
		code = run_plan(&run, admission_fd);
	}
	audit_close(&audit);
	return code;
}

/* Were one of them closed, a socket of ours would get its number, and be written to. */
static void open_standard(void)
{
	for (int fd = open("/dev/null", O_RDWR); fd >= 0;
		fd = open("/dev/null", O_RDWR)) {
		if (fd <= STDERR_FILENO)
			continue;
		close(fd);
		return;
	}
}

int main(int argc, char **argv)
{
	struct options options = {0};
	enum exit_code code;

	open_standard();
	code = options_read(argc, argv, &options);

	if (code == EXIT_DONE && options.plan)
		code = option_end_output("snapstate-execute", execute(&options));
	options_free(&options);
	return code;
}
