/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What LVM loads, suspends and resumes when it removes one snapshot of an origin: the
 * origin itself and all that the metadata gives it (lvm2 lib/activate/dev_manager.c,
 * _add_new_lv_to_dtree; lib/metadata/snapshot_manip.c, vg_remove_snapshot). Nothing comes
 * of that where the kernel has each of them as LVM would load it. A snapshot that is to
 * be merged begins to with the next load of the origin's table (seen in the lab: incident
 * merge-since): the metadata's mark is one witness, a snapshot-merge target another.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "condition_rows.h"
#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"

/* The stack of one origin. */
struct family {
	const struct host *host;
	const struct condition *condition;
	const struct lv *lv;	     /* the origin; NULL = not in the metadata */
	const struct device *origin; /* its visible device */
	const struct device
		*real; /* the layer below it; NULL = it has no snapshot here */
	struct violations *violations;
};

static struct family family_of(const struct host *host, const struct condition *condition,
	struct violations *violations)
{
	const char *vg = condition->vg_uuid, *lv = condition->lv_uuid;

	return (struct family){.host = host,
		.condition = condition,
		.lv = host_lv(host, vg, lv),
		.origin = host_device_of_lv(host, vg, lv, ""),
		.real = host_device_of_lv(host, vg, lv, "-real"),
		.violations = violations};
}

static void add_lv(const struct family *family, const char *word, const struct lv *lv)
{
	violations_add(family->violations, word, lv->name, lv->uuid);
}

static void add_device(
	const struct family *family, const char *word, const struct device *device)
{
	violations_add(family->violations, word, device->name, device->uuid);
}

/* ---- as the metadata has it ---- */

static bool has_lvms_table(
	const struct family *family, const struct lv *lv, const struct device *snapshot)
{
	const struct device *store = host_device_of_layer(family->host, lv, LV_COW);
	struct devno real, cow;

	return device_snapshot_parts(snapshot, &real, &cow) && family->real &&
	       devno_is_equal(real, family->real->devno) && store &&
	       devno_is_equal(store->devno, cow) && device_snapshot_is_lvms(snapshot);
}

static void check_snapshot(const struct family *family, const struct lv *lv)
{
	const struct device *snapshot =
		host_device_of_layer(family->host, lv, LV_VISIBLE);
	enum snapshot_state state =
		snapshot ? device_snapshot_state(snapshot) : SNAPSHOT_NONE;

	if (lv->is_merging || state == SNAPSHOT_MERGING || state == SNAPSHOT_MERGE_FAILED)
		add_lv(family, "merging", lv);
	if (!snapshot)
		add_lv(family, "inactive", lv);
	else if (!has_lvms_table(family, lv, snapshot))
		add_lv(family, "table", lv);
}

static bool is_snapshot_of(const struct lv *lv, const struct condition *origin)
{
	return !lv->is_gone && lv->role == LV_SNAPSHOT &&
	       strcmp(lv->vg_uuid, origin->vg_uuid) == 0 &&
	       strcmp(lv->origin_uuid, origin->lv_uuid) == 0;
}

/* Returns whether there is one. */
static bool check_snapshots(const struct family *family)
{
	cleanup_places struct places places = host_places(
		family->host, PLACES_LV_ORIGIN, places_text(family->condition->lv_uuid));
	bool has_one = false;

	for (size_t i; places_next(&places, &i);) {
		if (!is_snapshot_of(&family->host->lvs[i], family->condition))
			continue;
		check_snapshot(family, &family->host->lvs[i]);
		has_one = true;
	}
	return has_one;
}

