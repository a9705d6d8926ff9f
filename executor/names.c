/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plans made from a capture with pseudonyms address mounts, devices, swap and volumes by
 * numbers and uuids; see names.h. Input: a verified host, a step. Output: the step with
 * names.
 */
#include <errno.h>

#include "names.h"

static int name_mount(
	const struct host *host, struct plan_target *target, struct err *err)
{
	for (size_t i = 0; i < host->n_mounts; i++) {
		const struct mount *mount = &host->mounts[i];

		if (mount->namespace_id != target->namespace_id ||
			mount->id != target->mount_id)
			continue;
		target->mount_target = (char *)mount->target;
		return 0;
	}
	return err_set(err, -ESTALE, "mount %u is gone", target->mount_id);
}

static int name_device(
	const struct host *host, struct plan_target *target, struct err *err)
{
	const struct device *device = host_device_by_devno(host, target->devno);

	if (!device)
		return err_set(err, -ESTALE, "device " DEVNO_FMT " is gone",
			DEVNO_ARGS(target->devno));
	target->dm_uuid = (char *)device->uuid;
	target->dm_name = (char *)device->name;
	return 0;
}

static int name_volume(
	const struct host *host, struct plan_target *target, struct err *err)
{
	const struct vg *vg = host_vg(host, target->vg_uuid);
	const struct lv *lv = host_lv(host, target->vg_uuid, target->lv_uuid);

	if (!vg || !lv)
		return err_set(err, -ESTALE, "volume %s/%s is gone", target->vg_uuid,
			target->lv_uuid);
	target->vg_name = (char *)vg->name;
	target->lv_name = (char *)lv->name;
	return 0;
}

static int name_swap(const struct host *host, struct plan_target *target, struct err *err)
{
	for (size_t i = 0; i < host->n_swaps; i++) {
		if (!devno_is_equal(host->swaps[i].devno, target->devno))
			continue;
		target->swap_path = (char *)host->swaps[i].path;
		return 0;
	}
	return err_set(
		err, -ESTALE, "nothing swaps on " DEVNO_FMT, DEVNO_ARGS(target->devno));
}

static int name_block(
	const struct host *host, struct plan_target *target, struct err *err)
{
	const struct block *block = host_block_by_devno(host, target->devno);

	if (!block)
		return err_set(err, -ESTALE, "block device " DEVNO_FMT " is gone",
			DEVNO_ARGS(target->devno));
	target->kname = (char *)block->kname;
	target->file = (char *)block->backing_file;
	return 0;
}

static int name_target(const struct host *host, enum plan_op op,
	struct plan_target *target, struct err *err)
{
	switch (op) {
	case OP_UMOUNT:
		return name_mount(host, target, err);
	case OP_DM_REMOVE:
		return name_device(host, target, err);
	case OP_LV_REMOVE:
	case OP_LV_REFRESH:
		return name_volume(host, target, err);
	case OP_SWAP_OFF:
		return name_swap(host, target, err);
	case OP_MD_STOP:
	case OP_LOOP_DETACH:
		return name_block(host, target, err);
	}
	return err_set(err, -EINVAL, "unknown operation");
}

int names_of_step(const struct host *host, const struct plan_step *step,
	struct plan_step *ret_step, struct err *err)
{
	struct plan_step named = *step;
	int r = name_target(host, step->op, &named.target, err);

	if (r == 0)
		*ret_step = named;
	return r;
}
