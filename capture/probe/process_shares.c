/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The processes in shares, one for each CPU up to SHARES_MAX, read at the same time.
 * Input: the index, process ids. Output: the lines of process_scan.c, and
 *
 *   stuck PID   a read of it hangs: it is left out
 *   ended PID   the reader ended here though nothing hung
 *   late PID    the time for everything was over here
 *
 * Invariants: one stuck process does not keep the others from being read: the child is
 * given up and another one goes on, first with the same process and with care, then
 * behind it. The process that runs a share reads nothing of others itself, so that
 * waiting for it ends.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"
#include "snapstate/cleanup.h"
#include "snapstate/kernel.h"

#define SCAN_IDLE_SECONDS 5
#define SCAN_STUCK_MAX	  5 /* of a share */
#define SCAN_OUTPUT_MAX	  (256u << 20)
#define SHARES_MAX	  4
#define SHARE_MIN	  128 /* processes: fewer are not worth a fork */

struct share {
	const struct process_index *index;
	struct reading reading;
	size_t n_stuck;
	bool needs_care; /* no glances: one of them may have hung */
	pid_t runner;	 /* 0: run here */
	int file;	 /* its lines */
};

/* ---- one share ---- */

static int run_scan(void *context)
{
	const struct share *share = context;
	struct process_index index = *share->index;

	index.has_mount_ids &= !share->needs_care;
	return process_scan_run(&index, &share->reading) < 0;
}

/* Keeps the lines up to the last "at N", and returns N; what follows is read again. */
static size_t cut_lines(const struct share *share, struct buf *lines)
{
	uint64_t at = share->reading.first, number;
	size_t kept = 0;

	for (const char *line = buf_text(lines), *end; (end = strchr(line, '\n'));
		line = end + 1) {
		if (strncmp(line, "at ", 3) != 0 ||
			parse_u64(line + 3, (size_t)(end - line) - 3, 10, &number) < 0)
			continue;
		at = number;
		kept = (size_t)(end + 1 - buf_text(lines));
	}
	lines->len = kept;
	return at;
}

/* Returns whether to go on. */
static bool handle_stuck(struct share *share, struct buf *out)
{
	uint32_t stuck = *share->reading.at;

	if (!share->needs_care && share->index->has_mount_ids) {
		share->needs_care = true;
		return true;
	}
	buf_printf(out, "stuck %u\n", share->reading.pids[stuck]);
	share->reading.pids[stuck] = 0;
	return ++share->n_stuck < SCAN_STUCK_MAX;
}

/* One child's worth. Returns whether to go on. */
static bool scan_some(struct share *share, struct buf *out)
{
	const struct child_limits limits = {.seconds = SCAN_IDLE_SECONDS,
		.is_idle = true,
		.max = SCAN_OUTPUT_MAX,
		.deadline_ms = share->index->machine->deadline_ms,
		.ends_itself = true};
	cleanup_buf struct buf lines = BUF_INIT;
	cleanup_buf struct buf err_text = BUF_INIT;
	struct err err = ERR_INIT;
	bool is_stuck;
	int r;

	share->reading.limits = &limits;
	r = child_run(&limits, run_scan, share, &lines, &err_text, &err);
	share->reading.limits = NULL;
	is_stuck = r == -ETIMEDOUT || r == -EBUSY;

	if (r != 0)
		share->reading.first = cut_lines(share, &lines);
	buf_add(out, buf_text(&lines), lines.len);
	if (r != 0 && !is_stuck)
		buf_printf(out, "%s %u\n", r == -ETIME ? "late" : "ended",
			share->reading.pids[*share->reading.at]);
	return is_stuck && handle_stuck(share, out);
}

static void run_share(struct share *share, struct buf *out)
{
	while (scan_some(share, out))
		;
}

/* ---- all of them ---- */

static void run_elsewhere(struct share *share)
{
	cleanup_buf struct buf out = BUF_INIT;
	ssize_t n = 1;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run_share(share, &out);
	for (size_t done = 0; done < out.len && n > 0; done += (size_t)n)
		n = write(share->file, out.data + done, out.len - done);
	_exit(n <= 0);
}

/* Where it cannot be run elsewhere, it is run here. */
static void start_share(struct share *share)
{
	share->file = kernel_memory_file("share");
	share->runner = share->file < 0 ? -1 : fork();
	if (share->runner == 0)
		run_elsewhere(share);
	if (share->runner < 0)
		share->runner = 0;
}

/* What is missing, the missing "done" tells. */
static void end_share(struct share *share, struct buf *out)
{
	char piece[65536];
	ssize_t n;

	if (!share->runner) {
		run_share(share, out);
	} else {
		while (waitpid(share->runner, NULL, 0) < 0 && errno == EINTR)
			;
		for (off_t at = 0; (n = pread(share->file, piece, sizeof(piece), at)) > 0;
			at += n)
			buf_add(out, piece, (size_t)n);
	}
	if (share->file >= 0)
		close(share->file);
	munmap((void *)share->reading.at, sizeof(*share->reading.at));
	free(share->reading.pids);
}

static size_t count_shares(size_t n_processes)
{
	size_t most = n_processes / SHARE_MIN, n_cpus = 1;
	cpu_set_t cpus;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) == 0)
		n_cpus = (size_t)CPU_COUNT(&cpus);
	most = most < SHARES_MAX ? most : SHARES_MAX;
	most = most < n_cpus ? most : n_cpus;
	return most ? most : 1;
}

/* In turns, since processes that cost much come side by side. */
static struct reading deal(
	size_t number, size_t n_shares, const uint32_t *pids, size_t count)
{
	struct reading reading = {.pids = xcalloc(count / n_shares + 1, sizeof(*pids))};

	reading.at = mmap(NULL, sizeof(*reading.at), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (reading.at == MAP_FAILED)
		abort(); /* as for all memory: see buf.h */
	for (size_t i = number; i < count; i += n_shares)
		reading.pids[reading.count++] = pids[i];
	return reading;
}

size_t process_shares_run(const struct process_index *index, const uint32_t *pids,
	size_t count, struct buf *ret_lines)
{
	struct share shares[SHARES_MAX];
	size_t n_shares = count_shares(count);

	for (size_t i = 0; i < n_shares; i++) {
		shares[i] = (struct share){.index = index,
			.reading = deal(i, n_shares, pids, count),
			.file = -1};
		if (i > 0)
			start_share(&shares[i]);
	}
	for (size_t i = 0; i < n_shares; i++)
		end_share(&shares[i], ret_lines);
	return n_shares;
}
