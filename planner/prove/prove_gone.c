/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prover's own answer to: has LVM looked everywhere, so that a group that it does not
 * show does not exist? Every block device has to be accounted for: listed by LVM, in use
 * for something else, shown to LVM as another device, or a part of some volume of LVM.
 * Shares no code with lvm_view.c of the model.
 */
#include <stdlib.h>
#include <string.h>

#include "prove.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"

/* More levels of devices than the kernel stacks. */
#define LEVELS_MAX 64

/* Devices first, blocks behind them: is it a volume of LVM, or a part of one? */
struct parts {
	const struct host *host;
	bool *is_part;
};

static bool is_part(const struct parts *parts, struct devno devno)
{
	const struct device *device = host_device_by_devno(parts->host, devno);
	const struct block *block = host_block_by_devno(parts->host, devno);

	if (device)
		return parts->is_part[device - parts->host->devices];
	return block && parts->is_part[parts->host->n_devices +
				       (size_t)(block - parts->host->blocks)];
}

static bool is_part_by_devices(const struct parts *parts, const struct device *device)
{
	for (size_t d = 0; d < device->n_deps; d++)
		if (is_part(parts, device->deps[d]))
			return true;
	return strncmp(device->uuid, "LVM-", strlen("LVM-")) == 0;
}

static bool is_part_by_blocks(const struct parts *parts, const struct block *block)
{
	for (size_t b = 0; b < block->n_below; b++)
		if (is_part(parts, block->below[b]))
			return true;
	return *block->backing_file &&
	       is_part(parts, host_path_devno(parts->host, block->backing_file));
}

/* One level more; false: nothing was added. */
static bool spread(struct parts *parts)
{
	const struct host *host = parts->host;
	bool has_grown = false;

	for (size_t i = 0; i < host->n_devices + host->n_blocks; i++) {
		if (parts->is_part[i])
			continue;
		parts->is_part[i] = i < host->n_devices
					    ? is_part_by_devices(parts, &host->devices[i])
					    : is_part_by_blocks(parts,
						      &host->blocks[i - host->n_devices]);
		has_grown |= parts->is_part[i];
	}
	return has_grown;
}

static bool lvm_lists(const struct host *host, struct devno devno)
{
	size_t low = 0, high = host->n_lvm_devices;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = devno_compare(host->lvm_devices[middle], devno);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool is_used_as_it_is(const struct host *host, struct devno devno)
{
	struct holders holders = host_holders(host, devno);

	for (struct holder holder; holders_next(&holders, &holder);)
		if (holder.shape == HELD_BY_SUPERBLOCK ||
			(holder.shape == HELD_BY_MOUNT &&
				devno_is_equal(holder.mount->devno, devno)) ||
			(holder.shape == HELD_BY_SWAP && !holder.is_on_file))
			return true;
	return false;
}

/* By its partitions, its array, or the multipath device it is a path of. */
static bool is_taken_by_another(const struct host *host, struct devno devno)
{
	struct holders blocks = host_holders_by(host, devno, HELD_BY_BLOCK);
	struct holders tables = host_holders_by(host, devno, HELD_BY_TABLE);
	struct holder holder;

	while (holders_next(&blocks, &holder))
		for (size_t b = 0; b < holder.block->n_below; b++)
			if (devno_is_equal(holder.block->below[b], devno) &&
				(holder.block->kind == BLOCK_PARTITION ||
					holder.block->kind == BLOCK_MD))
				return true;
	while (holders_next(&tables, &holder))
		if (strncmp(holder.table->uuid, "mpath-", strlen("mpath-")) == 0)
			return true;
	return false;
}

static bool is_accounted_for(const struct parts *parts, struct devno devno)
{
	const struct host *host = parts->host;

	return lvm_lists(host, devno) || is_part(parts, devno) ||
	       is_used_as_it_is(host, devno) || is_taken_by_another(host, devno);
}

/* Too small for a physical volume (2 MiB), or a floppy disk, a CD, compressed memory. */
static bool can_hold_one(const struct block *block)
{
	const char *digits = block->kname + strcspn(block->kname, "0123456789");
	size_t len = (size_t)(digits - block->kname);

	if (block->size < 4096)
		return false;
	return !*digits || ((len != 2 || (strncmp(block->kname, "sr", 2) != 0 &&
						 strncmp(block->kname, "fd", 2) != 0)) &&
				   (len != 4 || strncmp(block->kname, "zram", 4) != 0));
}

static bool are_devices_accounted_for(const struct parts *parts)
{
	const struct host *host = parts->host;

	for (size_t i = 0; i < host->n_devices; i++) {
		const struct device *device = &host->devices[i];

		if (!is_accounted_for(parts, device->devno))
			return false;
		for (size_t d = 0; d < device->n_deps; d++)
			if (!host_device_by_devno(host, device->deps[d]) &&
				!host_block_by_devno(host, device->deps[d]) &&
				!lvm_lists(host, device->deps[d]))
				return false;
	}
	for (size_t i = 0; i < host->n_blocks; i++)
		if (can_hold_one(&host->blocks[i]) &&
			!is_accounted_for(parts, host->blocks[i].devno))
			return false;
	return true;
}

static bool is_report_good(const struct host *host)
{
	const struct source *devices = host_source(host, "lvm/pvs.json");

	if (!host_source_is_read(host, "dm") || !host_source_is_read(host, "blocks") ||
		!host_source_is_read(host, "lvm/report.json") ||
		(devices && devices->outcome != OUTCOME_READ &&
			devices->outcome != OUTCOME_SKIPPED))
		return false;
	for (size_t i = 0; i < host->n_vgs; i++)
		if (!host->vgs[i].has_metadata)
			return false;
	for (size_t i = 0; i < host->n_pvs; i++)
		if (host->pvs[i].is_duplicate ||
			(host->pvs[i].is_in_use && *host->pvs[i].vg_uuid == '\0'))
			return false;
	return true;
}

bool proof_lvm_is_whole(const struct host *host)
{
	struct parts parts = {
		host, xcalloc(host->n_devices + host->n_blocks, sizeof(bool))};
	bool is_whole = is_report_good(host);

	for (size_t level = 0; is_whole && level < LEVELS_MAX && spread(&parts); level++)
		;
	is_whole = is_whole && are_devices_accounted_for(&parts);
	free(parts.is_part);
	return is_whole;
}
