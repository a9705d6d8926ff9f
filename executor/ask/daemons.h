/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the daemons run that LVM's commands talk to while they change something. */
#ifndef SNAPSTATE_DAEMONS_H
#define SNAPSTATE_DAEMONS_H

#include <stdbool.h>
#include <stdio.h>

#include "snapstate/err.h"

#define UDEV_ALIVE_MS	30000 /* a busy udevd may take that long */
#define MONITORING_FIFO "/run/dmeventd-client"

/* udev_alive.c: LVM waits for udevd without end, in the middle of its work and with
 * devices suspended (libdm-common.c, dm_udev_wait), so that is asked before. 0: it
 * handles events; or no udevd runs here, and LVM waits for none; or this kernel knows no
 * way to ask. -ETIME: it did not answer. Says so on `out` when it takes its time. */
int udev_check_alive(FILE *out, struct err *err);
/* monitoring.c: somebody reads dmeventd's `fifo`. false also where it is something else:
 * then lvm would start that daemon. */
bool monitoring_is_active(const char *fifo);

#endif
