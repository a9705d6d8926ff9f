/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open-count ledger: a device's open count, and every holder that explains a part of
 * it. Sources: kernel drivers/md/dm.c (dm_blk_open counts block-device opens), and what
 * the lab shows: a table opens each of its devices once, a mounted file system once, a
 * swap area twice; a SCSI target's backstore and a Xen guest's disk once.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/process.h"
#include "snapstate/host/swap.h"
#include "snapstate/ledger.h"

static uint32_t count_tables(const struct host *host, struct devno devno)
{
	cleanup_places struct places places =
		host_places(host, PLACES_ABOVE, places_devno(devno));
	uint32_t count = 0;

	for (size_t i; places_next(&places, &i);)
		if (!host->devices[i].is_gone)
			count += (uint32_t)devnos_count(
				host->devices[i].deps, host->devices[i].n_deps, devno);
	return count;
}

static uint32_t count_blocks(const struct host *host, struct devno devno)
{
	cleanup_places struct places places =
		host_places(host, PLACES_BLOCKS, places_devno(devno));
	uint32_t count = 0;

	for (size_t i; places_next(&places, &i);) {
		const struct block *block = &host->blocks[i];

		if (block->is_gone)
			continue;
		count += (uint32_t)devnos_count(block->below, block->n_below, devno);
		/* a loop on a file inside opens the file, not the device */
		if (*block->backing_file &&
			devno_is_equal(host_path_devno(host, block->backing_file), devno))
			count++;
	}
	return count;
}

/* A backstore on a file, an overlay and an export open the file, not the device. What
 * only holders/ shows has the device open as well: a claim is an open (kernel
 * block/holder.c). */
static uint32_t count_kernel_holders(const struct host *host, struct devno devno)
{
	cleanup_places struct places places =
		host_places(host, PLACES_KERNEL_HOLDERS, places_devno(devno));
	uint32_t count = 0;

	for (size_t i; places_next(&places, &i);)
		if (!holder_is_of_file(host->kernel_holders[i].kind) &&
			devno_is_equal(host->kernel_holders[i].devno, devno))
			count++;
	return count;
}

int64_t ledger_rest(const struct ledger *ledger)
{
	return (int64_t)ledger->open - ledger->tables - ledger->file_systems -
	       ledger->swaps - ledger->blocks - ledger->nodes;
}

void ledger_of_device(
	const struct host *host, const struct device *device, struct ledger *ret)
{
	cleanup_places struct places swaps =
		host_places(host, PLACES_SWAPS, places_devno(device->devno));
	cleanup_places struct places uses =
		host_places(host, PLACES_USES, places_devno(device->devno));
	struct ledger ledger = {.open = device->open_count};

	ledger.tables = count_tables(host, device->devno);
	/* all mounts of one file system share one open */
	ledger.file_systems = host_has_file_system(host, device->devno);
	ledger.blocks = count_blocks(host, device->devno) +
			count_kernel_holders(host, device->devno);
	for (size_t i; places_next(&swaps, &i);)
		if (!host->swaps[i].is_gone &&
			devno_is_equal(host->swaps[i].devno, device->devno))
			ledger.swaps += 2;
	for (size_t i; places_next(&uses, &i);)
		if (host->uses[i].kind == USE_NODE &&
			devno_is_equal(host->uses[i].devno, device->devno))
			ledger.nodes += host->uses[i].count;
	ledger.rest = ledger_rest(&ledger);
	*ret = ledger;
}

bool host_device_is_in_use(const struct host *host, const struct device *device)
{
	cleanup_places struct places uses =
		host_places(host, PLACES_USES, places_devno(device->devno));
	struct ledger ledger;
	uint64_t by_udev = 0;

	for (size_t i; places_next(&uses, &i);) {
		const struct use *use = &host->uses[i];

		if (!devno_is_equal(use->devno, device->devno))
			continue;
		if (use->kind != USE_NODE ||
			!process_is_udev(host_process(host, use->pid)))
			return true;
		by_udev += use->count;
	}
	ledger_of_device(host, device, &ledger);
	return ledger.open > by_udev || ledger.file_systems;
}
