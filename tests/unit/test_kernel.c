/* SPDX-License-Identifier: Apache-2.0 */
/* Each call of kernel.h is taken away, as by an old kernel (ENOSYS) and as by the profile
 * of a container (EPERM): the other way gives what the call gave. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "snapstate/cleanup.h"
#include "snapstate/io.h"
#include "snapstate/kernel.h"

#define NONE __NR_SCMP_ERROR

/* Says in which line it ends: cmocka's own checks are for the first process. */
#define want(condition)                                                                  \
	do {                                                                             \
		if (!(condition)) {                                                      \
			fprintf(stderr, "line %d: %s (%s)\n", __LINE__, #condition,      \
				strerror(errno));                                        \
			_exit(1);                                                        \
		}                                                                        \
	} while (0)

static void take_away(const int calls[], int error)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	want(filter);
	for (size_t i = 0; calls[i] != NONE; i++)
		want(seccomp_rule_add(
			     filter, SCMP_ACT_ERRNO((uint32_t)error), calls[i], 0) == 0);
	want(seccomp_load(filter) == 0);
	seccomp_release(filter);
}

/* In a child, which alone lacks the calls. */
static void try_with(const int calls[], int error, void (*look)(void))
{
	int status = -1;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		take_away(calls, error);
		look();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void try_without(const int calls[], void (*look)(void))
{
	try_with(calls, ENOSYS, look);
	try_with(calls, EPERM, look);
}

/* ---- bytes and descriptors ---- */

static void look_at_random(void)
{
	static const unsigned char nothing[32];
	unsigned char a[32] = {0}, b[32] = {0};

	want(kernel_random(a, sizeof(a), NULL) == 0);
	want(kernel_random(b, sizeof(b), NULL) == 0);
	want(memcmp(a, nothing, sizeof(a)) != 0 && memcmp(a, b, sizeof(a)) != 0);
}

static void test_random(void **state)
{
	static const int calls[] = {SCMP_SYS(getrandom), NONE};

	(void)state;
	try_without(calls, look_at_random);
}

static void look_at_memory_file(void)
{
	char text[8] = "", run[64], tmp[64];
	int a = kernel_memory_file("a"), b = kernel_memory_file("b");

	want(a >= 0 && b >= 0 && a != b);
	want(write(a, "hello", 5) == 5 && write(b, "other", 5) == 5);
	want(pread(a, text, sizeof(text), 0) == 5 && strcmp(text, "hello") == 0);
	want(fcntl(a, F_GETFD) == FD_CLOEXEC);
	snprintf(run, sizeof(run), "/run/.snapstate-%d", (int)getpid());
	snprintf(tmp, sizeof(tmp), "/tmp/.snapstate-%d", (int)getpid());
	want(access(run, F_OK) < 0 && access(tmp, F_OK) < 0);
}

static void test_memory_file(void **state)
{
	static const int calls[] = {SCMP_SYS(memfd_create), NONE};

	(void)state;
	try_without(calls, look_at_memory_file);
}

static void look_at_close_from(void)
{
	int first = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int far = fcntl(first, F_DUPFD, first + 100);

	want(first > 2 && far >= first + 100);
	kernel_close_from(first);
	for (int fd = first; fd <= far; fd++)
		want(fcntl(fd, F_GETFD) < 0);
	want(fcntl(2, F_GETFD) >= 0);
}

static void test_close_from(void **state)
{
	static const int calls[] = {SCMP_SYS(close_range), NONE};

	(void)state;
	try_without(calls, look_at_close_from);
}

/* ---- files ---- */

static struct statx whole; /* of /proc/self, a link, by the call itself */
static struct statx followed;

static void want_same(const struct statx *a, const struct statx *b)
{
	want(a->stx_mode == b->stx_mode && a->stx_uid == b->stx_uid);
	want(a->stx_dev_major == b->stx_dev_major &&
		a->stx_dev_minor == b->stx_dev_minor);
	want(a->stx_rdev_major == b->stx_rdev_major &&
		a->stx_rdev_minor == b->stx_rdev_minor);
	want(b->stx_mask & STATX_MNT_ID);
	want(a->stx_mnt_id == b->stx_mnt_id);
}

static void look_at_statx(void)
{
	const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT;
	const unsigned mask = STATX_BASIC_STATS | STATX_MNT_ID;
	cleanup_close int null = open("/dev/null", O_PATH | O_CLOEXEC);
	struct statx stx;

	want(kernel_statx(AT_FDCWD, "/proc/self", flags | AT_SYMLINK_NOFOLLOW, mask,
		     &stx) == 0);
	want(S_ISLNK(stx.stx_mode));
	want_same(&whole, &stx);
	want(kernel_statx(AT_FDCWD, "/dev/null", flags, mask, &stx) == 0);
	want_same(&followed, &stx);
	want(kernel_statx(null, "", flags | AT_EMPTY_PATH, mask, &stx) == 0);
	want_same(&followed, &stx);
	want(kernel_statx(AT_FDCWD, "/dev/no-such", flags, mask, &stx) < 0);
	want(errno == ENOENT);
	want(!kernel_has_mount_ids(AT_FDCWD));
}

/* Before Linux 3.15 fdinfo does not tell it. */
static void look_at_statx_without_proc(void)
{
	struct statx stx;

	if (unshare(CLONE_NEWNS) < 0 ||
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("none", "/proc", "tmpfs", 0, NULL) < 0)
		_exit(0); /* not root: the test is of no use then */
	want(access("/proc/self", F_OK) < 0);
	want(kernel_statx(AT_FDCWD, "/dev/null", 0, STATX_TYPE | STATX_MNT_ID, &stx) ==
		0);
	want(stx.stx_mask & STATX_MNT_ID);
	/* the namespace's copies of mounts have numbers of their own */
	want(stx.stx_mnt_id != 0);
}

static void test_statx(void **state)
{
	static const int calls[] = {SCMP_SYS(statx), NONE};
	const unsigned mask = STATX_BASIC_STATS | STATX_MNT_ID;

	(void)state;
	assert_int_equal(
		statx(AT_FDCWD, "/proc/self", AT_SYMLINK_NOFOLLOW, mask, &whole), 0);
	assert_int_equal(statx(AT_FDCWD, "/dev/null", 0, mask, &followed), 0);
	if (!(whole.stx_mask & STATX_MNT_ID))
		skip();
	try_without(calls, look_at_statx);
	try_without(calls, look_at_statx_without_proc);
}

/* ---- paths ---- */

static char top[] = "/tmp/test_kernel.XXXXXX";

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(top) || chdir(top) < 0 || mkdir("in", 0755) < 0 ||
		mkdir("in/folder", 0755) < 0 || mkdir("in/folder/below", 0755) < 0 ||
		symlink("/folder", "in/absolute") < 0 ||
		symlink("folder/below", "in/relative") < 0 ||
		symlink("../../../../folder", "in/folder/up") < 0 ||
		symlink("loop", "in/loop") < 0 || mkdir("outside", 0755) < 0)
		return -1;
	return 0;
}

