/* SPDX-License-Identifier: Apache-2.0 */
/* See start.h. */
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "snapstate/kernel.h"

static void become(const struct apart *apart, int fd)
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
	kernel_close_from(4);
	if (fcntl(3, F_SETFD, FD_CLOEXEC) == 0 && apart->confine(&err) == 0)
		apart->serve(3);
	_exit(0);
}

pid_t apart_fork(int type, int *ret_fd, struct err *err)
{
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) < 0)
		return err_errno(err, errno, "socketpair");
	pid = fork();
	close(ends[pid != 0]);
	if (pid < 0) {
		close(ends[0]);
		return err_errno(err, errno, "fork");
	}
	*ret_fd = ends[pid == 0];
	return pid;
}

int apart_start(const struct apart *apart, int *ret_fd, pid_t *ret_pid, struct err *err)
{
	pid_t pid;

	/* ignored, as exec may hand it on, it loses the status */
	signal(SIGCHLD, SIG_DFL);
	pid = apart_fork(SOCK_SEQPACKET, ret_fd, err);
	if (pid == 0)
		become(apart, *ret_fd);
	if (pid > 0)
		*ret_pid = pid;
	return pid < 0 ? pid : 0;
}
