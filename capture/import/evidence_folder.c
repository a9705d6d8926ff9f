/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder -> evidence. Input: its descriptor. Output: pieces.
 * Invariants: nothing outside the folder is opened: no link is followed at any place, and
 * only regular files are read, so that no fifo or device is waited for.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "evidence.h"
#include "snapstate/buf.h"

#define CHUNK 65536

static int file_fill(int folder, const char *name, struct evidence *evidence,
	struct piece *piece, struct err *err)
{
	cleanup_close int fd = openat(
		folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	char chunk[CHUNK];
	struct stat st;
	ssize_t n = 0;
	int r = 0;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		piece->error = fd < 0 ? -errno : -EINVAL;
		return 0;
	}
	while (r == 0 && !piece->error && (n = read(fd, chunk, sizeof(chunk))) > 0)
		r = evidence_fill(evidence, piece, chunk, (size_t)n, err);
	if (n < 0)
		piece->error = -errno;
	return r;
}

/* An archive that lies there is read in its place. */
static int inner_read(int folder, const char *name, const char *path,
	struct evidence *evidence, struct err *err)
{
	cleanup_close int fd = openat(
		folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return evidence_from_tar(fd, path, evidence, err);
	evidence_leave_out(evidence, path);
	return 0;
}

static int folder_walk(int fd, const char *path, unsigned depth,
	struct evidence *evidence, struct err *err);

static int entry_read(int folder, const char *name, const char *path, unsigned depth,
	struct evidence *evidence, struct err *err)
{
	enum role role = role_of_path(path);
	struct piece *piece;
	struct stat st;
	int r = evidence_count_entry(evidence, err);

	if (r < 0 || fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return r;
	if (S_ISDIR(st.st_mode)) {
		int fd = openat(
			folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (fd >= 0)
			return folder_walk(fd, path, depth + 1, evidence, err);
		evidence_leave_out(evidence, path);
		return 0;
	}
	if (role == ROLE_NONE || !S_ISREG(st.st_mode)) {
		evidence_leave_out(evidence, path);
		return 0;
	}
	if (role == ROLE_ARCHIVE)
		return inner_read(folder, name, path, evidence, err);
	r = evidence_add(evidence, path, role, &piece, err);
	return r < 0 ? r : file_fill(folder, name, evidence, piece, err);
}

/* Takes the descriptor. */
static int folder_walk(int fd, const char *path, unsigned depth,
	struct evidence *evidence, struct err *err)
{
	cleanup_closedir DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	if (!dir) {
		r = err_errno(err, errno, "read folder");
		close(fd);
		return r;
	}
	if (depth > IMPORT_DEPTH_MAX)
		return err_set(err, -EFBIG, "folders nested more than %d deep",
			IMPORT_DEPTH_MAX);
	while (r == 0 && (entry = readdir(dir))) {
		cleanup_buf struct buf below = BUF_INIT;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		buf_printf(&below, "%s%s%s", path, *path ? "/" : "", entry->d_name);
		r = entry_read(dirfd(dir), entry->d_name, buf_text(&below), depth,
			evidence, err);
	}
	return r;
}

int evidence_from_folder(int fd, struct evidence *evidence, struct err *err)
{
	int folder = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return err_errno(err, errno, "open");
	return folder_walk(folder, "", 0, evidence, err);
}
