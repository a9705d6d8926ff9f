/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the index lists, and under which keys. Input: a host. Output: its index, see
 * index.c. Invariant: an element is listed under every key that it has, or may come to
 * have in a replay.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/change.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/process.h"
#include "snapstate/host/swap.h"
#include "snapstate/lvm_names.h"

/* One mount, loop device or swap file that has more keys is taken as a sign of hostile
 * evidence: the index is then cut, and nothing is removed on such a host. */
#define KEYS_MAX 64

/* ---- devices ---- */

static void add_device_labels(
	struct host_index *index, const struct device *device, size_t position)
{
	char vg_uuid[LVM_UUID_LEN + 1], lv_uuid[LVM_UUID_LEN + 1];
	cleanup_free char *vg = NULL, *lv = NULL, *layer = NULL;
	cleanup_buf struct buf path = BUF_INIT;
	const char *part;

	if (lvm_dm_uuid_split(device->uuid, vg_uuid, lv_uuid, &part))
		index_add(index, PLACES_DEVICE_GROUP, places_text(vg_uuid), position);
	index_add(index, PLACES_DEVICE_UUID, places_text(device->uuid), position);
	index_add(index, PLACES_DEVICE_NAME, places_text(device->name), position);
	index_add(index, PLACES_DEVICE_MINOR, device->devno.minor, position);
	if (!lvm_dm_name_split(device->name, &vg, &lv, &layer) || *layer)
		return;
	buf_puts(&path, vg);
	buf_puts(&path, "/");
	buf_puts(&path, lv);
	index_add(index, PLACES_DEVICE_VOLUME, places_text(buf_text(&path)), position);
}

static void add_device_table(
	struct host_index *index, const struct device *device, size_t position)
{
	struct devno origin, cow;

	for (size_t i = 0; i < device->n_deps; i++)
		index_add(index, HELD_BY_TABLE, places_devno(device->deps[i]), position);
	if (device_snapshot_parts(device, &origin, &cow))
		index_add(index, PLACES_SNAPSHOT_OF_COW, places_devno(cow), position);
}

static void add_devices(const struct host *host, struct host_index *index)
{
	for (size_t i = 0; i < host->n_devices; i++) {
		add_device_labels(index, &host->devices[i], i);
		add_device_table(index, &host->devices[i], i);
	}
}

void host_index_device(struct host *clone, const struct device *device)
{
	if (!clone->index)
		return;
	add_device_table(clone->index, device, (size_t)(device - clone->devices));
	if (!ground_is_same(clone, device))
		clone->index->is_ground_changed = true;
}

/* ---- mounts and block devices ---- */

/* All devnos that one mount or loop device may come to be on. */
struct keys {
	uint64_t at[KEYS_MAX];
	size_t count;
	bool has_more;
};

static void key_add(struct keys *keys, struct devno devno)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->at[i] == places_devno(devno))
			return;
	if (keys->count == KEYS_MAX)
		keys->has_more = true;
	else
		keys->at[keys->count++] = places_devno(devno);
}

/* Whatever host_path_devno() finds now, or would find with some devices gone. */
static void add_path_keys(const struct host *host, const char *path, struct keys *keys)
{
	cleanup_places struct places places = {0};
	struct devno now = host_path_devno(host, path);

	if (!devno_is_none(now))
		key_add(keys, now);
	if (!host_path_places(host, path, &places))
		return;
	for (size_t i; places_next(&places, &i) && !keys->has_more;)
		key_add(keys, host->devices[i].devno);
}

static void add_mount_keys(
	const struct host *host, const struct mount *mount, struct keys *keys)
{
	key_add(keys, mount->devno);
	if (host_mount_source_counts(mount))
		add_path_keys(host, mount->source, keys);
}

/* As host_file_devno(), for any choice of mounts that are gone. */
static void add_file_keys(const struct host *host, const char *file, struct keys *keys)
{
	const struct path_list *paths = &host->index->paths;
	size_t at = path_find(paths, file);

	if (!*file)
		return;
	add_path_keys(host, file, keys);
	for (size_t i; !keys->has_more && path_up(paths, &at, &i);)
		add_mount_keys(host, &host->mounts[i], keys);
}

/* Of a loop device or a swap area: whether it is open as a device, its path tells. */
static void add_kept_file_keys(const struct host *host, const struct file_at *file,
	const char *path, struct keys *keys)
{
	switch (file->place) {
	case FILE_BY_PATH:
		add_file_keys(host, path, keys);
		return;
	case FILE_FOUND:
		add_path_keys(host, path, keys);
		if (!devno_is_none(file->devno))
			key_add(keys, file->devno);
		return;
	case FILE_UNPLACED:
		add_path_keys(host, path, keys);
		key_add(keys, DEVNO_NONE);
		return;
	}
}

static void add_keys(
	struct host_index *index, unsigned kind, const struct keys *keys, size_t position)
{
	if (keys->has_more)
		index->is_cut = true;
	for (size_t i = 0; i < keys->count; i++)
		index_add(index, kind, keys->at[i], position);
}

