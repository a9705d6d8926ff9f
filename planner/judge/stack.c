/* SPDX-License-Identifier: Apache-2.0 */
/* The devices of a subject, and how many a device is on; stack_layers.c finds what is on
 * them, index_below.c of the model what they are on. */
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"

struct devno_list {
	struct devno *devnos;
	size_t count;
};

bool device_is_merging(const struct device *device)
{
	return device_snapshot_state(device) != SNAPSHOT_NONE &&
	       strcmp(device->targets[0].type, "snapshot-merge") == 0;
}

const struct device *subject_merged_into(const struct subject *subject)
{
	struct devno real, cow;

	for (size_t i = 0; subject->cow && i < subject->n_above; i++)
		if (device_is_merging(subject->above[i]) &&
			device_snapshot_parts(subject->above[i], &real, &cow) &&
			devno_is_equal(cow, subject->cow->devno))
			return subject->above[i];
	return NULL;
}

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

static bool has_sorted(const struct devno *devnos, size_t count, struct devno devno)
{
	return devnos && bsearch(&devno, devnos, count, sizeof(devno), devno_order);
}

bool subject_has_on_snapshot(const struct subject *subject, struct devno devno)
{
	return has_sorted(subject->owned, subject->n_on_snapshot, devno);
}

bool subject_owns(const struct subject *subject, struct devno devno)
{
	if (subject->snapshot && devno_is_equal(subject->snapshot->devno, devno))
		return true;
	if (subject->cow && devno_is_equal(subject->cow->devno, devno))
		return true;
	return subject_has_on_snapshot(subject, devno) ||
	       (subject->owned &&
		       has_sorted(subject->owned + subject->n_on_snapshot,
			       subject->n_layers - subject->n_on_snapshot, devno));
}

static bool add_devno(void *context, const struct device *device)
{
	struct devno_list *list = context;

	*array_add(&list->devnos, &list->count) = device->devno;
	return true;
}

struct holders subject_holders(const struct host *host, const struct subject *subject,
	enum holder_shape shape, size_t most)
{
	struct devno_list list = {.count = 0};
	struct holders holders;

	subject_devices(subject, add_devno, &list);
	for (size_t i = 0; i < subject->n_layers; i++)
		if (subject->layers[i].block)
			*array_add(&list.devnos, &list.count) =
				subject->layers[i].block->devno;
	holders = host_holders_of_devices(host, shape, list.devnos, list.count, most);
	free(list.devnos);
	return holders;
}

void subject_dm_name(const struct subject *subject, struct buf *name)
{
	for (const char *c = subject->label; *c; c++)
		buf_puts(name, *c == '/' ? "-" : *c == '-' ? "--" : (char[2]){*c, '\0'});
}

/* ---- what a device is on ---- */

/* Devices below one that its height is counted of; it is a place in an order. */
#define HEIGHT_BELOW_MOST 256

static void add_below(struct devno_list *list, struct devno devno)
{
	if (list->count == HEIGHT_BELOW_MOST)
		return;
	for (size_t i = 0; i < list->count; i++)
		if (devno_is_equal(list->devnos[i], devno))
			return;
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

size_t stack_height(const struct host *host, struct devno devno, size_t most)
{
	struct devno_list list = {.count = 0};
	size_t height = 0;

	add_below(&list, devno);
	for (size_t i = 0; i < list.count && height < most; i++) {
		const struct device *device = host_device_by_devno(host, list.devnos[i]);
		const struct block *block = host_block_by_devno(host, list.devnos[i]);

		height += device != NULL;
		for (size_t d = 0; device && d < device->n_deps && d < most; d++)
			add_below(&list, device->deps[d]);
		if (block)
			add_below_block(host, block, &list);
	}
	free(list.devnos);
	return height;
}
