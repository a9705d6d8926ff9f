/* SPDX-License-Identifier: Apache-2.0 */
/* The process that puts questions to lvm, and asking it; see observe_process.h. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "observe_process.h"
#include "snapstate/cleanup.h"
#include "start.h"
#include "wire.h"

#define ASKER_GRACE_MS 5000 /* behind a question's own deadline */

/* ---- that process ---- */

static int answer(int fd, const struct wire_message *question, const char *const argv[])
{
	cleanup_buf struct buf out = BUF_INIT, err_text = BUF_INIT;
	struct wire_message answer = {.word = WIRE_ANSWER, .result = -EPERM};
	struct err err = ERR_INIT;

	if (lvm_is_question(argv))
		answer.result = lvm_ops_live.run(NULL, argv, question->seconds,
			question->max, &out, &err_text, &err);
	else
		err_set(&err, -EPERM, "not one of the questions that may be asked");
	answer.n_out = out.len;
	snprintf(answer.text, sizeof(answer.text), "%s", err.msg);
	buf_add(&out, buf_text(&err_text), err_text.len);
	return wire_send(fd, &answer, &out);
}

static void serve(int fd)
{
	int r = 0;

	while (r == 0) {
		cleanup_buf struct buf bytes = BUF_INIT;
		cleanup_free const char **argv = NULL;
		struct wire_message message;

		if (wire_receive(fd, WIRE_ARGUMENTS_MAX, &message, &bytes) < 0 ||
			message.word != WIRE_ASK)
			return;
		argv = wire_command(&bytes);
		if (!argv)
			return;
		r = answer(fd, &message, argv);
	}
}

int asker_start(struct asker *ret_asker, struct err *err)
{
	const struct apart apart = {observe_confine_lvm, serve};
	pid_t pid;

	return apart_start(&apart, &ret_asker->fd, &pid, err);
}

/* ---- asking it ---- */

static int lose(struct asker *asker, int code, const char *what, struct err *err)
{
	close(asker->fd);
	asker->fd = -1;
	return err_set(err, code, "the process that asks lvm %s", what);
}

static void add_arguments(const char *const argv[], struct buf *ret_bytes)
{
	for (size_t i = 0; argv[i]; i++)
		buf_add(ret_bytes, argv[i], strlen(argv[i]) + 1);
}

static int ask(void *context, const char *const argv[], unsigned timeout_seconds,
	size_t max, struct buf *ret_out, struct buf *ret_err_text, struct err *err)
{
	struct asker *asker = context;
	struct wire_message message = {
		.word = WIRE_ASK, .seconds = timeout_seconds, .max = max};
	struct pollfd it = {.fd = asker->fd, .events = POLLIN};
	cleanup_buf struct buf arguments = BUF_INIT, bytes = BUF_INIT;

	add_arguments(argv, &arguments);
	if (asker->fd < 0 || wire_send(asker->fd, &message, &arguments) < 0)
		return lose(asker, -EIO, "is gone", err);
	/* it comes back in time by itself: what it runs is given up at the deadline */
	if (poll(&it, 1, (int)timeout_seconds * 1000 + ASKER_GRACE_MS) <= 0)
		return lose(asker, -EBUSY, "does not answer", err);
	if (wire_receive(asker->fd, WIRE_ANSWER_MAX, &message, &bytes) < 0 ||
		message.n_out > bytes.len)
		return lose(asker, -EIO, "is gone", err);
	buf_add(ret_out, buf_text(&bytes), message.n_out);
	buf_add(ret_err_text, buf_text(&bytes) + message.n_out,
		bytes.len - message.n_out);
	if (message.result < 0)
		return err_set(err, message.result, "%s", message.text);
	return message.result;
}

const struct lvm_ops asker_questions = {
	.run = ask, .metadata = lvm_metadata_live, .label = lvm_label_live};