static int teardown(void **state)
{
	static const char *const files[] = {
		"in/absolute", "in/relative", "in/folder/up", "in/loop", "in/published"};
	static const char *const folders[] = {
		"in/folder/below", "in/folder", "in", "outside", "/"};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(files[i]);
	for (size_t i = 0; i + 1 < sizeof(folders) / sizeof(folders[0]); i++)
		rmdir(folders[i]);
	return chdir("/") < 0 || rmdir(top) < 0 ? -1 : 0;
}

static void look_at_open_folder(void)
{
	char path[64];
	struct stat a, b;
	int fd;

	snprintf(path, sizeof(path), "%s/in//folder/./below/", top);
	fd = kernel_open_folder(path);
	want(fd >= 0 && fstat(fd, &a) == 0 && stat("in/folder/below", &b) == 0);
	want(a.st_ino == b.st_ino && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	want(fcntl(fd, F_GETFL) & O_PATH);
	snprintf(path, sizeof(path), "%s/in/absolute", top);
	want(kernel_open_folder(path) < 0);
	snprintf(path, sizeof(path), "%s/in/relative/x", top);
	want(kernel_open_folder(path) < 0);
	snprintf(path, sizeof(path), "%s/in/absolute/below", top);
	want(kernel_open_folder(path) < 0);
	want(kernel_open_folder("/proc/self/cwd") < 0);
	want(kernel_open_folder("/dev/null") == -ENOTDIR);
	want(kernel_open_folder("in") == -EINVAL);
	fd = kernel_open_folder("/");
	want(fd >= 0);
}

struct seen {
	int error;
	ino_t inode;
};

/* Below the folder "in"; the first of each is what openat2 says. */
static const char *const paths[] = {"/", "folder", "/folder/below/..", "absolute",
	"absolute/below", "relative", "relative/..", "relative/../up", "../../..", "..",
	"../outside", "/../folder/../..", "folder/up", "folder/up/below", "loop",
	"loop/x", "no-such", "folder/below/no-such/..", "./folder/."};
#define N_PATHS (sizeof(paths) / sizeof(paths[0]))
static struct seen by_call[N_PATHS];

static struct seen see(int root, const char *path)
{
	cleanup_close int fd = kernel_open_in_root(root, path);
	struct stat st = {0};

	if (fd >= 0 && fstat(fd, &st) < 0)
		fd = -errno;
	return (struct seen){.error = fd < 0 ? fd : 0, .inode = st.st_ino};
}

static void look_at_in_root(void)
{
	cleanup_close int in = open("in", O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_close int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; i < N_PATHS; i++) {
		struct seen seen = see(in, paths[i]);

		if (seen.error != by_call[i].error || seen.inode != by_call[i].inode)
			fprintf(stderr, "%s: %d, not %d\n", paths[i], seen.error,
				by_call[i].error);
		want(seen.error == by_call[i].error && seen.inode == by_call[i].inode);
	}
	/* where its text leads is no matter: it is none that a path could lead to */
	want(see(proc, "self/cwd").error == -ELOOP);
}

static void test_paths(void **state)
{
	static const int calls[] = {SCMP_SYS(openat2), NONE};
	cleanup_close int in = open("in", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	for (size_t i = 0; i < N_PATHS; i++)
		by_call[i] = see(in, paths[i]);
	look_at_open_folder();
	try_without(calls, look_at_open_folder);
	try_without(calls, look_at_in_root);
}

/* A file system without links, on a kernel without RENAME_NOREPLACE. */
static void look_at_publish(void)
{
	cleanup_buf struct buf text = BUF_INIT;

	unlink("in/published");
	want(file_publish("in/published", 0600, "one", 3, NULL) == 0);
	want(file_publish("in/published", 0600, "two", 3, NULL) == -EEXIST);
	want(file_read_at(AT_FDCWD, "in/published", 64, &text, NULL) == 0);
	want(strcmp(buf_text(&text), "one") == 0);
	want(rmdir("in") < 0 && errno == ENOTEMPTY);
}

static void test_publish(void **state)
{
	static const int calls[] = {SCMP_SYS(linkat), SCMP_SYS(renameat2), NONE};

	(void)state;
	try_without(calls + 1, look_at_publish);
	/* to linkat such a file system answers EPERM */
	try_with(calls, EPERM, look_at_publish);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_memory_file),
		cmocka_unit_test(test_close_from),
		cmocka_unit_test(test_statx),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_publish),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
