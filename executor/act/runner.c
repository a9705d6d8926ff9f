/* SPDX-License-Identifier: Apache-2.0 */
/* Starting the runner, and asking it; see runner.h. */
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "confine.h"
#include "wire.h"
#include "snapstate/cleanup.h"

/* In the new process. No signal of a terminal or a supervisor ends it: who asked decides
 * when it may end, by closing the other side. */
static void become_runner(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct err err = ERR_INIT;
	sigset_t all;

	setsid();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	/* no pipe of the caller, and no working directory, is held by it */
	for (int standard = 0; standard <= 2; standard++)
		if (null < 0 || dup2(null, standard) < 0)
			_exit(1);
	if (dup2(fd, 3) < 0 || chdir("/") < 0)
		_exit(1);
	closefrom(4);
	if (fcntl(3, F_SETFD, FD_CLOEXEC) == 0 && confine_lvm(&err) == 0)
		runner_serve(3);
	_exit(0);
}

int runner_start(struct runner *ret_runner, struct err *err)
{
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return err_errno(err, errno, "socketpair");
	/* ignored, as exec may hand it on, it loses the status */
	signal(SIGCHLD, SIG_DFL);
	pid = fork();
	if (pid == 0)
		become_runner(ends[1]);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return err_errno(err, errno, "start the process that runs lvm");
	}
	*ret_runner = (struct runner){.fd = ends[0], .pid = pid};
	return 0;
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

static int send_command(struct runner *runner, struct wire_message *message,
	const char *const argv[], struct err *err)
{
	cleanup_buf struct buf arguments = BUF_INIT;

	wire_arguments(argv, &arguments);
	if (runner->fd < 0 || wire_send(runner->fd, message, &arguments) < 0)
		return lose(runner, err);
	return 0;
}

/* true: there is something to receive. */
static bool wait_message(const struct runner *runner, int ms)
{
	struct pollfd it = {.fd = runner->fd, .events = POLLIN};

	return poll(&it, 1, ms) > 0;
}

static int receive(struct runner *runner, struct wire_message *ret_message,
	struct buf *ret_bytes, struct err *err)
{
	if (wire_receive(runner->fd, WIRE_ANSWER_MAX, ret_message, ret_bytes) < 0)
		return lose(runner, err);
	return 0;
}

/* ---- changes ---- */

/* With the words of `watch` while it takes its time. */
static void wait_for_end(
	const struct runner *runner, pid_t pid, const struct runner_watch *watch)
{
	unsigned seconds = 0;

	while (!wait_message(runner, RUNNER_REPORT_MS)) {
		seconds += RUNNER_REPORT_MS / 1000;
		watch->still_running(watch->context, pid, seconds);
	}
}

int runner_change(struct runner *runner, const char *const argv[],
	const struct runner_watch *watch, int *ret_status, struct buf *ret_output,
	struct err *err)
{
	struct wire_message message = {.word = WIRE_CHANGE};
	int r = send_command(runner, &message, argv, err);

	if (r == 0)
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
