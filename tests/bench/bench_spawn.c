/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_spawn COUNT FDS FILE: COUNT processes with FDS descriptors each, one of them
 * FILE, the others /dev/null. Prints "ready" and lives until its input ends; the
 * processes go with it.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static void live(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent)
		pause();
	_exit(0);
}

int main(int argc, char **argv)
{
	pid_t self = getpid();
	unsigned count, fds;
	char byte;

	if (argc != 4) {
		fputs("usage: bench_spawn COUNT FDS FILE\n", stderr);
		return 2;
	}
	count = (unsigned)strtoul(argv[1], NULL, 10);
	fds = (unsigned)strtoul(argv[2], NULL, 10);
	/* 0, 1 and 2 are there already, and FILE is one */
	for (unsigned i = 4; i < fds; i++)
		if (open("/dev/null", O_RDONLY) < 0)
			return 1;
	if (open(argv[3], O_RDONLY) < 0) {
		perror(argv[3]);
		return 1;
	}
	for (unsigned i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid == 0)
			live(self);
		if (pid < 0) {
			perror("bench_spawn");
			return 1;
		}
	}
	puts("ready");
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	return 0;
}
