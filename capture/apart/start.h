/* SPDX-License-Identifier: Apache-2.0 */
/* A process that is forked before anything of a stranger's is read, gives up what it does
 * not need, and serves one socket. No signal of a terminal or a supervisor ends it: who
 * asks decides when it may end, by closing the other side. */
#ifndef SNAPSTATE_APART_START_H
#define SNAPSTATE_APART_START_H

#include <sys/types.h>

#include "snapstate/err.h"

/* As fork(), or -errno; each has its end of a new socket of that type. */
pid_t apart_fork(int type, int *ret_fd, struct err *err);

struct apart {
	int (*confine)(struct err *err);
	void (*serve)(int fd); /* returns when the other side is closed */
};
/* Messages are kept apart on the socket (SOCK_SEQPACKET; wire.h). */
int apart_start(const struct apart *apart, int *ret_fd, pid_t *ret_pid, struct err *err);

#endif
