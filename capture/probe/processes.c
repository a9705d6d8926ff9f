/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that hold a device-mapper device, something that stands on one, or a file
 * system on either; and programs of interest that hold nothing. Input: the lines of
 * process_scan.c, from a child. Output: host->processes, host->uses and the source
 * "processes".
 *
 * Invariant: one stuck process does not keep the others from being read: the child is
 * given up and another one goes on behind it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "snapstate/cleanup.h"

#define SCAN_IDLE_SECONDS 5
#define SCAN_STUCK_MAX	  5
#define SCAN_OUTPUT_MAX	  (256u << 20)
#define SCAN_WORDS_MAX	  7

struct scan_call {
	const struct process_index *index;
	const uint32_t *pids;
	size_t count;
	size_t first;
};

struct tally {
	size_t n_denied;
	size_t n_stuck;
	uint32_t first_stuck;
	struct namespace_pin *pins;
	size_t n_pins;
	uint64_t last_at; /* pid that was being read last */
	bool is_done;
	bool is_late; /* the time for all is over */
};

/* ---- the child's lines ---- */

static int word_number(const char *word, uint64_t *ret_value)
{
	return parse_u64(word, strlen(word), 10, ret_value);
}

static const char *word_text(struct host *host, const char *word)
{
	cleanup_free char *text = NULL;

	/* it was ours, so it decodes */
	return word_decode(word, strlen(word), &text) == 0 ? host_string(host, text) : "";
}

static void read_process(struct host *host, char *const words[])
{
	struct process *process = array_add(&host->processes, &host->n_processes);
	uint64_t pid = 0, uid = 0;

	word_number(words[1], &pid);
	word_number(words[2], &process->start);
	word_number(words[3], &uid);
	word_number(words[4], &process->mount_namespace);
	process->pid = (uint32_t)pid;
	process->uid = (uint32_t)uid;
	process->comm = word_text(host, words[5]);
	process->exe = word_text(host, words[6]);
}

static void read_use(struct host *host, char *const words[])
{
	struct use *use = array_add(&host->uses, &host->n_uses);
	uint64_t pid = 0, count = 0;

	word_number(words[1], &pid);
	use_kind_parse(words[2], &use->kind);
	parse_devno(words[3], strlen(words[3]), &use->devno);
	word_number(words[4], &count);
	use->pid = (uint32_t)pid;
	use->count = (uint32_t)count;
	use->example = word_text(host, words[5]);
}

/* The first process that keeps a namespace stands for all. */
static void read_pin(struct host *host, struct tally *tally, char *const words[])
{
	struct namespace_pin *pin;
	uint64_t id = 0, pid = 0;

	word_number(words[1], &id);
	word_number(words[2], &pid);
	for (size_t i = 0; i < tally->n_pins; i++)
		if (tally->pins[i].id == id)
			return;
	pin = array_add(&tally->pins, &tally->n_pins);
	pin->id = id;
	pin->pid = (uint32_t)pid;
	pin->comm = word_text(host, words[3]);
	pin->path = "";
	pin->entrance = host_string(host, words[4]);
}

static void read_scan_line(struct host *host, struct tally *tally, char *line)
{
	char *words[SCAN_WORDS_MAX];
	size_t n = 0;

	for (char *word; n < SCAN_WORDS_MAX && (word = strsep(&line, " ")); n++)
		words[n] = word;
	if (n == 2 && strcmp(words[0], "at") == 0)
		word_number(words[1], &tally->last_at);
	else if (n == 7 && strcmp(words[0], "process") == 0)
		read_process(host, words);
	else if (n == 6 && strcmp(words[0], "use") == 0)
		read_use(host, words);
	else if (n == 5 && strcmp(words[0], "pin") == 0)
		read_pin(host, tally, words);
	else if (n == 2 && strcmp(words[0], "denied") == 0)
		tally->n_denied++;
	else if (n == 1 && strcmp(words[0], "done") == 0)
		tally->is_done = true;
}

/* A last line without its end belongs to a process that could not be finished. */
static void read_scan_lines(struct host *host, struct tally *tally, struct buf *out)
{
	char *text = out->data, *end;

	while (text && (end = strchr(text, '\n'))) {
		*end = '\0';
		read_scan_line(host, tally, text);
		text = end + 1;
	}
}

