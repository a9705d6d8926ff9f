/* SPDX-License-Identifier: Apache-2.0 */
/* File systems of the model, their mounts, and mount namespaces. */
#ifndef SNAPSTATE_HOST_MOUNT_H
#define SNAPSTATE_HOST_MOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapstate/buf.h"

struct host;

/* A file system that the kernel has live on a block device, mounted anywhere or nowhere
 * (/sys/fs/TYPE/KNAME): sees mounts of other namespaces and lazily unmounted ones. */
struct superblock {
	struct devno devno;
	const char *type;
	bool is_gone; /* only in a replayed model */
};

struct mount_namespace {
	uint64_t id;	  /* inode of /proc/PID/ns/mnt */
	uint32_t pid; /* a process that lives there, or has a thread there; 0 = none */
	bool is_host;	  /* that of process 1 */
	const char *comm; /* of pid or pin_pid; may be NULL: not recorded */
	/* What keeps it where no process lives in it (see namespaces(7)): */
	uint32_t pin_pid;     /* a process with a descriptor of it; 0 = none */
	const char *pin_path; /* a bind mount of it; may be NULL: none */
};

/* One line of one namespace's mountinfo. */
struct mount {
	uint64_t namespace_id;
	uint32_t id;
	uint32_t parent_id;
	struct devno devno; /* st_dev of the file system; not always a block device's */
	const char *root;
	const char *target;
	const char *type;
	const char *source;
	const char *options; /* per mount */
	const char
		*super_options; /* of the file system, its superblock; "" = not known */
	uint32_t shared;     /* peer group, 0 = none */
	uint32_t master;     /* peer group it receives from, 0 = none */
	bool is_gone;	     /* only in a replayed model */
};

const struct mount_namespace *host_namespace(const struct host *host, uint64_t id);
const struct mount_namespace *host_namespace_of_host(const struct host *host);

/*
 * The block device a mount is on. DEVNO_NONE: none. Its st_dev, where that is a block
 * device's number. The source is only believed where st_dev is none and the type is one
 * that only root of the host can mount: any user can make a user namespace, and mount a
 * tmpfs or fuse there with any source.
 */
struct devno host_mount_devno(const struct host *host, const struct mount *mount);

/* true: unmounting `mount` in the host's namespace takes `other` (same file system,
 * another namespace) away too, by mount propagation. */
bool mounts_propagate(
	const struct host *host, const struct mount *mount, const struct mount *other);
/* The first mount whose parent is `mount`, in its namespace; NULL = nothing is mounted
 * below. */
const struct mount *mounts_child(const struct host *host, const struct mount *mount);
/* The mount that its mount point is on; NULL: not in the table. */
const struct mount *mounts_parent(const struct host *host, const struct mount *mount);
/* The host's own mounts of one block device; of more than that, the first ones. */
#define HOME_MOUNTS_MOST 64
struct home_mounts {
	const struct mount *items[HOME_MOUNTS_MOST];
	size_t count;
};
void host_mounts_of(
	const struct host *host, struct devno devno, struct home_mounts *ret_mounts);
/* A copy in another namespace: unmounting one of these takes it away too. */
bool mount_goes_along(const struct host *host, const struct home_mounts *mounts,
	const struct mount *other);

/* Whether what is mounted can be written, or could be until somebody made this mount
 * read-only. The superblock decides ("mount -r" and "remount,ro" make it read-only): a
 * mount that is read-only by itself, over a superblock that is not ("mount -o bind,ro"),
 * only hides that the file system is written to by another mount of it. Where the
 * superblock's options are not known, those of the mount decide, and without either it
 * can be written. */
bool mount_is_writable(const struct mount *mount);

/* A file system is live on that device, mounted or not. */
bool host_has_file_system(const struct host *host, struct devno devno);

#endif