/* Merging, the origin's own device has the target (dm-snap.c, snapshot-merge). */
static void check_origin(const struct family *family, bool has_snapshots)
{
	const struct device *origin = family->origin;
	bool is_origin;

	if (!origin) {
		add_lv(family, "inactive", family->lv);
		return;
	}
	is_origin = origin->n_targets == 1 &&
		    strcmp(origin->targets[0].type, "snapshot-origin") == 0;
	if (origin->n_targets && strcmp(origin->targets[0].type, "snapshot-merge") == 0)
		add_lv(family, "merging", family->lv);
	else if (family->real &&
		 !(is_origin && device_stands_on(origin, family->real->devno)))
		add_lv(family, "table", family->lv);
	else if (!family->real && (is_origin || has_snapshots))
		add_lv(family, "table", family->lv);
}

/* ---- as the kernel has it ---- */

/* A device on the layer, the visible volume excepted. */
static void check_on_layer(const struct family *family, const struct device *device)
{
	const struct lv *lv;

	if (device_snapshot_state(device) == SNAPSHOT_NONE) {
		add_device(family, "mapped", device);
		return;
	}
	lv = host_lv_of_device(family->host, device);
	if (!lv || !is_snapshot_of(lv, family->condition))
		add_device(family, "stale", device);
}

/* A table that waits holds the layer open as well, until it is loaded or cleared. */
static void check_layer(const struct family *family)
{
	const struct host *host = family->host;
	const struct device *real = family->real;
	struct holders tables = host_holders_by(host, real->devno, HELD_BY_TABLE);
	uint32_t n_tables = 0;
	bool has_inactive = false;

	for (struct holder holder; holders_next(&tables, &holder);) {
		const struct device *device = holder.table;

		n_tables++;
		has_inactive |= device->flags & DEVICE_HAS_INACTIVE;
		if (device != family->origin)
			check_on_layer(family, device);
	}
	if (real->open_count != n_tables && !has_inactive)
		add_device(family, "opened", real);
}

void condition_find_siblings(const struct host *host, const struct condition *condition,
	struct violations *ret)
{
	struct family family = family_of(host, condition, ret);
	const struct vg *vg = host_vg(host, condition->vg_uuid);
	bool has_snapshots;

	if (!vg || !vg->has_metadata) {
		violations_add(ret, "unread", "", "");
		return;
	}
	if (!family.lv) {
		violations_add(ret, "absent", "", "");
		return;
	}
	if (!family.lv->is_visible)
		add_lv(&family, "hidden", family.lv);
	has_snapshots = check_snapshots(&family);
	check_origin(&family, has_snapshots);
	if (family.real)
		check_layer(&family);
}

/* ---- settled ---- */

static void check_settled(const struct family *family, const struct device *device)
{
	static const struct {
		unsigned flags;
		const char *word;
	} states[] = {
		{DEVICE_SUSPENDED | DEVICE_INTERNAL, "suspended"},
		{DEVICE_HAS_INACTIVE, "inactive-table"},
		{DEVICE_DEFERRED, "deferred"},
		{DEVICE_NO_TABLE, "no-table"},
	};

	if (!device || !device->flags)
		return;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (device->flags & states[i].flags)
			add_device(family, states[i].word, device);
}

/* NULL: it is no snapshot, or its COW is gone. */
static const struct device *cow_of(
	const struct family *family, const struct device *snapshot)
{
	struct devno real, cow;

	return device_snapshot_parts(snapshot, &real, &cow)
		       ? host_device_by_devno(family->host, cow)
		       : NULL;
}

/* LVM suspends and resumes all that is mapped to the origin's layer, with the snapshots'
 * stores, also those that another program had suspended (seen in the lab: incident
 * suspended-since). */
void condition_find_settled(const struct host *host, const struct condition *condition,
	struct violations *ret)
{
	struct family family = family_of(host, condition, ret);
	struct holders tables;

	check_settled(&family, family.origin);
	if (!family.real)
		return;
	check_settled(&family, family.real);
	tables = host_holders_by(host, family.real->devno, HELD_BY_TABLE);
	for (struct holder holder; holders_next(&tables, &holder);) {
		if (holder.table == family.origin)
			continue;
		check_settled(&family, holder.table);
		check_settled(&family, cow_of(&family, holder.table));
	}
}
