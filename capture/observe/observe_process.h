/* SPDX-License-Identifier: Apache-2.0 */
/* The observer as a process: what it may, and who asks LVM for it. */
#ifndef SNAPSTATE_OBSERVE_PROCESS_H
#define SNAPSTATE_OBSERVE_PROCESS_H

#include <sys/types.h>

#include "observe.h"
#include "snapstate/err.h"
#include "snapstate/probe.h"

/* From here on this process changes nothing, and starts no program. */
int observe_confine(struct err *err);
/* For who compares: it has two sockets, and looks at nothing. It ends with `parent`. */
int observe_confine_comparer(pid_t parent, struct err *err);
/* For who starts lvm with the probe's questions: nor does that. */
int observe_confine_lvm(struct err *err);

/* A process that takes the questions on standard input from here on, compares
 * (compare.h), and answers on standard output. *ret_fd: where it asks about the host. Its
 * plan is unknown to who looks; it ends when either of them has ended. */
int comparer_start(const struct observe_duty *duty, int *ret_fd, struct err *err);

/* A process that puts the probe's questions to lvm, and runs nothing else: for one that
 * may start nothing. It ends when this side is closed. */
struct asker {
	int fd; /* -1: it is not there (any more) */
};
#define ASKER_INIT ((struct asker){.fd = -1})
int asker_start(struct asker *ret_asker, struct err *err);
/* Its context is a struct asker. */
extern const struct lvm_ops asker_questions;

#endif
