/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Swap areas, arrays and loop devices on a subject: which of them the plan may end first.
 * Who uses these in turn (mounts, processes, mappings, the kernel) is seen like on any
 * other of the subject's devices. Invariant: what is not known to be idle is a reason to
 * refuse.
 */
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/swap.h"

/* Appends "NAME (KIND, MAJ:MIN) is on MAJ:MIN" + `more`. */
static void note(struct subject *subject, enum rule rule, const struct block *block,
	struct devno below, const char *more)
{
	subject_reason(subject, rule, "%s (%s, " DEVNO_FMT ") is on " DEVNO_FMT "%s",
		block->kname, block_kind_name(block->kind), DEVNO_ARGS(block->devno),
		DEVNO_ARGS(below), more);
	subject_about(subject, ABOUT_BLOCK, block);
}

/* What was not recorded keeps it, but in an import, where somebody may still answer. */
static void note_unrecorded(const struct host *host, struct subject *subject,
	const struct block *block, struct devno below, const char *more, unsigned wants)
{
	bool is_import = host_is_imported(host);

	note(subject, is_import ? RULE_EVIDENCE_MISSING : RULE_HELD, block, below, more);
	if (is_import)
		subject_unknown(subject, wants);
}

/* Not on its COW: a backup has no business there. */
static bool is_on_snapshot(const struct subject *subject, struct devno devno)
{
	return (subject->snapshot && devno_is_equal(subject->snapshot->devno, devno)) ||
	       subject_has_on_snapshot(subject, devno);
}

/* Of what a block is on, what is the subject's. */
static struct devno own_below(
	const struct host *host, const struct subject *subject, const struct block *block)
{
	for (size_t i = 0; i < block->n_below; i++)
		if (subject_owns(subject, block->below[i]))
			return block->below[i];
	return host_loop_devno(host, block);
}

/* ---- loop devices ---- */

/* It is known who has it open: then it goes, or can be detached, after that has ended. */
static bool has_user(const struct host *host, struct devno devno, unsigned depth)
{
	struct holders holders = host_holders(host, devno);

	for (struct holder holder; holders_next(&holders, &holder);)
		switch (holder.shape) {
		case HELD_BY_TABLE:
		case HELD_BY_MOUNT:
			return true;
		case HELD_BY_SWAP:
			if (!holder.is_on_file)
				return true;
			break;
		case HELD_BY_BLOCK:
			if (holder.times &&
				(holder.block->kind != BLOCK_PARTITION ||
					(depth == 0 &&
						has_user(host, holder.block->devno, 1))))
				return true;
			break;
		case HELD_BY_SUPERBLOCK:
		case HELD_BY_KERNEL:
		case HELD_BY_PROCESS:
		case HOLDER_SHAPES:
			break;
		}
	return false;
}

static void check_loop(
	const struct host *host, struct subject *subject, const struct block *loop)
{
	struct devno below = own_below(host, subject, loop);

	if (!loop->state)
		note_unrecorded(host, subject, loop, below,
			"; whether it is marked autoclear was not recorded",
			WANTS(LOOPS) | WANTS(OPENERS));
	else if (block_state_has(loop, LOOP_AUTOCLEAR) && !has_user(host, loop->devno, 0))
		note(subject, RULE_HELD, loop, below,
			"; it is marked autoclear, so something that was not found still "
			"has it open");
	else if (block_state_has(loop, LOOP_AUTOCLEAR))
		note(subject, RULE_HELD_IDLE, loop, below,
			"; the kernel detaches it when its last user closes it "
			"(autoclear)");
	else
		note(subject, RULE_HELD_IDLE, loop, below, "");
}

/* ---- partitions ---- */

/* Those of an array go with it (del_gendisk()); those of a loop device only where it was
 * told to look for partitions (kernel drivers/block/loop.c, __loop_clr_fd). */
