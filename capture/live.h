/* SPDX-License-Identifier: Apache-2.0 */
/* This host into a model within a time limit, whatever state it is in. */
#ifndef SNAPSTATE_LIVE_H
#define SNAPSTATE_LIVE_H

#include <sys/types.h>

#include "snapstate/probe.h"

struct host;

/* CLOCK_MONOTONIC: when reading is over, and when everything is. */
struct live_times {
	int64_t read_ms;
	int64_t end_ms;
	pid_t first; /* the process that began: it may wait for us by now */
};
struct live_times live_times_from_now(unsigned seconds);

/*
 * As probe_host() with all parts. A step that does not answer in time, or crashes, is
 * noted as such for its sources. The caller may run in another process afterwards: see
 * checkpoint.h.
 */
void live_read(
	struct machine *machine, const struct live_times *times, struct host **ret_host);

#endif
