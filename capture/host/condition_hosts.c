/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether other hosts may use a group. LVM's metadata names who wrote it last, and who
 * made each volume (lvm2 lib/format_text/export.c, creation_host): each of these must be
 * this host, or one whose capture was judged with this one's. A host that only reads a
 * group leaves no trace there; that is why its disks must be on storage that no other
 * host may reach, unless the operator asserts that all hosts were captured.
 */
#include <stdbool.h>
#include <string.h>

#include "condition_rows.h"
#include "devno_walk.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"

/* ---- who writes ---- */

/* A name with a comma is none of them. */
static bool is_named(const char *nodes, const char *node)
{
	size_t len = strlen(node);

	if (strchr(node, ','))
		return false;
	for (const char *at = nodes; (at = strstr(at, node)); at += len)
		if ((at == nodes || at[-1] == ',') && (!at[len] || at[len] == ','))
			return true;
	return false;
}

static bool is_known(
	const struct host *host, const struct condition *condition, const char *node)
{
	return !node || !*node || strcmp(node, host->identity.node) == 0 ||
	       is_named(condition->argument, node);
}

static bool is_younger(const struct lv *a, const struct lv *b)
{
	if (a->created != b->created)
		return a->created > b->created;
	return strcmp(a->uuid, b->uuid) < 0;
}

/* One stands for all. */
static const struct lv *youngest_of_strangers(
	const struct host *host, const struct condition *condition)
{
	cleanup_places struct places places =
		host_places(host, PLACES_LVS, places_text(condition->vg_uuid));
	const struct lv *found = NULL;

	for (size_t i; places_next(&places, &i);) {
		const struct lv *lv = &host->lvs[i];

		if (!lv->is_gone && strcmp(lv->vg_uuid, condition->vg_uuid) == 0 &&
			!is_known(host, condition, lv->creator) &&
			(!found || is_younger(lv, found)))
			found = lv;
	}
	return found;
}

void condition_find_hosts(const struct host *host, const struct condition *condition,
	struct violations *ret)
{
	const struct vg *vg = host_vg(host, condition->vg_uuid);
	const struct lv *lv;

	if (!vg)
		return; /* the group's own line tells */
	if (!is_known(host, condition, vg->writer))
		violations_add(ret, "writer", vg->writer, "");
	lv = youngest_of_strangers(host, condition);
	if (lv)
		violations_add(ret, "maker", lv->creator, lv->uuid);
}

/* ---- who reaches the storage ---- */

/* Not through files: others that reach a disk do not reach a file system of this host on
 * it. */
const char *host_reach(const struct host *host, struct devno devno)
{
	struct devno_walk walk = {.count = 0};
	const char *words = NULL;

	walk_to(&walk, devno);
	for (size_t i = 0; i < walk.count && !words; i++) {
		const struct device *device = host_device_by_devno(host, walk.items[i]);
		const struct block *block = host_block_by_devno(host, walk.items[i]);

		if (block && block->transport && *block->transport)
			words = block->transport;
		else if (device && strncmp(device->uuid, "mpath-", 6) == 0)
			words = "multipath";
		for (size_t d = 0; device && d < device->n_deps && !walk.is_full; d++)
			walk_to(&walk, device->deps[d]);
		for (size_t b = 0; block && b < block->n_below && !walk.is_full; b++)
			walk_to(&walk, block->below[b]);
	}
	return !words && walk.is_full ? "unknown" : words;
}

/* No metadata names the disks of a group that is gone: they are those that its devices
 * are on. */
static void find_on_devices(const struct host *host, const struct condition *condition,
	struct violations *ret)
{
	cleanup_places struct places places =
		host_places(host, PLACES_DEVICE_GROUP, places_text(condition->vg_uuid));

	for (size_t i; places_next(&places, &i);) {
		const struct device *device = &host->devices[i];

		if (!device->is_gone && device_is_of_group(device, condition->vg_uuid) &&
			host_reach(host, device->devno))
			violations_add(ret, "reachable", device->name, device->uuid);
	}
}

void condition_find_local(const struct host *host, const struct condition *condition,
	struct violations *ret)
{
	cleanup_places struct places places =
		host_places(host, PLACES_PVS, places_text(condition->vg_uuid));

	if (!host_vg(host, condition->vg_uuid)) {
		find_on_devices(host, condition, ret);
		return;
	}
	for (size_t i; places_next(&places, &i);) {
		const struct pv *pv = &host->pvs[i];

		if (strcmp(pv->vg_uuid, condition->vg_uuid) == 0 &&
			host_reach(host, pv->devno))
			violations_add(ret, "reachable", pv->name, pv->uuid);
	}
}
