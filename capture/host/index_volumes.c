/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which devices are whose volume's: a part of the index, see index.h. All snapshots of an
 * origin are asked for their devices at each step of a plan (bench_shapes: one-origin).
 * Input: a host whose devices and volumes are listed. Output: positions, from 1; 0 =
 * none. Where two devices claim to be the same, SEVERAL: then it is looked up.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/lvm_names.h"

#define SEVERAL UINT32_MAX

static const char *const layers[LV_LAYERS] = {
	[LV_VISIBLE] = "", [LV_COW] = "-cow", [LV_REAL] = "-real"};

/* LV_LAYERS: a layer of another kind. */
static unsigned layer_of(const char *device_layer)
{
	unsigned layer = 0;

	while (layer < LV_LAYERS && strcmp(device_layer, layers[layer]) != 0)
		layer++;
	return layer;
}

static void add_device(
	const struct host *host, struct volume_devices *volumes, size_t position)
{
	char vg[LVM_UUID_LEN + 1], uuid[LVM_UUID_LEN + 1];
	const char *part, *hyphen;
	const struct lv *lv;
	unsigned layer;
	uint32_t *at;

	if (!lvm_dm_uuid_split(host->devices[position].uuid, vg, uuid, &part))
		return;
	hyphen = part > host->devices[position].uuid && part[-1] == '-' ? part - 1 : part;
	layer = layer_of(hyphen);
	lv = host_lv(host, vg, uuid);
	if (!lv || layer == LV_LAYERS)
		return;
	at = &volumes->devices[lv - host->lvs].at[layer];
	*at = *at ? SEVERAL : (uint32_t)position + 1;
	if (layer == LV_VISIBLE)
		volumes->lvs[position] = (uint32_t)(lv - host->lvs) + 1;
}

void volume_devices_build(const struct host *host, struct volume_devices *volumes)
{
	volumes->devices = xcalloc(host->n_lvs + 1, sizeof(*volumes->devices));
	volumes->lvs = xcalloc(host->n_devices + 1, sizeof(*volumes->lvs));
	for (size_t i = 0; i < host->n_devices; i++)
		add_device(host, volumes, i);
}

void volume_devices_free(struct volume_devices *volumes)
{
	free(volumes->devices);
	free(volumes->lvs);
}

struct device *host_device_of_layer(
	const struct host *host, const struct lv *lv, enum lv_layer layer)
{
	uint32_t at = host->index ? host->index->volumes.devices[lv - host->lvs].at[layer]
				  : SEVERAL;

	if (at == SEVERAL)
		return host_device_of_lv(host, lv->vg_uuid, lv->uuid, layers[layer]);
	return at && !host->devices[at - 1].is_gone ? &host->devices[at - 1] : NULL;
}

struct lv *host_lv_of_device(const struct host *host, const struct device *device)
{
	char vg[LVM_UUID_LEN + 1], uuid[LVM_UUID_LEN + 1];
	const char *layer;
	uint32_t at;

	if (!host->index)
		return lvm_dm_uuid_split(device->uuid, vg, uuid, &layer) && !*layer
			       ? host_lv(host, vg, uuid)
			       : NULL;
	at = host->index->volumes.lvs[device - host->devices];
	return at && !host->lvs[at - 1].is_gone ? &host->lvs[at - 1] : NULL;
}
