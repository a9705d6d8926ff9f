/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that hold a device-mapper device, something that is on one, or a file
 * system on either; and programs of interest that hold nothing. Input: the lines of
 * process_scan.c, from children. Output: host->processes, host->uses and the source
 * "processes".
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"

#define SCAN_WORDS_MAX 9

struct tally {
	size_t n_denied;
	size_t n_stuck;
	uint64_t first_stuck;
	struct namespace_pin *pins;
	size_t n_pins;
	bool is_late;	   /* the time for all is over */
	uint64_t ended_at; /* the process at which a share ended too early */
	size_t n_done;	   /* shares that were read to the end */
	size_t n_shares;
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

static void read_process(struct host *host, char *const words[], size_t n)
{
	struct process *process = array_add(&host->processes, &host->n_processes);
	uint64_t pid = 0, uid = 0;

	word_number(words[1], &pid);
	word_number(words[2], &process->start);
	word_number(words[3], &uid);
	word_number(words[4], &process->mount_namespace);
	process->is_of_udev = strncmp(words[5], "udev", 4) == 0;
	process->is_exe_of_root = strstr(words[5], "root") != NULL;
	process->pid = (uint32_t)pid;
	process->uid = (uint32_t)uid;
	process->comm = word_text(host, words[6]);
	process->exe = word_text(host, words[7]);
	if (n == 9)
		process->cmdline = word_text(host, words[8]);
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

/* The process with the lowest number that keeps a namespace stands for all: the shares
 * come in no order. */
static void read_pin(struct host *host, struct tally *tally, char *const words[])
{
	struct namespace_pin *pin = NULL;
	uint64_t id = 0, pid = 0;

	word_number(words[1], &id);
	word_number(words[2], &pid);
	for (size_t i = 0; i < tally->n_pins; i++)
		if (tally->pins[i].id == id)
			pin = &tally->pins[i];
	if (pin && pin->pid <= pid)
		return;
	if (!pin)
		pin = array_add(&tally->pins, &tally->n_pins);
	pin->id = id;
	pin->pid = (uint32_t)pid;
	pin->comm = word_text(host, words[3]);
	pin->path = "";
	pin->entrance = host_string(host, words[4]);
}

static void read_stuck(struct tally *tally, char *const words[])
{
	uint64_t pid = 0;

	word_number(words[1], &pid);
	if (tally->n_stuck++ == 0 || pid < tally->first_stuck)
		tally->first_stuck = pid;
}

static void read_scan_line(struct host *host, struct tally *tally, char *line)
{
	char *words[SCAN_WORDS_MAX];
	size_t n = 0;

	for (char *word; n < SCAN_WORDS_MAX && (word = strsep(&line, " ")); n++)
		words[n] = word;
	if ((n == 8 || n == 9) && strcmp(words[0], "process") == 0)
		read_process(host, words, n);
	else if (n == 6 && strcmp(words[0], "use") == 0)
		read_use(host, words);
	else if (n == 5 && strcmp(words[0], "pin") == 0)
		read_pin(host, tally, words);
	else if (n == 2 && strcmp(words[0], "denied") == 0)
		tally->n_denied++;
	else if (n == 1 && strcmp(words[0], "done") == 0)
		tally->n_done++;
	else if (n == 2 && strcmp(words[0], "stuck") == 0)
		read_stuck(tally, words);
	else if (n == 2 && strcmp(words[0], "ended") == 0)
		word_number(words[1], &tally->ended_at);
	else if (n == 2 && strcmp(words[0], "late") == 0)
		tally->is_late = word_number(words[1], &tally->ended_at) == 0;
}

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

static void note_outcome(struct host *host, size_t count, const struct tally *tally)
{
	bool is_done = tally->n_done == tally->n_shares;

	if (tally->n_stuck)
		host_source_set(host, "processes", OUTCOME_HUNG,
			"%zu processes hang when they are read, process %" PRIu64
			" first%s",
			tally->n_stuck, tally->first_stuck, is_done ? "" : "; given up");
	else if (!is_done)
		host_source_set(host, "processes",
			tally->is_late ? OUTCOME_TIMED_OUT : OUTCOME_UNSUPPORTED,
			"reading ended at process %" PRIu64 " of %zu processes",
			tally->ended_at, count);
	else if (tally->n_denied)
		host_source_set(host, "processes", OUTCOME_DENIED,
			"%zu of %zu processes may not be read", tally->n_denied, count);
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

static void pass(
	const struct process_index *index, struct host *host, struct tally *tally)
{
	cleanup_buf struct buf lines = BUF_INIT;
	cleanup_free uint32_t *pids = NULL;
	size_t count = 0;
	int r = process_ids(index->machine, &pids, &count);

	if (r < 0) {
		host_source_set(host, "processes", outcome_of_errno(r), "/proc: %s",
			strerror(-r));
		return;
	}
	tally->n_shares = process_shares_run(index, pids, count, &lines);
	read_scan_lines(host, tally, &lines);
	note_outcome(host, count, tally);
}

bool processes_pass(const struct process_index *index, struct host *ret_now)
{
	struct tally tally = {0};

	pass(index, ret_now, &tally);
	free(tally.pins);
	return host_source_is_read(ret_now, "processes");
}

void probe_processes(const struct machine *machine, struct host *host)
{
	struct process_index index;
	struct tally tally = {0};

	process_index_init(&index, machine, host);
	pass(&index, host, &tally);
	process_index_free(&index);
	for (size_t i = 0; i < tally.n_pins; i++)
		mounts_add_pinned(machine, host, &tally.pins[i]);
	free(tally.pins);
	if (host_source_is_read(host, "processes"))
		processes_settle(machine, host);
}
