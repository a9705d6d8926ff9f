/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the replay: replay.c knows mounts, device-mapper and LVM, replay_block.c swap,
 * arrays and loop devices. */
#ifndef SNAPSTATE_REPLAY_H
#define SNAPSTATE_REPLAY_H

#include "planning.h"

/* So many opens of this device have ended. A loop device that waits for the last one
 * (autoclear) is detached by that. */
void replay_close(struct host *clone, struct devno devno, uint32_t opens);
/* A loop device whose file is on the file system of this device; NULL = none. */
const struct block *replay_loop_on_file(const struct host *clone, struct devno devno);

int replay_swap_off(
	struct host *clone, const struct plan_target *target, struct err *err);
int replay_md_stop(struct host *clone, const struct plan_target *target, struct err *err);
int replay_loop_detach(
	struct host *clone, const struct plan_target *target, struct err *err);

#endif
