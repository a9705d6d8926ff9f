/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prover's rules for swap areas, arrays and loop devices, and what their end does to
 * the host. Shares nothing with check_block.c and replay_block.c. Sources: kernel
 * drivers/md/md.c (do_md_stop), drivers/block/loop.c (__loop_clr_fd, lo_release),
 * mm/swapfile.c.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "prove.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/swap.h"

/* ---- what it is on ---- */

static bool holds_member(const struct block *block, struct devno devno)
{
	for (size_t i = 0; i < block->n_below; i++)
		if (devno_is_equal(block->below[i], devno))
			return true;
	return false;
}

static bool is_on(const struct host *host, const struct block *block, struct devno devno)
{
	if (block->is_gone)
		return false;
	return holds_member(block, devno) ||
	       (*block->backing_file &&
		       devno_is_equal(host_loop_devno(host, block), devno));
}

/* ---- who is on it ---- */

static bool has_swap_on(const struct host *host, struct devno devno)
{
	struct holders swaps = host_holders_by(host, devno, HELD_BY_SWAP);

	for (struct holder holder; holders_next(&swaps, &holder);)
		if (devno_is_equal(holder.swap->devno, devno))
			return true;
	return false;
}

static bool is_mounted_in(
	const struct host *host, uint64_t namespace_id, struct devno devno)
{
	struct holders mounts = host_holders_by(host, devno, HELD_BY_MOUNT);

	for (struct holder holder; holders_next(&mounts, &holder);)
		if (holder.mount->namespace_id == namespace_id)
			return true;
	return false;
}

/* What could be on any file system is on none that a plan unmounts. */
static int check_placed(
	const struct proof *proof, struct devno devno, const char *name)
{
	const struct host *now = proof->now;
	struct holders holders = host_holders_by(now, DEVNO_NONE, HELD_BY_KERNEL);

	if (host_is_held_by(now, DEVNO_NONE, HELD_BY_BLOCK))
		return proof_broken(proof, 3, "a loop device's file may be on it", name);
	if (host_is_held_by(now, DEVNO_NONE, HELD_BY_SWAP))
		return proof_broken(proof, 3, "a swap file may be on it", name);
	for (struct holder holder; holders_next(&holders, &holder);)
		if (!holder.kernel->is_within ||
			is_mounted_in(now, holder.kernel->namespace_id, devno))
			return proof_broken(
				proof, 3, "the kernel may have it open", name);
	return 0;
}

/* The file system on it has a file that the kernel holds open: of a loop device, or one
 * to swap on. */
int proof_check_files(const struct proof *proof, struct devno devno, const char *name)
{
	const struct host *now = proof->now;
	struct holders blocks = host_holders_by(now, devno, HELD_BY_BLOCK);
	struct holders swaps = host_holders_by(now, devno, HELD_BY_SWAP);
	struct holder holder;

	while (holders_next(&blocks, &holder))
		if (*holder.block->backing_file && is_on(now, holder.block, devno) &&
			devno_is_none(host_path_devno(now, holder.block->backing_file)))
			return proof_broken(
				proof, 3, "a block device is on a file of it", name);
	if (host_is_held_by(now, devno, HELD_BY_KERNEL))
		return proof_broken(proof, 3, "the kernel holds it", name);
	while (holders_next(&swaps, &holder))
		if (devno_is_equal(host_swap_file_devno(now, holder.swap), devno))
			return proof_broken(
				proof, 3, "a file of it is an active swap area", name);
	return check_placed(proof, devno, name);
}

static bool goes_with(const struct block *disk, const struct block *partition)
{
	return partition->kind == BLOCK_PARTITION &&
	       holds_member(partition, disk->devno) &&
	       (disk->kind == BLOCK_MD || block_state_has(disk, LOOP_PARTSCAN));
}

static int check_unused(const struct proof *proof, struct devno devno, const char *name);

