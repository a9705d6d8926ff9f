/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who else is on the -real layer that a snapshot shares with its origin. With the
 * last snapshot LVM dissolves that layer (lvm2 lib/activate/dev_manager.c): it loads the
 * origin's own table, and removes -real, which fails while anything else has it open, in
 * the midst of its work: "Failed to resume", and a half-removed stack (seen in the lab:
 * incident mapping-on-layer). Any lvremove may be the last of its origin, so this keeps
 * all of them.
 */
#include <string.h>

#include "checks.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/ledger.h"
#include "snapstate/lvm_names.h"

/* What LVM itself puts there: the visible volume, and its snapshots, of which other rules
 * say whether the metadata knows them and their tables are right. */
static bool is_of_lvm(const struct host *host, const struct subject *subject,
	const struct device *device, struct devno layer)
{
	char vg[LVM_UUID_LEN + 1], lv_uuid[LVM_UUID_LEN + 1];
	struct devno real, cow;
	const char *part;
	const struct lv *lv;

	if (device == subject->origin || device == subject->snapshot)
		return true;
	if (!lvm_dm_uuid_split(device->uuid, vg, lv_uuid, &part))
		return false;
	lv = host_lv(host, vg, lv_uuid);
	if (lv && lv->role != LV_SNAPSHOT)
		return false; /* LVM does not count it when it looks for the last one */
	if (device_snapshot_parts(device, &real, &cow) && devno_is_equal(real, layer))
		return true;
	return lv && strcmp(lv->origin_uuid, subject->lv->origin_uuid) == 0;
}

void check_shared_layer(const struct host *host, struct subject *subject)
{
	const struct device *layer = subject->real;
	struct holders tables;
	struct ledger ledger;
	bool has_inactive = false; /* such a table holds the layer open as well */
	unsigned count = 0;

	if (!layer)
		return;
	tables = host_holders_by(host, layer->devno, HELD_BY_TABLE);
	for (struct holder holder; holders_next(&tables, &holder);) {
		const struct device *device = holder.table;

		has_inactive |= device->flags & DEVICE_HAS_INACTIVE;
		if (count > NEIGHBOURS_MOST ||
			is_of_lvm(host, subject, device, layer->devno))
			continue;
		if (count++ == NEIGHBOURS_MOST) {
			subject_add_words(subject, "; and so are more mappings");
			continue;
		}
		subject_reason(subject, RULE_FOREIGN_MAPPING,
			"%s (" DEVNO_FMT
			") is on %s, the layer below its origin, so LVM could not remove "
			"that layer with the last snapshot",
			device->name, DEVNO_ARGS(device->devno), layer->name);
		subject_about(subject, ABOUT_DEVICE, device);
	}
	ledger_of_device(host, layer, &ledger);
	if (ledger.open == ledger.tables || has_inactive)
		return;
	subject_reason(subject, RULE_OPENS_UNEXPLAINED,
		"%s (" DEVNO_FMT "), the layer below its origin, has open count %u, but "
		"mappings on it explain %u",
		layer->name, DEVNO_ARGS(layer->devno), ledger.open, ledger.tables);
	subject_about(subject, ABOUT_DEVICE, layer);
}
