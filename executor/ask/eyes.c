/* SPDX-License-Identifier: Apache-2.0 */
/* Starting the observer, and asking it; see eyes.h. */
#include "eyes.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "beside.h"
#include "snapstate/cleanup.h"
#include "snapstate/observe.h"
#include "snapstate/stamp.h"

#define EYES_GREETING_MS    10000
#define EYES_GREETING_BYTES (ERR_MSG_MAX + 64)
#define EYES_GRACE_SECONDS  20 /* behind the observer's own deadline */

/* ---- its command line ---- */

struct command {
	char **words;
	size_t n_words;
};

static void command_free(struct command *command)
{
	for (size_t i = 0; i < command->n_words; i++)
		free(command->words[i]);
	free(command->words);
}

static void add_word(struct command *command, const char *word)
{
	*array_add(&command->words, &command->n_words) = xstrdup(word);
}

static void add_file(struct command *command, const char *option, const char *file)
{
	add_word(command, option);
	*array_add(&command->words, &command->n_words) = options_absolute(file);
}

static void add_signature_beside(
	struct command *command, const char *plan, const char *suffix)
{
	cleanup_buf struct buf path = BUF_INIT;

	buf_printf(&path, "%s%s", plan, suffix);
	if (access(buf_text(&path), F_OK) == 0)
		add_file(command, "--signature", buf_text(&path));
}

/* With the signatures that are looked at. */
static void add_ticket(struct command *command, const struct options *options)
{
	add_file(command, "--ticket", options->ticket);
	add_file(command, "--plan", options->plan);
	add_file(command, "--journal", options->journal);
	if (options->before)
		add_file(command, "--before", options->before);
	for (size_t i = 0; i < options->n_signatures; i++)
		add_file(command, "--signature", options->signatures[i]);
	if (options->is_unsigned || options->n_signatures)
		return;
	add_signature_beside(command, options->plan, SIGNATURE_SUFFIX);
	add_signature_beside(command, options->plan, APPROVAL_SUFFIX);
}

static void make_command(const struct options *options, struct command *command)
{
	cleanup_buf struct buf seconds = BUF_INIT;

	buf_printf(&seconds, "%u", options->seconds);
	add_word(command, EYES_PROGRAM);
	add_word(command, "--observe");
	add_word(command, "--timeout");
	add_word(command, buf_text(&seconds));
	add_file(command, "--redact", options->key);
	if (options->ticket)
		add_ticket(command, options);
	*array_add(&command->words, &command->n_words) = NULL;
}

/* ---- the process ---- */

/* No signal of a terminal ends it: who asks decides when it may end, by closing the other
 * side. Where this program is killed, it is too. */
