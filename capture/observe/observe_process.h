/* SPDX-License-Identifier: Apache-2.0 */
/* The observer as a process: what it may, and who asks LVM for it. */
#ifndef SNAPSTATE_OBSERVE_PROCESS_H
#define SNAPSTATE_OBSERVE_PROCESS_H

#include <sys/types.h>

#include "snapstate/err.h"
#include "snapstate/probe.h"

/* From here on this process changes nothing, and starts no program. */
int observe_confine(struct err *err);
/* For who starts lvm with the probe's questions: nor does that. */
int observe_confine_lvm(struct err *err);

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
