/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One namespace's mountinfo. Input: a process or thread that lives there, or a way in.
 * Output: the text, verbatim.
 *
 * mountinfo is consistent only within one read(2) of about a page, so it is read until
 * two readings agree. It is cut at the reader's root (kernel fs/proc_namespace.c,
 * show_mountinfo), so where nobody's root is the namespace's own, or nobody lives there,
 * a child of ours enters the namespace and reads its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "namespace.h"
#include "snapstate/cleanup.h"
#include "snapstate/io.h"

#define ENTER_SECONDS 10

struct entrance {
	const struct machine *machine;
	uint64_t id;
	const char *path; /* below machine->root */
};

/* O_PATH first: what is there may be something else by now, and must not be opened. A
 * namespace's inode number is its id (namespaces(7)). */
static int open_namespace(const struct entrance *entrance)
{
	cleanup_close int fd =
		openat(entrance->machine->root, entrance->path, O_PATH | O_CLOEXEC);
	char path[64];
	struct statfs fs;
	struct stat st;

	if (fd < 0 || fstatfs(fd, &fs) < 0 || fstat(fd, &st) < 0 ||
		fs.f_type != NSFS_MAGIC || st.st_ino != entrance->id)
		return -1;
	snprintf(path, sizeof(path), "proc/self/fd/%d", fd);
	return openat(entrance->machine->root, path, O_RDONLY | O_CLOEXEC);
}

/* In a child: our descriptor of the root survives the change of namespace. */
static int enter_and_read(void *context)
{
	const struct entrance *entrance = context;
	struct buf text = BUF_INIT;
	int fd = open_namespace(entrance);

	if (fd < 0 || setns(fd, CLONE_NEWNS) < 0)
		return 1;
	if (file_read_at(entrance->machine->root, "proc/self/mountinfo", PROBE_MOUNTS_MAX,
		    &text, NULL) < 0)
		return 1;
	return child_answer(&text) < 0;
}

static int read_from_inside(
	const struct entrance *entrance, struct buf *ret_text, struct err *err)
{
	const struct child_limits limits = {
		.seconds = ENTER_SECONDS,
		.max = PROBE_MOUNTS_MAX,
		.deadline_ms = entrance->machine->deadline_ms,
		.ends_itself = true,
	};
	cleanup_buf struct buf unused = BUF_INIT;
	struct buf text = BUF_INIT;
	int r = child_run(&limits, enter_and_read, (void *)entrance, &text, &unused, err);

	if (r == 0 && text.len > 0) {
		*ret_text = text;
		return 0;
	}
	buf_free(&text);
	if (r < 0)
		return err_wrap(err, "/%s", entrance->path);
	return err_set(err, -EACCES, "cannot enter the namespace by /%s", entrance->path);
}

/* ---- until two readings agree ---- */

struct reading {
	const struct machine *machine;
	const char *path;		 /* of a mountinfo, or NULL: */
	const struct entrance *entrance; /* the way in */
};

static int read_table(
	const struct reading *reading, struct buf *ret_text, struct err *err)
{
	if (reading->entrance)
		return read_from_inside(reading->entrance, ret_text, err);
	return file_read_at(
		reading->machine->root, reading->path, PROBE_MOUNTS_MAX, ret_text, err);
}

static int read_steadily(
	const struct reading *reading, struct buf *ret_text, struct err *err)
{
	struct buf last = BUF_INIT, text = BUF_INIT;
	int r = read_table(reading, &last, err);

	for (int i = 0; r == 0 && i < PROBE_TRIES; i++) {
		r = read_table(reading, &text, err);
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

int mount_table_of_entrance(const struct machine *machine, uint64_t id, const char *path,
	struct buf *ret_text, struct err *err)
{
	const struct entrance entrance = {machine, id, path};
	const struct reading reading = {.machine = machine, .entrance = &entrance};

	return read_steadily(&reading, ret_text, err);
}

int mount_table_of_window(const struct machine *machine, const struct window *window,
	struct buf *ret_text, struct err *err)
{
	char folder[WINDOW_PATH_MAX], path[WINDOW_PATH_MAX + 16];
	const struct reading reading = {.machine = machine, .path = path};

	window_path(window, folder);
	snprintf(path, sizeof(path), "%s/%s", folder,
		window->is_whole ? "mountinfo" : "ns/mnt");
	if (window->is_whole)
		return read_steadily(&reading, ret_text, err);
	return mount_table_of_entrance(
		machine, window->namespace_id, path, ret_text, err);
}
