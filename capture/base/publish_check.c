/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a file can be made; publish.c makes it. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/publish_check.h"

int file_publish_check(const char *path, struct err *err)
{
	cleanup_free char *for_dir = xstrdup(path);
	cleanup_close int dirfd = -1;
	size_t len = strlen(path);
	struct stat stat;

	if (len && path[len - 1] == '/')
		return err_set(err, -EISDIR, "%s names a folder, not a file", path);
	dirfd = open(dirname(for_dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0)
		return err_errno(err, errno, "open the folder of %s", path);
	if (lstat(path, &stat) == 0)
		return err_set(err, -EEXIST, "%s already exists", path);
	if (errno != ENOENT)
		return err_errno(err, errno, "%s", path);
	if (faccessat(dirfd, ".", W_OK, AT_EACCESS) < 0)
		return err_errno(err, errno, "write %s", path);
	return 0;
}
