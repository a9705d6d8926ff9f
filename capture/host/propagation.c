/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which mounts one umount takes away. A umount is propagated to the mounts that sit at
 * the same place of the peers and slaves of its parent mount (mount_namespaces(7), kernel
 * fs/pnode.c). Each service with a mount namespace of its own has such copies of all that
 * was mounted when it started (systemd.exec(5), PrivateMounts=), so they come and go on a
 * busy host.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"

static const struct mount *mount_by_id(
	const struct host *host, uint64_t namespace_id, uint32_t id)
{
	cleanup_places struct places places =
		host_places(host, PLACES_MOUNT_ID, places_mount(namespace_id, id));

	for (size_t i; places_next(&places, &i);)
		if (host->mounts[i].namespace_id == namespace_id &&
			host->mounts[i].id == id && !host->mounts[i].is_gone)
			return &host->mounts[i];
	return NULL;
}

/* `from` is the peer group in which a umount starts: does it reach `mount`? Slaves of
 * slaves receive it too; the bound ends a loop in a hostile capture. All members of a
 * group have the same master. */
static bool group_reaches(
	const struct host *host, uint32_t from, const struct mount *mount)
{
	uint32_t group = mount->shared == from ? from : mount->master;

	for (unsigned depth = 0; depth < 16 && group; depth++) {
		cleanup_places struct places places =
			host_places(host, PLACES_MOUNT_PEERS, group);
		uint32_t next = 0;

		if (group == from)
			return true;
		for (size_t i; !next && places_next(&places, &i);)
			if (host->mounts[i].shared == group)
				next = host->mounts[i].master;
		group = next;
	}
	return false;
}

/* The place of a mount point within its parent's file system. */
static const char *place_below(const struct mount *mount, const struct mount *parent)
{
	size_t len = strcmp(parent->target, "/") == 0 ? 0 : strlen(parent->target);

	return strncmp(mount->target, parent->target, len) == 0 ? mount->target + len
								: "";
}

bool mounts_propagate(
	const struct host *host, const struct mount *mount, const struct mount *other)
{
	const struct mount *parent =
		mount_by_id(host, mount->namespace_id, mount->parent_id);
	const struct mount *other_parent =
		mount_by_id(host, other->namespace_id, other->parent_id);

	if (!parent || !other_parent || !parent->shared)
		return false;
	return group_reaches(host, parent->shared, other_parent) &&
	       devno_is_equal(parent->devno, other_parent->devno) &&
	       strcmp(parent->root, other_parent->root) == 0 &&
	       strcmp(mount->root, other->root) == 0 &&
	       strcmp(place_below(mount, parent), place_below(other, other_parent)) ==
		       0 &&
	       !mounts_child(host, other);
}

const struct mount *mounts_child(const struct host *host, const struct mount *mount)
{
	cleanup_places struct places places = host_places(host, PLACES_MOUNT_CHILDREN,
		places_mount(mount->namespace_id, mount->id));

	for (size_t i; places_next(&places, &i);) {
		const struct mount *child = &host->mounts[i];

		if (!child->is_gone && child->namespace_id == mount->namespace_id &&
			child->parent_id == mount->id && child != mount)
			return child;
	}
	return NULL;
}

const struct mount *mounts_parent(const struct host *host, const struct mount *mount)
{
	return mount_by_id(host, mount->namespace_id, mount->parent_id);
}

void host_mounts_of(
	const struct host *host, struct devno devno, struct home_mounts *ret_mounts)
{
	const struct mount_namespace *home = host_namespace_of_host(host);
	struct holders holders = host_holders_by(host, devno, HELD_BY_MOUNT);
	struct home_mounts mounts = {.count = 0};

	for (struct holder holder; home && mounts.count < HOME_MOUNTS_MOST &&
				   holders_next(&holders, &holder);)
		if (holder.mount->namespace_id == home->id)
			mounts.items[mounts.count++] = holder.mount;
	*ret_mounts = mounts;
}

bool mount_goes_along(const struct host *host, const struct home_mounts *mounts,
	const struct mount *other)
{
	/* all of them are of one namespace */
	if (mounts->count && mounts->items[0]->namespace_id == other->namespace_id)
		return false;
	for (size_t i = 0; i < mounts->count; i++) {
		const struct mount *mount = mounts->items[i];

		if (devno_is_equal(mount->devno, other->devno) &&
			mounts_propagate(host, mount, other))
			return true;
	}
	return false;
}
