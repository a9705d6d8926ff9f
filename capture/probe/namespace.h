/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the reading of mounts: the processes and threads that show a namespace
 * (namespace_windows.c), one table (mount_table.c), and all of it (mounts.c).
 */
#ifndef SNAPSTATE_PROBE_NAMESPACE_H
#define SNAPSTATE_PROBE_NAMESPACE_H

#include "parts.h"

/* A process or thread that shows a namespace. */
struct window {
	uint64_t namespace_id;
	uint32_t pid;
	uint32_t tid;  /* 0 = the process itself */
	bool is_whole; /* its root is the namespace's own */
};

struct windows {
	struct window *items; /* by namespace; within one the best first */
	size_t count;
	size_t n_denied; /* processes that did not tell */
};
int namespace_windows_find(const struct machine *machine, struct windows *ret_windows);
void namespace_windows_free(struct windows *windows);

/* Of the only one, where the kernel tells none; less than any real one's number. */
#define NAMESPACE_UNTOLD 1

/* "proc/PID" or "proc/PID/task/TID" */
#define WINDOW_PATH_MAX 64
void window_path(const struct window *window, char ret_path[WINDOW_PATH_MAX]);
int window_namespace(
	const struct machine *machine, const struct window *window, uint64_t *ret_id);

/* Read until two readings agree; -EAGAIN with the last one when none did. */
int mount_table_of_window(const struct machine *machine, const struct window *window,
	struct buf *ret_text, struct err *err);
/* By entering the namespace `id` that can be opened at `path`. */
int mount_table_of_entrance(const struct machine *machine, uint64_t id, const char *path,
	struct buf *ret_text, struct err *err);

#endif
