/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A question to udevd, and its answer: the kernel is asked for an event of /dev/null that
 * carries a uuid (Documentation/ABI/testing/sysfs-uevent), as `udevadm trigger` does for
 * every device at each boot; when udevd has handled it, it tells all who listen to its
 * monitor (libudev, udev_monitor_new_from_netlink). Invariant: only root can send to that
 * group, so the answer is udevd's; what cannot be asked is not held against it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemons.h"
#include "snapstate/cleanup.h"
#include "snapstate/io.h"
#include "snapstate/stamp.h"

#define UDEV_CONTROL "/run/udev/control" /* LVM takes it for a sign of udevd as well */
#define NULL_UEVENT  "/sys/class/mem/null/uevent"
#define UDEV_GROUP   2 /* of what udevd has handled; 1 is the kernel's own */
#define QUIET_MS     3000

static int make_uuid(struct buf *ret_uuid)
{
	int r = file_read_at(
		AT_FDCWD, "/proc/sys/kernel/random/uuid", 64, ret_uuid, NULL);

	if (r == 0)
		ret_uuid->data[strcspn(ret_uuid->data, "\n")] = '\0';
	return r;
}

static int listen_to_udev(void)
{
	const struct sockaddr_nl address = {
		.nl_family = AF_NETLINK, .nl_groups = UDEV_GROUP};
	cleanup_close int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		NETLINK_KOBJECT_UEVENT);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return take_fd(&fd);
}

/* Kernels before 4.13 know the action alone, and refuse this. */
static int ask(const char *uuid)
{
	cleanup_close int fd = open(NULL_UEVENT, O_WRONLY | O_CLOEXEC);
	char text[64];
	int len = snprintf(text, sizeof(text), "change %s", uuid);

	return fd >= 0 && write(fd, text, (size_t)len) == len ? 0 : -errno;
}

/* One message of the group; its properties are "KEY=VALUE\0". */
static bool is_answer(int fd, const char *uuid)
{
	char bytes[8192], property[64];
	struct sockaddr_nl from = {0};
	struct iovec iov = {.iov_base = bytes, .iov_len = sizeof(bytes)};
	struct msghdr message = {.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1};
	ssize_t len = recvmsg(fd, &message, 0);
	int n = snprintf(property, sizeof(property), "SYNTH_UUID=%s", uuid);

	return len > 0 && (from.nl_groups & UDEV_GROUP) &&
	       memmem(bytes, (size_t)len, property, (size_t)n + 1);
}

static bool wait_for_answer(int fd, const char *uuid, FILE *out)
{
	int64_t begun = clock_ms();
	bool has_told = false;

	for (int64_t passed = 0; passed < UDEV_ALIVE_MS; passed = clock_ms() - begun) {
		struct pollfd waiting = {.fd = fd, .events = POLLIN};

		if (poll(&waiting, 1, 200) > 0 && is_answer(fd, uuid))
			return true;
		if (passed < QUIET_MS || has_told)
			continue;
		has_told = true;
		fprintf(out,
			"    waiting for udev to answer, before lvm would wait for it\n");
		fflush(out);
	}
	return false;
}

int udev_check_alive(FILE *out, struct err *err)
{
	cleanup_close int fd = -1;
	cleanup_buf struct buf uuid = BUF_INIT;

	if (access(UDEV_CONTROL, F_OK) < 0 || make_uuid(&uuid) < 0)
		return 0;
	fd = listen_to_udev();
	if (fd < 0 || ask(buf_text(&uuid)) < 0 ||
		wait_for_answer(fd, buf_text(&uuid), out))
		return 0;
	return err_set(err, -ETIME,
		"udev handled no event for %d seconds. LVM would wait for it without "
		"end, with devices suspended, so it was not started: look at "
		"systemd-udevd (is it stopped? does one of its rules hang?)",
		UDEV_ALIVE_MS / 1000);
}
