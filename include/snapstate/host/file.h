/* SPDX-License-Identifier: Apache-2.0 */
/* Files that the kernel has open, and paths: on which block device they are. */
#ifndef SNAPSTATE_HOST_FILE_H
#define SNAPSTATE_HOST_FILE_H

#include "snapstate/buf.h"

struct host;

/* Where a file is that the kernel has open. */
enum file_place {
	FILE_BY_PATH, /* not recorded: its path alone tells */
	FILE_FOUND,   /* on `devno`, by the file's own device number; DEVNO_NONE = on no
		       * block device */
	FILE_UNPLACED, /* nothing tells */
};

struct file_at {
	enum file_place place;
	struct devno devno;
	uint32_t path_at; /* where the index has its path (index_paths.c), from 1; 0 = it
			   * is looked for */
};

/* "/dev/dm-5", "/dev/mapper/NAME", "/dev/loop0", "/dev/sda1", "/dev/VG/LV", and udev's
 * links "/dev/disk/by-id/dm-name-NAME", "/dev/disk/by-id/dm-uuid-UUID",
 * "/dev/block/MAJ:MIN" -> devno. DEVNO_NONE when no recorded device has that name. A
 * label match: for join of what only has a path. */
struct devno host_path_devno(const struct host *host, const char *path);

/* The block device that holds a file, by its path alone: by the longest mount target of
 * the host's namespace; or the block device that the path names. A mount may hide the
 * file, a lazy umount leaves a path that begins where the mount did: what was recorded of
 * it comes first. */
struct devno host_file_devno(const struct host *host, const char *file);

#endif
