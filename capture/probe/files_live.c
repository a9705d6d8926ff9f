/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel tells of files and mount namespaces, on this machine. Input: a loop
 * device, a path, a process. Output: the file's numbers; who may mount there.
 *
 * A loop device has to be opened for that: read-only, and no byte of it is read; its open
 * count is told to nobody (kernel drivers/block/loop.c, loop_get_status()).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <linux/nsfs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/kernel.h"

static struct devno devno_of(uint64_t number)
{
	return (struct devno){major(number), minor(number)};
}

/* The node is looked at before it is opened: another device may have that name. */
static int open_loop(const struct machine *machine, const char *kname, struct devno loop)
{
	char path[PROBE_PATH_MAX], again[64];
	cleanup_close int node = -1;
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "dev/%s", kname);
	node = openat(machine->root, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (node < 0 || fstat(node, &st) < 0)
		return -errno;
	if (!S_ISBLK(st.st_mode) || !devno_is_equal(devno_of(st.st_rdev), loop))
		return -ENODEV;
	snprintf(again, sizeof(again), "/proc/self/fd/%d", node);
	fd = open(again, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int look_of_loop(const struct machine *machine, const char *kname,
	struct devno loop, struct file_look *ret_look)
{
	cleanup_close int fd = open_loop(machine, kname, loop);
	struct loop_info64 info = {0};

	if (fd < 0)
		return fd;
	if (ioctl(fd, LOOP_GET_STATUS64, &info) < 0)
		return -errno;
	*ret_look = (struct file_look){
		.dev = devno_of(info.lo_device),
		.inode = info.lo_inode,
		.rdev = devno_of(info.lo_rdevice),
	};
	return 0;
}

/* In a mount namespace of that process, below its root: links are followed there. */
static int open_at(const struct machine *machine, uint32_t pid, const char *path)
{
	cleanup_close int root = -1;
	char name[64];

	snprintf(name, sizeof(name), "proc/%u/root", pid);
	if (pid)
		root = openat(machine->root, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (pid && root < 0)
		return -errno;
	return kernel_open_in_root(pid ? root : machine->root, path);
}

static bool is_empty_folder(int node)
{
	char again[64];
	DIR *dir;
	bool is_empty;

	snprintf(again, sizeof(again), "/proc/self/fd/%d", node);
	dir = opendir(again);
	is_empty = dir && !dir_next(dir);
	if (dir)
		closedir(dir);
	return is_empty;
}

static int look_at_path(const struct machine *machine, uint32_t pid, const char *path,
	struct file_look *ret_look)
{
	cleanup_close int fd = open_at(machine, pid, path);
	struct statx stx;

	if (fd < 0)
		return fd;
	if (kernel_statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC,
		    STATX_TYPE | STATX_MODE | STATX_UID | STATX_INO | STATX_SIZE |
			    STATX_MNT_ID,
		    &stx) < 0)
		return -errno;
	*ret_look = (struct file_look){
		.dev = {stx.stx_dev_major, stx.stx_dev_minor},
		.inode = stx.stx_ino,
		.rdev = {stx.stx_rdev_major, stx.stx_rdev_minor},
		.size = stx.stx_size,
		.mode = stx.stx_mode,
		.uid = stx.stx_uid,
		.mount_id = stx.stx_mask & STATX_MNT_ID ? stx.stx_mnt_id : 0,
		.is_empty = S_ISDIR(stx.stx_mode) && is_empty_folder(fd),
	};
	return 0;
}

/* Who owns a mount namespace is asked of itself, not of a process in it: that may have
 * come from elsewhere (ioctl_ns(2)). */
static bool is_namespace_of_root(const struct machine *machine, uint32_t pid)
{
	cleanup_close int mounts = -1, owner = -1;
	struct stat found, init;
	char path[64];

	snprintf(path, sizeof(path), "proc/%u/ns/mnt", pid);
	mounts = openat(machine->root, path, O_RDONLY | O_CLOEXEC);
	if (mounts < 0)
		return false;
	owner = ioctl(mounts, NS_GET_USERNS);
	return owner >= 0 && fstat(owner, &found) == 0 &&
	       fstatat(machine->root, "proc/1/ns/user", &init, 0) == 0 &&
	       found.st_dev == init.st_dev && found.st_ino == init.st_ino;
}

const struct file_ops file_ops_live = {
	.of_loop = look_of_loop,
	.at_path = look_at_path,
	.is_namespace_of_root = is_namespace_of_root,
};
