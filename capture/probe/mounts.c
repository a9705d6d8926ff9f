/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every mount namespace that a process lives in, and its mountinfo.
 * Input: proc/PID/ns/mnt, proc/PID/root, proc/PID/mountinfo. Output: host->namespaces,
 * one document "mounts/<namespace>" each, read into host->mounts, and the source
 * "mounts".
 *
 * mountinfo is consistent only within one read(2) of about a page, so it is read until
 * two readings agree. It is cut at the reader's root (kernel fs/proc_namespace.c,
 * show_mountinfo), so a process whose root is the namespace's own is preferred; where all
 * are in a chroot, a child of ours enters the namespace and reads its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/io.h"
#include "snapstate/text.h"

#define ENTER_SECONDS 10

/* A process that shows a namespace. */
struct window {
	uint64_t namespace_id;
	uint32_t pid;
	bool is_whole; /* its root is the namespace's own */
};

struct windows {
	struct window *items;
	size_t count;
	size_t n_denied; /* processes that did not tell */
};

/* By namespace; within one the best window first. */
static int order_windows(const void *pa, const void *pb)
{
	const struct window *a = pa, *b = pb;

	if (a->namespace_id != b->namespace_id)
		return a->namespace_id < b->namespace_id ? -1 : 1;
	if (a->is_whole != b->is_whole)
		return a->is_whole ? -1 : 1;
	return (a->pid > b->pid) - (a->pid < b->pid);
}

/* "mnt:[4026531841]" */
static int namespace_of(const struct machine *machine, uint32_t pid, uint64_t *ret_id)
{
	char text[64];
	size_t len;
	int r = machine_link(machine, text, sizeof(text), "proc/%u/ns/mnt", pid);

	if (r < 0)
		return r;
	len = strlen(text);
	if (len < 7 || strncmp(text, "mnt:[", 5) != 0 || text[len - 1] != ']')
		return -EINVAL;
	return parse_u64(text + 5, len - 6, 10, ret_id);
}

static int find_windows(const struct machine *machine, struct windows *ret_windows)
{
	cleanup_free uint32_t *pids = NULL;
	size_t count = 0;
	int r = process_ids(machine, &pids, &count);

	for (size_t i = 0; i < count; i++) {
		char root[PROBE_PATH_MAX];
		struct window *window;
		uint64_t id;
		int e = namespace_of(machine, pids[i], &id);

		ret_windows->n_denied += e == -EACCES || e == -EPERM;
		if (e < 0)
			continue; /* else vanished, or a zombie */
		window = array_add(&ret_windows->items, &ret_windows->count);
		window->namespace_id = id;
		window->pid = pids[i];
		window->is_whole = machine_link(machine, root, sizeof(root),
					   "proc/%u/root", pids[i]) == 0 &&
				   strcmp(root, "/") == 0;
	}
	if (ret_windows->count)
		qsort(ret_windows->items, ret_windows->count, sizeof(*ret_windows->items),
			order_windows);
	return r;
}

/* ---- one table ---- */

struct entrance {
	const struct machine *machine;
	uint32_t pid;
};

