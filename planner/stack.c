/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The devices of a subject, and what a mapping on one of them is; stack_layers.c finds
 * them.
 */
#include <stdlib.h>
#include <string.h>

#include "planner.h"
#include "snapstate/cleanup.h"

struct devno_list {
	struct devno *devnos;
	size_t count;
};

void subject_devices(const struct subject *subject, device_visitor visit, void *context)
{
	for (size_t i = 0; i < subject->n_above; i++)
		if (!visit(context, subject->above[i]))
			return;
	if (subject->snapshot && !visit(context, subject->snapshot))
		return;
	if (subject->cow)
		visit(context, subject->cow);
}

bool subject_owns(const struct subject *subject, struct devno devno)
{
	if (subject->snapshot && devno_is_equal(subject->snapshot->devno, devno))
		return true;
	if (subject->cow && devno_is_equal(subject->cow->devno, devno))
		return true;
	for (size_t i = 0; i < subject->n_layers; i++)
		if (devno_is_equal(layer_devno(&subject->layers[i]), devno))
			return true;
	return false;
}

static bool add_devno(void *context, const struct device *device)
{
	struct devno_list *list = context;

	*array_add(&list->devnos, &list->count) = device->devno;
	return true;
}

struct places subject_places(
	const struct host *host, const struct subject *subject, enum places_kind kind)
{
	struct devno_list list = {.count = 0};
	struct places places;

	subject_devices(subject, add_devno, &list);
	for (size_t i = 0; i < subject->n_layers; i++)
		if (subject->layers[i].block)
			*array_add(&list.devnos, &list.count) =
				subject->layers[i].block->devno;
	places = host_places_of_devices(host, kind, list.devnos, list.count);
	free(list.devnos);
	return places;
}

/* The uuid of a mapping's base, as kpartx appends it to "partN-": of a device that is not
 * device-mapper's it is made of the number (multipath-tools kpartx/devmapper.c,
 * nondm_create_uuid). false: it has none, or is not there. */
static bool base_uuid(const struct host *host, struct devno base, struct buf *ret)
{
	const struct device *device = host_device_by_devno(host, base);
	const struct block *block = device ? NULL : host_block_by_devno(host, base);

	if (device)
		buf_puts(ret, device->uuid);
	else if (block)
		buf_printf(ret, "devnode_" DEVNO_FMT "_Wh5pYvM", DEVNO_ARGS(base));
	return device || block;
}

/* No uuid (older kpartx, or made by hand), or "partN-" + the uuid of exactly the device
 * that it stands on. Any other prefix belongs to another subsystem: LVM, CRYPT, mpath,
 * ... */
static bool has_partition_identity(const struct host *host, const struct device *device)
{
	cleanup_buf struct buf base = BUF_INIT;
	const char *parent;
	uint32_t number;

	if (!base_uuid(host, device->deps[0], &base))
		return false;
	if (*device->uuid == '\0')
		return true;
	return kpartx_uuid_split(device->uuid, &number, &parent) &&
	       strcmp(parent, buf_text(&base)) == 0;
}

/* kpartx maps a logical partition onto its extended one in some versions, so partition
 * mappings may stand on each other. */
bool stack_is_partition_mapping(const struct host *host, const struct device *device)
{
	if (device->n_targets != 1 || strcmp(device->targets[0].type, "linear") != 0 ||
		device->n_deps != 1 || device->n_pending)
		return false;
	return has_partition_identity(host, device);
}