int proof_check_held(const struct proof *proof, struct devno devno, const char *name)
{
	const struct host *now = proof->now;
	const struct block *disk = host_block_by_devno(now, devno);
	struct holders blocks = host_holders_by(now, devno, HELD_BY_BLOCK);

	if (has_swap_on(now, devno))
		return proof_broken(proof, 3, "it is an active swap area", name);
	for (struct holder holder; holders_next(&blocks, &holder);) {
		const struct block *block = holder.block;

		if (!is_on(now, block, devno))
			continue;
		if (!disk || !goes_with(disk, block))
			return proof_broken(proof, 3, "a block device is on it", name);
		if (check_unused(proof, block->devno, block->kname) < 0)
			return -EPERM;
	}
	return 0;
}

/* Its opens are not told by the kernel, so each process that could have it open must
 * be seen to have ended. */
static int check_unused(const struct proof *proof, struct devno devno, const char *name)
{
	if (proof_check_processes(proof, devno, name) < 0 ||
		proof_check_held(proof, devno, name) < 0 ||
		proof_check_not_mounted(proof, devno, name) < 0)
		return -EPERM;
	if (host_is_held_by(proof->now, devno, HELD_BY_TABLE))
		return proof_broken(proof, 4, "a mapping is on it", name);
	if (host_is_held_by(proof->now, devno, HELD_BY_KERNEL))
		return proof_broken(proof, 4, "the kernel holds it", name);
	return 0;
}

/* ---- closing ---- */

static bool is_free(const struct proof *proof, struct devno devno)
{
	struct err ignored = ERR_INIT;
	struct proof question = *proof;

	question.err = &ignored;
	return check_unused(&question, devno, "") == 0;
}

static void end_block(const struct proof *proof, struct block *block)
{
	struct host *now = proof->now;
	struct holders blocks = host_holders_by(now, block->devno, HELD_BY_BLOCK);

	for (struct holder holder; holders_next(&blocks, &holder);)
		if (holder.block->kind == BLOCK_PARTITION &&
			holds_member(holder.block, block->devno))
			now->blocks[holder.at].is_gone = true;
	block->is_gone = true;
	for (size_t i = 0; i < block->n_below; i++)
		proof_close(proof, block->below[i], 1);
	if (*block->backing_file) /* a file is closed, not the device below */
		proof_close(proof, host_path_devno(now, block->backing_file), 1);
}

void proof_close(const struct proof *proof, struct devno devno, uint32_t opens)
{
	struct device *device = host_device_by_devno(proof->now, devno);
	struct block *block = host_block_by_devno(proof->now, devno);

	if (device)
		device->open_count -= opens; /* wraps if it was not counted: rule 4 sees
						it */
	else if (block && block->kind == BLOCK_PARTITION && block->n_below == 1)
		proof_close(proof, block->below[0], 0);
	else if (block && block->kind == BLOCK_LOOP &&
		 block_state_has(block, LOOP_AUTOCLEAR) && is_free(proof, devno))
		end_block(proof, block);
}

/* ---- the operations ---- */

static int check_below(const struct proof *proof, struct devno devno, const char *name)
{
	const struct device *snapshot = proof_snapshot_below(proof->now, devno);

	if (!snapshot)
		return proof_broken(proof, 1, "is not on a snapshot alone", name);
	return proof_check_group_of(proof, snapshot);
}

static bool is_target_below(const struct proof *proof, const struct block *block)
{
	const struct plan_target *target = &proof->step->target;
	struct devno device;

	if (block->kind == BLOCK_LOOP) {
		device = host_loop_devno(proof->now, block);
		return target->n_below == 1 && devno_is_equal(target->below[0], device);
	}
	if (block->n_below != target->n_below)
		return false;
	for (size_t i = 0; i < block->n_below; i++)
		if (!devno_is_equal(block->below[i], target->below[i]))
			return false;
	return true;
}

/* The target's block, in all that the plan says of it. */
static struct block *target_block(const struct proof *proof, enum block_kind kind)
{
	const struct plan_target *target = &proof->step->target;
	struct block *block = host_block_by_devno(proof->now, target->devno);
	const char *uuid = block && block->uuid ? block->uuid : "";

	if (!block || block->kind != kind || block->diskseq != target->diskseq ||
		strcmp(block->kname, target->kname) != 0 ||
		strcmp(uuid, target->array_uuid) != 0 ||
		strcmp(block->backing_file, target->file) != 0 ||
		!is_target_below(proof, block))
		return NULL;
	return block;
}

