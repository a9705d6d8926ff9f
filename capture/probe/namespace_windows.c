/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where mount namespaces can be seen. Input: proc/PID/ns/mnt, proc/PID/root, and the same
 * of threads, which may live elsewhere than their process. Output: windows, sorted.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "namespace.h"
#include "snapstate/cleanup.h"

int namespace_id_parse(const char *text, uint64_t *ret_id)
{
	size_t len = strlen(text);

	if (len < 7 || strncmp(text, "mnt:[", 5) != 0 || text[len - 1] != ']')
		return -EINVAL;
	return parse_u64(text + 5, len - 6, 10, ret_id);
}

void window_path(const struct window *window, char ret_path[WINDOW_PATH_MAX])
{
	if (window->tid)
		snprintf(ret_path, WINDOW_PATH_MAX, "proc/%u/task/%u", window->pid,
			window->tid);
	else
		snprintf(ret_path, WINDOW_PATH_MAX, "proc/%u", window->pid);
}

int window_namespace(
	const struct machine *machine, const struct window *window, uint64_t *ret_id)
{
	char path[WINDOW_PATH_MAX], text[64];
	int r;

	window_path(window, path);
	r = machine_link(machine, text, sizeof(text), "%s/ns/mnt", path);
	return r < 0 ? r : namespace_id_parse(text, ret_id);
}

static int order_windows(const void *pa, const void *pb)
{
	const struct window *a = pa, *b = pb;

	if (a->namespace_id != b->namespace_id)
		return a->namespace_id < b->namespace_id ? -1 : 1;
	if (a->is_whole != b->is_whole)
		return a->is_whole ? -1 : 1;
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return (a->tid > b->tid) - (a->tid < b->tid);
}

/* 0, or why the namespace could not be told. */
static int add_window(const struct machine *machine, struct windows *windows,
	struct window window, uint64_t known_id)
{
	char path[WINDOW_PATH_MAX], root[PROBE_PATH_MAX];
	int r = window_namespace(machine, &window, &window.namespace_id);

	if (r < 0 || window.namespace_id == known_id)
		return r;
	window_path(&window, path);
	window.is_whole =
		machine_link(machine, root, sizeof(root), "%s/root", path) == 0 &&
		strcmp(root, "/") == 0;
	*array_add(&windows->items, &windows->count) = window;
	return 0;
}

/* Threads that live elsewhere than their process, or whose process shows nothing: its
 * first thread has ended. */
static void add_threads(
	const struct machine *machine, struct windows *windows, uint32_t pid)
{
	struct window process = {.pid = pid};
	cleanup_free uint32_t *tids = NULL;
	size_t count = 0;
	uint64_t id = 0;

	process_threads(machine, pid, &tids, &count);
	if (count)
		window_namespace(machine, &process, &id);
	for (size_t i = 0; i < count; i++)
		add_window(machine, windows, (struct window){.pid = pid, .tid = tids[i]},
			id);
}

int namespace_windows_find(const struct machine *machine, struct windows *ret_windows)
{
	cleanup_free uint32_t *pids = NULL;
	size_t count = 0;
	int r = process_ids(machine, &pids, &count);

	for (size_t i = 0; i < count; i++) {
		int e = add_window(
			machine, ret_windows, (struct window){.pid = pids[i]}, 0);

		if (e == -EACCES || e == -EPERM)
			ret_windows->n_denied++;
		else /* also of one that vanished, or is a zombie */
			add_threads(machine, ret_windows, pids[i]);
	}
	if (ret_windows->count)
		qsort(ret_windows->items, ret_windows->count, sizeof(*ret_windows->items),
			order_windows);
	return r;
}

void namespace_windows_free(struct windows *windows)
{
	free(windows->items);
}
