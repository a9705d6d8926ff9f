/* SPDX-License-Identifier: Apache-2.0 */
/* The question before a plan is applied; see confirm.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "confirm.h"
#include "report.h"
#include "snapstate/cleanup.h"

#define ANSWER_MAX 128

bool confirm_is_prefix(const char *text)
{
	size_t len = strlen(text);

	return len >= PLAN_CONFIRM_DIGITS && len <= SHA256_HEX_LEN &&
	       strspn(text, "0123456789abcdefABCDEF") == len;
}

static bool is_meant(const struct orders *plan, const char *digits)
{
	return confirm_is_prefix(digits) &&
	       strncasecmp(plan->digest, digits, strlen(digits)) == 0;
}

/* One line, without its newline. false: the terminal is gone. */
static bool read_answer(int fd, char answer[ANSWER_MAX])
{
	size_t len = 0;
	ssize_t n;

	while (len < ANSWER_MAX - 1) {
		n = read(fd, answer + len, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		if (answer[len] == '\n')
			break;
		len++;
	}
	answer[len] = '\0';
	return true;
}

/* The controlling terminal, not standard input, which may be a pipe that says yes. -1:
 * there is none. */
static int open_terminal(const char *terminal)
{
	cleanup_close int fd = open(terminal, O_RDWR | O_NOCTTY | O_CLOEXEC);

	return fd >= 0 && isatty(fd) ? take_fd(&fd) : -1;
}

static enum exit_code no_terminal(void)
{
	report_error(stderr,
		"--apply asks on a terminal, and there is none: use --yes-digest with "
		"the first digits of the plan's sha256 (%d or more); nothing was changed",
		PLAN_CONFIRM_DIGITS);
	return EXIT_USAGE;
}

enum exit_code confirm_check(
	const struct orders *plan, const char *digits, const char *terminal)
{
	cleanup_close int fd = digits ? -1 : open_terminal(terminal);

	if (!digits)
		return fd < 0 ? no_terminal() : EXIT_DONE;
	if (is_meant(plan, digits))
		return EXIT_DONE;
	report_error(stderr,
		"--yes-digest does not match this plan's sha256; nothing was changed");
	return EXIT_USAGE;
}

/* What was typed before the question is no answer to it. */
enum exit_code confirm_ask(const struct orders *plan, const char *terminal)
{
	cleanup_close int fd = open_terminal(terminal);
	char answer[ANSWER_MAX];

	if (fd < 0)
		return no_terminal();
	fflush(NULL);
	tcflush(fd, TCIFLUSH);
	dprintf(fd,
		"To carry out its %zu step%s, type the first %d digits of the plan's "
		"sha256: ",
		plan->n_steps, plan->n_steps == 1 ? "" : "s", PLAN_CONFIRM_DIGITS);
	if (read_answer(fd, answer) && is_meant(plan, answer))
		return EXIT_DONE;
	report_error(
		stderr, "that does not match this plan's sha256; nothing was changed");
	return EXIT_USAGE;
}