/* In the words of the kernel's array_state: it never ran, or nobody wrote to it. */
static bool was_never_written(const char *state)
{
	return strcmp(state, "inactive") == 0 || strcmp(state, "readonly") == 0 ||
	       strcmp(state, "read-auto") == 0;
}

static bool is_of_striped_level(const char *level)
{
	return strcmp(level, "raid0") == 0 || strcmp(level, "linear") == 0;
}

static bool is_of_plain_level(const struct block *array)
{
	static const char words[] = " linear raid0 raid1 raid4 raid5 raid6 raid10 ";
	static const char numbers[] = " -1 0 1 4 5 6 10 "; /* of one that never ran */
	char word[32];

	if (snprintf(word, sizeof(word), " %s ", array->level) >= (int)sizeof(word) ||
		!*array->level || strchr(array->level, ' '))
		return false;
	return strstr(words, word) ||
	       (strcmp(array->state, "inactive") == 0 && strstr(numbers, word));
}

static bool is_member_shared(const struct host *now, const struct block *array)
{
	for (size_t i = 0; i < array->n_below; i++) {
		struct holders blocks =
			host_holders_by(now, array->below[i], HELD_BY_BLOCK);

		for (struct holder holder; holders_next(&blocks, &holder);)
			if (holder.block != array &&
				holds_member(holder.block, array->below[i]))
				return true;
	}
	return false;
}

static int check_array_at_rest(const struct proof *proof, const struct block *array)
{
	bool is_whole;

	if (!array->state || !array->level)
		return proof_broken(proof, 6, "its state was not read", array->kname);
	if (!is_of_plain_level(array) || is_member_shared(proof->now, array))
		return proof_broken(proof, 9, "not an array of its own", array->kname);
	if (array->sync && strcmp(array->sync, "idle") != 0)
		return proof_broken(proof, 9, "it is running", array->kname);
	is_whole =
		array->missing == 0 && (array->sync || is_of_striped_level(array->level));
	if (was_never_written(array->state) ||
		(strcmp(array->state, "clean") == 0 && is_whole))
		return 0;
	return proof_broken(proof, 9, "what is on it may be nowhere else", array->kname);
}

int prove_md_stop(struct proof *proof)
{
	struct block *array = target_block(proof, BLOCK_MD);
	int r;

	if (!array)
		return proof_broken(proof, 1, "no such array", proof->step->target.kname);
	r = check_below(proof, array->devno, array->kname);
	if (r == 0)
		r = check_array_at_rest(proof, array);
	if (r == 0)
		r = check_unused(proof, array->devno, array->kname);
	if (r == 0)
		end_block(proof, array);
	return r;
}

int prove_loop_detach(struct proof *proof)
{
	struct block *loop = target_block(proof, BLOCK_LOOP);
	int r;

	if (!loop)
		return proof_broken(
			proof, 1, "no such loop device", proof->step->target.kname);
	if (!loop->state)
		return proof_broken(proof, 6, "its state was not read", loop->kname);
	if (block_state_has(loop, LOOP_AUTOCLEAR))
		return proof_broken(proof, 4, "it is still open", loop->kname);
	r = check_below(proof, loop->devno, loop->kname);
	if (r == 0)
		r = check_unused(proof, loop->devno, loop->kname);
	if (r == 0)
		end_block(proof, loop);
	return r;
}

int prove_swap_off(struct proof *proof)
{
	const struct plan_target *target = &proof->step->target;
	struct holders swaps = host_holders_by(proof->now, target->devno, HELD_BY_SWAP);

	for (struct holder holder; holders_next(&swaps, &holder);) {
		struct swap *swap = &proof->now->swaps[holder.at];

		if (!devno_is_equal(swap->devno, target->devno) ||
			strcmp(swap->path, target->swap_path) != 0)
			continue;
		if (!swap->has_used || swap->used)
			return proof_broken(proof, 9,
				"a page may be there and nowhere else", swap->path);
		if (check_below(proof, swap->devno, swap->path) < 0)
			return -EPERM;
		swap->is_gone = true;
		proof_close(proof, swap->devno, 2);
		return 0;
	}
	return proof_broken(proof, 1, "no such swap area", target->swap_path);
}
