/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holders whose file system is not known; see host/holder.h. Input: the model. Output: those
 * that may be on one device. Invariant: what could be on it is not left out, but for the
 * number of them.
 */
#include <stdbool.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/swap.h"

/* Not every file system has a folder in /sys/fs (vfat, ntfs3), so a mount counts as well.
 */
bool host_has_file_system(const struct host *host, struct devno devno)
{
	cleanup_places struct places live =
		host_places(host, PLACES_SUPERBLOCKS, places_devno(devno));
	cleanup_places struct places mounts =
		host_places(host, PLACES_MOUNTS, places_devno(devno));

	for (size_t i; places_next(&live, &i);)
		if (!host->superblocks[i].is_gone &&
			devno_is_equal(host->superblocks[i].devno, devno))
			return true;
	for (size_t i; places_next(&mounts, &i);)
		if (!host->mounts[i].is_gone &&
			devno_is_equal(host_mount_devno(host, &host->mounts[i]), devno))
			return true;
	return false;
}

#define HOLDERS_MOST 64 /* that are looked at one by one; any more may be on it */

bool holder_may_be_on(
	const struct host *host, const struct kernel_holder *holder, struct devno devno)
{
	cleanup_places struct places mounts =
		host_places(host, PLACES_MOUNTS, places_devno(devno));

	if (!holder->is_within)
		return true;
	for (size_t i; places_next(&mounts, &i);)
		if (host->mounts[i].namespace_id == holder->namespace_id &&
			devno_is_equal(host_mount_devno(host, &host->mounts[i]), devno))
			return true;
	return false;
}

static void add(struct unplaced_list *list, struct unplaced unplaced)
{
	if (list->count < UNPLACED_MOST)
		list->items[list->count++] = unplaced;
}

void host_unplaced_on(
	const struct host *host, struct devno devno, struct unplaced_list *ret_list)
{
	cleanup_places struct places loops =
		host_places(host, PLACES_BLOCKS, places_devno(DEVNO_NONE));
	cleanup_places struct places swaps =
		host_places(host, PLACES_SWAPS, places_devno(DEVNO_NONE));

	cleanup_places struct places holders =
		host_places(host, PLACES_KERNEL_HOLDERS, places_devno(DEVNO_NONE));
	unsigned n_holders = 0;

	ret_list->count = 0;
	if (!host_has_file_system(host, devno))
		return;
	for (size_t i; ret_list->count < UNPLACED_MOST && places_next(&loops, &i);)
		if (!host->blocks[i].is_gone &&
			host->blocks[i].file.place == FILE_UNPLACED)
			add(ret_list, (struct unplaced){.loop = &host->blocks[i]});
	for (size_t i; ret_list->count < UNPLACED_MOST && places_next(&swaps, &i);)
		if (!host->swaps[i].is_gone && devno_is_none(host->swaps[i].devno) &&
			host->swaps[i].file.place == FILE_UNPLACED)
			add(ret_list, (struct unplaced){.swap = &host->swaps[i]});
	for (size_t i; ret_list->count < UNPLACED_MOST && places_next(&holders, &i);) {
		const struct kernel_holder *holder = &host->kernel_holders[i];

		if (devno_is_none(holder->devno) &&
			(++n_holders > HOLDERS_MOST ||
				holder_may_be_on(host, holder, devno)))
			add(ret_list, (struct unplaced){.holder = holder});
	}
}
