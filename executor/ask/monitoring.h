/* SPDX-License-Identifier: Apache-2.0 */
/* Whether LVM's daemon that monitors snapshots, mirrors and pools runs on this host. */
#ifndef SNAPSTATE_MONITORING_H
#define SNAPSTATE_MONITORING_H

#include <stdbool.h>

#define MONITORING_FIFO "/run/dmeventd-client"

/* true: somebody reads `fifo`. false also where it is something else: then lvm would
 * start a daemon. */
bool monitoring_is_active(const char *fifo);

#endif
