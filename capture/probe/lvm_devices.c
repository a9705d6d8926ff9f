/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which devices LVM may look at. Input: the model's dm devices, blocks and mounts.
 * Output: a list of paths that is all LVM gets.
 *
 * Invariant: no device that is a snapshot or an origin, is a logical volume of any kind,
 * is suspended, or is on one of these, is ever on the list: reading it would wait for
 * ever, print I/O errors, or show a guest's volume groups as the host's. (lvm2
 * lib/config/config_settings.h, ignore_suspended_devices; LVM itself skips logical
 * volumes by their uuid, and so not the partition mappings on them, whose uuids begin
 * with "part".)
 *
 * Of the targets, only those are read that do nothing but read below: a cache or a write
 * cache may move blocks on a read, a thin, vdo, era or clone target keeps metadata of its
 * own, and delay, flakey or dust make a reader wait or fail by design. What is on such a
 * device LVM then calls missing: the planner says which devices were left out
 * (host_lvm_unread()).
 *
 * Paths are /dev/dm-N and /dev/KNAME: names of mappings may hold any byte.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "process.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/kernel.h"


static bool is_target_safe(const char *type)
{
	static const char *const safe[] = {
		"crypt", "integrity", "linear", "mirror", "multipath", "raid", "striped"};

	for (size_t i = 0; i < sizeof(safe) / sizeof(safe[0]); i++)
		if (strcmp(safe[i], type) == 0)
			return true;
	return false;
}

/* "... MAJ:MIN A FAILS ...": a path that works. Without one, and with queue_if_no_path, a
 * reader would wait in the kernel until a path comes back, and could not even be killed.
 * (kernel dm-mpath.c, multipath_status) */
static bool has_active_path(const char *status)
{
	const char *word = status;
	struct devno devno;

	for (; *word; word += strcspn(word, " "), word += strspn(word, " ")) {
		size_t len = strcspn(word, " ");

		if (parse_devno(word, len, &devno) == 0 &&
			strncmp(word + len, " A ", 3) == 0)
			return true;
	}
	return false;
}

static bool is_dead_multipath(const struct dm_target *target)
{
	return strcmp(target->type, "multipath") == 0 && *target->status &&
	       !has_active_path(target->status);
}

/* What is asked about. */
struct inquiry {
	const struct machine *machine;
	const struct host *host;
	const struct process_index *index; /* knows mounts that a server is behind */
};

static bool is_safe(const struct inquiry *inquiry, struct devno devno, int depth);

static bool is_device_safe(
	const struct inquiry *inquiry, const struct device *device, int depth)
{
	if (device->flags & (DEVICE_SUSPENDED | DEVICE_INTERNAL | DEVICE_NO_TABLE))
		return false;
	if (strncmp(device->uuid, "LVM-", 4) == 0 || !device->n_targets)
		return false;
	for (size_t i = 0; i < device->n_targets; i++)
		if (!is_target_safe(device->targets[i].type) ||
			is_dead_multipath(&device->targets[i]))
			return false;
	for (size_t i = 0; i < device->n_deps; i++)
		if (!is_safe(inquiry, device->deps[i], depth + 1))
			return false;
	return true;
}

/* By the file system that the backing file is found on today, and by the device that the
 * mount table names: both must do. */
static bool is_backing_safe(
	const struct inquiry *inquiry, const struct block *block, int depth)
{
	const struct host *host = inquiry->host;
	struct devno devno = host_loop_devno(host, block), device;
	const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW;
	struct statx stx;

	if (!devno_is_none(devno) && !is_safe(inquiry, devno, depth + 1))
		return false;
	if (process_index_remote_mount(inquiry->index, block->backing_file) ||
		*block->backing_file != '/' ||
		kernel_statx(inquiry->machine->root, block->backing_file + 1, flags,
			STATX_TYPE, &stx) < 0)
		return false;
	device = (struct devno){stx.stx_dev_major, stx.stx_dev_minor};
	return is_safe(inquiry, device, depth + 1) ||
	       (!host_device_by_devno(host, device) &&
		       !host_block_by_devno(host, device));
}

static bool is_block_safe(
	const struct inquiry *inquiry, const struct block *block, int depth)
{
	if (!block->size)
		return false;
	for (size_t i = 0; i < block->n_below; i++)
		if (!is_safe(inquiry, block->below[i], depth + 1))
			return false;
	return !*block->backing_file || is_backing_safe(inquiry, block, depth);
}

/* What is not in the model (vanished, or of a kind that was skipped) is not safe. */
static bool is_safe(const struct inquiry *inquiry, struct devno devno, int depth)
{
	const struct device *device = host_device_by_devno(inquiry->host, devno);
	const struct block *block = host_block_by_devno(inquiry->host, devno);

	if (depth > STACK_DEPTH_MAX)
		return false;
	if (device)
		return is_device_safe(inquiry, device, depth);
	return block && is_block_safe(inquiry, block, depth);
}

static void add_device(struct lvm_devices *devices, struct host *host, struct devno devno,
	const char *path)
{
	size_t n = devices->count;

	*array_add(&devices->paths, &n) = host_string(host, path);
	*array_add(&devices->devnos, &devices->count) = devno;
}

static void add_block(
	struct lvm_devices *devices, struct host *host, const struct block *block)
{
	cleanup_buf struct buf path = BUF_INIT;

	block_node(block, &path);
	add_device(devices, host, block->devno, buf_text(&path));
}

static void collect(
	const struct inquiry *inquiry, struct host *host, struct lvm_devices *devices)
{
	for (size_t i = 0; i < host->n_blocks; i++)
		if (is_safe(inquiry, host->blocks[i].devno, 0))
			add_block(devices, host, &host->blocks[i]);
	for (size_t i = 0; i < host->n_devices; i++) {
		char path[64];

		if (!is_safe(inquiry, host->devices[i].devno, 0))
			continue;
		snprintf(path, sizeof(path), "/dev/dm-%u", host->devices[i].devno.minor);
		add_device(devices, host, host->devices[i].devno, path);
	}
}

/* The executor may ask for LVM without mounts: then they are read for this list alone. */
void lvm_devices_collect(
	const struct machine *machine, struct host *host, struct lvm_devices *ret_devices)
{
	cleanup_host struct host *scratch = host_new();
	struct lvm_devices devices = {.host = host};
	struct process_index index;
	struct host view;
	struct inquiry inquiry = {machine, &view, &index};

	host_sort(host);
	view = *host;
	if (!host->n_namespaces) {
		probe_mounts(machine, scratch);
		view.namespaces = scratch->namespaces;
		view.n_namespaces = scratch->n_namespaces;
		view.mounts = scratch->mounts;
		view.n_mounts = scratch->n_mounts;
	}
	process_index_init(&index, machine, &view);
	collect(&inquiry, host, &devices);
	process_index_free(&index);
	*ret_devices = devices;
}

const char *lvm_devices_path(const struct lvm_devices *devices, struct devno devno)
{
	for (size_t i = 0; i < devices->count; i++)
		if (devno_is_equal(devices->devnos[i], devno))
			return devices->paths[i];
	return NULL;
}

void lvm_devices_free(struct lvm_devices *devices)
{
	free(devices->devnos);
	free(devices->paths);
}
