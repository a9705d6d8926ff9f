/* SPDX-License-Identifier: Apache-2.0 */
/* The part of a host that a plan speaks of; see facts.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/facts.h"

static const char *const level_words[] = {
	[SCOPE_IDENTITY] = "identity",
	[SCOPE_TABLE] = "table",
	[SCOPE_ALL] = "all",
};

const char *scope_level_name(enum scope_level level)
{
	return level_words[level];
}

int scope_level_parse(const char *name, enum scope_level *ret_level)
{
	for (size_t i = 0; i < sizeof(level_words) / sizeof(level_words[0]); i++) {
		if (strcmp(level_words[i], name) == 0) {
			*ret_level = (enum scope_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

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

void scope_add_group(struct scope *scope, const char *vg_uuid)
{
	for (size_t i = 0; i < scope->n_groups; i++)
		if (strcmp(scope->groups[i], vg_uuid) == 0)
			return;
	*array_add(&scope->groups, &scope->n_groups) = vg_uuid;
}

void scope_free(struct scope *scope)
{
	free(scope->devices);
	free(scope->volumes);
	free(scope->groups);
	*scope = (struct scope){0};
}
