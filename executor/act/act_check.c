/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a step's calls are there: a kernel may lack them, and a filter around this
 * program keep them back. Input: an operation. Output: the name of what is missing.
 * Invariant: each call is made where it finds nothing to do, and says so by an error of
 * its own. Calls that have another way (kernel.h) are not asked for.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/sem.h>
#include <sys/swap.h>

#include "act.h"
#include "snapstate/cleanup.h"
#include "snapstate/kernel.h"

static bool is_there(int r, int found_nothing)
{
	return r < 0 && errno == found_nothing;
}

static bool tells_mount_ids(void)
{
	struct statx stx = {0};

	errno = ENOSYS;
	return kernel_statx(AT_FDCWD, "/", 0, STATX_MNT_ID, &stx) == 0 &&
	       (stx.stx_mask & STATX_MNT_ID);
}

static bool has_memory_files(void)
{
	cleanup_close int fd = kernel_memory_file("lvm");

	errno = -fd;
	return fd >= 0;
}

/* NULL: nothing. */
static const char *find_missing(enum plan_op op)
{
	switch (op) {
	case OP_UMOUNT:
		if (!tells_mount_ids())
			return "statx (or mnt_id in /proc/self/fdinfo)";
		return is_there(umount2("", UMOUNT_NOFOLLOW | MNT_EXPIRE), ENOENT)
			       ? NULL
			       : "umount2";
	case OP_SWAP_OFF:
		return is_there(swapoff(""), ENOENT) ? NULL : "swapoff";
	case OP_LOOP_DETACH:
		return is_there(ioctl(-1, LOOP_CLR_FD), EBADF) ? NULL : "LOOP_CLR_FD";
	case OP_MD_STOP:
		return NULL;
	case OP_LV_REMOVE:
	case OP_LV_REFRESH:
		if (!has_memory_files())
			return "memfd_create (or a file in /run or /tmp)";
		break;
	case OP_DM_REMOVE:
		break;
	}
	if (!is_there(ioctl(-1, DM_DEV_REMOVE), EBADF))
		return "DM_DEV_REMOVE";
	/* udev's cookies */
	return is_there(semget(IPC_PRIVATE, 0, 0), EINVAL) ? NULL : "semget";
}

int act_check(enum plan_op op, struct err *err)
{
	const char *missing = find_missing(op);

	return missing ? err_errno(err, errno,
				 "%s needs a system call that is missing here: %s",
				 plan_op_name(op), missing)
		       : 0;
}
