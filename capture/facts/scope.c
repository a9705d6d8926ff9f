/* SPDX-License-Identifier: Apache-2.0 */
/* The part of a host that a plan speaks of; see facts.h. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"
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

static int order_condition(const void *key, const void *entry)
{
	return condition_compare(key, entry);
}

const struct condition *scope_condition(
	const struct scope *scope, const struct condition *condition)
{
	return scope->n_conditions
		       ? bsearch(condition, scope->conditions, scope->n_conditions,
				 sizeof(*scope->conditions), order_condition)
		       : NULL;
}

/* ---- many entries ---- */

/* Of one device, the entry that was added first comes first: its label is kept. */
static int order_devices(const void *pa, const void *pb)
{
	const struct scope_device *a = *(const struct scope_device *const *)pa;
	const struct scope_device *b = *(const struct scope_device *const *)pb;
	int by_devno = devno_compare(a->devno, b->devno);

	return by_devno ? by_devno : (a > b) - (a < b);
}

static int order_blocks(const void *a, const void *b)
{
	return devno_compare(((const struct scope_block *)a)->devno,
		((const struct scope_block *)b)->devno);
}

int scope_volume_compare(const struct scope_volume *a, const struct scope_volume *b)
{
	int by_vg = strcmp(a->vg_uuid, b->vg_uuid);

	return by_vg ? by_vg : strcmp(a->lv_uuid, b->lv_uuid);
}

static int same_volume(const void *a, const void *b)
{
	return scope_volume_compare(a, b);
}

/* Of one volume, an entry with tags comes first: they are kept. */
static int order_volumes(const void *pa, const void *pb)
{
	const struct scope_volume *a = pa, *b = pb;
	int by_volume = same_volume(pa, pb);

	return by_volume ? by_volume : (a->tags == NULL) - (b->tags == NULL);
}

static int order_groups(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void unite_devices(struct scope *scope)
{
	const struct scope_device **order = xcalloc(scope->n_devices, sizeof(*order));
	struct scope_device *devices = NULL;
	size_t n_devices = 0;

	for (size_t i = 0; i < scope->n_devices; i++)
		order[i] = &scope->devices[i];
	qsort(order, scope->n_devices, sizeof(*order), order_devices);
	for (size_t i = 0; i < scope->n_devices; i++) {
		struct scope_device *last = n_devices ? &devices[n_devices - 1] : NULL;

		if (!last || !devno_is_equal(last->devno, order[i]->devno))
			*array_add(&devices, &n_devices) = *order[i];
		else if (order[i]->level > last->level)
			last->level = order[i]->level;
	}
	free(order);
	free(scope->devices);
	scope->devices = devices;
	scope->n_devices = n_devices;
}

static size_t unite(void *items, size_t count, size_t size,
	int (*order)(const void *, const void *), int (*same)(const void *, const void *))
{
	char *bytes = items;
	size_t kept = 0;

	if (count)
		qsort(items, count, size, order);
	for (size_t i = 0; i < count; i++)
		if (!kept || same(bytes + (kept - 1) * size, bytes + i * size) != 0)
			memmove(bytes + kept++ * size, bytes + i * size, size);
	return kept;
}

void scope_unite(struct scope *scope)
{
	unite_devices(scope);
	scope->n_blocks = unite(scope->blocks, scope->n_blocks, sizeof(*scope->blocks),
		order_blocks, order_blocks);
	scope->n_volumes = unite(scope->volumes, scope->n_volumes,
		sizeof(*scope->volumes), order_volumes, same_volume);
	scope->n_groups = unite(scope->groups, scope->n_groups, sizeof(*scope->groups),
		order_groups, order_groups);
	scope->n_conditions = unite(scope->conditions, scope->n_conditions,
		sizeof(*scope->conditions), order_condition, order_condition);
}