/* In a child: our descriptor of the root survives the change of namespace. */
static int enter_and_read(void *context)
{
	const struct entrance *entrance = context;
	struct buf text = BUF_INIT;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "proc/%u/ns/mnt", entrance->pid);
	fd = openat(entrance->machine->root, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNS) < 0)
		return 1;
	if (file_read_at(entrance->machine->root, "proc/self/mountinfo", PROBE_MOUNTS_MAX,
		    &text, NULL) < 0)
		return 1;
	for (size_t done = 0; done < text.len;) {
		ssize_t n = write(1, text.data + done, text.len - done);

		if (n < 0 && errno != EINTR)
			return 1;
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int read_from_inside(const struct machine *machine, uint32_t pid,
	struct buf *ret_text, struct err *err)
{
	const struct child_limits limits = {
		.seconds = ENTER_SECONDS, .max = PROBE_MOUNTS_MAX};
	struct entrance entrance = {machine, pid};
	cleanup_buf struct buf unused = BUF_INIT;
	struct buf text = BUF_INIT;
	int r = child_run(&limits, enter_and_read, &entrance, &text, &unused, err);

	if (r == 0 && text.len > 0) {
		*ret_text = text;
		return 0;
	}
	buf_free(&text);
	return err_set(err, -EACCES, "cannot enter the namespace of process %u", pid);
}

static int read_table(const struct machine *machine, const struct window *window,
	struct buf *ret_text, struct err *err)
{
	char path[64];

	if (!window->is_whole)
		return read_from_inside(machine, window->pid, ret_text, err);
	snprintf(path, sizeof(path), "proc/%u/mountinfo", window->pid);
	return file_read_at(machine->root, path, PROBE_MOUNTS_MAX, ret_text, err);
}

/* 0, or -EAGAIN with the last reading when no two readings agreed, or another -errno. */
static int read_steadily(const struct machine *machine, const struct window *window,
	struct buf *ret_text, struct err *err)
{
	struct buf last = BUF_INIT, text = BUF_INIT;
	int r = read_table(machine, window, &last, err);

	for (int i = 0; r == 0 && i < PROBE_TRIES; i++) {
		r = read_table(machine, window, &text, err);
		if (r < 0)
			break;
		if (text.len == last.len && memcmp(text.data, last.data, text.len) == 0) {
			buf_free(&last);
			*ret_text = text;
			return 0;
		}
		buf_free(&last);
		last = text;
		text = BUF_INIT;
	}
	if (r < 0) {
		buf_free(&last);
		return r;
	}
	*ret_text = last;
	return err_set(err, -EAGAIN, "changed at each of %d readings", PROBE_TRIES + 1);
}

/* ---- one namespace ---- */

static void add_table(struct host *host, uint64_t id, const struct buf *text, int r,
	const struct err *why)
{
	struct err err = ERR_INIT;
	char name[64];

	snprintf(name, sizeof(name), "mounts/%" PRIu64, id);
	if (text->len)
		host_document_add(host, name, text->data, text->len);
	if (r == -EAGAIN)
		host_source_set(host, name, OUTCOME_CHANGED, "%s", why->msg);
	else if (r < 0)
		host_source_set(host, name, outcome_of_errno(r), "%s", why->msg);
	else if (text_mountinfo_read(host, id, host_document(host, name), &err) < 0)
		host_source_set(host, name, OUTCOME_UNSUPPORTED, "%s", err.msg);
}

static bool is_vanished(int r)
{
	return r == -ENOENT || r == -ESRCH || r == -EINVAL;
}

/* Tries one window after the other; all vanished: so did the namespace. */
static void add_namespace(const struct machine *machine, struct host *host,
	const struct window *windows, size_t count, uint64_t host_id)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct mount_namespace *namespace;
	struct err err = ERR_INIT;
	int r = -ENOENT;
	size_t i = 0;

	for (; i < count; i++) {
		r = read_steadily(machine, &windows[i], &text, &err);
		if (r == 0 && text.len == 0) /* it is just exiting */
			r = -ENOENT;
		if (!is_vanished(r))
			break;
		buf_free(&text);
	}
	if (i == count)
		return;
	namespace = array_add(&host->namespaces, &host->n_namespaces);
	namespace->id = windows[i].namespace_id;
	namespace->pid = windows[i].pid;
	namespace->is_host = namespace->id == host_id;
	add_table(host, namespace->id, &text, r, &err);
}

static void note_outcome(struct host *host, const struct windows *windows, int r)
{
	if (r < 0)
		host_source_set(
			host, "mounts", outcome_of_errno(r), "/proc: %s", strerror(-r));
	else if (windows->n_denied)
		host_source_set(host, "mounts", OUTCOME_DENIED,
			"%zu processes do not show their mount namespace",
			windows->n_denied);
	else
		host_source_set(host, "mounts", OUTCOME_READ, "%s", "");
}

void probe_mounts(const struct machine *machine, struct host *host)
{
	struct windows windows = {0};
	uint64_t host_id =
		0; /* stays 0 where process 1 does not tell: no namespace has it */
	int r = find_windows(machine, &windows);

	namespace_of(machine, 1, &host_id);
	for (size_t i = 0, n; i < windows.count; i += n) {
		for (n = 1;
			i + n < windows.count && windows.items[i + n].namespace_id ==
							 windows.items[i].namespace_id;)
			n++;
		add_namespace(machine, host, &windows.items[i], n, host_id);
	}
	note_outcome(host, &windows, r);
	free(windows.items);
}
