/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of the probe, each behind a checkpoint. Input: a machine, the times. Output:
 * a sorted model in which every source has an outcome.
 *
 * Invariant: it comes back at most STEP_LATE_MS after times->read_ms.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "checkpoint.h"
#include "live.h"
#include "snapstate/host.h"
#include "snapstate/host/source.h"
#include "snapstate/stamp.h"

/* For the archive: a part of the time. */
#define WRITE_PART 5
/* Of what is left, in percent: a step leaves some for those behind it, LVM leaves little,
 * but enough for the last look. */
#define STEP_PERCENT 50
#define LVM_PERCENT  80
#define LAST_PERCENT 100
/* A step's own children are given up before it, so that what they said is not lost: by a
 * part of its time, and never more than that. */
#define STEP_CHILD_PART	  4
#define STEP_CHILD_MAX_MS 1000
/* What changes while it is read, is read again. */
#define READ_TRIES 3
/* For one that cannot be killed, checkpoint.c. */
#define STEP_LATE_MS 500

struct step {
	struct machine *machine;
	struct host *host;
	size_t index;
};

struct live_times live_times_from_now(unsigned seconds)
{
	int64_t all = (int64_t)seconds * 1000;
	int64_t now = clock_ms();

	return (struct live_times){.read_ms = now + all - all / WRITE_PART - STEP_LATE_MS,
		.end_ms = now + all,
		.first = getpid()};
}

static int64_t step_deadline(const struct live_times *times, unsigned percent)
{
	int64_t now = clock_ms();

	return now + (times->read_ms - now) * percent / 100;
}

static int64_t children_deadline(int64_t deadline)
{
	int64_t early = (deadline - clock_ms()) / STEP_CHILD_PART;

	return deadline - (early < STEP_CHILD_MAX_MS ? early : STEP_CHILD_MAX_MS);
}

static void read_step(void *context)
{
	const struct step *step = context;

	probe_step_read(step->machine, step->index, PROBE_ALL, step->host);
}

static enum outcome outcome_of(int result)
{
	switch (-result) {
	case ETIMEDOUT:
		return OUTCOME_TIMED_OUT;
	case EBUSY:
		return OUTCOME_HUNG;
	default:
		return OUTCOME_UNSUPPORTED;
	}
}

/* ---- all steps ---- */

struct reading {
	struct machine *machine;
	const struct live_times *times;
	struct host *host;
	uint32_t *pids; /* of those that wait for us; each step may add one */
	size_t n_pids;
};

static void add_own_pid(struct reading *reading, pid_t pid)
{
	if (!reading->n_pids || reading->pids[reading->n_pids - 1] != (uint32_t)pid)
		*array_add(&reading->pids, &reading->n_pids) = (uint32_t)pid;
	reading->machine->own_pids = reading->pids;
	reading->machine->n_own_pids = reading->n_pids;
}

static void take_step(struct reading *reading, size_t index, unsigned percent)
{
	const struct step step = {reading->machine, reading->host, index};
	struct err err = ERR_INIT;
	int64_t deadline = step_deadline(reading->times, percent);
	int r;

	if (clock_ms() >= reading->times->read_ms) {
		probe_step_give_up(reading->host, index, OUTCOME_TIMED_OUT,
			"not read: the time limit is over");
		return;
	}
	add_own_pid(reading, getpid());
	probe_step_announce(step.machine, index);
	step.machine->deadline_ms = children_deadline(deadline);
	r = checkpoint_run(deadline, read_step, (void *)&step, &err);
	if (r < 0)
		probe_step_give_up(reading->host, index, outcome_of(r), err.msg);
}

/* Everything but LVM, whose answer takes longest. A host that comes to no rest is taken
 * as it is: the last look names the devices that changed. */
static void read_until_steady(struct reading *reading)
{
	int64_t enough = (clock_ms() + reading->times->read_ms) / 2;

	for (int i = 1;; i++) {
		host_free(reading->host);
		reading->host = host_new();
		probe_start(reading->host, PROBE_ALL);
		for (size_t step = 0; step < PROBE_STEP_LVM; step++)
			take_step(reading, step, STEP_PERCENT);
		if (i == READ_TRIES)
			return;
		take_step(reading, PROBE_STEP_AGAIN, STEP_PERCENT);
		if (!reading->host->n_changes || clock_ms() >= enough)
			return;
	}
}

void live_read(
	struct machine *machine, const struct live_times *times, struct host **ret_host)
{
	struct reading reading = {.machine = machine, .times = times};

	add_own_pid(&reading, times->first);
	read_until_steady(&reading);
	take_step(&reading, PROBE_STEP_LVM, LVM_PERCENT);
	take_step(&reading, PROBE_STEP_AGAIN, LAST_PERCENT);
	host_sort(reading.host);
	machine->own_pids = NULL;
	machine->n_own_pids = 0;
	free(reading.pids);
	*ret_host = reading.host;
}
