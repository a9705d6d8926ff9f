/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one process holds: descriptors, working directory, root; its threads' own
 * descriptors and places count as the process's. Input: proc/PID, the index. Output:
 * struct holdings.
 *
 * Hardly any descriptor is of interest, so each first gets a glance (process_glance.c):
 * one statx(), which tells nearly always that nothing is to be recorded. What is left,
 * and all that a server may be behind, is looked at with care.
 *
 * How a holder is found without waking a dead file system: fdinfo names the mount
 * (mnt_id), and the mount tables say which device that mount is on. The link itself
 * is followed, with statx() and AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, only to tell a
 * device node from a file, on mounts that no server is behind, and for mounts that are in
 * no table, as after a lazy umount. For cwd and root, which have no fdinfo,
 * name_to_handle_at() gives the mount without asking the file system for attributes (an
 * XFS that shut itself down answers EIO); where a server may be behind the path, the text
 * of the link has to do.
 *
 * Not recorded: what the file system mounted at the host's "/" is used for. Every process
 * uses it, its mount already says that it is in use, and the processes that come and go
 * there would make each capture different.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "process.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/file.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/io.h"
#include "snapstate/kernel.h"

/* ---- one link ---- */

void holdings_add(const struct process_index *index, struct holdings *held,
	enum use_kind kind, struct devno device, const char *example)
{
	struct use *use;

	if (!(kind == USE_NODE ? process_index_is_of_interest(index, device)
			       : process_index_is_recorded(index, device)))
		return;
	for (size_t i = 0; i < held->n_uses; i++) {
		use = &held->uses[i];
		if (use->kind != kind || !devno_is_equal(use->devno, device))
			continue;
		use->count++;
		if (strcmp(example, use->example) < 0) /* whatever the order of reading */
			use->example = arena_strdup(held->strings, example);
		return;
	}
	use = array_add(&held->uses, &held->n_uses);
	use->kind = kind;
	use->devno = device;
	use->count = 1;
	use->example = arena_strdup(held->strings, example);
}

struct looked_up {
	bool is_known; /* false: the look-up was refused, or the link is gone */
	bool is_block;
	struct devno rdev; /* of a block device node */
	struct devno dev;  /* of the file system */
};

static struct looked_up look_up(const struct process_index *index, const char *link)
{
	struct statx stx;
	int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT;

	if (kernel_statx(index->machine->root, link, flags, STATX_TYPE, &stx) < 0)
		return (struct looked_up){0};
	return (struct looked_up){
		.is_known = true,
		.is_block = S_ISBLK(stx.stx_mode),
		.rdev = {stx.stx_rdev_major, stx.stx_rdev_minor},
		.dev = {stx.stx_dev_major, stx.stx_dev_minor},
	};
}

/* "mnt_id:\t29" and "flags:\t0100000" */
static bool read_fdinfo(const struct process_index *index, const struct holdings *held,
	const char *fd, uint32_t *ret_mount, bool *ret_is_path_only)
{
	cleanup_buf struct buf text = BUF_INIT;
	char path[128];
	const char *line;
	uint64_t number;

	snprintf(path, sizeof(path), "%s/fdinfo/%s", held->dir, fd);
	if (file_read_at(index->machine->root, path, PROBE_SMALL_MAX, &text, NULL) < 0)
		return false;
	line = strstr(buf_text(&text), "flags:\t");
	*ret_is_path_only =
		line &&
		parse_u64(line + 7, strspn(line + 7, "01234567"), 8, &number) == 0 &&
		(number & O_PATH);
	line = strstr(buf_text(&text), "mnt_id:\t");
	if (!line ||
		parse_u64(line + 8, strspn(line + 8, "0123456789"), 10, &number) < 0 ||
		number > UINT32_MAX)
		return false;
	*ret_mount = (uint32_t)number;
	return true;
}

/* A node that could not be looked up still has a name: a label is better than nothing,
 * for it only ever adds a holder. */
static void hold_node(const struct process_index *index, struct holdings *held,
	const struct looked_up *found, const char *text)
{
	holdings_add(index, held, USE_NODE,
		found->is_block ? found->rdev : host_path_devno(index->host, text), text);
}

static bool is_known_namespace(const struct host *host, uint64_t id)
{
	for (size_t i = 0; i < host->n_namespaces; i++)
		if (host->namespaces[i].id == id)
			return true;
	return false;
}

static void pin(const struct process_index *index, struct holdings *held,
	const char *link, const char *text)
{
	struct pin *new_pin;
	uint64_t id;

	/* where no namespace was read, none is missing */
	if (!index->host->n_namespaces || namespace_id_parse(text, &id) < 0 ||
		is_known_namespace(index->host, id))
		return;
	new_pin = array_add(&held->pins, &held->n_pins);
	new_pin->namespace_id = id;
	new_pin->path = arena_strdup(held->strings, link);
}

static void scan_fd_with_care(
	const struct process_index *index, struct holdings *held, const char *fd)
{
	char text[PROBE_PATH_MAX], link[128];
	const struct known_mount *mount;
	struct looked_up found = {0};
	uint32_t mount_id = 0;
	bool is_path_only = false;

	snprintf(link, sizeof(link), "%s/fd/%s", held->dir, fd);
	if (machine_link(index->machine, text, sizeof(text), "%s", link) < 0)
		return; /* closed meanwhile */
	if (*text != '/') {
		pin(index, held, link, text); /* or a socket, pipe, ... */
		return;
	}
	mount = read_fdinfo(index, held, fd, &mount_id, &is_path_only)
			? process_index_mount(index, mount_id)
			: NULL;
	if (!mount || !mount->is_remote)
		found = look_up(index, link);
	if (!found.is_known &&
		machine_link(index->machine, text, sizeof(text), "%s", link) < 0)
		return; /* closed meanwhile */
	if (found.is_block || (!found.is_known && strncmp(text, "/dev/", 5) == 0)) {
		if (!is_path_only) /* O_PATH opens no device */
			hold_node(index, held, &found, text);
		return;
	}
	if (mount)
		holdings_add(index, held, USE_FILE, mount->device, text);
	else if (found.is_known)
		holdings_add(index, held, USE_FILE,
			process_index_device(index, found.dev), text);
}

