/* SPDX-License-Identifier: Apache-2.0 */
/* Inside snapstate-capture. */
#ifndef SNAPSTATE_CAPTURE_H
#define SNAPSTATE_CAPTURE_H

#include "snapstate/err.h"
#include "snapstate/ticket.h"

struct options {
	const char *output; /* NULL = by host and time */
	const char *ticket; /* file; NULL = a capture alone */
	struct ticket_files files; /* what goes into it */
	const char *from;   /* evidence that others collected; NULL = this host */
	const char *key;    /* file of the key to redact names with; NULL = keep them */
	unsigned timeout;   /* seconds for everything */
	bool has_cmdline;   /* record processes' arguments */
	bool is_quiet;
	bool is_observer; /* for snapstate-execute: no archive is made */
};

/* Returns -1 to go on, or an exit code (what there was to say is said then). */
int options_read(int argc, char **argv, struct options *ret_options);

#define ARCHIVE_SUFFIX ".snapstate.tar.gz"

/* HOST-YYYYMMDDTHHMMSSZ-xxxxxxxx.snapstate.tar.gz, or "time-unknown" in it; malloc'ed.
 */
char *archive_name(const struct host *host);
/* The archive's top folder: the file's name without its suffix, other characters than
 * [A-Za-z0-9._-] replaced; malloc'ed. */
char *archive_top(const char *path);

/*
 * The new file, within the time (CLOCK_MONOTONIC): its file system may not answer. The
 * caller may run in another process afterwards: see checkpoint.h. -EEXIST: it is there
 * already; -ETIMEDOUT, -EBUSY: no answer, and it is not known whether it was written.
 */
int output_check(const char *path, int64_t deadline_ms, struct err *err);
int output_write(
	const struct buf *bytes, const char *path, int64_t deadline_ms, struct err *err);

/*
 * The files that a ticket is made of, with the same care for those that do not answer;
 * `redaction` is the id of the key that names are replaced with, "" for none, which has
 * to be the plan's.
 */
int ticket_files_read_in_time(const struct ticket_files *files, const char *redaction,
	int64_t deadline_ms, struct ticket *ret_ticket, struct err *err);

/* What was recorded, on stderr; with `is_quiet` only what is missing. true: nothing is.
 */
bool summary_print(const struct host *host, bool is_quiet);
/* The same for an import: which files were used for what. Missing are only answers that
 * were collected and are of no use; with `is_quiet`, what is not in the evidence is said
 * all the same.
 */
bool summary_print_import(const struct host *host, bool is_quiet);

#endif
