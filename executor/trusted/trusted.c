/* SPDX-License-Identifier: Apache-2.0 */
/* One component after the other, each opened without following a link; see trusted.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snapstate/cleanup.h"
#include "trusted.h"

/* Files that decide belong to root alone; output may belong to the user of this process.
 */
int trusted_check(int fd, const char *path, mode_t type, bool is_for_output,
	mode_t forbidden, struct err *err)
{
	const uid_t owner = is_for_output ? geteuid() : 0;
	struct stat stat;

	if (fstat(fd, &stat) < 0)
		return err_errno(err, errno, "%s", path);
	if ((stat.st_mode & S_IFMT) != type ||
		(stat.st_uid != 0 && stat.st_uid != owner) || (stat.st_mode & forbidden))
		return err_set(err, -EPERM,
			"%s: it and each folder above it must belong to root, be no "
			"links, and be writable by nobody else",
			path);
	return 0;
}

/* In a folder like /tmp (sticky) others may make files, and may not touch root's. */
static int check_above(int fd, const char *path, bool is_for_output, struct err *err)
{
	struct stat stat;

	if (is_for_output && fstat(fd, &stat) == 0 && (stat.st_mode & S_ISVTX))
		return trusted_check(fd, path, S_IFDIR, true, 0, err);
	return trusted_check(fd, path, S_IFDIR, is_for_output, 022, err);
}

/* The folder that `path` names its last part in, and that part. */
int trusted_walk(const char *path, bool is_for_output, int *ret_folder,
	const char **ret_name, struct err *err)
{
	cleanup_close int folder = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *part = path + strspn(path, "/"), *slash;
	int r;

	if (folder < 0)
		return err_errno(err, errno, "/");
	r = check_above(folder, path, is_for_output, err);
	while (r == 0 && (slash = strchr(part, '/'))) {
		cleanup_free char *name = xstrndup(part, (size_t)(slash - part));
		int next = openat(
			folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		/* a link is no folder: -ENOTDIR */
		if (next < 0)
			return err_errno(err, errno, "%s: %s", path, name);
		close(folder);
		folder = next;
		r = check_above(folder, path, is_for_output, err);
		part = slash + strspn(slash, "/");
	}
	if (r < 0)
		return r;
	*ret_folder = take_fd(&folder);
	*ret_name = part;
	return 0;
}

/* "/a/b/" and "/a/b/." are "/a/b". */
static char *without_end(const char *path)
{
	size_t len = strlen(path);

	while (len > 1 &&
		(path[len - 1] == '/' || (path[len - 1] == '.' && path[len - 2] == '/')))
		len--;
	return xstrndup(path, len);
}

int trusted_folder(const char *path, int *ret_fd, struct err *err)
{
	cleanup_free char *whole = without_end(path);
	cleanup_close int above = -1, fd = -1;
	const char *name;
	int r = trusted_walk(whole, true, &above, &name, err);

	if (r < 0)
		return r;
	if (mkdirat(above, name, 0700) < 0 && errno != EEXIST)
		return err_errno(err, errno, "make %s", path);
	fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, errno, "%s", path);
	r = trusted_check(fd, path, S_IFDIR, true, 022, err);
	if (r == 0)
		*ret_fd = take_fd(&fd);
	return r;
}
