/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child that can be given up: whatever may hang on a sick host runs in one.
 * Input: a function, limits. Output: its status and what it wrote.
 *
 * Invariants: the caller comes back at most CHILD_GRACE_MS after the deadline. A child in
 * uninterruptible sleep cannot be killed by anything; it is left behind, never waited
 * for.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/stamp.h"

#define CHILD_GRACE_MS	  500 /* for SIGKILL to take effect */
#define CHILD_TICK_MS	  20  /* the exit of a child makes no descriptor readable */
#define CHILD_END_TICK_MS 1   /* it has closed them: it is just about to end */

struct stream {
	int fd; /* -1: at its end */
	struct buf *bytes;
};

struct child {
	pid_t pid;
	struct stream streams[2];
	const struct child_limits *limits;
	int64_t deadline;
};

unsigned machine_seconds_left(const struct machine *machine, unsigned most)
{
	int64_t left = machine->deadline_ms - clock_ms();

	if (!machine->deadline_ms || left / 1000 >= most)
		return most;
	return left > 0 ? (unsigned)(left / 1000) : 0;
}

static void restart_clock(struct child *child)
{
	child->deadline = clock_ms() + (int64_t)child->limits->seconds * 1000;
}

/* 0, or which limit is over. */
static int check_clock(const struct child *child)
{
	int64_t now = clock_ms();

	if (child->limits->deadline_ms && now >= child->limits->deadline_ms)
		return -ETIME;
	return now >= child->deadline ? -ETIMEDOUT : 0;
}

/* In the child. It is in a group of its own, where no Ctrl-C reaches it. An execve keeps
 * this, unless of a set-user-ID program (prctl(2)). */
static void die_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* it died before */
		_exit(127);
}

/* SIGALRM at its default is fatal, and so it ends every sleep that SIGKILL ends (the
 * kernel's complete_signal() makes SIGKILL of it). */
void child_arm(const struct child_limits *limits)
{
	int64_t ms = (int64_t)limits->seconds * 1000;
	int64_t left = limits->deadline_ms - clock_ms();
	struct itimerval timer = {0};

	if (limits->deadline_ms && left < ms)
		ms = left > 0 ? left : 1;
	timer.it_value.tv_sec = ms / 1000;
	timer.it_value.tv_usec = ms % 1000 * 1000;
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* In the child: only what is safe between fork and exec in a program without threads. */
static void become_child(const struct child_limits *limits, int out, int err_out,
	int (*body)(void *), void *context)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGALRM, SIG_DFL);
	setpgid(0, 0);
	if (limits->ends_itself)
		child_arm(limits);
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(err_out, 2) < 0)
		_exit(127);
	_exit(body(context));
}

