/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A volume's devices. Input: the model. Output: its own and all that is on them: a
 * partition, a guest's volume, LUKS, an array, a loop device; and whether a configuration
 * names one of them.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "stack.h"

bool stack_has(const struct stack *stack, struct devno devno)
{
	for (size_t i = 0; i < stack->count; i++)
		if (devno_is_equal(stack->items[i], devno))
			return true;
	return false;
}

static void add_device(struct stack *stack, struct devno devno)
{
	if (!stack_has(stack, devno) && stack->count < STACK_MAX)
		stack->items[stack->count++] = devno;
}

static void add_above(const struct host *host, struct stack *stack, struct devno devno)
{
	struct holders tables = host_holders_by(host, devno, HELD_BY_TABLE);
	struct holders blocks = host_holders_by(host, devno, HELD_BY_BLOCK);
	struct holder holder;

	while (holders_next(&tables, &holder))
		add_device(stack, holder.table->devno);
	while (holders_next(&blocks, &holder))
		if (holder.times)
			add_device(stack, holder.block->devno);
}

/* By the metadata, else by the name of its device. malloc'ed. */
static char *label_of_volume(const struct host *host, const char *vg_uuid,
	const char *lv_uuid, const struct device *device)
{
	const struct vg *vg = host_vg(host, vg_uuid);
	const struct lv *lv = host_lv(host, vg_uuid, lv_uuid);
	cleanup_buf struct buf label = BUF_INIT;

	if (!vg || !lv)
		return device ? dm_name_label(device->name) : NULL;
	buf_printf(&label, "%s/%s", vg->name, lv->name);
	return xstrdup(buf_text(&label));
}

void host_stack_of_volume(const struct host *host, const char *vg_uuid,
	const char *lv_uuid, struct stack *ret_stack)
{
	static const char *const layers[] = {"", "-cow"};
	const struct device *named = NULL;

	*ret_stack = (struct stack){.count = 0};
	for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
		const struct device *device =
			host_device_of_lv(host, vg_uuid, lv_uuid, layers[i]);

		if (!device)
			continue;
		add_device(ret_stack, device->devno);
		named = named ? named : device;
	}
	for (size_t i = 0; i < ret_stack->count; i++)
		add_above(host, ret_stack, ret_stack->items[i]);
	ret_stack->label = label_of_volume(host, vg_uuid, lv_uuid, named);
}

bool stack_is_named(
	const struct host *host, const struct stack *stack, const struct mention *mention)
{
	struct devno devno = host_path_devno(host, mention->device);
	cleanup_free char *named = stack->label ? mention_label(mention) : NULL;

	if (named && strcmp(named, stack->label) == 0)
		return true;
	return !devno_is_none(devno) && stack_has(stack, devno);
}

void stack_free(struct stack *stack)
{
	free(stack->label);
	stack->label = NULL;
}
