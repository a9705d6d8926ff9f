/* SPDX-License-Identifier: Apache-2.0 */
/* A file that the command line names -> its bytes; see input.h. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input.h"
#include "snapstate/cleanup.h"

/* A pipe could say one thing now and another one later; a device could hang. */
static int open_regular(const char *path, int *ret_fd, struct err *err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat stat;

	if (fd < 0 || fstat(fd, &stat) < 0)
		return err_errno(err, errno, "%s", path);
	if (!S_ISREG(stat.st_mode))
		return err_set(err, -EBADMSG, "%s is not a regular file", path);
	*ret_fd = take_fd(&fd);
	return 0;
}

int input_read(const char *path, size_t max, struct buf *ret_text, struct err *err)
{
	cleanup_close int fd = -1;
	char chunk[65536];
	ssize_t n;
	int r = open_regular(path, &fd, err);

	while (r == 0 && (n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "read %s", path);
		if (ret_text->len + (size_t)n > max)
			return err_set(
				err, -EBADMSG, "%s has more than %zu bytes", path, max);
		buf_add(ret_text, chunk, (size_t)n);
	}
	return r;
}
