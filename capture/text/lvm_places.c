/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which device a physical volume is, by what the kernel maps: where a volume's table is
 * where the metadata have its extents, but for the device, that device is the physical
 * volume. For imports, which often have no list of block devices; nothing is removed on
 * them. Input: the metadata and the tables. Output: pv->devno where it was not known.
 * Invariant: two tables that say different things say nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "lvm_places.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"

struct place {
	const char *uuid;
	struct pv *pv;
	struct devno devno; /* DEVNO_NONE: nothing yet */
	bool is_doubtful;
};

struct places {
	struct host *host;
	struct place *pvs; /* sorted; those that are looked for */
	size_t n_pvs;
	const struct device **devices; /* sorted by uuid */
};

static int order_places(const void *a, const void *b)
{
	return strcmp(((const struct place *)a)->uuid, ((const struct place *)b)->uuid);
}

static int order_devices(const void *a, const void *b)
{
	return strcmp((*(const struct device *const *)a)->uuid,
		(*(const struct device *const *)b)->uuid);
}

static const struct device *device_find(const struct places *places, const char *uuid)
{
	struct device key = {.uuid = uuid};
	const struct device *pointer = &key;
	const struct device **found = bsearch(&pointer, places->devices,
		places->host->n_devices, sizeof(pointer), order_devices);

	return found ? *found : NULL;
}

/* "8:16 2048" */
static bool linear_read(const char *params, struct devno *ret_devno, uint64_t *ret_sector)
{
	size_t len = strcspn(params, " ");
	const char *sector = params + len + strspn(params + len, " ");

	return parse_devno(params, len, ret_devno) == 0 &&
	       parse_u64(sector, strlen(sector), 10, ret_sector) == 0;
}

static void place_note(struct place *place, struct devno devno)
{
	place->is_doubtful |=
		!devno_is_none(place->devno) && !devno_is_equal(place->devno, devno);
	place->devno = devno;
}

/* The target that maps the segment, if it is where the metadata have it. */
static void segment_compare(const struct places *places, const struct vg *vg,
	const struct segment *segment, const struct device *device)
{
	struct place key = {
		.uuid = segment->n_stripes == 1 ? segment->stripes[0].pv_uuid : ""};
	struct place *place =
		bsearch(&key, places->pvs, places->n_pvs, sizeof(key), order_places);

	for (size_t i = 0; place && i < device->n_targets; i++) {
		const struct dm_target *target = &device->targets[i];
		struct devno devno;
		uint64_t sector;

		if (target->start == segment->start * vg->extent_size &&
			target->length == segment->extents * vg->extent_size &&
			strcmp(target->type, "linear") == 0 &&
			linear_read(target->params, &devno, &sector) &&
			sector == place->pv->pe_start +
					  segment->stripes[0].start * vg->extent_size)
			place_note(place, devno);
	}
}

static void volume_compare(
	const struct places *places, const struct vg *vg, const struct lv *lv)
{
	static const char *const layers[] = {"", "-real", "-cow"};

	for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
		cleanup_buf struct buf uuid = BUF_INIT;
		const struct device *device;

		buf_printf(&uuid, "LVM-%s%s%s", vg->uuid, lv->uuid, layers[i]);
		device = device_find(places, buf_text(&uuid));
		for (size_t s = 0; device && s < lv->n_segments; s++)
			segment_compare(places, vg, &lv->segments[s], device);
	}
}

static void places_make(struct host *host, struct places *ret)
{
	*ret = (struct places){.host = host};
	for (size_t i = 0; i < host->n_pvs; i++) {
		struct pv *pv = &host->pvs[i];

		if (devno_is_none(pv->devno) && !pv->is_missing && !pv->is_duplicate)
			*array_add(&ret->pvs, &ret->n_pvs) = (struct place){
				.uuid = pv->uuid, .pv = pv, .devno = DEVNO_NONE};
	}
	if (!ret->n_pvs)
		return;
	qsort(ret->pvs, ret->n_pvs, sizeof(*ret->pvs), order_places);
	ret->devices = xcalloc(host->n_devices + 1, sizeof(*ret->devices));
	for (size_t i = 0; i < host->n_devices; i++)
		ret->devices[i] = &host->devices[i];
	qsort(ret->devices, host->n_devices, sizeof(*ret->devices), order_devices);
}

void lvm_places_infer(struct host *host)
{
	struct places places;

	places_make(host, &places);
	for (size_t g = 0; places.n_pvs && g < host->n_vgs; g++) {
		const struct vg *vg = &host->vgs[g];

		for (size_t i = 0; vg->has_metadata && i < host->n_lvs; i++)
			if (strcmp(host->lvs[i].vg_uuid, vg->uuid) == 0)
				volume_compare(&places, vg, &host->lvs[i]);
	}
	for (size_t i = 0; i < places.n_pvs; i++)
		if (!places.pvs[i].is_doubtful)
			places.pvs[i].pv->devno = places.pvs[i].devno;
	free(places.pvs);
	free(places.devices);
}
