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
#include "snapstate/cleanup.h"
#include "snapstate/exit.h"
#include "snapstate/import.h"
#include "snapstate/probe.h"
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

/* From here on this may be another process than the one that was started: see
 * checkpoint.h. */
static int capture(const struct options *options)
{
	struct live_times times = live_times_from_now(options->timeout);
	struct redact_key key;
	cleanup_host struct host *host = NULL;
	cleanup_free char *path = NULL;
	struct err err = ERR_INIT;
	bool is_complete;

	if (output_check(options->output, times.read_ms, &err) < 0)
		return fail(&err, EXIT_ENVIRONMENT);
	if (options->key && redact_key_read(options->key, true, &key, &err) < 0)
		return fail(&err, EXIT_ENVIRONMENT);
	if (options->from && import_evidence(options->from, &host, &err) < 0)
		return fail(&err, EXIT_BAD_INPUT);
	if (options->from) /* files take as long as they are large */
		times = live_times_from_now(options->timeout);
	else if (probe_live(options, &times, &host, &err) < 0)
		return fail(&err, EXIT_ENVIRONMENT);
	redact(&host, options->key ? &key : NULL);
	path = options->output ? xstrdup(options->output) : archive_name(host);
	if (output_write(host, path, times.end_ms, &err) < 0)
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
