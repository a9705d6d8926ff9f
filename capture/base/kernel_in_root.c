/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A path as another root sees it; see kernel.h. Input: a folder, a path. Output: a
 * descriptor.
 *
 * Invariant: nothing above the root is reached. Folders that were passed stay open, and
 * ".." goes back to the one before: it is never asked of the kernel, which would lead out
 * where a folder is moved away meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/kernel.h"

#define LINKS_MAX 40  /* as in the kernel (include/linux/namei.h, MAXSYMLINKS) */
#define DEPTH_MAX 256 /* folders */

struct walk {
	int root;
	int passed[DEPTH_MAX]; /* below the root, the last one is where it is */
	size_t depth;
	unsigned n_links;
	char *rest; /* of the path; malloc'ed */
};

static int here(const struct walk *walk)
{
	return walk->depth ? walk->passed[walk->depth - 1] : walk->root;
}

static void go_back(struct walk *walk, size_t depth)
{
	while (walk->depth > depth)
		close(walk->passed[--walk->depth]);
}

static void walk_end(struct walk *walk)
{
	go_back(walk, 0);
	free(walk->rest);
}

/* What the link says, before the rest. Those of proc lead where their text does not. */
static int follow(struct walk *walk, int link, const char *rest)
{
	cleanup_buf struct buf path = BUF_INIT;
	char text[PATH_MAX];
	struct statfs fs;
	ssize_t n = readlinkat(link, "", text, sizeof(text));

	if (n < 0 || fstatfs(link, &fs) < 0)
		return -errno;
	if (++walk->n_links > LINKS_MAX || fs.f_type == PROC_SUPER_MAGIC)
		return -ELOOP;
	if (n == 0 || (size_t)n == sizeof(text))
		return -ENAMETOOLONG;
	if (*text == '/')
		go_back(walk, 0);
	buf_add(&path, text, (size_t)n);
	buf_printf(&path, "/%s", rest);
	if (path.len > PATH_MAX)
		return -ENAMETOOLONG;
	free(walk->rest);
	walk->rest = xstrdup(buf_text(&path));
	return 0;
}

static int step(struct walk *walk, const char *name, const char *rest)
{
	cleanup_close int fd = -1;
	struct stat st;

	if (strcmp(name, "..") == 0) {
		go_back(walk, walk->depth ? walk->depth - 1 : 0);
		return 0;
	}
	fd = openat(here(walk), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return follow(walk, fd, rest);
	if (walk->depth == DEPTH_MAX)
		return -ENAMETOOLONG;
	walk->passed[walk->depth++] = take_fd(&fd);
	return 0;
}

static int walk_all(struct walk *walk)
{
	int r = 0;

	while (r == 0) {
		const char *at = walk->rest + strspn(walk->rest, "/");
		size_t len = strcspn(at, "/");
		cleanup_free char *name = xstrndup(at, len);
		cleanup_free char *rest = xstrdup(at + len);

		if (!len)
			return 0;
		free(walk->rest);
		walk->rest = xstrdup(rest);
		if (strcmp(name, ".") != 0)
			r = step(walk, name, rest);
	}
	return r;
}

static int open_part_by_part(int root, const char *path)
{
	cleanup_with(walk_end) struct walk walk = {.root = root, .rest = xstrdup(path)};
	int r = walk_all(&walk);
	int fd = r == 0 ? fcntl(here(&walk), F_DUPFD_CLOEXEC, 0) : -1;

	return r < 0 ? r : fd < 0 ? -errno : fd;
}

int kernel_open_in_root(int root, const char *path)
{
	const struct open_how how = {
		.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	long fd = syscall(__NR_openat2, root, path, &how, sizeof(how));

	if (fd >= 0)
		return (int)fd;
	return kernel_is_missing(errno) ? open_part_by_part(root, path) : -errno;
}
