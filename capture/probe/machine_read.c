/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small reads below machine->root. Input: a path relative to it. Output: a line, a link's
 * text, a number. Invariant: nothing but proc, sysfs and /etc/machine-id is ever opened
 * here.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/source.h"

/* The path of a printf-like function; -1 when it is too long. */
#define FORMAT_PATH(path, format)                                                        \
	({                                                                               \
		va_list args_;                                                           \
		int len_;                                                                \
		va_start(args_, format);                                                 \
		len_ = vsnprintf(path, sizeof(path), format, args_);                     \
		va_end(args_);                                                           \
		len_ < 0 || (size_t)len_ >= sizeof(path) ? -1 : 0;                       \
	})

static int read_line(int root, const char *path, char *ret_line, size_t size)
{
	cleanup_close int fd = openat(root, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	if (fd < 0)
		return -errno;
	do
		n = read(fd, ret_line, size - 1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	ret_line[n] = '\0';
	ret_line[strcspn(ret_line, "\n")] = '\0';
	return 0;
}

int machine_line(const struct machine *machine, char *ret_line, size_t size,
	const char *format, ...)
{
	char path[PROBE_PATH_MAX];

	if (FORMAT_PATH(path, format) < 0)
		return -ENAMETOOLONG;
	return read_line(machine->root, path, ret_line, size);
}

int machine_link(const struct machine *machine, char *ret_text, size_t size,
	const char *format, ...)
{
	char path[PROBE_PATH_MAX];
	ssize_t n;

	if (FORMAT_PATH(path, format) < 0)
		return -ENAMETOOLONG;
	n = readlinkat(machine->root, path, ret_text, size);
	if (n < 0)
		return -errno;
	if ((size_t)n == size)
		return -ENAMETOOLONG;
	ret_text[n] = '\0';
	return 0;
}

int machine_number(
	const struct machine *machine, uint64_t *ret_value, const char *format, ...)
{
	char path[PROBE_PATH_MAX], line[64];
	int r = FORMAT_PATH(path, format);

	if (r < 0)
		return -ENAMETOOLONG;
	r = read_line(machine->root, path, line, sizeof(line));
	return r < 0 ? r : parse_u64(line, strlen(line), 10, ret_value);
}

int machine_devno(
	const struct machine *machine, struct devno *ret_devno, const char *format, ...)
{
	char path[PROBE_PATH_MAX], line[64];
	int r = FORMAT_PATH(path, format);

	if (r < 0)
		return -ENAMETOOLONG;
	r = read_line(machine->root, path, line, sizeof(line));
	return r < 0 ? r : parse_devno(line, strlen(line), ret_devno);
}

bool machine_exists(const struct machine *machine, const char *format, ...)
{
	char path[PROBE_PATH_MAX];

	return FORMAT_PATH(path, format) == 0 &&
	       faccessat(machine->root, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

DIR *machine_dir(const struct machine *machine, const char *format, ...)
{
	char path[PROBE_PATH_MAX];
	int fd;
	DIR *dir;

	if (FORMAT_PATH(path, format) < 0) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	fd = openat(machine->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	dir = fdopendir(fd);
	if (!dir)
		close(fd);
	return dir;
}

const char *dir_next(DIR *dir)
{
	const struct dirent *entry;

	do
		entry = readdir(dir);
	while (entry &&
		(strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
	return entry ? entry->d_name : NULL;
}

enum outcome outcome_of_errno(int errnum)
{
	switch (errnum < 0 ? -errnum : errnum) {
	case EPERM:
	case EACCES:
		return OUTCOME_DENIED;
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return OUTCOME_ABSENT;
	case ETIMEDOUT:
	case ETIME:
		return OUTCOME_TIMED_OUT;
	case EBUSY:
		return OUTCOME_HUNG;
	case EFBIG:
		return OUTCOME_TRUNCATED;
	default:
		return OUTCOME_UNSUPPORTED;
	}
}
