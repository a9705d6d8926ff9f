/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapstate-capture: this host in, one archive out; with --from, evidence that others
 * collected. Changes nothing on the host but the new file; prints its path on stdout.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
#include "snapstate/io.h"
#include "snapstate/kind.h"
#include "snapstate/limits.h"
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
	struct imports found;	      /* the hosts, one of them but with --from */
	struct host *host;	      /* the one that is packed */
	char *path;	    /* of the new file */
	struct buf archive; /* its bytes */
	int code;	    /* of a ticket: what was found */
};

static void job_free(struct job *job)
{
	ticket_free(&job->ticket);
	imports_free(&job->found);
	free(job->path);
	buf_free(&job->archive);
}

/* -o names a folder: evidence may be of several hosts. */
static bool is_folder(const struct options *options)
{
	struct stat st;

	return options->from && options->output && stat(options->output, &st) == 0 &&
	       S_ISDIR(st.st_mode);
}

/* -o -: the archive itself is printed. */
static bool is_to_stdout(const struct options *options)
{
	return options->output && strcmp(options->output, "-") == 0;
}

/* What can be refused is, before the host is looked at. Returns 0 or an exit code. */
static int prepare(struct job *job, struct redact_key *key)
{
	const struct options *options = job->options;
	const char *path = options->ticket ? options->ticket : options->output;
	struct err err = ERR_INIT;

	if (is_to_stdout(options)) {
		if (isatty(STDOUT_FILENO)) {
			err_set(&err, -EBADMSG,
				"an archive is not written to a terminal: use -o FILE");
			return fail(&err, EXIT_USAGE);
		}
	} else if (!is_folder(options) &&
		   output_check(path ? path : "./HOST-TIME-RANDOM" ARCHIVE_SUFFIX,
			   job->times.read_ms, &err) < 0) {
		return fail(&err, EXIT_ENVIRONMENT);
	}
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

/* A file of ours is no evidence, and neither is a key; of captures their reader knows. */
static int check_evidence(const char *path, struct err *err)
{
	cleanup_close int fd =
		strcmp(path, "-") == 0
			? -1
			: open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char first[512];
	ssize_t len = fd < 0 ? -1 : read(fd, first, sizeof(first));
	struct buf bytes = {.data = first, .len = len > 0 ? (size_t)len : 0};
	enum file_kind kind = file_kind_of(&bytes);

	if (kind != KIND_PLAN && kind != KIND_JOURNAL && kind != KIND_SIGNATURE &&
		kind != KIND_KEY && kind != KIND_REDACT_KEY && kind != KIND_PAGE &&
		kind != KIND_GRAPH)
		return 0;
	return err_set(err, -EBADMSG, "%s: is %s, not evidence that others collected",
		path, file_kind_name(kind));
}

static int look_at_evidence(struct job *job)
{
	const struct options *options = job->options;
	cleanup_buf struct buf list = BUF_INIT;
	struct err err = ERR_INIT;

	if (check_evidence(options->from, &err) < 0 ||
		import_all(options->from, &job->found, &list, &err) < 0)
		return fail(&err, EXIT_BAD_INPUT);
	/* files take as long as they are large */
	job->times = live_times_from_now(options->timeout);
	if (job->found.count == 1 || !options->output || is_folder(options))
		return 0;
	err_set(&err, -EBADMSG,
		"%s: holds %zu collections, and each becomes an archive of its own: name "
		"a folder for them with -o: %s",
		options->from, job->found.count, buf_text(&list));
	return fail(&err, EXIT_BAD_INPUT);
}

static int look(struct job *job)
{
	const struct options *options = job->options;
	struct err err = ERR_INIT;
	struct host *host = NULL;

	if (options->from)
		return look_at_evidence(job);
	if (probe_live(options, &job->times, &host, &err) < 0)
		return fail(&err, EXIT_ENVIRONMENT);
	*array_add(&job->found.hosts, &job->found.count) = host;
	return 0;
}

/* In the folder that -o names, or in the current one. */
static char *name_in_folder(const struct job *job)
{
	const struct options *options = job->options;
	cleanup_free char *name = archive_name(job->host);
	struct buf path = BUF_INIT;

	if (is_folder(options))
		buf_printf(&path, "%s/", options->output);
	buf_puts(&path, name);
	return path.data;
}

static int pack(struct job *job, struct err *err)
{
	const struct options *options = job->options;
	cleanup_buf struct buf sentence = BUF_INIT;
	cleanup_free char *top = NULL;
	int r;

	job->path = options->ticket ? xstrdup(options->ticket)
		    : options->output && !is_folder(options) && !is_to_stdout(options)
			    ? xstrdup(options->output)
			    : name_in_folder(job);
	top = archive_top(job->path);
	if (!options->ticket)
		return record_write(job->host, top, &job->archive, err);
	r = ticket_make(&job->ticket, job->host, top, &job->archive, &sentence,
		&job->code, err);
	if (r == 0)
		fprintf(stderr, "%s\n", buf_text(&sentence));
	return r;
}

static int write_one(struct job *job, struct host **host)
{
	const struct options *options = job->options;
	struct err err = ERR_INIT;
	bool is_complete;

	redact(host, job->key);
	job->host = *host;
	free(job->path);
	buf_free(&job->archive);
	job->archive = BUF_INIT;
	if (pack(job, &err) < 0 ||
		(!is_to_stdout(options) && output_write(&job->archive, job->path,
						   job->times.end_ms, &err) < 0))
		return fail(&err, EXIT_ENVIRONMENT);
	is_complete = options->from ? summary_print_import(job->host, options->is_quiet)
				    : summary_print(job->host, options->is_quiet);
	if (is_to_stdout(options))
		fwrite(job->archive.data, 1, job->archive.len, stdout);
	else
		puts(job->path);
	return option_end_output(
		"snapstate-capture", is_complete ? job->code : EXIT_ENVIRONMENT);
}

/* From here on this may be another process than the one that was started: see
 * checkpoint.h. */
static int run(struct job *job)
{
	struct redact_key key;
	int code = prepare(job, &key);

	if (code == 0)
		code = look(job);
	for (size_t i = 0, n = code == 0 ? job->found.count : 0; i < n; i++) {
		int one = write_one(job, &job->found.hosts[i]);

		code = code ? code : one;
	}
	return code;
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
