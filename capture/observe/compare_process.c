/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process that compares the host with a plan, between who asks and the one that
 * looks; see observe_process.h. Input: questions, on standard input. Output: answers.
 * Invariant: what a plan says is read here, and by nobody that may look at the host.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "comparing.h"
#include "eyes.h"
#include "observe.h"
#include "observe_process.h"
#include "snapstate/cleanup.h"
#include "snapstate/kernel.h"
#include "snapstate/stamp.h"
#include "start.h"

#define GRACE_SECONDS	    10 /* behind the observer's own deadline */
#define WITHOUT_END_SECONDS (365u * 24 * 3600)

static void pause_ms(void *clock, unsigned ms)
{
	struct timespec rest = {ms / 1000, (long)(ms % 1000) * 1000000};

	(void)clock;
	while (nanosleep(&rest, &rest) < 0 && errno == EINTR)
		continue;
}

static int64_t now_ms(void *clock)
{
	(void)clock;
	return clock_ms();
}

static int serve(unsigned seconds, int fd)
{
	struct eyes eyes = {.fd = fd,
		.seconds = seconds ? seconds + GRACE_SECONDS : WITHOUT_END_SECONDS};
	cleanup_comparing struct comparing comparing = {
		.looking = {.ask = eyes_ask,
			.eyes = &eyes,
			.redaction = "",
			.pause = pause_ms,
			.now_ms = now_ms,
			.poll_ms = COMPARE_POLL_MS,
			.flap_ms = COMPARE_FLAP_MS,
			.settle_ms = COMPARE_SETTLE_MS}};

	return observe_serve(comparing_answer, &comparing, STDIN_FILENO, STDOUT_FILENO);
}

static void become(const struct observe_duty *duty, int fd, pid_t parent)
{
	struct err err = ERR_INIT;

	if (dup2(fd, 3) < 0)
		_exit(1);
	kernel_close_from(4);
	if (fcntl(3, F_SETFD, FD_CLOEXEC) < 0 ||
		observe_confine_comparer(parent, &err) < 0)
		_exit(1);
	_exit(serve(duty->seconds, 3));
}

int comparer_start(const struct observe_duty *duty, int *ret_fd, struct err *err)
{
	pid_t parent = getpid();
	pid_t pid = apart_fork(SOCK_STREAM, ret_fd, err);

	if (pid == 0)
		become(duty, *ret_fd, parent);
	return pid < 0 ? pid : 0;
}
