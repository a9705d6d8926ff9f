/* SPDX-License-Identifier: Apache-2.0 */
/* Devices under pseudonyms; see names.h. */
#include <string.h>

#include "names.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/change.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/mount.h"

/* ---- device-mapper ---- */

static const char *params(
	const struct copy *copy, const char *target_type, const char *text)
{
	struct buf out = BUF_INIT;

	params_pseudonyms(&copy->names, target_type, text, &out);
	return copy_finish(copy, &out);
}

static void targets(const struct copy *copy, const struct dm_target *from, size_t n_from,
	struct dm_target **to, size_t *n_to)
{
	for (size_t i = 0; i < n_from; i++) {
		struct dm_target *target = array_add(to, n_to);

		*target = from[i];
		target->type = copy_keep(copy, from[i].type);
		target->params = params(copy, from[i].type, from[i].params);
		target->status = params(copy, "", from[i].status);
	}
}

static void devnos(
	const struct devno *from, size_t n_from, struct devno **to, size_t *n_to)
{
	for (size_t i = 0; i < n_from; i++)
		*array_add(to, n_to) = from[i];
}

static void dm_devices(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_devices; i++) {
		const struct device *device = &from->devices[i];
		struct device *to = array_add(&copy->to->devices, &copy->to->n_devices);

		*to = *device;
		to->name = copy_name(copy, device->name);
		to->uuid = copy_dm_uuid(copy, device->uuid);
		to->targets = to->inactive = NULL;
		to->snapshot = (struct snapshot_words){.type = NULL};
		to->deps = NULL;
		to->n_targets = to->n_inactive = to->n_deps = 0;
		targets(copy, device->targets, device->n_targets, &to->targets,
			&to->n_targets);
		targets(copy, device->inactive, device->n_inactive, &to->inactive,
			&to->n_inactive);
		devnos(device->deps, device->n_deps, &to->deps, &to->n_deps);
	}
}

/* ---- others ---- */

static void blocks(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_blocks; i++) {
		const struct block *block = &from->blocks[i];
		struct block *to = array_add(&copy->to->blocks, &copy->to->n_blocks);

		*to = *block;
		to->kname = copy_name(copy, block->kname);
		to->backing_file = copy_name(copy, block->backing_file);
		to->transport = copy_keep(copy, block->transport);
		to->uuid = copy_keep(copy, block->uuid);
		to->level = copy_keep(copy, block->level);
		to->state = copy_keep(copy, block->state);
		to->sync = copy_keep(copy, block->sync);
		to->below = NULL;
		to->n_below = 0;
		devnos(block->below, block->n_below, &to->below, &to->n_below);
	}
	for (size_t i = 0; i < from->n_superblocks; i++) {
		struct superblock *to =
			array_add(&copy->to->superblocks, &copy->to->n_superblocks);

		to->devno = from->superblocks[i].devno;
		to->type = copy_type(copy, from->superblocks[i].type);
	}
}

/* "vbd-DOMAIN-DEVICE", "iblock_0/NAME", a kernel name */
static const char *holder_name(
	const struct copy *copy, const struct kernel_holder *holder)
{
	bool is_xen = holder->kind == HOLDER_XEN &&
		      strncmp(holder->name, "vbd-", 4) == 0 &&
		      strspn(holder->name + 4, "0123456789-") == strlen(holder->name + 4);

	return is_xen ? copy_keep(copy, holder->name) : copy_name(copy, holder->name);
}

static void kernel_holders(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_kernel_holders; i++) {
		struct kernel_holder *to =
			array_add(&copy->to->kernel_holders, &copy->to->n_kernel_holders);

		*to = from->kernel_holders[i];
		to->name = holder_name(copy, &from->kernel_holders[i]);
	}
}

static void changes(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_changes; i++)
		host_change_add(copy->to, from->changes[i].devno, from->changes[i].kind,
			copy_name(copy, from->changes[i].name));
}

void copy_devices(struct copy *copy, const struct host *from)
{
	dm_devices(copy, from);
	blocks(copy, from);
	kernel_holders(copy, from);
	changes(copy, from);
}
