/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prover's rule for an lvremove of one snapshot among several: LVM loads anew all
 * that its metadata gives the origin, so nothing may come of that (seen in the lab:
 * random states). Shares no code with check_neighbours.c.
 */
#include <stdio.h>
#include <string.h>

#include "prove.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"

/* The table that LVM would load, chunk size aside: its line must begin like this. */
static bool has_table(
	const struct host *host, const struct lv *lv, const struct device *layer)
{
	cleanup_buf struct buf params = BUF_INIT;
	const struct device *snapshot = host_device_of_layer(host, lv, LV_VISIBLE);
	const struct device *cow = host_device_of_layer(host, lv, LV_COW);

	if (!snapshot || !layer || !cow || snapshot->n_targets != 1 ||
		strcmp(snapshot->targets[0].type, "snapshot") != 0)
		return false;
	buf_devno(&params, layer->devno);
	buf_puts(&params, " ");
	buf_devno(&params, cow->devno);
	buf_puts(&params, " P ");
	return strncmp(snapshot->targets[0].params, buf_text(&params), params.len) == 0;
}

/* The layer is held by what LVM's tables say, and by nobody else: else LVM fails to
 * dissolve it with the last snapshot. */
static int check_layer(const struct proof *proof, const struct device *layer)
{
	const struct host *now = proof->now;
	struct holders tables;
	uint32_t n_tables = 0;

	if (!layer)
		return 0; /* its table is of another kind: see has_table() */
	tables = host_holders_by(now, layer->devno, HELD_BY_TABLE);
	for (struct holder holder; holders_next(&tables, &holder);) {
		const struct device *device = holder.table;

		n_tables++;
		if (device->n_targets != 1 ||
			strncmp(device->targets[0].type, "snapshot", 8) != 0)
			return proof_broken(proof, 1,
				"is on the layer of an origin, which LVM could not "
				"dissolve",
				device->name);
	}
	if (layer->open_count != n_tables)
		return proof_broken(
			proof, 4, "its open count is not explained", layer->name);
	return 0;
}

int proof_check_neighbours(const struct proof *proof, const struct lv *lv)
{
	const struct host *now = proof->now;
	const struct device *layer =
		host_device_of_lv(now, lv->vg_uuid, lv->origin_uuid, "-real");
	cleanup_places struct places places =
		host_places(now, PLACES_LV_ORIGIN, places_text(lv->origin_uuid));

	for (size_t i; places_next(&places, &i);) {
		const struct lv *other = &now->lvs[i];

		if (other == lv || other->is_gone || other->role != LV_SNAPSHOT ||
			strcmp(other->vg_uuid, lv->vg_uuid) != 0 ||
			strcmp(other->origin_uuid, lv->origin_uuid) != 0)
			continue;
		if (other->is_merging)
			return proof_broken(proof, 3,
				"another snapshot of its origin is merging", lv->name);
		if (!has_table(now, other, layer))
			return proof_broken(proof, 1,
				"LVM would reload another snapshot of its origin",
				lv->name);
	}
	return check_layer(proof, layer);
}
