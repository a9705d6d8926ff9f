/* SPDX-License-Identifier: Apache-2.0 */
/* One open, one look at what it is, one read; see regular.h. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "regular.h"
#include "snapstate/cleanup.h"

int regular_read(const char *path, size_t max, struct buf *ret_text, struct err *err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	cleanup_free char *chunk = NULL;
	const size_t size = 65536;
	struct stat stat;
	ssize_t n;

	if (fd < 0 || fstat(fd, &stat) < 0)
		return err_errno(err, errno, "%s", path);
	if (!S_ISREG(stat.st_mode))
		return err_set(err, -EBADMSG, "%s is not a regular file", path);
	chunk = xcalloc(size, 1);
	while ((n = read(fd, chunk, size)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "read %s", path);
		if (ret_text->len + (size_t)n > max)
			return err_set(
				err, -EBADMSG, "%s has more than %zu bytes", path, max);
		buf_add(ret_text, chunk, (size_t)n);
	}
	return 0;
}
