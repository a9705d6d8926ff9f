/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the observer over its socket; see eyes.h. */
#include "eyes.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "snapstate/cleanup.h"
#include "snapstate/kernel.h"
#include "snapstate/limits.h"
#include "snapstate/observe_frame.h"
#include "snapstate/stamp.h"

#define EYES_GREETING_MS    10000
#define EYES_GREETING_BYTES (ERR_MSG_MAX + 64)

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
