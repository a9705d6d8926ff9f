/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that are not like their process. Input: proc/PID/task. Output: which threads
 * have descriptors, or a working directory, root and mount namespace, of their own
 * (unshare(2), CLONE_FILES and CLONE_FS).
 *
 * A process whose first thread has ended shows nothing of its own: there, all that the
 * others have counts as theirs.
 *
 * Hardly any thread differs, so the question must cost little: kcmp(2) compares the
 * kernel's pointers. It needs CONFIG_KCMP and a right to look; without an answer the
 * links are compared, which misses nothing that the links of one table would show.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "process.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/places.h"

/* A task folder has two links and one per thread (kernel fs/proc/base.c,
 * proc_task_getattr). */
#define LINKS_OF_ONE_THREAD 3

static int order_ids(const void *pa, const void *pb)
{
	const uint32_t *a = pa, *b = pb;

	return (*a > *b) - (*a < *b);
}

void process_threads(const struct machine *machine, uint32_t pid, uint32_t **ret_tids,
	size_t *ret_count)
{
	cleanup_closedir DIR *dir = NULL;
	char path[64];
	struct stat st;
	const char *name;
	uint64_t tid;

	*ret_tids = NULL;
	*ret_count = 0;
	snprintf(path, sizeof(path), "proc/%u/task", pid);
	if (fstatat(machine->root, path, &st, 0) < 0 ||
		st.st_nlink == LINKS_OF_ONE_THREAD)
		return;
	dir = machine_dir(machine, "%s", path);
	while (dir && (name = dir_next(dir)))
		if (parse_u64(name, strlen(name), 10, &tid) == 0 && tid != pid &&
			tid <= UINT32_MAX)
			*array_add(ret_tids, ret_count) = (uint32_t)tid;
	if (*ret_count)
		qsort(*ret_tids, *ret_count, sizeof(**ret_tids), order_ids);
}

/* ---- the same or not ---- */

enum sameness { SAME, DIFFERENT, UNKNOWN };

static enum sameness compare_in_kernel(uint32_t pid, uint32_t tid, int what)
{
	long r = syscall(SYS_kcmp, (pid_t)pid, (pid_t)tid, what, 0, 0);

	if (r < 0)
		return UNKNOWN;
	return r == 0 ? SAME : DIFFERENT;
}

static bool has_same_link(
	const struct machine *machine, uint32_t pid, uint32_t tid, const char *name)
{
	char a[PROBE_PATH_MAX] = "", b[PROBE_PATH_MAX] = "";

	machine_link(machine, a, sizeof(a), "proc/%u/%s", pid, name);
	machine_link(machine, b, sizeof(b), "proc/%u/task/%u/%s", pid, tid, name);
	return strcmp(a, b) == 0;
}

static bool has_same_places(const struct machine *machine, uint32_t pid, uint32_t tid)
{
	return has_same_link(machine, pid, tid, "ns/mnt") &&
	       has_same_link(machine, pid, tid, "cwd") &&
	       has_same_link(machine, pid, tid, "root");
}

/* Each name and its link, in no order: who has files of such names that sums of another
 * hash would agree cannot know the key of this one (index.c). */
static uint64_t sum_of_links(const struct machine *machine, const char *folder)
{
	cleanup_closedir DIR *dir = machine_dir(machine, "%s", folder);
	cleanup_buf struct buf link = BUF_INIT;
	char text[PROBE_PATH_MAX];
	uint64_t sum = 0;
	const char *fd;

	while (dir && (fd = dir_next(dir))) {
		if (machine_link(machine, text, sizeof(text), "%s/%s", folder, fd) < 0)
			continue;
		link.len = 0;
		buf_printf(&link, "%s %s", fd, text);
		sum += places_text(buf_text(&link));
	}
	return sum;
}

static bool has_same_files(const struct machine *machine, uint32_t pid, uint32_t tid)
{
	char of_process[64], of_thread[64];

	snprintf(of_process, sizeof(of_process), "proc/%u/fd", pid);
	snprintf(of_thread, sizeof(of_thread), "proc/%u/task/%u/fd", pid, tid);
	return sum_of_links(machine, of_process) == sum_of_links(machine, of_thread);
}

struct thread_difference thread_compare(
	const struct machine *machine, uint32_t pid, uint32_t tid)
{
	enum sameness files = compare_in_kernel(pid, tid, KCMP_FILES);
	enum sameness places = compare_in_kernel(pid, tid, KCMP_FS);
	enum sameness memory = compare_in_kernel(pid, tid, KCMP_VM);

	if (files == UNKNOWN)
		files = has_same_files(machine, pid, tid) ? SAME : DIFFERENT;
	if (places == UNKNOWN)
		places = has_same_places(machine, pid, tid) ? SAME : DIFFERENT;
	if (memory == UNKNOWN)
		memory = has_same_link(machine, pid, tid, "exe") ? SAME : DIFFERENT;
	return (struct thread_difference){.has_files = files == DIFFERENT,
		.has_places = places == DIFFERENT,
		.has_memory = memory == DIFFERENT};
}
