/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every program of ours needs; see kernel.h. Sources: the calls' man pages, section
 * VERSIONS. Invariant: the other way is tried only where the first one is missing, so
 * that a refusal stays a refusal.
 */
#include "snapstate/kernel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/io.h"

#define FDINFO_MAX 4096

bool kernel_is_missing(int error)
{
	return error == ENOSYS || error == EPERM;
}

/* ---- descriptors ---- */

/* Root's folder first; in /tmp, as in any folder, nobody can have a file by a name that
 * is made anew (O_EXCL), and the mode keeps others from opening it. */
static int unnamed_file(void)
{
	static const char *const folders[] = {"/run", "/tmp"};
	char path[64];
	int fd = -1;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && fd < 0; i++) {
		snprintf(path, sizeof(path), "%s/.snapstate-%d", folders[i],
			(int)getpid());
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0)
			unlink(path);
	}
	return fd < 0 ? -errno : fd;
}

int kernel_memory_file(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd >= 0)
		return fd;
	return kernel_is_missing(errno) ? unnamed_file() : -errno;
}

void kernel_close_from(int first)
{
	cleanup_closedir DIR *dir = NULL;

	if (syscall(__NR_close_range, (unsigned)first, ~0U, 0) == 0)
		return;
	dir = opendir("/proc/self/fd");
	if (!dir)
		abort(); /* none of ours works without /proc */
	for (struct dirent *entry; (entry = readdir(dir));) {
		int fd = atoi(entry->d_name); /* "." is 0 */

		if (fd >= first && fd != dirfd(dir))
			close(fd);
	}
}

/* ---- files ---- */

static int statx_by_stat(int dir, const char *path, int flags, struct statx *ret_stx)
{
	struct stat st;
	int r = *path || !(flags & AT_EMPTY_PATH)
			? fstatat(dir, path, &st,
				  flags & (AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT))
			: fstat(dir, &st);

	if (r < 0)
		return r;
	*ret_stx = (struct statx){
		.stx_mask = STATX_BASIC_STATS,
		.stx_nlink = (uint32_t)st.st_nlink,
		.stx_uid = st.st_uid,
		.stx_gid = st.st_gid,
		.stx_mode = (uint16_t)st.st_mode,
		.stx_ino = st.st_ino,
		.stx_size = (uint64_t)st.st_size,
		.stx_rdev_major = major(st.st_rdev),
		.stx_rdev_minor = minor(st.st_rdev),
		.stx_dev_major = major(st.st_dev),
		.stx_dev_minor = minor(st.st_dev),
	};
	return 0;
}

static bool mount_of_fdinfo(int fd, uint64_t *ret_id)
{
	static const char key[] = "mnt_id:\t";
	cleanup_buf struct buf text = BUF_INIT;
	char path[64];
	const char *line;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	if (file_read_at(AT_FDCWD, path, FDINFO_MAX, &text, NULL) < 0)
		return false;
	line = strstr(buf_text(&text), key);
	line = line ? line + strlen(key) : "";
	return parse_u64(line, strspn(line, "0123456789"), 10, ret_id) == 0;
}

/* A handle of no bytes never fits: EOVERFLOW, and the mount's id is set. */
static bool mount_of_handle(int fd, uint64_t *ret_id)
{
	struct file_handle none = {.handle_bytes = 0};
	int id = -1;

	if ((name_to_handle_at(fd, "", &none, &id, AT_EMPTY_PATH) < 0 &&
		    errno != EOVERFLOW) ||
		id < 0)
		return false;
	*ret_id = (uint64_t)id;
	return true;
}

static void add_mount_id(int dir, const char *path, int flags, struct statx *stx)
{
	int no_follow = flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0;
	cleanup_close int opened =
		*path ? openat(dir, path, O_PATH | O_CLOEXEC | no_follow) : -1;
	int fd = *path ? opened : dir;
	uint64_t id;

	if (fd < 0 || (!mount_of_fdinfo(fd, &id) && !mount_of_handle(fd, &id)))
		return;
	stx->stx_mnt_id = id;
	stx->stx_mask |= STATX_MNT_ID;
}

int kernel_statx(
	int dir, const char *path, int flags, unsigned mask, struct statx *ret_stx)
{
	int r = statx(dir, path, flags, mask, ret_stx);

	/* EINVAL: libc's own other way knows no AT_STATX_DONT_SYNC */
	if (r < 0 && (kernel_is_missing(errno) || errno == EINVAL))
		r = statx_by_stat(dir, path, flags, ret_stx);
	if (r == 0 && (mask & STATX_MNT_ID) && !(ret_stx->stx_mask & STATX_MNT_ID))
		add_mount_id(dir, path, flags, ret_stx);
	return r;
}

/* ---- paths ---- */

static int open_part(int dir, const char *name, size_t len)
{
	cleanup_free char *part = xstrndup(name, len);
	int fd = openat(dir, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int kernel_open_folder(const char *path)
{
	int fd = *path == '/' ? open_part(AT_FDCWD, "/", 1) : -EINVAL;

	for (size_t len; fd >= 0 && *(path += strspn(path, "/")); path += len) {
		cleanup_close int above = fd;

		len = strcspn(path, "/");
		fd = open_part(above, path, len);
	}
	return fd;
}
