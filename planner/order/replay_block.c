/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Swap areas, arrays and loop devices in a replay, under the rules of the kernel.
 * Sources: drivers/md/md.c (do_md_stop: refused while it is open; the array is gone
 * afterwards), drivers/block/loop.c (__loop_clr_fd: its partitions go with it;
 * lo_release: autoclear), mm/swapfile.c (an area opens its device twice).
 * The kernel does not tell how often a loop device or an array is open: all that is known
 * to open it has to be gone.
 */
#include <errno.h>
#include <string.h>

#include "replay.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/swap.h"

const struct block *replay_loop_on_file(const struct host *clone, struct devno devno)
{
	struct holders blocks = host_holders_by(clone, devno, HELD_BY_BLOCK);

	for (struct holder holder; holders_next(&blocks, &holder);)
		if (holder.is_on_file)
			return holder.block;
	return NULL;
}

/* ---- is it open? ---- */

/* A partition that is open has its disk open as well. */
static bool is_open(const struct host *clone, struct devno devno, unsigned depth)
{
	struct holders holders = host_holders(clone, devno);

	for (struct holder holder; holders_next(&holders, &holder);)
		switch (holder.shape) {
		case HELD_BY_BLOCK:
			if (holder.times &&
				(holder.block->kind != BLOCK_PARTITION || depth ||
					is_open(clone, holder.block->devno, 1)))
				return true;
			break;
		case HELD_BY_SWAP:
			if (!holder.is_on_file)
				return true;
			break;
		case HELD_BY_TABLE:
		case HELD_BY_SUPERBLOCK:
		case HELD_BY_MOUNT:
		case HELD_BY_KERNEL:
		case HELD_BY_PROCESS:
			return true;
		case HOLDER_SHAPES:
			break;
		}
	return false;
}

/* ---- ending ---- */

static void end_partitions(struct host *clone, struct devno disk)
{
	struct holders blocks = host_holders_by(clone, disk, HELD_BY_BLOCK);

	for (struct holder holder; holders_next(&blocks, &holder);)
		if (holder.block->kind == BLOCK_PARTITION && holder.times)
			clone->blocks[holder.at].is_gone = true;
}

/* A loop device opens the device it is on; on a file it opens the file. */
static void end_block(struct host *clone, struct block *block)
{
	end_partitions(clone, block->devno);
	block->is_gone = true;
	for (size_t i = 0; i < block->n_below; i++)
		replay_close(clone, block->below[i], 1);
	if (*block->backing_file)
		replay_close(clone, host_path_devno(clone, block->backing_file), 1);
}

void replay_close(struct host *clone, struct devno devno, uint32_t opens)
{
	struct device *device = host_device_by_devno(clone, devno);
	struct block *block = device ? NULL : host_block_by_devno(clone, devno);

	if (device)
		device->open_count -=
			opens < device->open_count ? opens : device->open_count;
	if (block && block->kind == BLOCK_PARTITION && block->n_below == 1)
		block = host_block_by_devno(clone, block->below[0]);
	if (block && block->kind == BLOCK_LOOP &&
		block_state_has(block, LOOP_AUTOCLEAR) &&
		!is_open(clone, block->devno, 0))
		end_block(clone, block);
}

static int refuse_open(const struct block *block, struct err *err)
{
	return err_set(err, -EBUSY, "block device %s is open", block->kname);
}

static struct block *find_block(
	struct host *clone, const struct plan_target *target, enum block_kind kind)
{
	struct block *block = host_block_by_devno(clone, target->devno);

	return block && block->kind == kind && strcmp(block->kname, target->kname) == 0
		       ? block
		       : NULL;
}

int replay_md_stop(struct host *clone, const struct plan_target *target, struct err *err)
{
	struct block *array = find_block(clone, target, BLOCK_MD);

	if (!array)
		return err_set(err, -ENOENT, "array %s is not there", target->kname);
	if (is_open(clone, array->devno, 0))
		return refuse_open(array, err);
	if (array->sync && strcmp(array->sync, "idle") != 0)
		return err_set(err, -EBUSY, "array %s is running: %s", array->kname,
			array->sync);
	end_block(clone, array);
	return 0;
}

int replay_loop_detach(
	struct host *clone, const struct plan_target *target, struct err *err)
{
	struct block *loop = find_block(clone, target, BLOCK_LOOP);

	if (!loop || strcmp(loop->backing_file, target->file) != 0)
		return err_set(
			err, -ENOENT, "loop device %s is not there", target->kname);
	if (is_open(clone, loop->devno, 0))
		return refuse_open(loop, err);
	end_block(clone, loop);
	return 0;
}

int replay_swap_off(struct host *clone, const struct plan_target *target, struct err *err)
{
	struct holders swaps = host_holders_by(clone, target->devno, HELD_BY_SWAP);

	for (struct holder holder; holders_next(&swaps, &holder);) {
		struct swap *swap = &clone->swaps[holder.at];

		if (holder.is_on_file || strcmp(swap->path, target->swap_path) != 0)
			continue;
		if (!swap->has_used || swap->used)
			return err_set(err, -EBUSY, "swap area %s is in use", swap->path);
		swap->is_gone = true;
		replay_close(clone, swap->devno, holder.opens);
		return 0;
	}
	return err_set(err, -ENOENT, "swap area %s is not there", target->swap_path);
}
