/* SPDX-License-Identifier: Apache-2.0 */
/* System calls that Linux got since 3.10, or that a filter around us may keep back, each
 * with another way that is as safe. Nobody else makes these calls. A call is missing
 * where it answers ENOSYS, or EPERM, which profiles of containers give for calls that
 * they do not know. */
#ifndef SNAPSTATE_KERNEL_H
#define SNAPSTATE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "snapstate/err.h"

#ifndef BLKGETDISKSEQ /* Linux 5.15 */
#define BLKGETDISKSEQ _IOR(0x12, 128, __u64)
#endif

bool kernel_is_missing(int error);

/* getrandom (Linux 3.17); else /dev/urandom, if that is the kernel's device. */
int kernel_random(void *ret_bytes, size_t len, struct err *err);

/* A file that only its descriptor reaches: memfd_create (3.17), else one in /run or /tmp
 * whose name is taken away at once. -errno. */
int kernel_memory_file(const char *name);

/* Closes all descriptors from `first` on: close_range (5.9), else one by one. */
void kernel_close_from(int first);

/* Whether statx() by itself tells the id of a mount (5.8). */
bool kernel_has_mount_ids(int root);

/* statx (4.11), and where it does not tell a mount's id that `mask` wants (5.8), the id
 * from fdinfo (3.15) or name_to_handle_at (2.6.39) of the file, opened for its path only.
 * Without statx, fstatat, which knows no AT_STATX_DONT_SYNC: a server may be asked. 0, or
 * -1 and errno; stx_mask tells what is known. */
int kernel_statx(
	int dir, const char *path, int flags, unsigned mask, struct statx *ret_stx);

/* The folder of an absolute path, for its path only, from one folder to the next; no link
 * is followed. (openat2 does the same at once, with 5.6.) -errno. */
int kernel_open_folder(const char *path);

/* What a process whose root is the folder `root` reaches by that path, for its path only:
 * openat2 (5.6), else part by part. Links are followed below that root, those of proc are
 * not. -errno. */
int kernel_open_in_root(int root, const char *path);

#endif
