/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files in, and digests; see io.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "snapstate/cleanup.h"
#include "snapstate/io.h"

int file_read_open(
	int fd, const char *path, size_t max, struct buf *ret_bytes, struct err *err)
{
	struct buf bytes = BUF_INIT;
	char chunk[65536];
	ssize_t n = -1;

	for (;;) {
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || bytes.len + (size_t)n > max)
			break;
		buf_add(&bytes, chunk, (size_t)n);
	}
	if (n != 0) {
		int errnum = n < 0 ? errno : EFBIG;

		buf_free(&bytes);
		if (errnum == EFBIG)
			return err_set(
				err, -EFBIG, "%s: larger than %zu bytes", path, max);
		return err_errno(err, errnum, "read %s", path);
	}
	*ret_bytes = bytes;
	return 0;
}

int file_read_at(
	int dirfd, const char *path, size_t max, struct buf *ret_bytes, struct err *err)
{
	cleanup_close int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_errno(err, errno, "open %s", path);
	return file_read_open(fd, path, max, ret_bytes, err);
}

/* Its regular files are none: reading some of them waits, or ends never (/proc/kmsg,
 * trace_pipe). */
static bool is_made_up(int fd)
{
	static const long kinds[] = {PROC_SUPER_MAGIC, SYSFS_MAGIC, DEBUGFS_MAGIC,
		TRACEFS_MAGIC, CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC};
	struct statfs statfs;

	if (fstatfs(fd, &statfs) < 0)
		return true;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if ((long)statfs.f_type == kinds[i])
			return true;
	return false;
}

int file_read_fd(
	int fd, const char *path, size_t max, struct buf *ret_bytes, struct err *err)
{
	struct stat stat;

	if (fstat(fd, &stat) < 0)
		return err_errno(err, errno, "%s", path);
	if (!S_ISREG(stat.st_mode) || is_made_up(fd))
		return err_set(err, -EBADMSG, "%s is not a regular file", path);
	return file_read_open(fd, path, max, ret_bytes, err);
}

int file_read_regular(
	int dirfd, const char *path, size_t max, struct buf *ret_bytes, struct err *err)
{
	cleanup_close int fd =
		openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	/* a socket cannot be opened at all */
	if (fd < 0 && errno == ENXIO)
		return err_set(err, -EBADMSG, "%s is not a regular file", path);
	if (fd < 0)
		return err_errno(err, errno, "open %s", path);
	return file_read_fd(fd, path, max, ret_bytes, err);
}

void sha256_hex(const void *bytes, size_t len, char ret_hex[SHA256_HEX_LEN + 1])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned digest_len = 0;

	if (EVP_Digest(bytes, len, digest, &digest_len, EVP_sha256(), NULL) != 1)
		abort();
	for (unsigned i = 0; i < SHA256_HEX_LEN / 2; i++)
		snprintf(ret_hex + i * 2, 3, "%02x", digest[i]);
}
