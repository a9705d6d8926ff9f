/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapstate-capture: this host in, one archive out; with --from, evidence that others
 * collected. Changes nothing on the host but the new file; prints its path on stdout.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture.h"
#include "live.h"
#include "observe.h"
#include "snapstate/cleanup.h"
#include "snapstate/exit.h"
#include "snapstate/host.h"
#include "snapstate/import.h"
#include "snapstate/option.h"
#include "snapstate/probe.h"
#include "snapstate/record.h"
#include "snapstate/redact.h"

/* Keys of encrypted devices pass through our memory, and libdevmapper obeys DM_*
 * variables. Were stdout or stderr closed, files of ours would get their numbers. */
static void harden(void)
{
	while (fcntl(STDERR_FILENO, F_GETFD) < 0 || fcntl(STDOUT_FILENO, F_GETFD) < 0)
		if (open("/dev/null", O_RDWR) < 0)
			_exit(EXIT_ENVIRONMENT);
	prctl(PR_SET_DUMPABLE, 0);
	umask(077);
	clearenv();
}

static void print_progress(void *context, const char *what)
{
	(void)context;
	fprintf(stderr, "reading %s\n", what);
}

static int fail(const struct err *err, int code)
{
	fprintf(stderr, "snapstate-capture: %s\n", err->msg);
	return code;
}

static int probe_live(const struct options *options, const struct live_times *times,
	struct host **ret_host, struct err *err)
{
	struct machine machine;
	int r = machine_open_live(&machine, err);

	if (r < 0)
		return r;
	machine.wants_cmdline = options->has_cmdline;
	machine.progress = options->is_quiet ? NULL : print_progress;
	live_read(&machine, times, ret_host);
	machine_close(&machine);
	return 0;
}

/* Between reading and writing: nothing else sees what the host said of itself. */
static void redact(struct host **host, const struct redact_key *key)
{
	struct host *redacted;

	redact_secrets(*host);
	if (!key)
		return;
	redacted = redact_names(*host, key);
	host_free(*host);
	*host = redacted;
}

/* ---- the steps, in their order ---- */

struct job {
	const struct options *options;
	struct live_times times;
	const struct redact_key *key; /* NULL: names are kept */
	struct ticket ticket;	      /* with --ticket: what goes into it */
	struct host *host;
	char *path;	    /* of the new file */
	struct buf archive; /* its bytes */
	int code;	    /* of a ticket: what was found */
};

static void job_free(struct job *job)
{
	ticket_free(&job->ticket);
	host_free(job->host);
	free(job->path);
	buf_free(&job->archive);
}

/* What can be refused is, before the host is looked at. Returns 0 or an exit code. */
static int prepare(struct job *job, struct redact_key *key)
{
	const struct options *options = job->options;
	const char *path = options->ticket ? options->ticket : options->output;
	struct err err = ERR_INIT;

	if (output_check(path, job->times.read_ms, &err) < 0)
		return fail(&err, EXIT_ENVIRONMENT);
	/* a new key would not be the plan's */
	if (options->key &&
		redact_key_read(options->key, !options->ticket, key, &err) < 0)
		return fail(&err, EXIT_ENVIRONMENT);
	job->key = options->key ? key : NULL;
	if (options->ticket && ticket_files_read_in_time(&options->files,
				       job->key ? key->id : "", job->times.read_ms,
				       &job->ticket, &err) < 0)
		return fail(&err, EXIT_BAD_INPUT);
	return 0;
}

static int look(struct job *job)
{
	const struct options *options = job->options;
	struct err err = ERR_INIT;

	if (options->from && import_evidence(options->from, &job->host, &err) < 0)
		return fail(&err, EXIT_BAD_INPUT);
	if (options->from) /* files take as long as they are large */
		job->times = live_times_from_now(options->timeout);
	else if (probe_live(options, &job->times, &job->host, &err) < 0)
		return fail(&err, EXIT_ENVIRONMENT);
	redact(&job->host, job->key);
	return 0;
}

static int pack(struct job *job, struct err *err)
{
	const struct options *options = job->options;
	cleanup_buf struct buf sentence = BUF_INIT;
	cleanup_free char *top = NULL;
	int r;

	job->path = options->ticket   ? xstrdup(options->ticket)
		    : options->output ? xstrdup(options->output)
				      : archive_name(job->host);
	top = archive_top(job->path);
	if (!options->ticket)
		return record_write(job->host, top, &job->archive, err);
	r = ticket_make(&job->ticket, job->host, top, &job->archive, &sentence,
		&job->code, err);
	if (r == 0)
		fprintf(stderr, "%s\n", buf_text(&sentence));
	return r;
}

/* From here on this may be another process than the one that was started: see
 * checkpoint.h. */
static int run(struct job *job)
{
	const struct options *options = job->options;
	struct redact_key key;
	struct err err = ERR_INIT;
	int code = prepare(job, &key);
	bool is_complete;

	if (code == 0)
		code = look(job);
	if (code != 0)
		return code;
	if (pack(job, &err) < 0 ||
		output_write(&job->archive, job->path, job->times.end_ms, &err) < 0)
		return fail(&err, EXIT_ENVIRONMENT);
	is_complete = options->from ? summary_print_import(job->host, options->is_quiet)
				    : summary_print(job->host, options->is_quiet);
	puts(job->path);
	return option_end_output(
		"snapstate-capture", is_complete ? job->code : EXIT_ENVIRONMENT);
}

static int capture(const struct options *options)
{
	cleanup_with(job_free) struct job job = {
		.options = options, .times = live_times_from_now(options->timeout)};

	return run(&job);
}

static int observe(const struct options *options)
{
	cleanup_free char *top = options->ticket ? archive_top(options->ticket) : NULL;
	const struct observe_duty duty = {.key_file = options->key,
		.seconds = options->timeout,
		.ticket = options->ticket,
		.top = top,
		.files = options->files};

	return observe_run(&duty);
}

int main(int argc, char **argv)
{
	struct options options = {0};
	int code = options_read(argc, argv, &options);

	if (code >= 0)
		return code;
	harden();
	return options.is_observer ? observe(&options) : capture(&options);
}
