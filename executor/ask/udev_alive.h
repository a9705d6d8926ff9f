/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether udevd handles events. LVM waits for it without end, in the middle of its work
 * and with devices suspended (libdm-common.c, dm_udev_wait), so that is asked before.
 */
#ifndef SNAPSTATE_UDEV_ALIVE_H
#define SNAPSTATE_UDEV_ALIVE_H

#include <stdio.h>

#include "snapstate/err.h"

#define UDEV_ALIVE_MS 30000 /* a busy udevd may take that long */

/* 0: it does; or no udevd runs here, and LVM waits for none; or this kernel knows no way
 * to ask. -ETIME: it did not answer. Says so on `out` when it takes its time. */
int udev_check_alive(FILE *out, struct err *err);

#endif
