/* SPDX-License-Identifier: Apache-2.0 */
/* Starting the runner, and asking it; see runner.h. */
#include "runner.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "confine.h"
#include "start.h"
#include "wire.h"
#include "snapstate/cleanup.h"

int runner_start(struct runner *ret_runner, struct err *err)
{
	const struct apart apart = {confine_lvm, runner_serve};

	return apart_start(&apart, &ret_runner->fd, &ret_runner->pid, err);
}

void runner_stop(struct runner *runner)
{
	if (runner->fd >= 0)
		close(runner->fd);
	runner->fd = -1;
}

/* ---- messages ---- */

static int lose(struct runner *runner, struct err *err)
{
	runner_stop(runner);
	return err_set(err, -EIO, "the process that runs lvm is gone");
}

static int receive(struct runner *runner, struct wire_message *ret_message,
	struct buf *ret_bytes, struct err *err)
{
	if (wire_receive(runner->fd, RUNNER_OUTPUT_MAX, ret_message, ret_bytes) < 0)
		return lose(runner, err);
	return 0;
}

/* ---- changes ---- */

/* With the words of `watch` while it takes its time. */
static void wait_for_end(
	const struct runner *runner, pid_t pid, const struct runner_watch *watch)
{
	struct pollfd it = {.fd = runner->fd, .events = POLLIN};
	unsigned seconds = 0;

	while (poll(&it, 1, RUNNER_REPORT_MS) <= 0) {
		seconds += RUNNER_REPORT_MS / 1000;
		watch->still_running(watch->context, pid, seconds);
	}
}

int runner_change(struct runner *runner, const struct buf *change,
	const struct runner_watch *watch, int *ret_status, struct buf *ret_output,
	struct err *err)
{
	struct wire_message message = {.word = WIRE_CHANGE};
	int r;

	if (runner->fd < 0 || wire_send(runner->fd, &message, change) < 0)
		return lose(runner, err);
	r = receive(runner, &message, ret_output, err);
	if (r == 0 && message.word == WIRE_STARTED) {
		wait_for_end(runner, message.status, watch);
		r = receive(runner, &message, ret_output, err);
	}
	if (r < 0)
		return r;
	if (message.result < 0)
		return err_set(err, message.result, "%s", message.text);
	*ret_status = message.status;
	return 0;
}
