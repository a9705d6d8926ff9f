/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See checkpoint.h. Input: what may hang, a deadline. Output: the process to go on in.
 *
 * Between the two is a socket: the child says that it has come back, and the parent hands
 * it stdout and stderr (SCM_RIGHTS, unix(7)), which it has not had so far.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checkpoint.h"
#include "snapstate/exit.h"
#include "snapstate/stamp.h"

#define CHECKPOINT_GRACE_MS 500 /* for SIGKILL to take effect */
#define CHECKPOINT_TICK_MS  20	/* the end of a child makes no descriptor readable */
#define STREAMS		    2	/* stdout and stderr */

struct checkpoint {
	pid_t parent, child;
	int socket;
	int64_t deadline;
};

/* ---- stdout and stderr ---- */

/* Room for the descriptors, aligned as cmsg(3) wants it. */
union rights {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(STREAMS * sizeof(int))];
};

static struct msghdr rights_message(union rights *rights, struct iovec *byte)
{
	return (struct msghdr){
		.msg_iov = byte,
		.msg_iovlen = 1,
		.msg_control = rights->bytes,
		.msg_controllen = sizeof(rights->bytes),
	};
}

static int streams_give(int socket)
{
	const int streams[STREAMS] = {1, 2};
	union rights rights = {0};
	char byte = 0;
	struct iovec iov = {&byte, 1};
	struct msghdr message = rights_message(&rights, &iov);
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(streams));
	memcpy(CMSG_DATA(header), streams, sizeof(streams));
	return sendmsg(socket, &message, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

static ssize_t receive(int socket, struct msghdr *message)
{
	ssize_t n;

	do
		n = recvmsg(socket, message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	return n;
}

static bool streams_take(int socket)
{
	int streams[STREAMS];
	union rights rights = {0};
	char byte;
	struct iovec iov = {&byte, 1};
	struct msghdr message = rights_message(&rights, &iov);
	struct cmsghdr *header;

	if (receive(socket, &message) != 1)
		return false;
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_len != CMSG_LEN(sizeof(streams)))
		return false;
	memcpy(streams, CMSG_DATA(header), sizeof(streams));
	for (int i = 0; i < STREAMS; i++) {
		if (dup2(streams[i], i + 1) < 0)
			return false;
		close(streams[i]);
	}
	return true;
}

/* ---- the child ---- */

/* A parent that is killed takes it along; Ctrl-C reaches all, they are one group. */
static void child_begin(const struct checkpoint *checkpoint)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != checkpoint->parent || null < 0 || dup2(null, 1) < 0 ||
		dup2(null, 2) < 0)
		_exit(EXIT_ENVIRONMENT);
	close(null);
}

static void child_go_on(const struct checkpoint *checkpoint)
{
	fflush(stdout); /* into /dev/null, as all that body() printed */
	if (send(checkpoint->socket, "", 1, MSG_NOSIGNAL) != 1 ||
		!streams_take(checkpoint->socket))
		_exit(EXIT_ENVIRONMENT);
	close(checkpoint->socket);
}

/* ---- the parent ---- */

/* 1: the child has come back; 0: not yet; -ECHILD: it has ended. */
static int look(const struct checkpoint *checkpoint, struct err *err)
{
	struct pollfd poll_fd = {.fd = checkpoint->socket, .events = POLLIN};
	char byte;
	int status;

	poll(&poll_fd, 1, CHECKPOINT_TICK_MS);
	if (recv(checkpoint->socket, &byte, 1, MSG_DONTWAIT) == 1)
		return 1;
	if (waitpid(checkpoint->child, &status, WNOHANG) != checkpoint->child)
		return 0;
	if (WIFSIGNALED(status))
		return err_set(err, -ECHILD, "its process was killed by signal %d",
			WTERMSIG(status));
	return err_set(
		err, -ECHILD, "its process exited with status %d", WEXITSTATUS(status));
}

static int give_up(const struct checkpoint *checkpoint, struct err *err)
{
	int64_t until = clock_ms() + CHECKPOINT_GRACE_MS;

	kill(checkpoint->child, SIGKILL);
	while (waitpid(checkpoint->child, NULL, WNOHANG) == 0) {
		if (clock_ms() >= until)
			return err_set(err, -EBUSY,
				"no answer, and its process cannot be killed");
		poll(NULL, 0, CHECKPOINT_TICK_MS);
	}
	return err_set(err, -ETIMEDOUT, "no answer");
}

/* Not by exit(): what the program has open is its child's now. */
static void parent_end(const struct checkpoint *checkpoint) __attribute__((noreturn));
static void parent_end(const struct checkpoint *checkpoint)
{
	int status;

	while (waitpid(checkpoint->child, &status, 0) < 0)
		if (errno != EINTR)
			_exit(EXIT_ENVIRONMENT);
	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	dprintf(2, "snapstate-capture: ended by signal %d\n", WTERMSIG(status));
	_exit(EXIT_ENVIRONMENT);
}

static int parent_wait(const struct checkpoint *checkpoint, struct err *err)
{
	int r = 0;

	while (r == 0) {
		r = look(checkpoint, err);
		if (r == 0 && clock_ms() >= checkpoint->deadline)
			r = give_up(checkpoint, err);
	}
	if (r == 1 && streams_give(checkpoint->socket) == 0)
		parent_end(checkpoint);
	return r == 1 ? give_up(checkpoint, err) : r; /* no memory to hand over */
}

int checkpoint_run(
	int64_t deadline_ms, void (*body)(void *context), void *context, struct err *err)
{
	struct checkpoint checkpoint = {.parent = getpid(), .deadline = deadline_ms};
	int sockets[2];
	int r;

	fflush(NULL); /* or both would write what is buffered */
	signal(SIGCHLD,
		SIG_DFL); /* ignored, as exec may hand it on, it loses the status */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0)
		return err_errno(err, errno, "make a pair of sockets");
	checkpoint.child = fork();
	if (checkpoint.child < 0) {
		r = err_errno(err, errno, "start a process");
	} else if (checkpoint.child == 0) {
		close(sockets[0]);
		checkpoint.socket = sockets[1];
		child_begin(&checkpoint);
		body(context);
		child_go_on(&checkpoint);
		return 0;
	} else {
		close(sockets[1]);
		sockets[1] = -1;
		checkpoint.socket = sockets[0];
		r = parent_wait(&checkpoint, err);
	}
	close(sockets[0]);
	if (sockets[1] >= 0)
		close(sockets[1]);
	return r;
}