static void add_mounts(const struct host *host, struct host_index *index)
{
	for (size_t i = 0; i < host->n_mounts; i++) {
		const struct mount *mount = &host->mounts[i];
		struct keys keys = {.count = 0};

		add_mount_keys(host, mount, &keys);
		add_keys(index, HELD_BY_MOUNT, &keys, i);
		index_add(index, PLACES_MOUNT_ID,
			places_mount(mount->namespace_id, mount->id), i);
		index_add(index, PLACES_MOUNT_CHILDREN,
			places_mount(mount->namespace_id, mount->parent_id), i);
		if (mount->shared && mount->master)
			index_add(index, PLACES_MOUNT_PEERS, mount->shared, i);
	}
}

/* The name of a volume also where it has no device. */
static void add_mentions(const struct host *host, struct host_index *index)
{
	for (size_t i = 0; i < host_mentions_count(host); i++) {
		const struct mention mention = host_mention(host, i);
		cleanup_free char *label = mention_label(&mention);
		struct keys keys = {.count = 0};

		add_path_keys(host, mention.device, &keys);
		add_keys(index, PLACES_MENTIONS, &keys, i);
		if (label)
			index_add(index, PLACES_MENTIONS, places_text(label), i);
	}
}

static void add_blocks(const struct host *host, struct host_index *index)
{
	for (size_t i = 0; i < host->n_blocks; i++) {
		struct keys keys = {.count = 0};

		for (size_t b = 0; b < host->blocks[i].n_below && !keys.has_more; b++)
			key_add(&keys, host->blocks[i].below[b]);
		add_kept_file_keys(
			host, &host->blocks[i].file, host->blocks[i].backing_file, &keys);
		add_keys(index, HELD_BY_BLOCK, &keys, i);
	}
}

static void add_swaps(const struct host *host, struct host_index *index)
{
	for (size_t i = 0; i < host->n_swaps; i++) {
		struct keys keys = {.count = 0};

		if (devno_is_none(host->swaps[i].devno))
			add_kept_file_keys(
				host, &host->swaps[i].file, host->swaps[i].path, &keys);
		else
			key_add(&keys, host->swaps[i].devno);
		add_keys(index, HELD_BY_SWAP, &keys, i);
	}
}

static void add_block_names(const struct host *host, struct host_index *index)
{
	for (size_t i = 0; i < host->n_blocks; i++)
		index_add(
			index, PLACES_BLOCK_NAME, places_text(host->blocks[i].kname), i);
}

/* ---- what has one key ---- */

static void add_single(const struct host *host, struct host_index *index)
{
	for (size_t i = 0; i < host->n_superblocks; i++)
		index_add(index, HELD_BY_SUPERBLOCK,
			places_devno(host->superblocks[i].devno), i);
	for (size_t i = 0; i < host->n_kernel_holders; i++)
		index_add(index, HELD_BY_KERNEL,
			places_devno(host->kernel_holders[i].devno), i);
	for (size_t i = 0; i < host->n_fstab; i++)
		index_add(index, PLACES_FSTAB, places_text(host->fstab[i].target), i);
	for (size_t i = 0; i < host->n_changes; i++)
		index_add(index, PLACES_CHANGES, places_devno(host->changes[i].devno), i);
	for (size_t i = 0; i < host->n_uses; i++)
		index_add(index, HELD_BY_PROCESS, places_devno(host->uses[i].devno), i);
}

/* ---- volumes and processes ---- */

static void add_volumes(const struct host *host, struct host_index *index)
{
	bool *is_known = xcalloc(host->n_lvs, sizeof(*is_known));

	owned_collect(host, &index->owned, is_known);
	for (size_t i = 0; i < host->n_lvs; i++) {
		const struct lv *lv = &host->lvs[i];

		index_add(index, PLACES_LV_ORIGIN, places_text(lv->origin_uuid), i);
		index_add(index, PLACES_LVS, places_text(lv->vg_uuid), i);
		if (!is_known[i])
			index_add(index, PLACES_LVS_NOWHERE, places_text(lv->vg_uuid), i);
	}
	free(is_known);
}

static void add_others(const struct host *host, struct host_index *index)
{
	for (size_t i = 0; i < host->n_pvs; i++) {
		index_add(index, PLACES_PVS, places_text(host->pvs[i].vg_uuid), i);
		index_add(index, PLACES_PVS_ON, places_devno(host->pvs[i].devno), i);
	}
	for (size_t i = 0; i < host->n_processes; i++)
		if (process_is_storage(&host->processes[i]))
			index_add(index, PLACES_STORAGE_PROGRAMS, 0, i);
}

/* ---- the whole ---- */

void index_fill(const struct host *host, struct host_index *index)
{
	add_devices(host, index);
	add_block_names(host, index);
	add_single(host, index);
	add_volumes(host, index);
	add_others(host, index);
	path_list_build(host, &index->paths);
	/* these are found by the names of devices and blocks */
	index_sort(index);
	add_mounts(host, index);
	add_swaps(host, index);
	add_blocks(host, index);
	add_mentions(host, index);
	index_sort(index);
}
