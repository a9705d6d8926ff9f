/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a ticket, read. Their file systems may be as sick as the rest of the host:
 * reading them is behind a checkpoint.
 */
#include "capture.h"
#include "checkpoint.h"

struct reading {
	const struct ticket_files *files;
	struct ticket *ticket;
	struct err *err;
	int result;
};

static void read_step(void *context)
{
	struct reading *reading = context;

	reading->result =
		ticket_files_read(reading->files, reading->ticket, reading->err);
}

static void read_kept_step(void *context)
{
	struct reading *reading = context;

	ticket_read_kept(reading->ticket, reading->files->journal);
}

int ticket_files_read_in_time(const struct ticket_files *files, const char *redaction,
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
	return r == 0 ? ticket_check_redaction(ret_ticket, redaction, err) : r;
}
