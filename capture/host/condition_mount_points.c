/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the host's mounts of what is on a snapshot can be unmounted, and are nobody
 * else's. Where something of another device is mounted below one or on top of it, it
 * cannot be unmounted; where /etc/fstab puts something else on the mount point, the
 * kernel may have taken the snapshot for it (it takes the first device with the file
 * system's uuid), and the host may run on the copy; where a device below it is suspended,
 * umount waits for it, and cannot be killed; one that is marked for deferred removal
 * would go with the mount. Once the mounts are gone it holds.
 */
#include <stdbool.h>
#include <string.h>

#include "condition_rows.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/source.h"
#include "stack.h"

static void find_below(const struct host *host, const struct stack *stack,
	const struct mount *mount, struct violations *ret)
{
	cleanup_places struct places places = host_places(host, PLACES_MOUNT_CHILDREN,
		places_mount(mount->namespace_id, mount->id));

	for (size_t i; places_next(&places, &i);) {
		const struct mount *child = &host->mounts[i];

		if (!child->is_gone && child != mount && child->parent_id == mount->id &&
			child->namespace_id == mount->namespace_id &&
			!stack_has(stack, host_mount_devno(host, child)))
			violations_add(ret, "below", child->target, "");
	}
}

/* With "noauto" a line is a hint, and no more (planner/judge/check_fstab.c). */
static void find_rival(const struct host *host, const struct stack *stack,
	const struct mount *mount, struct violations *ret)
{
	cleanup_places struct places places =
		host_places(host, PLACES_FSTAB, places_text(mount->target));

	for (size_t i; places_next(&places, &i);) {
		const struct mention mention = host_mention(host, i);

		if (host->fstab[i].is_automatic &&
			strcmp(host->fstab[i].target, mount->target) == 0 &&
			!stack_is_named(host, stack, &mention))
			violations_add(ret, "other", mount->target, "");
	}
}

static void find_unsettled_device(
	const struct host *host, struct devno devno, struct violations *ret)
{
	const struct device *device = host_device_by_devno(host, devno);

	if (device && device->flags & (DEVICE_SUSPENDED | DEVICE_INTERNAL |
					      DEVICE_HAS_INACTIVE | DEVICE_NO_TABLE))
		violations_add(ret, "unsettled", device->name, device->uuid);
	if (device && device->flags & DEVICE_DEFERRED)
		violations_add(ret, "deferred", device->name, device->uuid);
}

/* The devices of the stack, and the layer of the origin and the COW below it. */
static void find_unsettled(
	const struct host *host, const struct stack *stack, struct violations *ret)
{
	for (size_t i = 0; i < stack->count; i++) {
		const struct device *device = host_device_by_devno(host, stack->items[i]);

		find_unsettled_device(host, stack->items[i], ret);
		for (size_t d = 0; device && d < device->n_deps; d++)
			if (!stack_has(stack, device->deps[d]))
				find_unsettled_device(host, device->deps[d], ret);
	}
}

static void find_on_mounts(
	const struct host *host, const struct stack *stack, struct violations *ret)
{
	const struct mount_namespace *home = host_namespace_of_host(host);
	cleanup_holders struct holders mounts = host_holders_of_devices(
		host, HELD_BY_MOUNT, stack->items, stack->count, SIZE_MAX);
	bool is_mounted = false;

	if (!home)
		violations_add(ret, "unread", "mounts", "");
	for (struct holder holder; home && holders_next(&mounts, &holder);) {
		if (holder.mount->namespace_id != home->id)
			continue;
		find_below(host, stack, holder.mount, ret);
		find_rival(host, stack, holder.mount, ret);
		is_mounted = true;
	}
	if (is_mounted)
		find_unsettled(host, stack, ret);
}

void condition_find_mount_points(const struct host *host,
	const struct condition *condition, struct violations *ret)
{
	const struct source *fstab = host_source(host, "fstab");
	cleanup_stack struct stack stack = {.count = 0};

	/* the first captures have no such source */
	if (fstab && outcome_is_gap(fstab->outcome))
		violations_add(ret, "unread", "fstab", "");
	host_stack_of_volume(host, condition->vg_uuid, condition->lv_uuid, &stack);
	find_on_mounts(host, &stack, ret);
}
