/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to the model. Arrays may not be sorted yet while they are being filled, so
 * without an index every look-up walks; the hot ones (devices by devno, processes,
 * volumes) try the sorted place first. With an index (index.c) none walks.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"
#include "snapstate/lvm_names.h"

/* Right where the array is sorted, and harmless where it is not. Of several that are
 * alike (a physical volume that is there twice) the first. NULL: not found. */
static void *find(const void *key, const void *items, size_t count, size_t size,
	int (*order)(const void *, const void *))
{
	const char *bytes = items;
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (order(bytes + middle * size, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && order(bytes + low * size, key) == 0
		       ? (void *)(bytes + low * size)
		       : NULL;
}
#define FIND(key, items, count, order) find(key, items, count, sizeof(*(items)), order)

/* The kernel gives out minor numbers from 0 on, so that most devices of a sorted host are
 * where the first one's number lets expect them. */
static struct device *guess(const struct host *host, struct devno devno)
{
	size_t at = host->n_devices ? devno.minor - host->devices[0].devno.minor : 0;

	return at < host->n_devices && devno_is_equal(host->devices[at].devno, devno)
		       ? &host->devices[at]
		       : NULL;
}

struct device *host_device_by_devno(const struct host *host, struct devno devno)
{
	const struct device key = {.devno = devno};
	struct device *device = guess(host, devno);

	if (!device)
		device = FIND(&key, host->devices, host->n_devices, order_devices);

	/* all dm devices of a kernel share one major number, so most of what is no dm
	 * device needs no walk */
	if (!device && (host->index || !host->n_devices ||
			       host->devices[0].devno.major != devno.major))
		return NULL;
	for (size_t i = 0; !device && i < host->n_devices; i++)
		if (devno_is_equal(host->devices[i].devno, devno))
			device = &host->devices[i];
	return device && !device->is_gone ? device : NULL;
}

struct device *host_device_by_uuid(const struct host *host, const char *uuid)
{
	cleanup_places struct places places =
		host_places(host, PLACES_DEVICE_UUID, places_text(uuid));

	for (size_t i; *uuid && places_next(&places, &i);)
		if (!host->devices[i].is_gone && strcmp(host->devices[i].uuid, uuid) == 0)
			return &host->devices[i];
	return NULL;
}

/* Few are walked over: while a model is filled they may not be sorted yet. */
#define DEVNOS_FEW 8

size_t devnos_count(const struct devno *devnos, size_t count, struct devno devno)
{
	size_t low = 0, high = count, found = 0;

	while (high - low > DEVNOS_FEW) {
		size_t middle = low + (high - low) / 2;

		if (devno_compare(devnos[middle], devno) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low; i < count && (i < high || devno_is_equal(devnos[i], devno));
		i++)
		found += devno_is_equal(devnos[i], devno);
	return found;
}

bool device_stands_on(const struct device *device, struct devno below)
{
	return devnos_count(device->deps, device->n_deps, below) > 0;
}

struct device *host_device_of_lv(const struct host *host, const char *vg_uuid,
	const char *lv_uuid, const char *layer)
{
	cleanup_buf struct buf uuid = BUF_INIT;

	buf_puts(&uuid, "LVM-");
	buf_puts(&uuid, vg_uuid);
	buf_puts(&uuid, lv_uuid);
	buf_puts(&uuid, layer);
	return host_device_by_uuid(host, buf_text(&uuid));
}

struct device *host_device_by_name(const struct host *host, const char *name)
{
	cleanup_places struct places places =
		host_places(host, PLACES_DEVICE_NAME, places_text(name));

	for (size_t i; places_next(&places, &i);)
		if (!host->devices[i].is_gone && strcmp(host->devices[i].name, name) == 0)
			return &host->devices[i];
	return NULL;
}

struct block *host_block_by_devno(const struct host *host, struct devno devno)
{
	const struct block key = {.devno = devno};
	struct block *block = FIND(&key, host->blocks, host->n_blocks, order_blocks);

	for (size_t i = 0;
		!host->index && (!block || block->is_gone) && i < host->n_blocks; i++)
		if (devno_is_equal(host->blocks[i].devno, devno))
			block = &host->blocks[i];
	return block && !block->is_gone ? block : NULL;
}

const struct block *host_block_by_kname(const struct host *host, const char *kname)
{
	cleanup_places struct places places =
		host_places(host, PLACES_BLOCK_NAME, places_text(kname));

	for (size_t i; places_next(&places, &i);)
		if (!host->blocks[i].is_gone && strcmp(host->blocks[i].kname, kname) == 0)
			return &host->blocks[i];
	return NULL;
}

const struct process *host_process(const struct host *host, uint32_t pid)
{
	const struct process key = {.pid = pid};
	const struct process *process =
		FIND(&key, host->processes, host->n_processes, order_processes);

	if (host->index)
		return process;
	for (size_t i = 0; !process && i < host->n_processes; i++)
		if (host->processes[i].pid == pid)
			process = &host->processes[i];
	return process;
}

const struct vg *host_vg(const struct host *host, const char *vg_uuid)
{
	const struct vg key = {.uuid = vg_uuid};
	const struct vg *vg = FIND(&key, host->vgs, host->n_vgs, order_vgs);

	for (size_t i = 0; !vg && !host->index && i < host->n_vgs; i++)
		if (strcmp(host->vgs[i].uuid, vg_uuid) == 0)
			vg = &host->vgs[i];
	return vg;
}

struct lv *host_lv(const struct host *host, const char *vg_uuid, const char *lv_uuid)
{
	const struct lv key = {.vg_uuid = vg_uuid, .uuid = lv_uuid};
	struct lv *lv = FIND(&key, host->lvs, host->n_lvs, order_lvs);

	for (size_t i = 0; !lv && !host->index && i < host->n_lvs; i++)
		if (order_lvs(&host->lvs[i], &key) == 0)
			lv = &host->lvs[i];
	return lv && !lv->is_gone ? lv : NULL;
}

const struct lv *host_lv_by_name(
	const struct host *host, const char *vg_uuid, const char *name)
{
	for (size_t i = 0; i < host->n_lvs; i++)
		if (!host->lvs[i].is_gone && strcmp(host->lvs[i].name, name) == 0 &&
			strcmp(host->lvs[i].vg_uuid, vg_uuid) == 0)
			return &host->lvs[i];
	return NULL;
}

const struct pv *host_pv(const struct host *host, const char *pv_uuid)
{
	const struct pv key = {.uuid = pv_uuid};
	const struct pv *pv = FIND(&key, host->pvs, host->n_pvs, order_pvs);

	for (size_t i = 0; !pv && !host->index && i < host->n_pvs; i++)
		if (strcmp(host->pvs[i].uuid, pv_uuid) == 0)
			pv = &host->pvs[i];
	return pv;
}

const struct mount_namespace *host_namespace(const struct host *host, uint64_t id)
{
	const struct mount_namespace key = {.id = id};
	const struct mount_namespace *found =
		FIND(&key, host->namespaces, host->n_namespaces, order_namespaces);

	for (size_t i = 0; !found && i < host->n_namespaces; i++)
		if (host->namespaces[i].id == id)
			found = &host->namespaces[i];
	return found;
}

const struct mount_namespace *host_namespace_of_host(const struct host *host)
{
	if (host->index)
		return host->index->home < host->n_namespaces
			       ? &host->namespaces[host->index->home]
			       : NULL;
	for (size_t i = 0; i < host->n_namespaces; i++)
		if (host->namespaces[i].is_host)
			return &host->namespaces[i];
	return NULL;
}

/* ---- paths ---- */

/* udev's links (udev-dm rules, 13-dm-disk.rules; 60-block.rules): by uuid, by name, and
 * by number for every block device. */
static const char by_uuid[] = "disk/by-id/dm-uuid-", by_name[] = "disk/by-id/dm-name-",
		  by_number[] = "block/";
#define BEGINS(path, begin) (strncmp(path, begin, sizeof(begin) - 1) == 0)
#define BEHIND(path, begin) ((path) + sizeof(begin) - 1)

static struct devno devno_of_link(const char *path)
{
	struct devno devno = DEVNO_NONE;

	if (parse_devno(path, strlen(path), &devno) < 0)
		return DEVNO_NONE;
	return devno;
}

bool host_path_places(
	const struct host *host, const char *path, struct places *ret_places)
{
	uint64_t number;

	if (strncmp(path, "/dev/", 5) != 0)
		return false;
	path += 5;
	if (BEGINS(path, by_uuid)) {
		*ret_places = host_places(
			host, PLACES_DEVICE_UUID, places_text(BEHIND(path, by_uuid)));
	} else if (BEGINS(path, by_name)) {
		*ret_places = host_places(
			host, PLACES_DEVICE_NAME, places_text(BEHIND(path, by_name)));
	} else if (BEGINS(path, by_number)) {
		*ret_places = host_places(host, PLACES_DEVICE_MINOR,
			devno_of_link(BEHIND(path, by_number)).minor);
	} else if (strncmp(path, "dm-", 3) == 0) {
		if (parse_u64(path + 3, strlen(path + 3), 10, &number) < 0)
			return false;
		*ret_places = host_places(host, PLACES_DEVICE_MINOR, number);
	} else if (strncmp(path, "mapper/", 7) == 0) {
		*ret_places =
			host_places(host, PLACES_DEVICE_NAME, places_text(path + 7));
	} else {
		*ret_places = host_places(host, PLACES_DEVICE_VOLUME, places_text(path));
	}
	return true;
}

static bool is_volume(const struct device *device, const char *vg_and_lv)
{
	const char *slash = strchr(vg_and_lv, '/');
	cleanup_free char *vg = NULL, *lv = NULL, *layer = NULL;

	return slash && lvm_dm_name_split(device->name, &vg, &lv, &layer) &&
	       strlen(vg) == (size_t)(slash - vg_and_lv) && *layer == '\0' &&
	       strncmp(vg, vg_and_lv, strlen(vg)) == 0 && strcmp(lv, slash + 1) == 0;
}

/* all dm devices of a kernel share one major number */
static bool has_minor(const struct device *device, const char *digits)
{
	uint64_t number;

	return parse_u64(digits, strlen(digits), 10, &number) == 0 &&
	       device->devno.minor == number;
}

/* `path` without "/dev/" */
static bool device_has_path(const struct device *device, const char *path)
{
	if (BEGINS(path, by_uuid))
		return *device->uuid && strcmp(device->uuid, BEHIND(path, by_uuid)) == 0;
	if (BEGINS(path, by_name))
		return strcmp(device->name, BEHIND(path, by_name)) == 0;
	if (BEGINS(path, by_number))
		return devno_is_equal(
			device->devno, devno_of_link(BEHIND(path, by_number)));
	if (strncmp(path, "dm-", 3) == 0)
		return has_minor(device, path + 3);
	if (strncmp(path, "mapper/", 7) == 0)
		return strcmp(device->name, path + 7) == 0;
	return is_volume(device, path);
}

static const struct block *block_of_path(const struct host *host, const char *path)
{
	bool is_device = strncmp(path, "dm-", 3) == 0 || strncmp(path, "mapper/", 7) == 0;

	if (BEGINS(path, by_number))
		return host_block_by_devno(host, devno_of_link(BEHIND(path, by_number)));
	return is_device ? NULL : host_block_by_kname(host, path);
}

struct devno host_path_devno(const struct host *host, const char *path)
{
	cleanup_places struct places places = {0};
	const struct block *block;

	if (!host_path_places(host, path, &places))
		return DEVNO_NONE;
	block = block_of_path(host, path + 5);
	if (block)
		return block->devno;
	for (size_t i; places_next(&places, &i);)
		if (!host->devices[i].is_gone &&
			device_has_path(&host->devices[i], path + 5))
			return host->devices[i].devno;
	return DEVNO_NONE;
}

/* File systems whose st_dev is no block device's though they are on one, and which the
 * kernel lets nobody mount but root of the host (no FS_USERNS_MOUNT: fs/btrfs/super.c,
 * fs/fuse/inode.c for fuseblk; "fuse" itself has it). Their source is a device that was
 * opened: btrfs_show_devname(), FS_REQUIRES_DEV. */
static bool has_device_as_source(const char *type)
{
	static const char *const types[] = {"btrfs", "bcachefs", "fuseblk"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i]) == 0 ||
			(strncmp(type, types[i], strlen(types[i])) == 0 &&
				type[strlen(types[i])] == '.'))
			return true;
	return false;
}

bool host_mount_source_counts(const struct mount *mount)
{
	return devno_is_none(mount->devno) ||
	       (mount->devno.major == 0 && has_device_as_source(mount->type));
}

struct devno host_mount_devno(const struct host *host, const struct mount *mount)
{
	if (host_device_by_devno(host, mount->devno) ||
		host_block_by_devno(host, mount->devno))
		return mount->devno;
	return host_mount_source_counts(mount) ? host_path_devno(host, mount->source)
					       : DEVNO_NONE;
}

/* The kernel writes "ro" or "rw" first (fs/proc_namespace.c, show_mountinfo()). */
static bool is_read_only(const char *options)
{
	return strncmp(options, "ro", 2) == 0 &&
	       (options[2] == '\0' || options[2] == ',');
}

bool mount_is_writable(const struct mount *mount)
{
	bool has_super = mount->super_options && *mount->super_options;

	return !is_read_only(has_super ? mount->super_options : mount->options);
}

bool path_is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	if (strcmp(folder, "/") == 0)
		return *path == '/';
	return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

/* The mount that the file is on: the longest mount point above it, and of those the last
 * one. `at`: path_find() of it. */
static const struct mount *mount_of_file(const struct host *host, size_t at)
{
	for (size_t i; path_up(&host->index->paths, &at, &i);)
		if (!host->mounts[i].is_gone)
			return &host->mounts[i];
	return NULL;
}

static const struct mount *mount_searched(const struct host *host, const char *file)
{
	const struct mount_namespace *namespace = host_namespace_of_host(host);
	const struct mount *found = NULL;
	size_t longest = 0;

	for (size_t i = 0; namespace && i < host->n_mounts; i++) {
		const struct mount *mount = &host->mounts[i];
		size_t len = strlen(mount->target);

		if (mount->namespace_id != namespace->id || len < longest ||
			mount->is_gone || !path_is_below(file, mount->target))
			continue;
		longest = len; /* later lines of equal length are mounted on top */
		found = mount;
	}
	return found;
}

/* `path_at` as in struct file_at. */
static struct devno devno_by_path(
	const struct host *host, const char *file, uint32_t path_at)
{
	struct devno devno = host_path_devno(host, file);
	const struct mount *mount;

	if (!devno_is_none(devno) || *file != '/')
		return devno;
	if (!host->index)
		mount = mount_searched(host, file);
	else
		mount = mount_of_file(host,
			path_at ? path_at - 1 : path_find(&host->index->paths, file));
	return mount ? host_mount_devno(host, mount) : DEVNO_NONE;
}

struct devno host_file_devno(const struct host *host, const char *file)
{
	return devno_by_path(host, file, 0);
}

static struct devno file_devno(
	const struct host *host, const struct file_at *file, const char *path)
{
	switch (file->place) {
	case FILE_BY_PATH:
		return devno_by_path(host, path, file->path_at);
	case FILE_FOUND:
		return file->devno;
	case FILE_UNPLACED:
		return DEVNO_NONE;
	}
	return DEVNO_NONE;
}

struct devno host_loop_devno(const struct host *host, const struct block *loop)
{
	return file_devno(host, &loop->file, loop->backing_file);
}

struct devno host_swap_file_devno(const struct host *host, const struct swap *swap)
{
	return devno_is_none(swap->devno) ? file_devno(host, &swap->file, swap->path)
					  : DEVNO_NONE;
}

int64_t host_process_started(const struct host *host, const struct process *process)
{
	const struct identity *id = &host->identity;
	uint64_t ticks = id->ticks ? id->ticks : 100;

	if (process->start >= id->uptime)
		return id->taken;
	return id->taken - (int64_t)((id->uptime - process->start) / ticks);
}
