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

/* For the archive: a part of the time. */
#define WRITE_PART 5
/* A step but the last gets a part of what is left, so that the steps behind it get some.
 */
#define STEP_PART 2
/* A step's own children are given up before it, so that what they said is not lost: by a
 * part of its time, and never more than that. */
#define STEP_CHILD_PART	  4
#define STEP_CHILD_MAX_MS 1000
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
	int64_t now = checkpoint_clock_ms();

	return (struct live_times){.read_ms = now + all - all / WRITE_PART - STEP_LATE_MS,
		.end_ms = now + all,
		.first = getpid()};
}

static int64_t step_deadline(size_t index, const struct live_times *times)
{
	int64_t now = checkpoint_clock_ms();
	int64_t left = times->read_ms - now;

	if (index == PROBE_STEPS - 1)
		return times->read_ms;
	return now + left / STEP_PART;
}

static int64_t children_deadline(int64_t deadline)
{
	int64_t early = (deadline - checkpoint_clock_ms()) / STEP_CHILD_PART;

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

/* The pids of those that wait for us; each step may add one. */
static void add_own_pid(struct machine *machine, uint32_t **pids, size_t *n, pid_t pid)
{
	if (*n == 0 || (*pids)[*n - 1] != (uint32_t)pid)
		*array_add(pids, n) = (uint32_t)pid;
	machine->own_pids = *pids;
	machine->n_own_pids = *n;
}

static void take_step(const struct step *step, const struct live_times *times)
{
	struct err err = ERR_INIT;
	int64_t deadline = step_deadline(step->index, times);
	int r = 0;

	if (checkpoint_clock_ms() >= times->read_ms) {
		probe_step_give_up(step->host, step->index, OUTCOME_TIMED_OUT,
			"not read: the time limit is over");
		return;
	}
	probe_step_announce(step->machine, step->index);
	step->machine->deadline_ms = children_deadline(deadline);
	r = checkpoint_run(deadline, read_step, (void *)step, &err);
	if (r < 0)
		probe_step_give_up(step->host, step->index, outcome_of(r), err.msg);
}

void live_read(
	struct machine *machine, const struct live_times *times, struct host **ret_host)
{
	struct step step = {.machine = machine, .host = host_new()};
	uint32_t *pids = NULL;
	size_t n_pids = 0;

	add_own_pid(machine, &pids, &n_pids, times->first);
	probe_start(step.host, PROBE_ALL);
	for (step.index = 0; step.index < PROBE_STEPS; step.index++) {
		add_own_pid(machine, &pids, &n_pids, getpid());
		take_step(&step, times);
	}
	host_sort(step.host);
	machine->own_pids = NULL;
	machine->n_own_pids = 0;
	free(pids);
	*ret_host = step.host;
}
