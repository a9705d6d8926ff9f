/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over the processes, in a child: reading /proc/PID/maps of a process that is
 * stuck with its memory locked hangs, and so may a path walk into a dead file system.
 *
 * Input: the index, process ids. Output, on stdout, words escaped as by buf_word():
 *
 *   at N                                all before the Nth of the list is written
 *   process PID START UID NS OF COMM EXE it holds something, or is a program of interest;
 *                                       OF is "udev" where it is udev's, "root" where its
 *                                       executable is root's, "udev,root", or "-"; and
 *                                       CMDLINE, where it is asked for
 *   use PID KIND MAJ:MIN COUNT EXAMPLE
 *   pin NS PID COMM PATH                it has a descriptor of an unknown namespace
 *   denied PID                          it may not be read
 *   done
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "process.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/process.h"
#include "snapstate/io.h"
#include "snapstate/kernel.h"

/* Fields of proc/PID/stat, proc(5) */
#define FIELD_PARENT  4
#define FIELD_FLAGS   9
#define FIELD_THREADS 20
#define FIELD_START   22
#define STAT_MAX      4096
#define CMDLINE_MAX   4096

/* Each flush wakes who waits, which costs as much as a small process. */
#define FLUSH_BYTES 32768
#define FLUSH_MS    50

#define FLAG_KERNEL_THREAD 0x00200000 /* PF_KTHREAD, kernel include/linux/sched.h */

/* Processes come in families: of neighbours the parent is often the same. */
struct last_parent {
	uint32_t pid;
	bool is_ours;
};

struct stat_fields {
	char text[STAT_MAX];
	const char *comm;
	size_t comm_len;
	uint64_t numbers[FIELD_START + 1];
};

