/* SPDX-License-Identifier: Apache-2.0 */
/* The ticket's file, and two questions to the observer about files of the command line;
 * see ticket.h. */
#include "ticket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "report.h"
#include "snapstate/cleanup.h"
#include "snapstate/observe.h"

/* ---- its file ---- */

void ticket_file_close(struct ticket_file *file)
{
	if (file->folder >= 0)
		close(file->folder);
	file->folder = -1;
}

int ticket_file_hold(
	const struct options *options, struct ticket_file *ret_file, struct err *err)
{
	const char *slash = options->ticket ? strrchr(options->ticket, '/') : NULL;
	cleanup_buf struct buf folder = BUF_INIT;
	struct ticket_file file = TICKET_FILE_INIT;

	if (!slash)
		return 0;
	buf_add(&folder, options->ticket, (size_t)(slash - options->ticket) + 1);
	file.name = slash + 1;
	file.folder = open(buf_text(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file.folder < 0 ||
		fstatat(file.folder, file.name, &file.made, AT_SYMLINK_NOFOLLOW) < 0) {
		int r = err_errno(err, errno, "%s", options->ticket);

		ticket_file_close(&file);
		return r;
	}
	*ret_file = file;
	return 0;
}

void ticket_file_remove(const struct ticket_file *file)
{
	struct stat now;

	if (file->folder >= 0 &&
		fstatat(file->folder, file->name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
		now.st_dev == file->made.st_dev && now.st_ino == file->made.st_ino)
		unlinkat(file->folder, file->name, 0);
}

/* ---- the questions ---- */

static int ask(struct eyes *eyes, const char *what, const char *which,
	struct sight *ret_sight, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT, answer = BUF_INIT;
	int r;

	buf_printf(&text, "look -\n%s %s\n" OBSERVE_END, what, which);
	r = eyes_ask(eyes, &text, &answer, err);
	return r == 0 ? observe_answer_read(buf_text(&answer), answer.len, OBSERVE_NAME,
				ret_sight, err)
		      : r;
}

enum exit_code ticket_check_before(
	const struct options *options, struct eyes *eyes, const struct orders *plan)
{
	cleanup_sight struct sight sight = SIGHT_INIT;
	struct err err = ERR_INIT;
	const char *sha256;

	if (!options->before)
		return EXIT_DONE;
	if (ask(eyes, "name", "before", &sight, &err) < 0) {
		report_error(stderr, "%s; nothing was changed", err.msg);
		return EXIT_ENVIRONMENT;
	}
	sha256 = sight_name(&sight, "before");
	if (sha256 && strcmp(sha256, plan->capture_sha256) == 0)
		return EXIT_DONE;
	report_error(stderr,
		"%s (sha256:%s) is not the capture that the plan was made from "
		"(sha256:%s); nothing was changed",
		options->before, sha256 ? sha256 : "", plan->capture_sha256);
	return EXIT_BAD_INPUT;
}

static void say_by_hand(
	const struct options *options, const struct orders *plan, const struct err *err)
{
	report_error(stderr,
		"%s: no ticket was packed; by hand: " EYES_PROGRAM
		" --ticket FILE --plan %s --journal %s/%s.journal%s%s%s%s",
		err->msg, options->plan, options->journal, plan->digest,
		options->before ? " --before " : "",
		options->before ? options->before : "",
		*plan->redaction ? " --redact " : "",
		*plan->redaction ? options->key : "");
}

bool ticket_ask(
	const struct options *options, struct eyes *eyes, const struct orders *plan)
{
	cleanup_sight struct sight sight = SIGHT_INIT;
	const char *sentence;
	struct err err = ERR_INIT;

	fflush(stdout);
	if (ask(eyes, "ticket", plan->digest, &sight, &err) < 0) {
		say_by_hand(options, plan, &err);
		return false;
	}
	sentence = sight_name(&sight, "ticket");
	fprintf(stderr, "%s\n", sentence ? sentence : "");
	printf("ticket %s\n", options->ticket);
	return true;
}
