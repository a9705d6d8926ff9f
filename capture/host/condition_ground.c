/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a group is a guest's own: whether one of its physical volumes, or a layer of
 * one of its snapshots, is on a volume of another group. LVM finds such a group where it
 * may look into volumes, or into the partition mappings on them, and then its volumes are
 * listed like the host's. They hold a guest's data, whatever they are called.
 */
#include <stdbool.h>
#include <string.h>

#include "condition_rows.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"
#include "snapstate/lvm_names.h"

static void check_ground(const struct host *host, const char *vg_uuid, struct devno devno,
	const struct violation *found, struct violations *ret)
{
	if (host_volume_below(host, devno, vg_uuid))
		violations_add(ret, "volume", found->name, found->uuid);
}

/* The data of an origin, and of what is kept for a snapshot. */
static bool is_layer(const struct device *device, const char *vg_uuid)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	return lvm_dm_uuid_split(device->uuid, vg, lv, &layer) &&
	       strcmp(vg, vg_uuid) == 0 &&
	       (strcmp(layer, "cow") == 0 || strcmp(layer, "real") == 0);
}

void condition_find_ground(const struct host *host, const struct condition *condition,
	struct violations *ret)
{
	const char *vg_uuid = condition->vg_uuid;
	cleanup_places struct places pvs =
		host_places(host, PLACES_PVS, places_text(vg_uuid));
	cleanup_places struct places devices =
		host_places(host, PLACES_DEVICE_GROUP, places_text(vg_uuid));

	for (size_t i; places_next(&pvs, &i);) {
		const struct pv *pv = &host->pvs[i];

		if (strcmp(pv->vg_uuid, vg_uuid) == 0)
			check_ground(host, vg_uuid, pv->devno,
				&(struct violation){.name = pv->name, .uuid = pv->uuid},
				ret);
	}
	for (size_t i; places_next(&devices, &i);) {
		const struct device *device = &host->devices[i];

		if (!device->is_gone && is_layer(device, vg_uuid))
			check_ground(host, vg_uuid, device->devno,
				&(struct violation){
					.name = device->name, .uuid = device->uuid},
				ret);
	}
}
