/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is on one subject -> steps: its mounts and swap areas, its mappings, arrays
 * and loop devices. What is on top goes first; mounts are on top of each other by their
 * folders, and a loop device may be on a file below a mount: so whatever is free goes,
 * again and again, until nothing is left.
 */
#include <stdlib.h>
#include <string.h>

#include "mapping.h"
#include "order.h"
#include "replay.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/swap.h"

/* ---- mounts ---- */

static int add_umount(
	struct ordering *ordering, const struct mount *mount, struct err *err)
{
	struct plan_step *step = plan_step_add(ordering->plan, OP_UMOUNT);

	step->target.namespace_id = mount->namespace_id;
	step->target.mount_id = mount->id;
	step->target.devno = host_mount_devno(ordering->clone, mount);
	order_set_string(&step->target.mount_target, mount->target);
	plan_step_reason(step,
		"%s: this mount keeps it busy; no process has a file, a working "
		"directory, a "
		"root or a mapping on it",
		ordering->subject->label);
	return order_predict(ordering, step, err);
}

/* A mount in it, or a loop device on a file in it, has to go first. */
static bool is_below_something(const struct host *clone, const struct mount *mount)
{
	return mounts_child(clone, mount) ||
	       replay_loop_on_file(clone, host_mount_devno(clone, mount));
}

/* The subject's mounts, the last in the kernel's order first: one may be below or on top
 * of another, as a guest's /boot is below its root. */
static int add_umounts(struct ordering *ordering, size_t *n_left, struct err *err)
{
	const struct mount_namespace *home = host_namespace_of_host(ordering->clone);
	cleanup_holders struct holders mounts = subject_holders(
		ordering->clone, ordering->subject, HELD_BY_MOUNT, SIZE_MAX);

	for (struct holder holder; home && holders_previous(&mounts, &holder);) {
		int r;

		if (holder.mount->namespace_id != home->id)
			continue;
		if (is_below_something(ordering->clone, holder.mount)) {
			*n_left += 1;
			continue;
		}
		r = add_umount(ordering, holder.mount, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- swap ---- */

static int add_swap_offs(struct ordering *ordering, struct err *err)
{
	cleanup_holders struct holders swaps = subject_holders(
		ordering->clone, ordering->subject, HELD_BY_SWAP, SIZE_MAX);

	for (struct holder holder; holders_next(&swaps, &holder);) {
		const struct swap *swap = holder.swap;
		struct plan_step *step;
		int r;

		if (holder.is_on_file)
			continue;
		step = plan_step_add(ordering->plan, OP_SWAP_OFF);
		step->target.devno = swap->devno;
		order_set_string(&step->target.swap_path, swap->path);
		plan_step_reason(step, "%s: an active swap area is on it, but unused",
			ordering->subject->label);
		r = order_predict(ordering, step, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- layers ---- */

static void aim_at_block(struct plan_target *target, const struct block *block)
{
	target->devno = block->devno;
	target->diskseq = block->diskseq;
	order_set_string(&target->kname, block->kname);
	order_set_string(&target->array_uuid, block->uuid ? block->uuid : "");
	order_set_string(&target->file, block->backing_file);
	for (size_t i = 0; i < block->n_below; i++)
		*array_add(&target->below, &target->n_below) = block->below[i];
}

static int add_md_stop(
	struct ordering *ordering, const struct block *array, struct err *err)
{
	struct plan_step *step = plan_step_add(ordering->plan, OP_MD_STOP);

	aim_at_block(&step->target, array);
	plan_step_reason(step,
		"%s: an idle array, all of whose members are on this snapshot",
		ordering->subject->label);
	return order_predict(ordering, step, err);
}

static int add_loop_detach(
	struct ordering *ordering, const struct block *loop, struct err *err)
{
	struct plan_step *step = plan_step_add(ordering->plan, OP_LOOP_DETACH);

	aim_at_block(&step->target, loop);
	if (!step->target.n_below)
		*array_add(&step->target.below, &step->target.n_below) =
			host_loop_devno(ordering->clone, loop);
	plan_step_reason(
		step, "%s: an idle loop device is on it", ordering->subject->label);
	return order_predict(ordering, step, err);
}

static bool is_gone(const struct host *clone, const struct layer *layer)
{
	return layer->device ? !host_device_by_devno(clone, layer->device->devno)
			     : !host_block_by_devno(clone, layer->block->devno);
}

/* Nothing that is still there is on it, but partitions that go with it. */
static bool is_on_top(const struct host *clone, struct devno devno)
{
	struct holders blocks = host_holders_by(clone, devno, HELD_BY_BLOCK);

	if (host_is_held_by(clone, devno, HELD_BY_MOUNT) ||
		host_is_held_by(clone, devno, HELD_BY_TABLE))
		return false;
	for (struct holder holder; holders_next(&blocks, &holder);)
		if (holder.times && (holder.block->kind != BLOCK_PARTITION ||
					    !is_on_top(clone, holder.block->devno)))
			return false;
	return true;
}

static int add_mapping(
	struct ordering *ordering, const struct device *device, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT, why = BUF_INIT;
	enum mapping_kind kind =
		mapping_judge(ordering->survey->host, ordering->subject, device, &why);

	buf_printf(&text, "an idle %s is on it", mapping_kind_words(kind));
	return order_add_dm_remove(ordering, device, buf_text(&text), err);
}

static int add_layer(
	struct ordering *ordering, const struct layer *layer, struct err *err)
{
	if (layer->device)
		return add_mapping(ordering, layer->device, err);
	switch (layer->block->kind) {
	case BLOCK_MD:
		return add_md_stop(ordering, layer->block, err);
	case BLOCK_LOOP:
		return add_loop_detach(ordering, layer->block, err);
	case BLOCK_PARTITION: /* goes with its disk */
	case BLOCK_DISK:
	case BLOCK_OTHER:
		return 0;
	}
	return 0;
}

/* One round over the layers, topmost first. */
static int add_layers(struct ordering *ordering, size_t *n_left, struct err *err)
{
	const struct subject *subject = ordering->subject;
	int r = 0;

	for (size_t i = 0; i < subject->n_layers && r == 0; i++) {
		const struct layer *layer = &subject->layers[i];

		if (is_gone(ordering->clone, layer))
			continue;
		if (is_on_top(ordering->clone, layer_devno(layer)))
			r = add_layer(ordering, layer, err);
		*n_left += r == 0 && !is_gone(ordering->clone, layer);
	}
	return r;
}

int order_add_above(struct ordering *ordering, struct err *err)
{
	size_t n_left = 1, n_steps;
	int r = 0;

	do {
		n_steps = ordering->plan->n_steps;
		n_left = 0;
		r = add_umounts(ordering, &n_left, err);
		if (r == 0)
			r = add_swap_offs(ordering, err);
		if (r == 0)
			r = add_layers(ordering, &n_left, err);
	} while (r == 0 && n_left && ordering->plan->n_steps > n_steps);
	return r;
}
