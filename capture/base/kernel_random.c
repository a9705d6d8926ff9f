/* SPDX-License-Identifier: Apache-2.0 */
/* Random bytes; see kernel.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "snapstate/cleanup.h"
#include "snapstate/kernel.h"

#define URANDOM_MAJOR 1 /* Documentation/admin-guide/devices.txt */
#define URANDOM_MINOR 9

/* What has that name is another device, or a file, where somebody made /dev by hand. */
static int open_urandom(struct err *err)
{
	cleanup_close int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(err, errno,
			"no random numbers: this kernel lacks getrandom, and "
			"/dev/urandom");
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(URANDOM_MAJOR, URANDOM_MINOR))
		return err_set(err, -ENODEV,
			"no random numbers: this kernel lacks getrandom, and "
			"/dev/urandom is not the character device %d:%d",
			URANDOM_MAJOR, URANDOM_MINOR);
	return take_fd(&fd);
}

static int read_urandom(char *ret_bytes, size_t len, struct err *err)
{
	cleanup_close int fd = open_urandom(err);

	if (fd < 0)
		return fd;
	for (size_t done = 0; done < len;) {
		ssize_t n = read(fd, ret_bytes + done, len - done);

		if (n == 0 || (n < 0 && errno != EINTR))
			return err_errno(err, n ? errno : EIO, "read /dev/urandom");
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* Of up to 256 bytes the kernel gives all, or fails (getrandom(2)). */
int kernel_random(void *ret_bytes, size_t len, struct err *err)
{
	if (getrandom(ret_bytes, len, 0) == (ssize_t)len)
		return 0;
	return kernel_is_missing(errno) ? read_urandom(ret_bytes, len, err)
					: err_errno(err, errno, "getrandom");
}
