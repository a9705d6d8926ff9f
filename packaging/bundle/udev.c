/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libdevmapper asks of libudev, for a static program: whether udevd runs, and so
 * whether a device's removal waits until udevd has done its part. Source: systemd,
 * src/libudev/libudev-queue.c, udev_queue_get_udev_is_active, which looks for the same
 * file.
 */
#include "libudev.h"

#include <unistd.h>

struct udev {
	int unused;
};
struct udev_queue {
	int unused;
};

static struct udev only_udev;
static struct udev_queue only_queue;

struct udev *udev_new(void)
{
	return &only_udev;
}

struct udev *udev_unref(struct udev *udev)
{
	(void)udev;
	return NULL;
}

struct udev_queue *udev_queue_new(struct udev *udev)
{
	return udev ? &only_queue : NULL;
}

struct udev_queue *udev_queue_unref(struct udev_queue *queue)
{
	(void)queue;
	return NULL;
}

int udev_queue_get_udev_is_active(struct udev_queue *queue)
{
	(void)queue;
	return access("/run/udev/control", F_OK) == 0;
}
