/* SPDX-License-Identifier: Apache-2.0 */
/* See beside.h. */
#include "beside.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snapstate/cleanup.h"

static int check_ours(const char *path, mode_t type, struct err *err)
{
	struct stat stat;

	if (lstat(path, &stat) < 0)
		return err_errno(err, errno, "%s", path);
	if ((stat.st_mode & S_IFMT) != type ||
		(stat.st_uid != 0 && stat.st_uid != geteuid()) || (stat.st_mode & 022))
		return err_set(err, -EPERM,
			"%s must belong to root, be no link, and be writable by nobody "
			"else",
			path);
	return 0;
}

int beside_find(const char *name, struct buf *ret_path, struct err *err)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;
	int r;

	if (len <= 0)
		return err_set(err, -ENOENT, "this program cannot find itself in /proc");
	self[len] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return err_set(err, -ENOENT, "this program has no folder any more");
	slash[slash == self] = '\0';
	r = check_ours(self, S_IFDIR, err);
	if (r < 0)
		return r;
	buf_printf(ret_path, "%s/%s", slash == self ? "" : self, name);
	return check_ours(buf_text(ret_path), S_IFREG, err);
}
