/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether somebody uses the origin of a snapshot that is mounted for writing: then that
 * is the working copy. Each user opens the origin's device, a mount as well (kernel dm.c,
 * dm_blk_open()); where processes were read, opens of udevd's are left out. The origin is
 * the snapshot-origin over the layer that both share: who uses a device with another
 * table does not show that the snapshot is a copy of it. Once the mount is gone it holds.
 */
#include <string.h>

#include "condition_rows.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/mount.h"
#include "snapstate/ledger.h"
#include "stack.h"

static const struct device *origin_of(
	const struct host *host, const struct device *snapshot)
{
	struct devno layer, cow;
	struct holders tables;

	if (!snapshot || !device_snapshot_parts(snapshot, &layer, &cow))
		return NULL;
	tables = host_holders_by(host, layer, HELD_BY_TABLE);
	for (struct holder holder; holders_next(&tables, &holder);)
		if (holder.table->n_targets == 1 &&
			strcmp(holder.table->targets[0].type, "snapshot-origin") == 0)
			return holder.table;
	return NULL;
}

static void find_writable(const struct host *host, const struct stack *stack,
	const char *word, struct violations *ret)
{
	const struct mount_namespace *home = host_namespace_of_host(host);
	cleanup_holders struct holders mounts = host_holders_of_devices(
		host, HELD_BY_MOUNT, stack->items, stack->count, SIZE_MAX);

	for (struct holder holder; home && holders_next(&mounts, &holder);)
		if (holder.mount->namespace_id == home->id &&
			mount_is_writable(holder.mount))
			violations_add(ret, word, holder.mount->target, "");
}

void condition_find_in_use(const struct host *host, const struct condition *condition,
	struct violations *ret)
{
	const struct device *snapshot =
		host_device_of_lv(host, condition->vg_uuid, condition->lv_uuid, "");
	const struct device *origin = origin_of(host, snapshot);
	cleanup_stack struct stack stack = {.count = 0};

	if (origin && host_device_is_in_use(host, origin))
		return;
	host_stack_of_volume(host, condition->vg_uuid, condition->lv_uuid, &stack);
	find_writable(host, &stack, origin ? "idle" : "inactive", ret);
}
