/* SPDX-License-Identifier: Apache-2.0 */
/* A scope is put together; see facts.h. Input: things of a host. Output: their entries. */
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/facts.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"

void scope_add_device(
	struct scope *scope, const struct device *device, enum scope_level level)
{
	struct scope_device *entry = NULL;

	for (size_t i = 0; i < scope->n_devices && !entry; i++)
		if (devno_is_equal(scope->devices[i].devno, device->devno))
			entry = &scope->devices[i];
	if (!entry) {
		entry = array_add(&scope->devices, &scope->n_devices);
		entry->devno = device->devno;
		entry->uuid = device->uuid;
		entry->name = device->name;
		entry->level = level;
	}
	if (level > entry->level)
		entry->level = level;
}

void scope_add_block(struct scope *scope, const struct block *block)
{
	struct scope_block *entry;

	for (size_t i = 0; i < scope->n_blocks; i++)
		if (devno_is_equal(scope->blocks[i].devno, block->devno))
			return;
	entry = array_add(&scope->blocks, &scope->n_blocks);
	entry->devno = block->devno;
	entry->kname = block->kname;
}

void scope_add_volume(struct scope *scope, const char *vg_uuid, const char *lv_uuid)
{
	struct scope_volume *entry;

	for (size_t i = 0; i < scope->n_volumes; i++)
		if (strcmp(scope->volumes[i].vg_uuid, vg_uuid) == 0 &&
			strcmp(scope->volumes[i].lv_uuid, lv_uuid) == 0)
			return;
	entry = array_add(&scope->volumes, &scope->n_volumes);
	entry->vg_uuid = vg_uuid;
	entry->lv_uuid = lv_uuid;
}

void scope_set_tags(
	struct scope *scope, const char *vg_uuid, const char *lv_uuid, const char *tags)
{
	scope_add_volume(scope, vg_uuid, lv_uuid);
	for (size_t i = 0; i < scope->n_volumes; i++)
		if (strcmp(scope->volumes[i].vg_uuid, vg_uuid) == 0 &&
			strcmp(scope->volumes[i].lv_uuid, lv_uuid) == 0)
			scope->volumes[i].tags = tags;
}

void scope_add_group(struct scope *scope, const char *vg_uuid)
{
	for (size_t i = 0; i < scope->n_groups; i++)
		if (strcmp(scope->groups[i], vg_uuid) == 0)
			return;
	*array_add(&scope->groups, &scope->n_groups) = vg_uuid;
}

void scope_add_condition(struct scope *scope, const struct condition *condition)
{
	for (size_t i = 0; i < scope->n_conditions; i++)
		if (condition_compare(&scope->conditions[i], condition) == 0)
			return;
	*array_add(&scope->conditions, &scope->n_conditions) = *condition;
}

void scope_add_volume_condition(struct scope *scope, enum condition_kind kind,
	const char *vg_uuid, const char *lv_uuid)
{
	const struct condition condition = {
		.kind = kind, .vg_uuid = vg_uuid, .lv_uuid = lv_uuid, .argument = ""};

	scope_add_condition(scope, &condition);
}

void scope_add_group_condition(
	struct scope *scope, enum condition_kind kind, const char *vg_uuid)
{
	scope_add_volume_condition(scope, kind, vg_uuid, "");
}

/* ---- many entries ---- */

void scope_append(struct scope *scope, const struct scope *more)
{
	for (size_t i = 0; i < more->n_devices; i++)
		*array_add(&scope->devices, &scope->n_devices) = more->devices[i];
	for (size_t i = 0; i < more->n_blocks; i++)
		*array_add(&scope->blocks, &scope->n_blocks) = more->blocks[i];
	for (size_t i = 0; i < more->n_volumes; i++)
		*array_add(&scope->volumes, &scope->n_volumes) = more->volumes[i];
	for (size_t i = 0; i < more->n_groups; i++)
		*array_add(&scope->groups, &scope->n_groups) = more->groups[i];
	for (size_t i = 0; i < more->n_conditions; i++)
		*array_add(&scope->conditions, &scope->n_conditions) =
			more->conditions[i];
}
