/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapstate-capture: this host in, one archive out. Changes nothing on the host but the
 * new file; prints its path on stdout.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "capture.h"
#include "snapstate/cleanup.h"
#include "snapstate/exit.h"
#include "snapstate/io.h"
#include "snapstate/probe.h"
#include "snapstate/record.h"

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

static int fail(const struct err *err)
{
	fprintf(stderr, "snapstate-capture: %s\n", err->msg);
	return EXIT_ENVIRONMENT;
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

static int capture(const struct options *options)
{
	cleanup_host struct host *host = NULL;
	cleanup_free char *path = NULL;
	struct machine machine;
	struct err err = ERR_INIT;
	int r;

	if (check_output(options->output, &err) < 0 ||
		machine_open_live(&machine, &err) < 0)
		return fail(&err);
	machine.progress = options->is_quiet ? NULL : print_progress;
	r = probe_host(&machine, PROBE_ALL, &host, &err);
	machine_close(&machine);
	if (r < 0)
		return fail(&err);
	path = options->output ? xstrdup(options->output) : archive_name(host);
	if (write_archive(host, path, &err) < 0)
		return fail(&err);
	r = summary_print(host, options->is_quiet) ? EXIT_DONE : EXIT_ENVIRONMENT;
	puts(path);
	return fflush(stdout) == 0 ? r : EXIT_ENVIRONMENT;
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