static void check_partition(
	const struct host *host, struct subject *subject, const struct block *partition)
{
	struct devno below = own_below(host, subject, partition);
	const struct block *disk = host_block_by_devno(host, below);

	if (partition->n_below != 1)
		note(subject, RULE_HELD, partition, below,
			", and also on something else");
	else if (disk && (disk->kind == BLOCK_MD ||
				 (disk->kind == BLOCK_LOOP &&
					 block_state_has(disk, LOOP_PARTSCAN))))
		note(subject, RULE_HELD_IDLE, partition, below,
			", and is removed with it");
	else
		note(subject, RULE_HELD, partition, below,
			"; it may remain when that is detached (remove it with partx -d, "
			"and capture again)");
}

/* ---- arrays ---- */

static bool is_one_of(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; word && i < count; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}
#define IS_ONE_OF(word, words) is_one_of(word, words, sizeof(words) / sizeof((words)[0]))

/* Nothing was written to it since it was assembled, or it never ran (kernel
 * Documentation/admin-guide/md.rst, array_state). */
static bool is_unwritten(const struct block *array)
{
	static const char *const states[] = {"inactive", "readonly", "read-auto"};

	return IS_ONE_OF(array->state, states);
}

/* Not a container, whose arrays share its members. One that never ran is known by the
 * number of its level only (md.c, level_show). */
static bool is_known_level(const struct block *array)
{
	static const char *const names[] = {
		"linear", "raid0", "raid1", "raid4", "raid5", "raid6", "raid10"};
	static const char *const numbers[] = {"-1", "0", "1", "4", "5", "6", "10"};

	if (IS_ONE_OF(array->level, names))
		return true;
	return IS_ONE_OF(array->level, numbers) && strcmp(array->state, "inactive") == 0;
}

static bool has_redundancy(const struct block *array)
{
	return strcmp(array->level, "linear") != 0 && strcmp(array->level, "raid0") != 0;
}

static bool has_member(const struct block *array, struct devno member)
{
	return array->n_below && bsearch(&member, array->below, array->n_below,
					 sizeof(member), devno_order);
}

static bool shares_a_member(const struct host *host, const struct block *array)
{
	for (size_t a = 0; a < array->n_below; a++) {
		struct holders blocks =
			host_holders_by(host, array->below[a], HELD_BY_BLOCK);

		for (struct holder holder; holders_next(&blocks, &holder);)
			if (holder.block != array &&
				has_member(holder.block, array->below[a]))
				return true;
	}
	return false;
}

/*
 * NULL: it is at rest, and what is on it is on the snapshot alone. An array that runs
 * without a member and was written to since has what that member, wherever it is, does
 * not have: it is no longer a copy, so it is left to people. `ret_is_unrecorded`: that is
 * why, and another capture would show it.
 */
static const char *why_not_stop(const struct host *host, const struct subject *subject,
	const struct block *array, bool *ret_is_unrecorded)
{
	*ret_is_unrecorded = false;
	for (size_t i = 0; i < array->n_below; i++)
		if (!is_on_snapshot(subject, array->below[i]))
			return "; it has members elsewhere";
	if (!array->state || !array->level) {
		*ret_is_unrecorded = true;
		return "; its state was not recorded";
	}
	if (shares_a_member(host, array))
		return "; another array has the same member";
	if (!is_known_level(array))
		return "; its RAID level is unknown";
	if (array->sync && strcmp(array->sync, "idle") != 0)
		return "; it is being synchronised, checked or changed";
	if (is_unwritten(array))
		return NULL;
	if (strcmp(array->state, "clean") != 0)
		return "; it was written to and is not clean";
	if (has_redundancy(array) && !array->sync)
		return "; its state was not recorded";
	if (array->missing)
		return "; it was written to while members were missing";
	return NULL;
}

static void check_array(
	const struct host *host, struct subject *subject, const struct block *array)
{
	bool is_unrecorded;
	const char *why = why_not_stop(host, subject, array, &is_unrecorded);

	if (is_unrecorded) {
		note_unrecorded(host, subject, array, own_below(host, subject, array),
			why, WANTS(ARRAYS));
		return;
	}
	note(subject, why ? RULE_HELD : RULE_HELD_IDLE, array,
		own_below(host, subject, array), why ? why : "");
}