static void become_observer(const char *program, char *const words[], int fd)
{
	static const char *const environment[] = {
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", NULL};
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (null < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(null, 2) < 0 ||
		chdir("/") < 0)
		_exit(127);
	closefrom(3);
	/* execve() takes pointers to what it does not change */
	execve(program, words, (char *const *)environment);
	_exit(127);
}

int eyes_open(const struct options *options, struct eyes *ret_eyes, struct err *err)
{
	cleanup_with(command_free) struct command command = {0};
	cleanup_eyes struct eyes eyes = EYES_INIT;
	cleanup_buf struct buf program = BUF_INIT;
	int ends[2];
	pid_t pid;
	int r = beside_find(EYES_PROGRAM, &program, err);

	if (r < 0)
		return r;
	make_command(options, &command);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return err_errno(err, errno, "socketpair");
	pid = fork();
	if (pid == 0)
		become_observer(buf_text(&program), command.words, ends[1]);
	close(ends[1]);
	eyes.fd = ends[0];
	if (pid < 0)
		return err_errno(err, errno, "start %s", buf_text(&program));
	eyes.seconds = options->seconds + EYES_GRACE_SECONDS;
	r = eyes_greet(&eyes, err);
	if (r < 0)
		return r;
	*ret_eyes = eyes;
	eyes = EYES_INIT;
	return 0;
}

void eyes_close(struct eyes *eyes)
{
	if (eyes->fd >= 0)
		close(eyes->fd);
	eyes->fd = -1;
}

/* ---- its socket ---- */

__attribute__((format(printf, 3, 4))) static int lose(
	struct eyes *eyes, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	eyes->lost.code = code;
	vsnprintf(eyes->lost.msg, sizeof(eyes->lost.msg), format, args);
	va_end(args);
	eyes_close(eyes);
	return code;
}

static int lose_gone(struct eyes *eyes)
{
	return lose(eyes, -EPIPE,
		"the process that reads the host (" EYES_PROGRAM " --observe) is gone");
}

/* true: it is ready for that within the time. */
static bool wait_for(const struct eyes *eyes, short events, int64_t deadline)
{
	struct pollfd it = {.fd = eyes->fd, .events = events};
	int64_t left = deadline - clock_ms();
	int r;

	while (left > 0) {
		r = poll(&it, 1, left < INT32_MAX ? (int)left : INT32_MAX);
		if (r > 0)
			return true;
		if (r == 0 || errno != EINTR)
			return false;
		left = deadline - clock_ms();
	}
	return false;
}

/* Never waits but in poll(): who does not read must not hold up the one that asks. */
static int send_all(struct eyes *eyes, const struct buf *text, int64_t deadline)
{
	for (size_t done = 0; done < text->len;) {
		struct iovec part = {text->data + done, text->len - done};
		const struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
		ssize_t n;

		if (!wait_for(eyes, POLLOUT, deadline))
			return lose(eyes, -ETIMEDOUT,
				EYES_PROGRAM " --observe takes no question");
		n = sendmsg(eyes->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return lose_gone(eyes);
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static bool ends_with(const struct buf *text, const char *end)
{
	size_t len = strlen(end);

	return text->len >= len && memcmp(text->data + text->len - len, end, len) == 0;
}

/* Up to `end`. What comes behind it is part of no answer: the next one is bad. */
static int receive(struct eyes *eyes, const char *end, size_t max, int64_t deadline,
	struct buf *text)
{
	char bytes[65536];

	while (!ends_with(text, end)) {
		ssize_t n;

		if (!wait_for(eyes, POLLIN, deadline))
			return lose(eyes, -ETIMEDOUT,
				"the process that reads the host (" EYES_PROGRAM
				" --observe) does not answer");
		n = read(eyes->fd, bytes, sizeof(bytes));
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return lose_gone(eyes);
		if (text->len + (size_t)n > max)
			return lose(eyes, -EBADMSG,
				EYES_PROGRAM " --observe answers more than %zu bytes",
				max);
		buf_add(text, bytes, (size_t)n);
	}
	return 0;
}

static int fail(const struct eyes *eyes, struct err *err)
{
	return err_set(err, eyes->lost.code ? eyes->lost.code : -EPIPE, "%s",
		eyes->lost.code ? eyes->lost.msg : "nobody reads the host");
}

int eyes_greet(struct eyes *eyes, struct err *err)
{
	static const char greeting[] = OBSERVE_GREETING "\n";
	cleanup_buf struct buf text = BUF_INIT;
	int64_t deadline = clock_ms() + EYES_GREETING_MS;

	if (receive(eyes, "\n", EYES_GREETING_BYTES, deadline, &text) < 0 &&
		eyes->lost.code != -EBADMSG)
		return fail(eyes, err);
	if (strcmp(buf_text(&text), greeting) == 0)
		return 0;
	eyes_close(eyes);
	if (strncmp(buf_text(&text), OBSERVE_FAILURE, strlen(OBSERVE_FAILURE)) == 0)
		return err_set(err, -EIO, EYES_PROGRAM " --observe: %.*s",
			(int)strcspn(text.data, "\n") - (int)strlen(OBSERVE_FAILURE),
			text.data + strlen(OBSERVE_FAILURE));
	return err_set(err, -EBADMSG,
		EYES_PROGRAM
		" beside this program is not of its version (" SNAPSTATE_VERSION
		"); use the programs of one release");
}

/* An answer that comes late, or twice, is not taken for that of another question. */
static int take_number(struct eyes *eyes, unsigned long number, struct buf *answer)
{
	char line[64];
	size_t len = (size_t)snprintf(line, sizeof(line), OBSERVE_ANSWER "%lu\n", number);

	if (answer->len < len || memcmp(answer->data, line, len) != 0)
		return lose(eyes, -EBADMSG,
			EYES_PROGRAM " --observe answers another question than was put");
	memmove(answer->data, answer->data + len, answer->len - len + 1);
	answer->len -= len;
	return 0;
}

int eyes_ask(void *context, const struct buf *question, struct buf *ret_answer,
	struct err *err)
{
	struct eyes *eyes = context;
	int64_t deadline = clock_ms() + (int64_t)eyes->seconds * 1000;
	cleanup_buf struct buf text = BUF_INIT;

	buf_printf(&text, OBSERVE_QUESTION "%lu\n", ++eyes->n_asked);
	buf_add(&text, buf_text(question), question->len);
	if (eyes->fd < 0 || send_all(eyes, &text, deadline) < 0 ||
		receive(eyes, "\n" OBSERVE_END, OBSERVE_BYTES_MAX, deadline, ret_answer) <
			0 ||
		take_number(eyes, eyes->n_asked, ret_answer) < 0)
		return fail(eyes, err);
	return 0;
}
