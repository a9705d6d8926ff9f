/* SPDX-License-Identifier: Apache-2.0 */
/* One component after the other, each opened without following a link; see trusted.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snapstate/cleanup.h"
#include "snapstate/io.h"
#include "trusted.h"

static int check(int fd, const char *path, mode_t type, struct err *err)
{
	struct stat stat;

	if (fstat(fd, &stat) < 0)
		return err_errno(err, errno, "%s", path);
	if ((stat.st_mode & S_IFMT) != type || stat.st_uid != 0 || (stat.st_mode & 022))
		return err_set(err, -EPERM,
			"%s: it and each folder above it must belong to root, be no "
			"links, "
			"and be writable by nobody else",
			path);
	return 0;
}

int trusted_read(const char *path, size_t max, struct buf *ret_text, struct err *err)
{
	cleanup_close int folder = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *part = path + 1, *slash;
	int r;

	if (folder < 0)
		return err_errno(err, errno, "/");
	r = check(folder, path, S_IFDIR, err);
	while (r == 0 && (slash = strchr(part, '/'))) {
		cleanup_free char *name = xstrndup(part, (size_t)(slash - part));
		int next = openat(
			folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (next < 0)
			return err_errno(err, errno, "%s", path);
		close(folder);
		folder = next;
		r = check(folder, path, S_IFDIR, err);
		part = slash + 1;
	}
	if (r == 0) {
		cleanup_close int fd = openat(folder, part,
			O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

		if (fd < 0)
			return err_errno(err, errno, "%s", path);
		r = check(fd, path, S_IFREG, err);
		if (r == 0)
			r = file_read_at(folder, part, max, ret_text, err);
	}
	return r;
}
