/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files in, whole files out, and digests; see io.h. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/magic.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "snapstate/cleanup.h"
#include "snapstate/io.h"

static int read_open(
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
	return read_open(fd, path, max, ret_bytes, err);
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
	return read_open(fd, path, max, ret_bytes, err);
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

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

/* linkat(), unlike rename(), never replaces what is there. vfat and the like have no
 * links. */
static int publish_name(int dirfd, const char *temporary, const char *name)
{
	if (linkat(dirfd, temporary, dirfd, name, 0) == 0)
		return 0;
	if (errno != EPERM && errno != EOPNOTSUPP)
		return -errno;
	return renameat2(dirfd, temporary, dirfd, name, RENAME_NOREPLACE) < 0 ? -errno
									      : 0;
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
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return err_errno(err, errno, "getrandom");
	snprintf(temporary, sizeof(temporary), ".snapstate-%016lx.part", random);
	r = publish_in(dirfd, temporary, basename(for_name), mode, bytes, len);
	if (r == -EEXIST)
		return err_set(
			err, r, "%s is already there and is not overwritten", path);
	if (r < 0)
		return err_errno(err, -r, "write %s", path);
	return 0;
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