static int start(struct child *child, int (*body)(void *), void *context)
{
	int out[2], err_out[2];
	pid_t parent = getpid();
	int r = 0;

	signal(SIGCHLD,
		SIG_DFL); /* ignored, as exec may hand it on, it loses the status */
	if (pipe2(out, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	if (pipe2(err_out, O_CLOEXEC | O_NONBLOCK) < 0) {
		r = -errno;
		close(out[0]);
		close(out[1]);
		return r;
	}
	/* only our ends must not block */
	fcntl(out[1], F_SETFL, 0);
	fcntl(err_out[1], F_SETFL, 0);
	child->pid = fork();
	if (child->pid == 0) {
		die_with(parent);
		/* else it would not notice that nobody reads any more */
		close(out[0]);
		close(err_out[0]);
		become_child(child->limits, out[1], err_out[1], body, context);
	}
	if (child->pid < 0)
		r = -errno;
	else if (!child->limits->ends_itself)
		setpgid(child->pid, child->pid); /* by the parent or the child, the first
						    of the two */
	close(out[1]);
	close(err_out[1]);
	child->streams[0].fd = out[0];
	child->streams[1].fd = err_out[0];
	return r;
}

/* 0, or -EFBIG. */
static int drain(struct child *child, struct stream *stream)
{
	char chunk[65536];
	ssize_t n;

	while (stream->fd >= 0) {
		n = read(stream->fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n <= 0) {
			close(stream->fd);
			stream->fd = -1;
			return 0;
		}
		if (stream->bytes->len + (size_t)n > child->limits->max)
			return -EFBIG;
		buf_add(stream->bytes, chunk, (size_t)n);
		if (child->limits->is_idle)
			restart_clock(child);
	}
	return 0;
}

static int drain_all(struct child *child)
{
	int r = drain(child, &child->streams[0]);

	return r < 0 ? r : drain(child, &child->streams[1]);
}

/* true: it is gone, and *ret_status says how. */
static bool has_ended(const struct child *child, int *ret_status)
{
	int status;
	pid_t pid = waitpid(child->pid, &status, WNOHANG);

	if (pid == 0)
		return false;
	if (pid < 0) /* cannot happen: nobody else waits for our children */
		*ret_status = 127;
	else
		*ret_status =
			WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return true;
}

static void wait_tick(struct child *child)
{
	struct pollfd polls[2] = {
		{.fd = child->streams[0].fd, .events = POLLIN},
		{.fd = child->streams[1].fd, .events = POLLIN},
	};

	poll(polls, 2,
		polls[0].fd < 0 && polls[1].fd < 0 ? CHILD_END_TICK_MS : CHILD_TICK_MS);
}

/* It cannot write any more, and its timer is over. */
static void close_streams(struct child *child)
{
	for (size_t i = 0; i < 2; i++) {
		if (child->streams[i].fd >= 0)
			close(child->streams[i].fd);
		child->streams[i].fd = -1;
	}
}

/* SIGKILL to the whole group: a shell's children, too. SIGTERM first would only give a
 * stuck child more time; what runs here writes nothing. */
static int give_up(struct child *child, int why)
{
	int64_t until = clock_ms() + CHILD_GRACE_MS;
	int status;

	if (!child->limits->ends_itself)
		kill(-child->pid, SIGKILL);
	else if (why == -EFBIG)
		close_streams(child);
	while (!has_ended(child, &status)) {
		if (clock_ms() >= until)
			return -EBUSY;
		wait_tick(child);
		drain_all(child);
	}
	return why;
}

/* A child whose own timer was faster than check_clock(). */
static int timer_status(const struct child *child, int status)
{
	const struct child_limits *limits = child->limits;

	if (!limits->ends_itself || status != 128 + SIGALRM)
		return status;
	return limits->deadline_ms && limits->deadline_ms < child->deadline ? -ETIME
									    : -ETIMEDOUT;
}

static int collect(struct child *child)
{
	int status = 0, r;

	restart_clock(child);
	for (;;) {
		bool is_over = has_ended(child, &status);

		r = drain_all(child);
		if (r < 0)
			return is_over ? r : give_up(child, r);
		/* a grandchild may hold the pipes open: the child's own end counts */
		if (is_over)
			return timer_status(child, status);
		r = check_clock(child);
		if (r < 0)
			return give_up(child, r);
		wait_tick(child);
	}
}

int child_answer(const struct buf *bytes)
{
	for (size_t done = 0; done < bytes->len;) {
		ssize_t n = write(1, bytes->data + done, bytes->len - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

int child_run(const struct child_limits *limits, int (*body)(void *context),
	void *context, struct buf *ret_out, struct buf *ret_err_text, struct err *err)
{
	struct child child = {
		.streams = {{-1, ret_out}, {-1, ret_err_text}},
		.limits = limits,
	};
	int r = start(&child, body, context);

	if (r < 0)
		err_errno(err, -r, "start a child");
	else
		r = collect(&child);
	if (r == -ETIMEDOUT)
		err_set(err, r, "no answer within %u seconds", limits->seconds);
	else if (r == -ETIME)
		err_set(err, r, "no answer before the time limit was over");
	else if (r == -EBUSY)
		err_set(err, r, "hangs and cannot be killed");
	else if (r == -EFBIG)
		err_set(err, r, "more than %zu bytes", limits->max);
	close_streams(&child);
	return r;
}
