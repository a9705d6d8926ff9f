/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ticket, packed by the observer. Input: the command line's files, a plan's digest.
 * Output: bytes into a file that was opened before the observer gave all up. Invariants:
 * no other file is written; a question can name none: the journal's name follows from the
 * digest, which is checked, and everything else is from the command line.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "observe.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/io.h"
#include "snapstate/record.h"
#include "snapstate/redact.h"
#include "snapstate/stamp.h"

/* Of the time for an answer, for comparing and packing. */
#define PACK_PART 4

int observe_ticket_open(const struct observe_duty *duty, int *ret_fd, struct err *err)
{
	const int flags = O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	cleanup_close int fd = -1;
	struct stat stat;

	if (!duty->ticket)
		return 0;
	fd = open(duty->ticket, flags | O_CREAT | O_EXCL, 0600);
	/* an empty one of root's own is as good; and no device is opened */
	if (fd < 0 && errno == EEXIST && lstat(duty->ticket, &stat) == 0 &&
		S_ISREG(stat.st_mode))
		fd = open(duty->ticket, flags);
	if (fd < 0)
		return err_errno(err, errno, "%s", duty->ticket);
	/* before it is looked at: what another run has taken away by then has no name */
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return err_set(
			err, -EBUSY, "%s is the ticket of another run", duty->ticket);
	if (fstat(fd, &stat) < 0)
		return err_errno(err, errno, "%s", duty->ticket);
	if (!S_ISREG(stat.st_mode) || stat.st_size || stat.st_nlink != 1 ||
		stat.st_uid != geteuid() || (stat.st_mode & 022))
		return err_set(err, -EEXIST, "%s already exists", duty->ticket);
	*ret_fd = take_fd(&fd);
	return 0;
}

static int name_before(const char *file, struct sight *sight, struct err *err)
{
	cleanup_buf struct buf archive = BUF_INIT, line = BUF_INIT;
	char sha256[SHA256_HEX_LEN + 1];
	int r = file_read_regular(AT_FDCWD, file, RECORD_ARCHIVE_MAX, &archive, err);

	if (r < 0)
		return -ENODATA;
	sha256_hex(buf_text(&archive), archive.len, sha256);
	buf_printf(&line, "before %s", sha256);
	facts_add(&sight->names, buf_text(&line));
	return 0;
}

int observe_ticket_name(const struct observe_duty *duty,
	const struct observe_question *question, struct sight *sight, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < question->names.count && r == 0; i++)
		if (duty->files.before && strcmp(question->names.items[i], "before") == 0)
			r = name_before(duty->files.before, sight, err);
	return r;
}

static int read_files(const struct observe_duty *duty, const char *digest,
	struct ticket *ticket, struct err *err)
{
	cleanup_buf struct buf journal = BUF_INIT;
	struct ticket_files files = duty->files;
	int r;

	buf_printf(&journal, "%s/%s.journal", duty->files.journal, digest);
	files.journal = buf_text(&journal);
	r = ticket_files_read(&files, ticket, err);
	if (r == 0)
		r = ticket_read(ticket, files.plan, files.journal, files.before, err);
	if (r == 0 && strcmp(ticket->plan->digest, digest) != 0)
		r = err_set(err, -EBADMSG, "%s was changed meanwhile", files.plan);
	if (r == 0)
		ticket_read_kept(ticket, files.journal);
	return r;
}

/* All of the host, as a capture has it, redacted as the plan's was. */
static int capture(const struct observing *observing, const struct ticket *ticket,
	struct host **ret_host, struct err *err)
{
	struct machine machine = *observing->machine;
	int64_t ms = (int64_t)observing->duty->seconds * 1000;
	struct host *host;
	int r = ticket_check_redaction(ticket,
		*ticket->plan->redaction && observing->key ? observing->key->id : "",
		err);

	if (r == 0 && ms)
		machine.deadline_ms = clock_ms() + ms - ms / PACK_PART;
	if (r == 0)
		r = probe_host(&machine, PROBE_ALL, &host, err);
	if (r < 0)
		return r;
	redact_secrets(host);
	*ret_host = *ticket->plan->redaction ? redact_names(host, observing->key) : host;
	if (*ret_host != host)
		host_free(host);
	return 0;
}

static int fill(
	const struct observing *observing, const struct buf *archive, struct err *err)
{
	for (size_t done = 0; done < archive->len;) {
		ssize_t n = write(
			observing->ticket, archive->data + done, archive->len - done);

		if (n < 0 && errno != EINTR)
			return err_errno(err, errno, "write %s", observing->duty->ticket);
		done += n > 0 ? (size_t)n : 0;
	}
	return fsync(observing->ticket) < 0
		       ? err_errno(err, errno, "fsync %s", observing->duty->ticket)
		       : 0;
}

int observe_ticket_pack(const struct observing *observing, const char *digest,
	struct buf *ret_sentence, struct err *err)
{
	cleanup_ticket struct ticket ticket = TICKET_INIT;
	cleanup_host struct host *after = NULL;
	cleanup_buf struct buf archive = BUF_INIT;
	struct stat stat;
	int r, code;

	if (observing->ticket < 0 || fstat(observing->ticket, &stat) < 0 || stat.st_size)
		return err_set(err, -ENODATA, "there is no ticket to pack");
	r = read_files(observing->duty, digest, &ticket, err);
	if (r == 0)
		r = capture(observing, &ticket, &after, err);
	if (r == 0)
		r = ticket_make(&ticket, after, observing->duty->top, &archive,
			ret_sentence, &code, err);
	return r == 0 ? fill(observing, &archive, err) : r;
}
