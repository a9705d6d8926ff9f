/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runner's side: is told a volume, makes one of the two command lines of it, runs
 * lvm. Input: messages. Output: messages.
 *
 * Invariants: no shell; absolute path, fixed environment, stdin is /dev/null, so that lvm
 * never asks. A change is never killed and never
 * interrupted: a session of its own, so that no Ctrl-C reaches it, and its output goes to
 * a file in memory, not a pipe, so that it outlives this program unharmed. (lvremove
 * ignores SIGTERM while it holds the lock of the group, and SIGKILL in the middle leaves
 * a half-removed snapshot.)
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lvm_change.h"
#include "runner.h"
#include "wire.h"
#include "snapstate/cleanup.h"
#include "snapstate/kernel.h"
#include "snapstate/lvm_program.h"

/* ---- changes ---- */

/* In the child. */
static void become_lvm(const char *path, const char *const argv[], int output)
{
	static const char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
		"LC_ALL=C.UTF-8", "LVM_SUPPRESS_FD_WARNINGS=1", NULL};
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	if (!path || null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 ||
		dup2(output, 2) < 0 || chdir("/") < 0)
		_exit(127);
	/* execve() takes pointers to what it does not change */
	execve(path, (char *const *)argv, (char *const *)environment);
	_exit(127);
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return status;
}

static void read_output(int file, struct buf *ret_output)
{
	char bytes[RUNNER_OUTPUT_MAX];
	ssize_t n = pread(file, bytes, sizeof(bytes), 0);

	buf_add(ret_output, bytes, n > 0 ? (size_t)n : 0);
}

/* The status travels as wait(2) gives it, 127 included: who asked judges it. */
static int change(int fd, const struct buf *words)
{
	struct wire_message started = {.word = WIRE_STARTED};
	struct wire_message answer = {.word = WIRE_ANSWER};
	cleanup_close int output = kernel_memory_file("lvm");
	cleanup_buf struct buf text = BUF_INIT, storage = BUF_INIT;
	cleanup_free const char **argv = lvm_change_arguments(words, &storage);
	pid_t pid = -1;

	if (!argv) {
		answer.result = -EPERM;
		snprintf(answer.text, sizeof(answer.text),
			"not one of the changes that may be made");
		return wire_send(fd, &answer, NULL);
	}
	errno = output < 0 ? -output : 0;
	if (output >= 0)
		pid = fork();
	if (pid == 0)
		become_lvm(lvm_path(), argv, output);
	if (pid < 0) {
		answer.result = -errno;
		snprintf(answer.text, sizeof(answer.text), "lvm could not be started");
		return wire_send(fd, &answer, NULL);
	}
	started.status = pid;
	/* whether anyone still listens or not: it runs, and is waited for */
	wire_send(fd, &started, NULL);
	answer.status = wait_for(pid);
	read_output(output, &text);
	return wire_send(fd, &answer, &text);
}

/* ---- the loop ---- */

void runner_serve(int fd)
{
	int r = 0;

	while (r == 0) {
		cleanup_buf struct buf bytes = BUF_INIT;
		struct wire_message message;

		r = wire_receive(fd, WIRE_ARGUMENTS_MAX, &message, &bytes);
		if (r < 0)
			return;
		switch ((enum wire_word)message.word) {
		case WIRE_CHANGE:
			r = change(fd, &bytes);
			break;
		case WIRE_ASK:
		case WIRE_STARTED:
		case WIRE_ANSWER:
			return;
		}
	}
}
