/* SPDX-License-Identifier: Apache-2.0 */
/* Questions from a socket, answers to it; see observe.h. Invariants: a question has its
 * end within OBSERVE_BYTES_MAX bytes, or it is the last one; nothing is written but
 * answers. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "observe.h"
#include "observe_process.h"
#include "snapstate/cleanup.h"
#include "snapstate/exit.h"
#include "snapstate/redact.h"
#include "snapstate/write.h"

/* The end of the first question in it, behind its last line; 0: it is not whole. Of the
 * first `done` bytes it is known that they have no end. */
static size_t question_end(const struct buf *text, size_t done)
{
	static const char end[] = "\n" OBSERVE_END;
	size_t from = done < strlen(end) ? 0 : done - strlen(end);
	const char *at =
		text->len ? memmem(text->data + from, text->len - from, end, strlen(end))
			  : NULL;

	return at ? (size_t)(at - text->data) + strlen(end) : 0;
}

/* -EPIPE: there are no more; -EFBIG: this is none. */
static int read_question(int fd, struct buf *text, size_t *ret_end)
{
	char bytes[65536];
	size_t done = 0;

	while (!(*ret_end = question_end(text, done))) {
		ssize_t n = read(fd, bytes, sizeof(bytes));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EPIPE;
		if (text->len + (size_t)n > OBSERVE_BYTES_MAX)
			return -EFBIG;
		done = text->len;
		buf_add(text, bytes, (size_t)n);
	}
	return 0;
}

/* Takes "question N" off it, and begins the answer with that number. */
static void take_number(struct buf *question, struct buf *answer)
{
	static const char word[] = OBSERVE_QUESTION;
	size_t digits, len;

	if (strncmp(buf_text(question), word, strlen(word)) != 0)
		return;
	digits = strspn(question->data + strlen(word), "0123456789");
	len = strlen(word) + digits;
	if (!digits || question->data[len] != '\n')
		return;
	buf_puts(answer, OBSERVE_ANSWER);
	buf_add(answer, question->data + strlen(word), digits + 1);
	question->len -= len + 1;
	memmove(question->data, question->data + len + 1, question->len + 1);
}

int observe_serve(
	void (*answer)(void *context, const struct buf *question, struct buf *ret_answer),
	void *context, int in, int out)
{
	cleanup_buf struct buf text = BUF_INIT;
	size_t len;
	int r;

	while ((r = read_question(in, &text, &len)) == 0) {
		cleanup_buf struct buf question = BUF_INIT, answered = BUF_INIT;

		buf_add(&question, text.data, len);
		memmove(text.data, text.data + len, text.len - len);
		text.len -= len;
		take_number(&question, &answered);
		answer(context, &question, &answered);
		if (write_all(out, buf_text(&answered), answered.len) < 0)
			return EXIT_ENVIRONMENT;
	}
	return r == -EPIPE && !text.len ? EXIT_DONE : EXIT_BAD_INPUT;
}

int observe_run(const struct observe_duty *duty)
{
	static const char greeting[] = OBSERVE_GREETING "\n";
	struct machine machine = {.root = -1};
	struct asker asker = ASKER_INIT;
	struct redact_key key;
	struct err err = ERR_INIT, key_err = ERR_INIT;
	struct observing observing = {.machine = &machine,
		.key_error = key_err.msg,
		.duty = duty,
		.ticket = -1};

	int comparer = -1;
	/* they get neither the key nor the ticket */
	int r = comparer_start(duty, &comparer, &err);

	if (r == 0)
		r = asker_start(&asker, &err);
	if (duty->key_file && redact_key_read(duty->key_file, false, &key, &key_err) == 0)
		observing.key = &key;
	dm_live_hold_control();
	if (r < 0 || observe_ticket_open(duty, &observing.ticket, &err) < 0 ||
		machine_open_live(&machine, &err) < 0 || observe_confine(&err) < 0) {
		printf(OBSERVE_FAILURE "%s\n", err.msg);
		fflush(stdout);
		return EXIT_ENVIRONMENT;
	}
	machine.lvm = &asker_questions;
	machine.context = &asker;
	if (write_all(STDOUT_FILENO, greeting, strlen(greeting)) < 0 ||
		dup2(comparer, STDIN_FILENO) < 0 || dup2(comparer, STDOUT_FILENO) < 0)
		return EXIT_ENVIRONMENT;
	close(comparer);
	return observe_serve(observe_answer, &observing, STDIN_FILENO, STDOUT_FILENO);
}
