/* SPDX-License-Identifier: Apache-2.0 */
/* See start.h. */
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

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
	closefrom(4);
	if (fcntl(3, F_SETFD, FD_CLOEXEC) == 0 && apart->confine(&err) == 0)
		apart->serve(3);
	_exit(0);
}

int apart_start(const struct apart *apart, int *ret_fd, pid_t *ret_pid, struct err *err)
{
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return err_errno(err, errno, "socketpair");
	/* ignored, as exec may hand it on, it loses the status */
	signal(SIGCHLD, SIG_DFL);
	pid = fork();
	if (pid == 0)
		become(apart, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return err_errno(err, errno, "start the process that %s", apart->what);
	}
	*ret_fd = ends[0];
	*ret_pid = pid;
	return 0;
}
