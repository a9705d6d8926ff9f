/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may hang, in a child that becomes the program.
 *
 * The program forks. The child does what may hang and, if that comes back, goes on as the
 * program, with all that it has in memory; the parent only waits for its end and hands on
 * its exit status. If it does not come back in time, the child is killed, and the parent
 * goes on with its own memory, which is as it was before. So nothing that was read needs
 * to be handed over, and no system call has to be trusted to return.
 */
#ifndef SNAPSTATE_CHECKPOINT_H
#define SNAPSTATE_CHECKPOINT_H

#include <stdbool.h>
#include <stdint.h>

#include "snapstate/err.h"

/*
 * 0: body(context) was called and came back. The caller runs in another process than
 * before; the one before waits and never returns from here.
 * Otherwise nothing of it has happened in this process's memory:
 * -ETIMEDOUT  no answer by deadline_ms; the child was killed
 * -EBUSY      the same, and not even SIGKILL ended it: left behind, without our stdout
 *             and stderr, since their reader waits for their last holder
 * -ECHILD     it ended by itself: a signal, or an exit
 * or the -errno of what forking needs.
 *
 * What body() prints is lost. When a process of the chain is killed, all behind it are.
 */
int checkpoint_run(
	int64_t deadline_ms, void (*body)(void *context), void *context, struct err *err);

#endif