/* Where a glance may wait for a server, the text decides who gets one: reading it asks no
 * file system. True: a glance is safe. */
static bool may_glance(
	const struct process_index *index, int dir, const char *fd, bool *ret_is_over)
{
	char text[PROBE_PATH_MAX];
	ssize_t n;

	*ret_is_over = false;
	if (!index->n_slow)
		return index->has_mount_ids;
	n = readlinkat(dir, fd, text, sizeof(text) - 1);
	if (n <= 0)
		return false;
	text[n] = '\0';
	*ret_is_over = *text != '/' && strncmp(text, "mnt:", 4) != 0;
	return index->has_mount_ids && *text == '/' &&
	       !process_index_is_slow(index, text);
}

static void scan_fd(
	const struct process_index *index, struct holdings *held, int dir, const char *fd)
{
	char text[PROBE_PATH_MAX];
	enum glance glance = GLANCE_UNSURE;
	struct devno device;
	bool is_over = false;
	ssize_t n;

	if (may_glance(index, dir, fd, &is_over))
		glance = process_glance(index, dir, fd, &device);
	if (is_over || glance == GLANCE_NOTHING)
		return;
	n = glance == GLANCE_FILE ? readlinkat(dir, fd, text, sizeof(text) - 1) : 0;
	if (n <= 0 || *text != '/') {
		scan_fd_with_care(index, held, fd);
		return;
	}
	text[n] = '\0';
	holdings_add(index, held, USE_FILE, device, text);
}

static void scan_fds(const struct process_index *index, struct holdings *held)
{
	cleanup_closedir DIR *dir = machine_dir(index->machine, "%s/fd", held->dir);
	const char *fd;

	if (!dir)
		held->is_denied |= errno == EACCES || errno == EPERM;
	while (dir && (fd = dir_next(dir)))
		scan_fd(index, held, dirfd(dir), fd);
}

/* The mount a link leads to, without a look at the inode. A handle of no bytes never
 * fits: EOVERFLOW, and the mount id is set (open_by_handle_at(2)). */
static const struct known_mount *mount_of_link(
	const struct process_index *index, const char *link)
{
	struct file_handle none = {.handle_bytes = 0};
	int mount_id = -1;

	if (name_to_handle_at(index->machine->root, link, &none, &mount_id,
		    AT_SYMLINK_FOLLOW) < 0 &&
		errno != EOVERFLOW)
		return NULL;
	return mount_id < 0 ? NULL : process_index_mount(index, (uint32_t)mount_id);
}

static void scan_place_with_care(const struct process_index *index, struct holdings *held,
	const char *name, enum use_kind kind)
{
	const struct known_mount *mount;
	char text[PROBE_PATH_MAX], link[128];
	struct looked_up found;
	int r;

	snprintf(link, sizeof(link), "%s/%s", held->dir, name);
	r = machine_link(index->machine, text, sizeof(text), "%s", link);
	held->is_denied |= r == -EACCES || r == -EPERM;
	if (r < 0 || *text != '/')
		return;
	mount = process_index_remote_mount(index, text);
	if (!mount)
		mount = mount_of_link(index, link);
	if (mount) {
		holdings_add(index, held, kind, mount->device, text);
		return;
	}
	found = look_up(index, link);
	if (found.is_known)
		holdings_add(
			index, held, kind, process_index_device(index, found.dev), text);
}

static void scan_place(const struct process_index *index, struct holdings *held,
	const char *name, enum use_kind kind)
{
	char link[128];
	struct devno device;

	snprintf(link, sizeof(link), "%s/%s", held->dir, name);
	if (index->n_slow || !index->has_mount_ids ||
		process_glance(index, index->machine->root, link, &device) !=
			GLANCE_NOTHING)
		scan_place_with_care(index, held, name, kind);
}

static void scan_places(const struct process_index *index, struct holdings *held)
{
	scan_place(index, held, "cwd", USE_CWD);
	scan_place(index, held, "root", USE_ROOT);
}

/* ---- all ---- */

static void scan_threads(const struct process_index *index, struct holdings *held)
{
	cleanup_free uint32_t *tids = NULL;
	size_t count = 0;

	process_threads(index->machine, held->pid, &tids, &count);
	for (size_t i = 0; i < count; i++) {
		struct thread_difference own =
			thread_compare(index->machine, held->pid, tids[i]);

		snprintf(held->dir, sizeof(held->dir), "proc/%u/task/%u", held->pid,
			tids[i]);
		if (own.has_files)
			scan_fds(index, held);
		if (own.has_places)
			scan_places(index, held);
		if (own.has_memory)
			holdings_add_mappings(index, held);
	}
}

void holdings_collect(const struct process_index *index, struct holdings *held)
{
	if (!index->n_devices || held->is_kernel)
		return;
	snprintf(held->dir, sizeof(held->dir), "proc/%u", held->pid);
	scan_fds(index, held);
	scan_places(index, held);
	holdings_add_mappings(index, held);
	if (!held->has_one_thread)
		scan_threads(index, held);
}

void holdings_free(struct holdings *held)
{
	free(held->uses);
	free(held->pins);
	arena_free(held->strings);
}
