/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a snapshot's COW is where LVM has it. lvremove frees the extents
 * that the metadata gives it, and a kernel whose table maps others has another host's
 * pvmove or vgcfgrestore behind it: which of the two is right nobody can say. A snapshot
 * that left the metadata has none to compare; but a volume keeps its uuid when its group
 * is split or merged (vgsplit(8), vgmerge(8)), and such a one is not gone.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "condition_rows.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"

static uint64_t mapped_sectors(const struct device *device)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < device->n_targets; i++)
		sum += device->targets[i].length;
	return sum;
}

/* The sectors of its table are exactly the extents of the volume. */
static bool is_own(const struct device *cow, const struct lv *lv, const struct vg *vg,
	const struct overlap *overlaps, size_t count)
{
	return count == 1 && overlaps[0].victim == lv &&
	       overlaps[0].extents * vg->extent_size == mapped_sectors(cow);
}

static bool has_moved(
	const struct condition *condition, const struct overlap *overlaps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(overlaps[i].victim->uuid, condition->lv_uuid) == 0)
			return true;
	return false;
}

void condition_find_storage(const struct host *host, const struct condition *condition,
	struct violations *ret)
{
	const char *vg_uuid = condition->vg_uuid;
	const struct device *cow =
		host_device_of_lv(host, vg_uuid, condition->lv_uuid, "-cow");
	const struct lv *lv = host_lv(host, vg_uuid, condition->lv_uuid);
	const struct vg *vg = host_vg(host, vg_uuid);
	cleanup_free struct overlap *overlaps = NULL;
	bool is_complete = false;
	size_t count = 0;

	if (!cow)
		return;
	host_overlaps(host, cow, vg_uuid, &overlaps, &count, &is_complete);
	if (!lv) {
		if (has_moved(condition, overlaps, count))
			violations_add(ret, "moved", cow->name, cow->uuid);
		return;
	}
	if (!is_complete || !vg)
		violations_add(ret, "unknown", lv->name, lv->uuid);
	else if (!is_own(cow, lv, vg, overlaps, count))
		violations_add(ret, "elsewhere", lv->name, lv->uuid);
}
