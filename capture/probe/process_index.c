/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the pass over the processes looks for. Input: the model so far. Output: sorted
 * arrays, since each descriptor and each mapping of each process is looked up in them.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/mount.h"
#include "snapstate/kernel.h"

/* ---- devices of interest ---- */

static bool has_device(const struct process_index *index, struct devno devno)
{
	for (size_t i = 0; i < index->n_devices; i++)
		if (devno_is_equal(index->devices[i], devno))
			return true;
	return false;
}

static void add_device(struct process_index *index, struct devno devno)
{
	*array_add(&index->devices, &index->n_devices) = devno;
}

static bool stands_on_interest(
	const struct process_index *index, const struct block *block)
{
	for (size_t i = 0; i < block->n_below; i++)
		if (has_device(index, block->below[i]))
			return true;
	return *block->backing_file &&
	       has_device(index, host_loop_devno(index->host, block));
}

static void find_devices(struct process_index *index)
{
	const struct host *host = index->host;
	bool has_grown = true;

	for (size_t i = 0; i < host->n_devices; i++)
		add_device(index, host->devices[i].devno);
	while (has_grown) {
		has_grown = false;
		for (size_t i = 0; i < host->n_blocks; i++) {
			const struct block *block = &host->blocks[i];

			if (!stands_on_interest(index, block) ||
				has_device(index, block->devno))
				continue;
			add_device(index, block->devno);
			has_grown = true;
		}
	}
	if (index->n_devices)
		qsort(index->devices, index->n_devices, sizeof(*index->devices),
			devno_order);
}

bool process_index_is_of_interest(const struct process_index *index, struct devno devno)
{
	return index->n_devices && bsearch(&devno, index->devices, index->n_devices,
					   sizeof(devno), devno_order);
}

bool process_index_is_recorded(const struct process_index *index, struct devno device)
{
	return process_index_is_of_interest(index, device) &&
	       !devno_is_equal(device, index->root);
}

/* ---- mounts ---- */

/* File systems whose look-ups may ask a server, or a daemon that may be dead. */
static bool is_remote_type(const char *type)
{
	static const char *const prefixes[] = {"9p", "afs", "autofs", "ceph", "cifs",
		"fuse", "gfs2", "glusterfs", "lustre", "nfs", "ocfs2", "orangefs", "smb"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(type, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

/* Of those, the ones that may ask even when statx() is told not to. Not fuse, which obeys
 * AT_STATX_DONT_SYNC since Linux 4.20 (fs/fuse/dir.c, fuse_update_get_attr) and checks
 * nothing when a link of proc jumps to a file of its; nor autofs, which is not asked for
 * attributes. A glance is only given where statx() tells mounts, since 5.8. NFS and 9p do
 * check then, by d_weak_revalidate; the cluster file systems take a lock. */
static bool is_slow_type(const char *type)
{
	return is_remote_type(type) && strncmp(type, "fuse", 4) != 0 &&
	       strcmp(type, "autofs") != 0;
}

static int order_mounts(const void *pa, const void *pb)
{
	const struct known_mount *a = pa, *b = pb;

	return (a->id > b->id) - (a->id < b->id);
}

static int order_filesystems(const void *pa, const void *pb)
{
	const struct known_fs *a = pa, *b = pb;

	return devno_compare(a->devno, b->devno);
}

static void add_mount(struct process_index *index, const struct mount *mount)
{
	struct known_mount *known = array_add(&index->mounts, &index->n_mounts);
	struct known_fs *fs = array_add(&index->filesystems, &index->n_filesystems);

	known->id = mount->id;
	known->target = mount->target;
	known->device = host_mount_devno(index->host, mount);
	known->is_remote = is_remote_type(mount->type);
	index->has_remote |= known->is_remote;
	if (is_slow_type(mount->type))
		*array_add(&index->slow, &index->n_slow) = mount->target;
	*fs = (struct known_fs){mount->devno, known->device};
}

static void find_mounts(struct process_index *index)
{
	const struct host *host = index->host;
	const struct mount_namespace *own = host_namespace_of_host(host);

	for (size_t i = 0; i < host->n_mounts; i++) {
		const struct mount *mount = &host->mounts[i];

		add_mount(index, mount);
		/* later lines are mounted on top */
		if (own && mount->namespace_id == own->id &&
			strcmp(mount->target, "/") == 0)
			index->root = host_mount_devno(host, mount);
	}
	if (!host->n_mounts)
		return;
	qsort(index->mounts, index->n_mounts, sizeof(*index->mounts), order_mounts);
	qsort(index->filesystems, index->n_filesystems, sizeof(*index->filesystems),
		order_filesystems);
}

/* ---- what the kernel tells ---- */

static void find_abilities(struct process_index *index)
{
	int root = index->machine->root;
	struct statx stx;

	index->has_mount_ids = kernel_has_mount_ids(root);
	if (kernel_statx(root, "proc/self/ns/mnt", 0, STATX_TYPE, &stx) == 0)
		index->nsfs = (struct devno){stx.stx_dev_major, stx.stx_dev_minor};
}

void process_index_init(struct process_index *ret_index, const struct machine *machine,
	const struct host *host)
{
	*ret_index = (struct process_index){
		.machine = machine, .host = host, .own = (uint32_t)getpid()};
	find_abilities(ret_index);
	find_devices(ret_index);
	find_mounts(ret_index);
}

void process_index_free(struct process_index *index)
{
	free(index->devices);
	free(index->mounts);
	free(index->filesystems);
	free(index->slow);
}

/* ---- look-ups ---- */

const struct known_mount *process_index_mount(
	const struct process_index *index, uint32_t id)
{
	struct known_mount key = {.id = id};

	return index->n_mounts ? bsearch(&key, index->mounts, index->n_mounts,
					 sizeof(key), order_mounts)
			       : NULL;
}

struct devno process_index_device(const struct process_index *index, struct devno devno)
{
	struct known_fs key = {.devno = devno};
	const struct known_fs *fs = NULL;

	if (!process_index_is_of_interest(index, devno) && index->n_filesystems)
		fs = bsearch(&key, index->filesystems, index->n_filesystems, sizeof(key),
			order_filesystems);
	return fs ? fs->device : devno;
}

static bool is_below(const char *path, const char *target, size_t len)
{
	return strncmp(path, target, len) == 0 &&
	       (len <= 1 || path[len] == '/' || path[len] == '\0');
}

bool process_index_is_slow(const struct process_index *index, const char *path)
{
	for (size_t i = 0; i < index->n_slow; i++)
		if (is_below(path, index->slow[i], strlen(index->slow[i])))
			return true;
	return false;
}

const struct known_mount *process_index_remote_mount(
	const struct process_index *index, const char *path)
{
	const struct known_mount *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; index->has_remote && i < index->n_mounts; i++) {
		const struct known_mount *mount = &index->mounts[i];
		size_t len = strlen(mount->target);

		if (len < longest || !is_below(path, mount->target, len))
			continue;
		if (!best || len > longest || mount->is_remote)
			best = mount;
		longest = len;
	}
	return best && best->is_remote ? best : NULL;
}