/* One read is enough for a text of one record. -errno. */
static ssize_t read_start(
	const struct process_index *index, const char *path, char *ret, size_t size)
{
	cleanup_close int fd =
		openat(index->machine->root, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	if (fd < 0)
		return -errno;
	do
		n = read(fd, ret, size - 1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	ret[n] = '\0';
	return n;
}

/* "PID (COMM) STATE PPID ... START ...": COMM may hold blanks and parentheses. */
static int read_stat(
	const struct process_index *index, uint32_t pid, struct stat_fields *ret_stat)
{
	char path[64];
	const char *open, *field;
	ssize_t n;

	snprintf(path, sizeof(path), "proc/%u/stat", pid);
	n = read_start(index, path, ret_stat->text, sizeof(ret_stat->text));
	if (n < 0)
		return (int)n;
	open = strchr(ret_stat->text, '(');
	field = strrchr(ret_stat->text, ')');
	if (!open || !field || field < open)
		return -EINVAL;
	ret_stat->comm = open + 1;
	ret_stat->comm_len = (size_t)(field - open - 1);
	for (int i = 3; i <= FIELD_START; i++) { /* field 3 follows the parenthesis */
		field = strchr(field, ' ');
		if (!field)
			return -EINVAL;
		field++;
		ret_stat->numbers[i] = 0;
		parse_u64(field, strcspn(field, " \n"), 10, &ret_stat->numbers[i]);
	}
	return 0;
}

int process_parent(const struct process_index *index, uint32_t pid, uint32_t *ret_parent)
{
	struct stat_fields stat;
	int r = read_stat(index, pid, &stat);

	if (r == 0)
		*ret_parent = (uint32_t)stat.numbers[FIELD_PARENT];
	return r;
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

static bool is_in_folder_of_programs(const char *path)
{
	static const char *const folders[] = {
		"/bin/", "/lib/", "/lib64/", "/sbin/", "/usr/"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strncmp(path, folders[i], strlen(folders[i])) == 0)
			return true;
	return false;
}

/* In a mount namespace of its own a process can give any file any name, also one of root's
 * (mount --bind /usr/bin/sleep ./qemu-kvm). So it has to be the same file by that name on
 * the host, where only root has a say in these folders. */
bool process_is_exe_of_root(
	const struct process_index *index, const struct process *process)
{
	const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW;
	struct statx running, named;
	char link[64];

	if (!is_in_folder_of_programs(process->exe))
		return false;
	snprintf(link, sizeof(link), "proc/%u/exe", process->pid);
	if (kernel_statx(index->machine->root, link, flags & ~AT_SYMLINK_NOFOLLOW,
		    STATX_BASIC_STATS, &running) < 0 ||
		kernel_statx(index->machine->root, process->exe + 1, flags,
			STATX_BASIC_STATS, &named) < 0)
		return false;
	return running.stx_ino == named.stx_ino &&
	       running.stx_dev_major == named.stx_dev_major &&
	       running.stx_dev_minor == named.stx_dev_minor && named.stx_uid == 0 &&
	       !(named.stx_mode & (S_IWGRP | S_IWOTH));
}

static void read_links(
	const struct process_index *index, struct process *process, struct arena *strings)
{
	char text[PROBE_PATH_MAX];

	if (machine_link(
		    index->machine, text, sizeof(text), "proc/%u/exe", process->pid) == 0)
		process->exe = arena_strdup(strings, text);
	process->is_exe_of_root = process_is_exe_of_root(index, process);
	if (machine_link(index->machine, text, sizeof(text), "proc/%u/ns/mnt",
		    process->pid) == 0 &&
		strncmp(text, "mnt:[", 5) == 0)
		parse_u64(text + 5, strspn(text + 5, "0123456789"), 10,
			&process->mount_namespace);
	process->is_of_udev = process_is_run_by_udev(index, process, strings);
}

/* Only what somebody asked for: arguments may hold passwords. A blank stands between two
 * of them. */
static void read_cmdline(
	const struct process_index *index, struct process *process, struct arena *strings)
{
	char path[64], text[CMDLINE_MAX + 1];
	ssize_t n;

	snprintf(path, sizeof(path), "proc/%u/cmdline", process->pid);
	n = read_start(index, path, text, sizeof(text));
	while (n > 0 && text[n - 1] == '\0')
		n--;
	for (ssize_t i = 0; i < n; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	process->cmdline = arena_strndup(strings, text, n > 0 ? (size_t)n : 0);
}

static void print_process(
	struct buf *out, const struct process *process, const struct holdings *held)
{
	buf_printf(out, "process %u %" PRIu64 " %u %" PRIu64 " %s ", process->pid,
		process->start, process->uid, process->mount_namespace,
		process->is_of_udev	  ? process->is_exe_of_root ? "udev,root" : "udev"
		: process->is_exe_of_root ? "root"
					  : "-");
	buf_word(out, process->comm);
	buf_puts(out, " ");
	buf_word(out, process->exe);
	if (process->cmdline) {
		buf_puts(out, " ");
		buf_word(out, process->cmdline);
	}
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

/* One of those that wait for us. */
static bool is_own(const struct machine *machine, uint32_t pid)
{
	for (size_t i = 0; i < machine->n_own_pids; i++)
		if (machine->own_pids[i] == pid)
			return true;
	return false;
}

/* A child of ours, or of a child of ours: those read the shares. */
static bool is_ours(
	const struct process_index *index, uint32_t parent, struct last_parent *last)
{
	struct stat_fields stat;

	if (parent == index->own)
		return true;
	if (parent != last->pid)
		*last = (struct last_parent){
			parent, read_stat(index, parent, &stat) == 0 &&
					stat.numbers[FIELD_PARENT] == index->own};
	return last->is_ours;
}

static void print_all(const struct process_index *index, struct process *process,
	struct holdings *held, struct buf *out)
{
	if (held->is_denied)
		buf_printf(out, "denied %u\n", process->pid);
	print_pins(out, process, held);
	if (!held->n_uses && !program_is_backup(process->comm) &&
		!program_is_storage(process->comm))
		return;
	read_uid(index, process);
	read_links(index, process, held->strings);
	/* a name alone is not worth a line: users have as many as they like */
	if (!held->n_uses && !process_is_backup(process) && !process_is_storage(process))
		return;
	if (index->machine->wants_cmdline)
		read_cmdline(index, process, held->strings);
	print_process(out, process, held);
}

static void scan_process(const struct process_index *index, uint32_t pid,
	struct last_parent *last, struct buf *out)
{
	struct process process = {.pid = pid, .exe = ""};
	struct holdings held = {.pid = pid, .strings = arena_new()};
	struct stat_fields stat;
	uint64_t parent;

	if (pid != index->own && !is_own(index->machine, pid) &&
		read_stat(index, pid, &stat) == 0) {
		parent = stat.numbers[FIELD_PARENT];
		process.start = stat.numbers[FIELD_START];
		process.comm = arena_strndup(held.strings, stat.comm, stat.comm_len);
		held.has_one_thread = stat.numbers[FIELD_THREADS] == 1;
		held.is_kernel = stat.numbers[FIELD_FLAGS] & FLAG_KERNEL_THREAD;
		if (parent != index->own)
			holdings_collect(index, &held);
		if (!is_ours(index, (uint32_t)parent, last))
			print_all(index, &process, &held, out);
	}
	holdings_free(&held);
}

static int flush(struct buf *out)
{
	int r = child_answer(out);

	buf_free(out);
	return r;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int process_scan_run(const struct process_index *index, const struct reading *reading)
{
	struct last_parent last = {0};
	struct buf out = BUF_INIT;
	int64_t flushed = now_ms();
	int r = 0;

	for (size_t i = reading->first; i < reading->count && r == 0; i++) {
		if (!reading->pids[i])
			continue;
		*reading->at = (uint32_t)i;
		if (out.len > FLUSH_BYTES || now_ms() - flushed >= FLUSH_MS) {
			buf_printf(&out, "at %zu\n", i);
			r = flush(&out);
			flushed = now_ms();
			if (reading->limits)
				child_arm(reading->limits);
		}
		scan_process(index, reading->pids[i], &last, &out);
	}
	buf_puts(&out, "done\n");
	return r == 0 ? flush(&out) : r;
}
