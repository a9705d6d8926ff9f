/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See jobs.h. Each process writes into a pipe of its own, for each job a frame: how long
 * its output is, the output, and a NUL. The slots are a ring of those that run, and of
 * those that have ended while an earlier one still runs.
 */
#include "jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "snapstate/cleanup.h"
#include "snapstate/write.h"

#define SLOTS_FOR_EACH 4

struct frame {
	uint64_t len;
	bool is_death; /* written here, and never by the process */
};

struct slot {
	pid_t pid;
	int fd;		   /* -1: it has ended */
	size_t first, end; /* its jobs */
	struct buf frames;
	size_t whole, n_whole; /* bytes of frames that are whole, and how many */
};

struct run {
	const struct jobs *jobs;
	struct slot *slots;
	size_t n_slots;
	size_t first, next; /* slots, counted on: not handed over yet, not begun yet */
	unsigned running;
};

static struct slot *slot_of(const struct run *run, size_t at)
{
	return &run->slots[at % run->n_slots];
}

static size_t n_batches(const struct jobs *jobs)
{
	return (jobs->count + jobs->each - 1) / jobs->each;
}

/* ---- the process ---- */

static void work(const struct jobs *jobs, const struct slot *slot, int fd, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	for (size_t job = slot->first + slot->n_whole; job < slot->end; job++) {
		struct frame frame = {0};
		struct buf output = BUF_INIT;

		jobs->work(jobs->context, job, &output);
		frame.len = output.len;
		if (write_all(fd, &frame, sizeof(frame)) < 0 ||
			write_all(fd, buf_text(&output), output.len + 1) < 0)
			_exit(1);
		buf_free(&output);
	}
	_exit(0);
}

/* What is left of the slot's jobs. */
static int begin(struct run *run, struct slot *slot, struct err *err)
{
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(err, errno, "a pipe");
	slot->pid = fork();
	if (slot->pid == 0)
		work(run->jobs, slot, ends[1], parent);
	close(ends[1]);
	if (slot->pid < 0) {
		int failed = errno;

		close(ends[0]);
		return err_errno(err, failed, "a process");
	}
	slot->fd = ends[0];
	run->running++;
	return 0;
}

static int begin_next(struct run *run, struct err *err)
{
	struct slot *slot = slot_of(run, run->next);
	size_t first = run->next * run->jobs->each;
	size_t left = run->jobs->count - first;

	*slot = (struct slot){.fd = -1,
		.first = first,
		.end = first + (left < run->jobs->each ? left : run->jobs->each)};
	if (begin(run, slot, err) < 0)
		return err->code;
	run->next++;
	return 0;
}

/* ---- here ---- */

static void count_whole(struct slot *slot)
{
	struct frame frame;

	while (slot->frames.len - slot->whole >= sizeof(frame)) {
		memcpy(&frame, slot->frames.data + slot->whole, sizeof(frame));
		if (slot->frames.len - slot->whole - sizeof(frame) <= frame.len)
			return;
		slot->whole += sizeof(frame) + frame.len + 1;
		slot->n_whole++;
	}
}

static void add_death(struct slot *slot, const char *words)
{
	struct frame frame = {.len = strlen(words), .is_death = true};

	slot->frames.len = slot->whole;
	buf_add(&slot->frames, &frame, sizeof(frame));
	buf_add(&slot->frames, words, frame.len + 1);
	count_whole(slot);
}

static void wait_for_end(struct run *run, struct slot *slot, int *ret_status)
{
	close(slot->fd);
	slot->fd = -1;
	run->running--;
	*ret_status = 0;
	while (waitpid(slot->pid, ret_status, 0) < 0 && errno == EINTR)
		;
}

/* The job that it was at is lost; the others get a process again. */
static void end(struct run *run, struct slot *slot)
{
	char words[64];
	int status;

	wait_for_end(run, slot, &status);
	while (slot->n_whole < slot->end - slot->first) {
		struct err err = ERR_INIT;

		if (WIFSIGNALED(status))
			snprintf(words, sizeof(words),
				"its process was killed by signal %d", WTERMSIG(status));
		else
			snprintf(words, sizeof(words), "its process ended with code %d",
				WEXITSTATUS(status));
		add_death(slot, words);
		if (slot->n_whole < slot->end - slot->first &&
			begin(run, slot, &err) == 0)
			return;
	}
}

static void receive(struct run *run, struct slot *slot)
{
	char bytes[65536];
	ssize_t n = read(slot->fd, bytes, sizeof(bytes));

	if (n > 0) {
		buf_add(&slot->frames, bytes, (size_t)n);
		count_whole(slot);
	} else if (n == 0 || errno != EINTR) {
		end(run, slot);
	}
}

static void wait_for_some(struct run *run)
{
	cleanup_free struct pollfd *fds = xcalloc(run->n_slots, sizeof(*fds));
	size_t count = run->next - run->first;

	for (size_t i = 0; i < count; i++)
		fds[i] = (struct pollfd){
			.fd = slot_of(run, run->first + i)->fd, .events = POLLIN};
	if (poll(fds, count, -1) <= 0)
		return;
	for (size_t i = 0; i < count; i++)
		if (fds[i].revents)
			receive(run, slot_of(run, run->first + i));
}

static void hand_over_jobs(const struct jobs *jobs, struct slot *slot)
{
	const char *at = buf_text(&slot->frames);

	for (size_t job = slot->first; job < slot->end; job++) {
		struct frame frame;
		const char *output = at + sizeof(frame);

		memcpy(&frame, at, sizeof(frame));
		at = output + frame.len + 1;
		jobs->done(jobs->context, job, frame.is_death ? "" : output,
			frame.is_death ? 0 : frame.len, frame.is_death ? output : NULL);
	}
	buf_free(&slot->frames);
}

static void hand_over(struct run *run)
{
	while (run->first < run->next && slot_of(run, run->first)->fd < 0)
		hand_over_jobs(run->jobs, slot_of(run, run->first++));
}

static bool may_begin(const struct run *run)
{
	return run->next < n_batches(run->jobs) && run->running < run->jobs->at_once &&
	       run->next - run->first < run->n_slots;
}

int jobs_run(const struct jobs *jobs, struct err *err)
{
	struct run run = {
		.jobs = jobs, .n_slots = (size_t)jobs->at_once * SLOTS_FOR_EACH};
	int r = 0;

	run.slots = xcalloc(run.n_slots, sizeof(*run.slots));
	while (run.first < n_batches(jobs) && r == 0) {
		while (r == 0 && may_begin(&run))
			r = begin_next(&run, err);
		/* one of those that run makes room when it ends */
		if (run.running) {
			r = 0;
			wait_for_some(&run);
		}
		hand_over(&run);
	}
	free(run.slots);
	return r;
}
