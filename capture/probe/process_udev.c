/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a process is udevd's, a worker of it, or what a rule of it started: blkid, lvm
 * pvscan, multipath -c. Input: proc/PID/stat, exe and cgroup, of it and of those above
 * it.
 *
 * A name proves nothing, and a udevadm that a person types is none of them: it is root's,
 * at the top of those above it is the daemon, which process 1 has for a child and whose
 * executable is udev's of the host, and its cgroup, where one is told, is the daemon's
 * (systemd-udevd.service). udevd ends what an event started when its time is over
 * (udev.conf(5), event_timeout): so all of them pass.
 */
#include <string.h>

#include "process.h"
#include "snapstate/cleanup.h"
#include "snapstate/io.h"

#define ABOVE_MOST 6 /* a worker, a shell or two, what it started */

static bool is_udev_executable(
	const struct process_index *index, uint32_t pid, struct arena *strings)
{
	struct process process = {.pid = pid, .exe = ""};
	char exe[PROBE_PATH_MAX];

	if (machine_link(index->machine, exe, sizeof(exe), "proc/%u/exe", pid) < 0 ||
		!program_is_udev(exe))
		return false;
	process.exe = arena_strdup(strings, exe);
	return process_is_exe_of_root(index, &process);
}

/* "0::/system.slice/systemd-udevd.service/udev", "1:name=systemd:/...". "/" tells
 * nothing: no supervisor made any. */
static bool is_other_cgroup(const char *line)
{
	const char *path = strstr(line, ":/");

	return (strncmp(line, "0::", 3) == 0 || strstr(line, ":name=systemd:")) && path &&
	       strcmp(path, ":/") != 0 && !strstr(path, "udevd.service");
}

static bool has_other_cgroup(const struct process_index *index, uint32_t pid)
{
	cleanup_buf struct buf text = BUF_INIT;
	char path[64];
	bool is_other = false;
	char *rest;

	snprintf(path, sizeof(path), "proc/%u/cgroup", pid);
	if (file_read_at(index->machine->root, path, PROBE_SMALL_MAX, &text, NULL) < 0)
		return false;
	rest = text.data;
	for (char *line; (line = strsep(&rest, "\n"));)
		is_other |= is_other_cgroup(line);
	return is_other;
}

bool process_is_run_by_udev(const struct process_index *index,
	const struct process *process, struct arena *strings)
{
	uint32_t pid = process->pid, parent = 0;

	if (process->uid != 0 || has_other_cgroup(index, pid))
		return false;
	for (int i = 0; i < ABOVE_MOST && process_parent(index, pid, &parent) == 0; i++) {
		if (parent == 1)
			return is_udev_executable(index, pid, strings);
		pid = parent;
	}
	return false;
}
