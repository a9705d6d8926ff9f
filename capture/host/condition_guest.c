/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the volume group of a guest is, of which a volume was activated on a snapshot.
 * Its uuids are the same on the snapshot and on the origin, and it may have more disks.
 * So where LVM knows the group, each of its physical volumes is on the snapshot, and each
 * once. A group that LVM does not show is none that a command of LVM could change, and
 * the tables of its mappings are facts of their own.
 */
#include <stdbool.h>
#include <string.h>

#include "condition_rows.h"
#include "devno_walk.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"

struct descent {
	const struct host *host;
	const char *snapshot; /* dm uuid */
	struct devno_walk walk;
};

/* A replay marks what it removed: what LVM had found there it finds no more. */
static bool is_gone(const struct host *host, struct devno devno)
{
	cleanup_places struct places places =
		host_places(host, PLACES_DEVICE_MINOR, devno.minor);

	for (size_t i; places_next(&places, &i);)
		if (host->devices[i].is_gone &&
			devno_is_equal(host->devices[i].devno, devno))
			return true;
	return false;
}

/* false: something else is at the bottom. */
static bool descend(struct descent *descent, struct devno devno)
{
	const struct device *device = host_device_by_devno(descent->host, devno);
	const struct block *block = host_block_by_devno(descent->host, devno);
	struct devno file;

	if (device && strcmp(device->uuid, descent->snapshot) == 0)
		return true;
	if (device) {
		for (size_t i = 0; i < device->n_deps && !descent->walk.is_full; i++)
			walk_to(&descent->walk, device->deps[i]);
		return device->n_deps > 0;
	}
	if (!block)
		return is_gone(descent->host, devno);
	for (size_t i = 0; i < block->n_below && !descent->walk.is_full; i++)
		walk_to(&descent->walk, block->below[i]);
	if (!*block->backing_file)
		return block->n_below > 0;
	file = host_loop_devno(descent->host, block);
	walk_to(&descent->walk, file);
	return !devno_is_none(file);
}

static bool is_on_snapshot(
	const struct host *host, const char *snapshot, struct devno devno)
{
	struct descent descent = {.host = host, .snapshot = snapshot};

	walk_to(&descent.walk, devno);
	for (size_t i = 0; i < descent.walk.count; i++)
		if (!descend(&descent, descent.walk.items[i]))
			return false;
	return !descent.walk.is_full;
}

static const char *word_of(
	const struct host *host, const char *snapshot, const struct pv *pv)
{
	if (pv->is_missing || devno_is_none(pv->devno))
		return "missing";
	if (pv->is_duplicate)
		return "duplicate";
	return is_on_snapshot(host, snapshot, pv->devno) ? NULL : "elsewhere";
}

void condition_find_guest_group(const struct host *host,
	const struct condition *condition, struct violations *ret)
{
	cleanup_places struct places places =
		host_places(host, PLACES_PVS, places_text(condition->vg_uuid));
	bool has_one = false;

	for (size_t i; places_next(&places, &i);) {
		const struct pv *pv = &host->pvs[i];
		const char *word;

		if (strcmp(pv->vg_uuid, condition->vg_uuid) != 0)
			continue;
		has_one = true;
		word = word_of(host, condition->argument, pv);
		if (word)
			violations_add(ret, word, pv->name, pv->uuid);
	}
	if (!has_one && host_vg(host, condition->vg_uuid))
		violations_add(ret, "nowhere", "", "");
}
