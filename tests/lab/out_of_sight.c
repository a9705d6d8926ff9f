/* SPDX-License-Identifier: Apache-2.0 */
/*
 * out_of_sight WAY PATH: opens what is at PATH, puts it where hardly anything shows it,
 * prints "ready", and waits for its end.
 *
 *   keep-tree       a copy of the mount (open_tree(2), OPEN_TREE_CLONE), as a descriptor
 *   send-tree       the same, sent over a unix socket (unix(7), SCM_RIGHTS) that nobody
 *                   reads, and closed
 *   send-file       a descriptor, sent and closed
 *   send-namespace  a mount namespace with a private copy of all mounts, sent and closed,
 *                   in which no process lives
 *   register-file   a descriptor, registered with io_uring, and closed
 */
#include <err.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int open_path(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		err(1, "open %s", path);
	return fd;
}

static int open_copy(const char *path)
{
	int fd = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE);

	if (fd < 0)
		err(1, "open_tree %s", path);
	return fd;
}

/* Who opens it ends, so that no process lives in it. */
static int open_namespace(const char *path)
{
	(void)path;
	if (unshare(CLONE_NEWNS) < 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		err(1, "unshare");
	return open_path("/proc/self/ns/mnt");
}

/* By a child, so that the descriptor is nowhere but in flight. */
static void send_one(int (*open_it)(const char *path), const char *path)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct iovec byte = {"", 1};
	struct msghdr message = {.msg_iov = &byte,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes)};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	int sockets[2], fd, status = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) < 0)
		err(1, "socketpair");
	if (fork() == 0) {
		fd = open_it(path);
		*head = (struct cmsghdr){CMSG_LEN(sizeof(fd)), SOL_SOCKET, SCM_RIGHTS};
		memcpy(CMSG_DATA(head), &fd, sizeof(fd));
		if (sendmsg(sockets[0], &message, 0) != 1)
			err(1, "sendmsg");
		_exit(0);
	}
	if (wait(&status) < 0 || status != 0)
		errx(1, "nothing was sent");
}

static void register_one(const char *path)
{
	struct io_uring_params params = {0};
	int ring = (int)syscall(SYS_io_uring_setup, 1, &params);
	int fd = open_path(path);

	if (ring < 0 ||
		syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, &fd, 1) < 0)
		err(1, "io_uring");
	close(fd);
}

int main(int argc, char **argv)
{
	const char *way = argc == 3 ? argv[1] : "";

	if (strcmp(way, "keep-tree") == 0)
		open_copy(argv[2]);
	else if (strcmp(way, "send-tree") == 0)
		send_one(open_copy, argv[2]);
	else if (strcmp(way, "send-file") == 0)
		send_one(open_path, argv[2]);
	else if (strcmp(way, "send-namespace") == 0)
		send_one(open_namespace, argv[2]);
	else if (strcmp(way, "register-file") == 0)
		register_one(argv[2]);
	else
		errx(2, "usage: out_of_sight WAY PATH");
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
