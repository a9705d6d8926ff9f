/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ticket from files and a new capture. Input: names of files, the model. Output: an
 * archive in memory, and how the host compares with the plan. The files' systems may be
 * as sick as the rest of the host: reading them is behind a checkpoint.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "capture.h"
#include "checkpoint.h"
#include "snapstate/cleanup.h"
#include "snapstate/exit.h"
#include "snapstate/io.h"
#include "snapstate/record.h"

#define SIGNATURE_BYTES_MAX 65536

struct reading {
	const struct ticket_files *files;
	struct ticket *ticket;
	struct err *err;
	int result;
};

static int read_files(
	const struct ticket_files *files, struct ticket *ticket, struct err *err)
{
	int r = file_read_regular(
		AT_FDCWD, files->plan, PLAN_BYTES_MAX, &ticket->plan_text, err);

	if (r == 0)
		r = file_read_regular(AT_FDCWD, files->journal, JOURNAL_BYTES_MAX,
			&ticket->journal_text, err);
	for (size_t i = 0; r == 0 && i < files->n_signatures; i++)
		r = file_read_regular(AT_FDCWD, files->signatures[i], SIGNATURE_BYTES_MAX,
			&ticket->signatures[ticket->n_signatures++], err);
	if (r == 0 && files->before)
		r = file_read_regular(AT_FDCWD, files->before, RECORD_ARCHIVE_MAX,
			&ticket->before_archive, err);
	return r;
}

static void read_step(void *context)
{
	struct reading *reading = context;

	reading->result = read_files(reading->files, reading->ticket, reading->err);
}

static void read_kept_step(void *context)
{
	struct reading *reading = context;

	ticket_read_kept(reading->ticket, reading->files->journal);
}

/* Else every name would differ. */
static int check_redaction(
	const struct ticket *ticket, const char *redaction, struct err *err)
{
	const char *wanted = ticket->plan->redaction;

	if (strcmp(wanted, redaction) == 0)
		return 0;
	if (!*wanted)
		return err_set(err, -EBADMSG,
			"the plan has the host's own names: a ticket of it goes without "
			"--redact");
	return err_set(err, -EBADMSG,
		"the plan's names are pseudonyms of the key %s: --redact with that "
		"key%s%s",
		wanted, *redaction ? ", not with " : "", redaction);
}

int ticket_files_read(const struct ticket_files *files, const char *redaction,
	int64_t deadline_ms, struct ticket *ret_ticket, struct err *err)
{
	struct reading reading = {.files = files, .ticket = ret_ticket, .err = err};
	int r = checkpoint_run(deadline_ms, read_step, &reading, err);

	if (r < 0)
		return err_wrap(err, "the ticket's files");
	r = reading.result;
	if (r == 0)
		r = ticket_read(
			ret_ticket, files->plan, files->journal, files->before, err);
	if (r == 0)
		r = checkpoint_run(deadline_ms, read_kept_step, &reading, err);
	return r == 0 ? check_redaction(ret_ticket, redaction, err) : r;
}

int ticket_make(struct ticket *ticket, struct host *after, const char *path,
	struct buf *ret_archive, int *ret_code, struct err *err)
{
	cleanup_ticket_result struct ticket_result result = TICKET_RESULT_INIT;
	cleanup_buf struct buf sentence = BUF_INIT;
	cleanup_free char *top = archive_top(path);
	int r = record_write(after, "after", &ticket->after_archive, err);

	if (r < 0)
		return r;
	ticket->after = after;
	ticket_compare(ticket, &result);
	ticket_sentence(ticket, &result, &sentence);
	fprintf(stderr, "%s\n", buf_text(&sentence));
	*ret_code = !ticket_is_as_predicted(&result) ? EXIT_DIFFERS
		    : ticket->run.is_finished	     ? EXIT_DONE
						     : EXIT_STOPPED;
	return ticket_pack(ticket, &result, top, ret_archive, err);
}