/* ---- the pass ---- */

static int run_scan(void *context)
{
	const struct scan_call *call = context;

	return process_scan_run(call->index, call->pids, call->count, call->first) < 0;
}

static size_t index_behind(const struct scan_call *call, uint64_t pid)
{
	size_t i = call->first;

	while (i < call->count && call->pids[i] != pid)
		i++;
	return i < call->count ? i + 1 : call->first;
}

/* One child's worth: 0 when all is read or nothing more can be, 1 to go on. */
static int scan_some(
	struct host *host, struct scan_call *call, struct tally *tally, struct err *err)
{
	const struct child_limits limits = {
		.seconds = SCAN_IDLE_SECONDS,
		.is_idle = true,
		.max = SCAN_OUTPUT_MAX,
		.deadline_ms = call->index->machine->deadline_ms,
	};
	cleanup_buf struct buf out = BUF_INIT;
	cleanup_buf struct buf err_text = BUF_INIT;
	int r = child_run(&limits, run_scan, call, &out, &err_text, err);

	read_scan_lines(host, tally, &out);
	tally->is_late = r == -ETIME;
	if (r != -ETIMEDOUT && r != -EBUSY)
		return 0;
	if (tally->n_stuck++ == 0)
		tally->first_stuck = (uint32_t)tally->last_at;
	call->first = index_behind(call, tally->last_at);
	return tally->n_stuck < SCAN_STUCK_MAX;
}

static void note_outcome(
	struct host *host, const struct scan_call *call, const struct tally *tally)
{
	if (tally->n_stuck)
		host_source_set(host, "processes", OUTCOME_HUNG,
			"%zu processes hang when they are read, process %u first%s",
			tally->n_stuck, tally->first_stuck,
			tally->is_done ? "" : "; given up");
	else if (!tally->is_done)
		host_source_set(host, "processes",
			tally->is_late ? OUTCOME_TIMED_OUT : OUTCOME_UNSUPPORTED,
			"reading ended at process %llu of %zu processes",
			(unsigned long long)tally->last_at, call->count);
	else if (tally->n_denied)
		host_source_set(host, "processes", OUTCOME_DENIED,
			"%zu of %zu processes may not be read", tally->n_denied,
			call->count);
	else
		host_source_set(host, "processes", OUTCOME_READ, "%s", "");
}

static int order_pids(const void *pa, const void *pb)
{
	const uint32_t *a = pa, *b = pb;

	return (*a > *b) - (*a < *b);
}

int process_ids(const struct machine *machine, uint32_t **ret_pids, size_t *ret_count)
{
	cleanup_closedir DIR *dir = machine_dir(machine, "proc");
	uint32_t *pids = NULL;
	size_t count = 0;
	const char *name;

	if (!dir)
		return -errno;
	while ((name = dir_next(dir))) {
		uint64_t pid;

		if (parse_u64(name, strlen(name), 10, &pid) == 0 && pid <= UINT32_MAX)
			*array_add(&pids, &count) = (uint32_t)pid;
	}
	if (count)
		qsort(pids, count, sizeof(*pids), order_pids);
	*ret_pids = pids;
	*ret_count = count;
	return 0;
}

void probe_processes(const struct machine *machine, struct host *host)
{
	struct process_index index;
	struct scan_call call = {.index = &index};
	cleanup_free uint32_t *pids = NULL;
	struct tally tally = {0};
	struct err err = ERR_INIT;
	int r = process_ids(machine, &pids, &call.count);

	process_index_init(&index, machine, host);
	call.pids = pids;
	if (r < 0) {
		host_source_set(host, "processes", outcome_of_errno(r), "/proc: %s",
			strerror(-r));
	} else {
		while (scan_some(host, &call, &tally, &err) == 1)
			;
		note_outcome(host, &call, &tally);
	}
	process_index_free(&index);
	for (size_t i = 0; i < tally.n_pins; i++)
		mounts_add_pinned(machine, host, &tally.pins[i]);
	free(tally.pins);
}
