/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over the processes, in a child: reading /proc/PID/maps of a process that is
 * stuck with its memory locked hangs, and so may a path walk into a dead file system.
 *
 * Input: the index, process ids. Output, on stdout, words escaped as by buf_word():
 *
 *   at PID                              before anything of PID is read
 *   process PID START UID NS COMM EXE   it holds something, or is a program of interest
 *   use PID KIND MAJ:MIN COUNT EXAMPLE
 *   pin NS PID COMM PATH                it has a descriptor of an unknown namespace
 *   denied PID                          it may not be read
 *   done
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"
#include "snapstate/cleanup.h"
#include "snapstate/io.h"

/* "PID (COMM) STATE PPID ... START ...": COMM may hold blanks and parentheses. */
static int read_stat(const struct process_index *index, struct process *process,
	uint64_t *ret_parent, struct arena *strings)
{
	cleanup_buf struct buf text = BUF_INIT;
	char path[64];
	const char *open, *close;
	const char *field;
	int r;

	snprintf(path, sizeof(path), "proc/%u/stat", process->pid);
	r = file_read_at(index->machine->root, path, PROBE_SMALL_MAX, &text, NULL);
	if (r < 0)
		return r;
	open = strchr(buf_text(&text), '(');
	close = strrchr(buf_text(&text), ')');
	if (!open || !close || close < open)
		return -EINVAL;
	process->comm = arena_strndup(strings, open + 1, (size_t)(close - open - 1));
	field = close;
	for (int i = 3; i <= 22; i++) { /* field 3 follows the parenthesis */
		field = strchr(field, ' ');
		if (!field)
			return -EINVAL;
		field++;
		if (i == 4 && parse_u64(field, strcspn(field, " "), 10, ret_parent) < 0)
			return -EINVAL;
	}
	return parse_u64(field, strcspn(field, " \n"), 10, &process->start);
}

static void read_uid(const struct process_index *index, struct process *process)
{
	cleanup_buf struct buf text = BUF_INIT;
	char path[64];
	const char *line;
	uint64_t uid;

	snprintf(path, sizeof(path), "proc/%u/status", process->pid);
	if (file_read_at(index->machine->root, path, PROBE_SMALL_MAX, &text, NULL) < 0)
		return;
	line = strstr(buf_text(&text), "\nUid:\t");
	if (line && parse_u64(line + 6, strspn(line + 6, "0123456789"), 10, &uid) == 0)
		process->uid = (uint32_t)uid;
}

static void read_links(
	const struct process_index *index, struct process *process, struct arena *strings)
{
	char text[PROBE_PATH_MAX];

	if (machine_link(
		    index->machine, text, sizeof(text), "proc/%u/exe", process->pid) == 0)
		process->exe = arena_strdup(strings, text);
	if (machine_link(index->machine, text, sizeof(text), "proc/%u/ns/mnt",
		    process->pid) == 0 &&
		strncmp(text, "mnt:[", 5) == 0)
		parse_u64(text + 5, strspn(text + 5, "0123456789"), 10,
			&process->mount_namespace);
}

static void print_process(
	struct buf *out, const struct process *process, const struct holdings *held)
{
	buf_printf(out, "process %u %" PRIu64 " %u %" PRIu64 " ", process->pid,
		process->start, process->uid, process->mount_namespace);
	buf_word(out, process->comm);
	buf_puts(out, " ");
	buf_word(out, process->exe);
	buf_puts(out, "\n");
	for (size_t i = 0; i < held->n_uses; i++) {
		const struct use *use = &held->uses[i];

		buf_printf(out, "use %u %s " DEVNO_FMT " %u ", process->pid,
			use_kind_name(use->kind), DEVNO_ARGS(use->devno), use->count);
		buf_word(out, use->example);
		buf_puts(out, "\n");
	}
}

static void print_pins(
	struct buf *out, const struct process *process, const struct holdings *held)
{
	for (size_t i = 0; i < held->n_pins; i++) {
		buf_printf(out, "pin %" PRIu64 " %u ", held->pins[i].namespace_id,
			process->pid);
		buf_word(out, process->comm);
		buf_printf(out, " %s\n", held->pins[i].path);
	}
}

static bool is_own(const struct machine *machine, uint32_t pid)
{
	for (size_t i = 0; i < machine->n_own_pids; i++)
		if (machine->own_pids[i] == pid)
			return true;
	return false;
}

/* `own` is the process that wants to know: it and its children are no holders, nor are
 * those that wait for it. */
static void scan_process(
	const struct process_index *index, uint32_t pid, uint32_t own, struct buf *out)
{
	struct process process = {.pid = pid, .comm = "", .exe = ""};
	struct holdings held = {.pid = pid, .strings = arena_new()};
	uint64_t parent = 0;

	if (read_stat(index, &process, &parent, held.strings) == 0 && pid != own &&
		parent != own && !is_own(index->machine, pid)) {
		holdings_collect(index, &held);
		if (held.is_denied)
			buf_printf(out, "denied %u\n", pid);
		print_pins(out, &process, &held);
		if (held.n_uses || program_is_backup(process.comm) ||
			program_is_storage(process.comm)) {
			read_uid(index, &process);
			read_links(index, &process, held.strings);
			print_process(out, &process, &held);
		}
	}
	holdings_free(&held);
}

static int flush(struct buf *out)
{
	for (size_t done = 0; done < out->len;) {
		ssize_t n = write(1, out->data + done, out->len - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	buf_free(out);
	return 0;
}

int process_scan_run(const struct process_index *index, const uint32_t *pids,
	size_t count, size_t first)
{
	uint32_t own = (uint32_t)getppid();
	struct buf out = BUF_INIT;
	int r = 0;

	for (size_t i = first; i < count && r == 0; i++) {
		buf_printf(&out, "at %u\n", pids[i]);
		r = flush(&out);
		scan_process(index, pids[i], own, &out);
	}
	buf_puts(&out, "done\n");
	return r == 0 ? flush(&out) : r;
}
