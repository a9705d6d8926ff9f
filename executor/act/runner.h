/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process that starts lvm, so that the one which reads a plan and acts on it starts
 * nothing and can give up the right to (confine.h). It is forked before the plan is
 * opened, is told of a volume, and makes one of the two command lines of lvm_change.h of
 * it. Everything else it answers with -EPERM.
 */
#ifndef SNAPSTATE_RUNNER_H
#define SNAPSTATE_RUNNER_H

#include <stdint.h>
#include <sys/types.h>

#include "snapstate/buf.h"
#include "snapstate/err.h"

struct runner {
	int fd; /* -1: it is not there (any more) */
	pid_t pid;
};
#define RUNNER_INIT ((struct runner){.fd = -1})

int runner_start(struct runner *ret_runner, struct err *err);
/* It ends by itself when what it runs has ended; nobody waits for that. */
void runner_stop(struct runner *runner);
static inline void runner_stop_fn(struct runner *runner)
{
	runner_stop(runner);
}
#define cleanup_runner cleanup_with(runner_stop_fn)

/* Called every RUNNER_REPORT_MS while a change takes its time. */
#define RUNNER_REPORT_MS 10000
struct runner_watch {
	void (*still_running)(void *context, pid_t pid, unsigned seconds);
	void *context;
};

/*
 * Runs a change, as lvm_change_write() has it, to its end, however long that takes: it is
 * never killed. Its output, both streams, at most RUNNER_OUTPUT_MAX bytes, goes to
 * ret_output. Returns 0 and the status of wait(2). -ENOENT: lvm could not be started.
 * -EPERM: not one of the changes. Both: nothing was run. -EIO: the runner is gone, and
 * what lvm did is not known.
 */
#define RUNNER_OUTPUT_MAX 65536
int runner_change(struct runner *runner, const struct buf *change,
	const struct runner_watch *watch, int *ret_status, struct buf *ret_output,
	struct err *err);

/* ---- inside ---- */

/* The other side's loop; returns when this side is closed. Forks on its own. */
void runner_serve(int fd);

#endif
