/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files out; see io.h. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "snapstate/cleanup.h"
#include "snapstate/io.h"
#include "snapstate/kernel.h"
#include "snapstate/write.h"

/* Before Linux 3.15: nothing but the empty file that was just made for it is replaced. */
static int rename_to_new(int dirfd, const char *temporary, const char *name)
{
	cleanup_close int fd =
		openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int r = 0;

	if (fd < 0)
		return -errno;
	if (renameat(dirfd, temporary, dirfd, name) < 0) {
		r = -errno;
		unlinkat(dirfd, name, 0);
	}
	return r;
}

/* linkat(), unlike rename(), never replaces what is there. vfat and the like have no
 * links. */
static int publish_name(int dirfd, const char *temporary, const char *name)
{
	if (linkat(dirfd, temporary, dirfd, name, 0) == 0)
		return 0;
	if (errno != EPERM && errno != EOPNOTSUPP)
		return -errno;
	if (renameat2(dirfd, temporary, dirfd, name, RENAME_NOREPLACE) == 0)
		return 0;
	return kernel_is_missing(errno) ? rename_to_new(dirfd, temporary, name) : -errno;
}

static int publish_in(int dirfd, const char *temporary, const char *name, unsigned mode,
	const void *bytes, size_t len)
{
	cleanup_close int fd = openat(dirfd, temporary,
		O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	int r;

	if (fd < 0)
		return -errno;
	r = write_all(fd, bytes, len);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r == 0)
		r = publish_name(dirfd, temporary, name);
	unlinkat(dirfd, temporary, 0);
	if (r == 0 && fsync(dirfd) < 0)
		r = -errno;
	return r;
}

int file_publish(
	const char *path, unsigned mode, const void *bytes, size_t len, struct err *err)
{
	cleanup_free char *for_dir = xstrdup(path);
	cleanup_free char *for_name = xstrdup(path);
	cleanup_close int dirfd =
		open(dirname(for_dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	unsigned long random = 0;
	char temporary[64];
	int r;

	if (dirfd < 0)
		return err_errno(err, errno, "open the folder of %s", path);
	r = kernel_random(&random, sizeof(random), err);
	if (r < 0)
		return r;
	snprintf(temporary, sizeof(temporary), ".snapstate-%016lx.part", random);
	r = publish_in(dirfd, temporary, basename(for_name), mode, bytes, len);
	if (r == -EEXIST)
		return err_set(err, r, "%s already exists", path);
	if (r < 0)
		return err_errno(err, -r, "write %s", path);
	return 0;
}
