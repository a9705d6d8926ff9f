/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapstate-capture: this host in, one archive out; with --from, evidence that others
 * collected. Changes nothing on the host but the new file; prints its path on stdout.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "capture.h"
#include "snapstate/cleanup.h"
#include "snapstate/exit.h"
#include "snapstate/import.h"
#include "snapstate/io.h"
#include "snapstate/probe.h"
#include "snapstate/record.h"
#include "snapstate/redact.h"

/* Keys of encrypted devices pass through our memory, and libdevmapper obeys DM_*
 * variables. */
static void harden(void)
{
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

static int check_output(const char *path, struct err *err)
{
	struct stat st;

	return path && lstat(path, &st) == 0
		       ? err_set(err, -EEXIST,
				 "%s is already there and is not overwritten", path)
		       : 0;
}

static int write_archive(const struct host *host, const char *path, struct err *err)
{
	cleanup_free char *top = archive_top(path);
	cleanup_buf struct buf archive = BUF_INIT;
	int r = record_write(host, top, &archive, err);

	return r < 0 ? r : file_publish(path, 0600, archive.data, archive.len, err);
}

static int probe_live(
	const struct options *options, struct host **ret_host, struct err *err)
{
	struct machine machine;
	int r = machine_open_live(&machine, err);

	if (r < 0)
		return r;
	machine.progress = options->is_quiet ? NULL : print_progress;
	r = probe_host(&machine, PROBE_ALL, ret_host, err);
	machine_close(&machine);
	return r;
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

static int capture(const struct options *options)
{
	struct redact_key key;
	cleanup_host struct host *host = NULL;
	cleanup_free char *path = NULL;
	struct err err = ERR_INIT;
	bool is_complete;

	if (check_output(options->output, &err) < 0)
		return fail(&err, EXIT_ENVIRONMENT);
	if (options->key && redact_key_read(options->key, true, &key, &err) < 0)
		return fail(&err, EXIT_ENVIRONMENT);
	if (options->from && import_evidence(options->from, &host, &err) < 0)
		return fail(&err, EXIT_BAD_INPUT);
	if (!options->from && probe_live(options, &host, &err) < 0)
		return fail(&err, EXIT_ENVIRONMENT);
	redact(&host, options->key ? &key : NULL);
	path = options->output ? xstrdup(options->output) : archive_name(host);
	if (write_archive(host, path, &err) < 0)
		return fail(&err, EXIT_ENVIRONMENT);
	is_complete = options->from ? summary_print_import(host, options->is_quiet)
				    : summary_print(host, options->is_quiet);
	puts(path);
	if (fflush(stdout) != 0)
		return EXIT_ENVIRONMENT;
	return is_complete ? EXIT_DONE : EXIT_ENVIRONMENT;
}

int main(int argc, char **argv)
{
	struct options options = {0};
	int code = options_read(argc, argv, &options);

	if (code >= 0)
		return code;
	harden();
	return capture(&options);
}
