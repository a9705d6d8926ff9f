/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every mount namespace that a process or thread lives in, or that a bind mount or a
 * descriptor keeps, and its mountinfo.
 * Input: windows and ways in, see namespace.h. Output: host->namespaces, one document
 * "mounts/<namespace>" each, read into host->mounts, and the source "mounts".
 *
 * Invariant: a namespace that is known to exist and could not be read is listed, and its
 * source says so: what is mounted there nobody knows.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "namespace.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/source.h"
#include "snapstate/text.h"

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

/* Whose it is, for people; the host's own needs no name. */
static const char *window_comm(
	const struct machine *machine, struct host *host, const struct window *window)
{
	char path[WINDOW_PATH_MAX], comm[64] = "";

	window_path(window, path);
	machine_line(machine, comm, sizeof(comm), "%s/comm", path);
	return host_string(host, comm);
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
		r = mount_table_of_window(machine, &windows[i], &text, &err);
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
	namespace->pin_path = "";
	namespace->comm =
		namespace->is_host ? "" : window_comm(machine, host, &windows[i]);
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

/* ---- namespaces without a process ---- */

static const struct mount_namespace *find_namespace(const struct host *host, uint64_t id)
{
	for (size_t i = 0; i < host->n_namespaces; i++)
		if (host->namespaces[i].id == id)
			return &host->namespaces[i];
	return NULL;
}

static void add_pinned(
	const struct machine *machine, struct host *host, const struct namespace_pin *pin)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct mount_namespace *namespace;
	struct err err = ERR_INIT;
	int r;

	if (find_namespace(host, pin->id))
		return;
	r = mount_table_of_entrance(machine, pin->id, pin->entrance, &text, &err);
	namespace = array_add(&host->namespaces, &host->n_namespaces);
	namespace->id = pin->id;
	namespace->comm = pin->comm;
	namespace->pin_pid = pin->pid;
	namespace->pin_path = pin->path;
	add_table(host, pin->id, &text, r, &err);
}

/* A bind mount of a namespace: "... mnt:[4026532254] /run/keep ... - nsfs nsfs rw". The
 * kernel lets no namespace hold one of itself or of an older one (fs/namespace.c,
 * mnt_ns_loop), so this ends; where nobody lives in the holding namespace, there is no
 * path to it, and the source will say so. */
static void add_bind_mounted(
	const struct machine *machine, struct host *host, size_t from)
{
	for (size_t i = from; i < host->n_mounts; i++) {
		const struct mount *mount = &host->mounts[i];
		const struct mount_namespace *holder;
		cleanup_buf struct buf entrance = BUF_INIT;
		struct namespace_pin pin = {.comm = "", .path = mount->target};

		if (strcmp(mount->type, "nsfs") != 0 ||
			namespace_id_parse(mount->root, &pin.id) < 0)
			continue;
		holder = find_namespace(host, mount->namespace_id);
		buf_printf(&entrance, "proc/%u/root%s", holder ? holder->pid : 0,
			mount->target);
		pin.entrance = buf_text(&entrance);
		add_pinned(machine, host, &pin);
	}
}

void mounts_add_pinned(
	const struct machine *machine, struct host *host, const struct namespace_pin *pin)
{
	size_t from = host->n_mounts;

	add_pinned(machine, host, pin);
	add_bind_mounted(machine, host, from);
}

/* ---- all ---- */

/* Linux before 3.8 shows no process's namespace: one table is read, which stands for the
 * host's, and whether others mount something else nobody knows. */
static void add_only_table(const struct machine *machine, struct host *host)
{
	const struct window first = {
		.namespace_id = NAMESPACE_UNTOLD, .pid = 1, .is_whole = true};

	add_namespace(machine, host, &first, 1, NAMESPACE_UNTOLD);
	if (host->n_namespaces)
		host_source_set(host, "mounts", OUTCOME_UNSUPPORTED,
			"this kernel does not show mount namespaces (Linux 3.8 does): "
			"only the mounts of process 1 were read");
}

void probe_mounts(const struct machine *machine, struct host *host)
{
	const struct window first = {.pid = 1};
	struct windows windows = {0};
	uint64_t host_id =
		0; /* stays 0 where process 1 does not tell: no namespace has it */
	int r = namespace_windows_find(machine, &windows);

	window_namespace(machine, &first, &host_id);
	for (size_t i = 0, n; i < windows.count; i += n) {
		for (n = 1;
			i + n < windows.count && windows.items[i + n].namespace_id ==
							 windows.items[i].namespace_id;)
			n++;
		add_namespace(machine, host, &windows.items[i], n, host_id);
	}
	note_outcome(host, &windows, r);
	if (r == 0 && !windows.count && !windows.n_denied)
		add_only_table(machine, host);
	namespace_windows_free(&windows);
	add_bind_mounted(machine, host, 0);
}
