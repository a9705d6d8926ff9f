/* SPDX-License-Identifier: Apache-2.0 */
/* Files that decide; see trusted.h. */
#include <fcntl.h>
#include <errno.h>
#include <sys/stat.h>

#include "snapstate/cleanup.h"
#include "snapstate/io.h"
#include "trusted.h"

int trusted_read(const char *path, size_t max, struct buf *ret_text, struct err *err)
{
	cleanup_close int folder = -1, fd = -1;
	const char *name;
	int r = trusted_walk(path, false, &folder, &name, err);

	if (r < 0)
		return r;
	fd = openat(
		folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return err_errno(err, errno, "%s", path);
	r = trusted_check(fd, path, S_IFREG, false, 022, err);
	return r == 0 ? file_read_fd(fd, path, max, ret_text, err) : r;
}
