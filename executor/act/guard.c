/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LVM's own lock of a volume group, taken while a device of that group is verified and
 * removed behind LVM's back. Protocol: lvm2 lib/misc/lvm-flock.c: flock() on
 * LOCKING_DIR/V_<name>, valid only while the file still has that name, unlinked by the
 * last holder. Where there is no such folder, this host does not lock this way.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "act.h"
#include "snapstate/cleanup.h"
#include "snapstate/io.h"
#include "snapstate/stamp.h"

#define GUARD_POLL_MS  200
#define PROC_LOCKS_MAX (4u << 20)

/* "1: FLOCK  ADVISORY  WRITE 4711 00:19:1234 0 EOF" */
static bool is_lock_on(const char *line, const struct stat *file, unsigned *ret_pid)
{
	unsigned lock_major, lock_minor;
	unsigned long long inode;

	return sscanf(line, "%*u: FLOCK %*s %*s %u %x:%x:%llu", ret_pid, &lock_major,
		       &lock_minor, &inode) == 4 &&
	       inode == file->st_ino && lock_major == major(file->st_dev) &&
	       lock_minor == minor(file->st_dev);
}

static const char *next_line(const char *line)
{
	const char *newline = strchr(line, '\n');

	return newline ? newline + 1 : NULL;
}

static int bad_locked(int fd, const char *vg_name, struct err *err)
{
	cleanup_buf struct buf locks = BUF_INIT, comm = BUF_INIT;
	const char *line;
	struct stat file;
	unsigned pid;
	char path[64];

	file_read_at(AT_FDCWD, "/proc/locks", PROC_LOCKS_MAX, &locks, NULL);
	for (line = buf_text(&locks); line && *line; line = next_line(line)) {
		if (fstat(fd, &file) < 0 || !is_lock_on(line, &file, &pid))
			continue;
		snprintf(path, sizeof(path), "/proc/%u/comm", pid);
		file_read_at(AT_FDCWD, path, 256, &comm, NULL);
		return err_set(err, -EBUSY, "volume group %s is locked by pid %u (%.*s)",
			vg_name, pid, (int)strcspn(buf_text(&comm), "\n"),
			buf_text(&comm));
	}
	return err_set(
		err, -EBUSY, "volume group %s is locked by another LVM command", vg_name);
}

/* The last holder may have unlinked the file between our open and our lock. */
static bool has_name_still(int fd, int folder, const char *name)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 &&
	       fstatat(folder, name, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
	       a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static int try_lock(int folder, const char *name, int *ret_fd)
{
	cleanup_close int fd = openat(folder, name,
		O_CREAT | O_APPEND | O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
	int errnum;

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && has_name_still(fd, folder, name)) {
		*ret_fd = take_fd(&fd);
		return 0;
	}
	errnum = errno;
	if (errnum != EWOULDBLOCK && errnum != ENOENT && errnum != 0)
		return -errnum;
	*ret_fd = take_fd(&fd); /* for bad_locked() to look at */
	return -EWOULDBLOCK;
}

int guard_take(const char *folder, const char *vg_name, unsigned wait_ms, int *ret_hold,
	struct err *err)
{
	cleanup_close int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int64_t deadline = clock_ms() + wait_ms;
	char name[256];

	if (dir < 0 && errno == ENOENT) {
		*ret_hold = -1;
		return 0;
	}
	if (dir < 0)
		return err_errno(err, errno, "open %s", folder);
	snprintf(name, sizeof(name), "V_%s", vg_name);
	for (;;) {
		cleanup_close int fd = -1;
		int r;

		errno = 0;
		r = try_lock(dir, name, &fd);
		if (r == 0) {
			*ret_hold = take_fd(&fd);
			return 0;
		}
		if (r != -EWOULDBLOCK)
			return err_errno(err, -r, "lock %s/%s", folder, name);
		if (clock_ms() >= deadline)
			return bad_locked(fd, vg_name, err);
		act_sleep_ms(GUARD_POLL_MS);
	}
}

void guard_drop(const char *folder, const char *vg_name, int hold)
{
	cleanup_close int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[256];

	if (hold < 0)
		return;
	snprintf(name, sizeof(name), "V_%s", vg_name);
	if (dir >= 0 && has_name_still(hold, dir, name))
		unlinkat(dir, name, 0);
	close(hold);
}
