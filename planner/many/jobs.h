/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work that is shared out among processes, some jobs for each: what they need is given
 * back when it ends. One that dies takes the job with it that it was at, and no other.
 */
#ifndef SNAPSTATE_PLAN_JOBS_H
#define SNAPSTATE_PLAN_JOBS_H

#include <stddef.h>

#include "snapstate/buf.h"
#include "snapstate/err.h"

#define JOBS_AT_ONCE_MAX 1024

struct jobs {
	size_t count;
	size_t each;	  /* jobs of one process, one after another; at least 1 */
	unsigned at_once; /* processes; at least 1 */
	void *context;
	/* In the process. */
	void (*work)(void *context, size_t job, struct buf *ret_output);
	/* Here, in the order of the jobs; the output is `len` bytes and a NUL. `death`
	 * says how the process died that was at it; NULL: it did not, and the output is
	 * whole. */
	void (*done)(void *context, size_t job, const char *output, size_t len,
		const char *death);
};

/* Keeps what a few processes for each of them have put out, and no more. Fails only where
 * no process can be made at all. */
int jobs_run(const struct jobs *jobs, struct err *err);

#endif
