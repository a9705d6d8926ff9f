/* SPDX-License-Identifier: Apache-2.0 */
/* What libdevmapper uses of libudev (its man pages, udev_queue_new(3)); see udev.c. */
#ifndef LIBUDEV_H
#define LIBUDEV_H

struct udev;
struct udev_queue;

struct udev *udev_new(void);
struct udev *udev_unref(struct udev *udev);
struct udev_queue *udev_queue_new(struct udev *udev);
struct udev_queue *udev_queue_unref(struct udev_queue *queue);

/* 1 while udevd runs, else 0. */
int udev_queue_get_udev_is_active(struct udev_queue *queue);

#endif