/* ---- swap ---- */

/* What is told of it; NULL: it is idle, and the plan ends it. */
static const char *why_swap_stays(const struct subject *subject, const struct swap *swap)
{
	if (!is_on_snapshot(subject, swap->devno))
		return ", on the COW";
	if (!swap->has_used)
		return "; how much of it is in use was not recorded";
	if (swap->used)
		return "";
	return NULL;
}

static void note_swap(struct subject *subject, const struct swap *swap, const char *why)
{
	if (!why)
		subject_reason(subject, RULE_HELD_IDLE,
			"swap area %s is active, but unused", swap->path);
	else if (*why)
		subject_reason(
			subject, RULE_HELD, "swap area %s is active%s", swap->path, why);
	else
		subject_reason(subject, RULE_HELD,
			"swap area %s is active, with %llu KiB in use: swapoff would "
			"read them back into memory",
			swap->path, (unsigned long long)swap->used);
	subject_about(subject, ABOUT_SWAP, swap);
}

static void note_swap_file(struct subject *subject, const struct swap *swap)
{
	subject_reason(subject, RULE_HELD, "swap file %s is active", swap->path);
	subject_about(subject, ABOUT_SWAP, swap);
}

/* Idle ones are told up to what a plan goes through, others up to a few. */
struct swaps_seen {
	unsigned n_idle, n_held;
};

static bool is_told(struct swaps_seen *seen, bool is_held)
{
	return is_held ? seen->n_held++ <= ALIKE_MOST : seen->n_idle++ < STACK_MOST;
}

static void end_swaps(
	struct subject *subject, const struct swaps_seen *seen, bool is_held)
{
	if (is_held && seen->n_held == ALIKE_MOST + 1)
		subject_add_words(subject, "; `swapon --show` lists any others");
}

static void check_swaps(const struct host *host, struct subject *subject)
{
	cleanup_holders struct holders areas =
		subject_holders(host, subject, HELD_BY_SWAP, PLACES_MOST);
	struct holders files = areas; /* borrowed */
	struct swaps_seen seen = {0, 0};

	for (struct holder holder; holders_next(&areas, &holder);) {
		const char *why;

		if (holder.is_on_file)
			continue;
		why = why_swap_stays(subject, holder.swap);
		if (is_told(&seen, why)) {
			note_swap(subject, holder.swap, why);
			end_swaps(subject, &seen, why);
		}
	}
	for (struct holder holder; holders_next(&files, &holder);)
		if (holder.is_on_file && is_told(&seen, true)) {
			note_swap_file(subject, holder.swap);
			end_swaps(subject, &seen, true);
		}
	if (seen.n_idle > STACK_MOST)
		subject_reason(subject, RULE_TOO_MUCH,
			"more than %d swap areas are on it", STACK_MOST);
	else if (holders_are_cut(&areas))
		subject_reason(subject, RULE_TOO_MUCH,
			"more swap areas may be on it than this program examines");
}

/* ---- all ---- */

static void check_block(
	const struct host *host, struct subject *subject, const struct block *block)
{
	switch (block->kind) {
	case BLOCK_LOOP:
		check_loop(host, subject, block);
		return;
	case BLOCK_MD:
		check_array(host, subject, block);
		return;
	case BLOCK_PARTITION:
		check_partition(host, subject, block);
		return;
	case BLOCK_DISK:
	case BLOCK_OTHER:
		note(subject, RULE_HELD, block, own_below(host, subject, block), "");
		return;
	}
}

void check_blocks(const struct host *host, struct subject *subject)
{
	for (size_t i = 0; i < subject->n_layers; i++) {
		const struct block *block = subject->layers[i].block;

		if (block && i < subject->n_on_snapshot)
			check_block(host, subject, block);
		else if (block)
			note(subject, RULE_HELD, block, own_below(host, subject, block),
				", the COW");
	}
	check_swaps(host, subject);
}
