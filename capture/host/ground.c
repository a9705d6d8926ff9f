/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a device is on, and whether that is a volume of another group. Invariant: every
 * walk ends, also on a hostile capture with a circle.
 */
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/host.h"

struct devno_list {
	struct devno *devnos;
	size_t count;
};

/* More than GROUND_MOST are not followed. */
static void add_below(struct devno_list *list, struct devno devno)
{
	for (size_t i = 0; i < list->count; i++)
		if (devno_is_equal(list->devnos[i], devno))
			return;
	if (list->count <= GROUND_MOST)
		*array_add(&list->devnos, &list->count) = devno;
}

static void add_below_block(
	const struct host *host, const struct block *block, struct devno_list *list)
{
	for (size_t i = 0; i < block->n_below; i++)
		add_below(list, block->below[i]);
	if (*block->backing_file)
		add_below(list, host_loop_devno(host, block));
}

bool host_devices_below(const struct host *host, struct devno devno,
	const struct device ***ret_devices, size_t *ret_count)
{
	struct devno_list list = {.count = 0};
	bool is_whole;

	add_below(&list, devno);
	for (size_t i = 0; i < list.count; i++) {
		const struct device *device = host_device_by_devno(host, list.devnos[i]);
		const struct block *block = host_block_by_devno(host, list.devnos[i]);

		if (device)
			*array_add(ret_devices, ret_count) = device;
		for (size_t d = 0; device && d < device->n_deps; d++)
			add_below(&list, device->deps[d]);
		if (block)
			add_below_block(host, block, &list);
	}
	is_whole = list.count <= GROUND_MOST;
	free(list.devnos);
	return is_whole;
}

const struct device *host_volume_below(const struct host *host, struct devno devno,
	const char *vg_uuid, bool *ret_is_all)
{
	cleanup_free const struct device **below = NULL;
	size_t n_below = 0;

	*ret_is_all = host_devices_below(host, devno, &below, &n_below);
	for (size_t i = 0; i < n_below; i++) {
		char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
		const char *layer;

		if (lvm_dm_uuid_split(below[i]->uuid, vg, lv, &layer) &&
			strcmp(vg, vg_uuid) != 0)
			return below[i];
	}
	return NULL;
}

bool host_is_apart(const struct host *host, struct devno devno, const char *vg_uuid)
{
	bool is_all;

	return !host_volume_below(host, devno, vg_uuid, &is_all) && is_all;
}
