/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of borrowed fact lines that changes often; see facts.h. A hash table with open
 * addressing: linear probing, and a mark where a line was removed.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/facts.h"

#define SLOTS_MIN 64 /* a power of two, as every number of slots */

static const char removed[] = "";

/* The slot of the line, or else the first empty one on its way. */
static size_t bag_slot(const struct fact_bag *bag, const char *line)
{
	size_t i = (size_t)hash_bytes(line, strlen(line)) & (bag->n_slots - 1);

	while (bag->slots[i] &&
		(bag->slots[i] == removed || strcmp(bag->slots[i], line) != 0))
		i = (i + 1) & (bag->n_slots - 1);
	return i;
}

/* At most half of the slots are in use, so that every way ends soon. */
static void bag_make_room(struct fact_bag *bag)
{
	struct fact_bag larger = {.n_slots = SLOTS_MIN};

	if (bag->n_used < bag->n_slots / 2)
		return;
	while (larger.n_slots / 4 <= bag->n_lines)
		larger.n_slots *= 2;
	larger.slots = xcalloc(larger.n_slots, sizeof(*larger.slots));
	for (const char *const *line = bag_next(bag, NULL); line;
		line = bag_next(bag, line)) {
		larger.slots[bag_slot(&larger, *line)] = *line;
		larger.n_used++;
	}
	larger.n_lines = larger.n_used;
	bag_free(bag);
	*bag = larger;
}

bool bag_has(const struct fact_bag *bag, const char *line)
{
	return bag->n_slots && bag->slots[bag_slot(bag, line)];
}

bool bag_insert(struct fact_bag *bag, const char *line)
{
	size_t i;

	bag_make_room(bag);
	i = bag_slot(bag, line);
	if (bag->slots[i])
		return false;
	bag->slots[i] = line;
	bag->n_used++;
	bag->n_lines++;
	return true;
}

bool bag_remove(struct fact_bag *bag, const char *line)
{
	size_t i;

	if (!bag->n_slots)
		return false;
	i = bag_slot(bag, line);
	if (!bag->slots[i])
		return false;
	bag->slots[i] = removed;
	bag->n_lines--;
	return true;
}

const char *const *bag_next(const struct fact_bag *bag, const char *const *last)
{
	for (size_t i = last ? (size_t)(last - bag->slots) + 1 : 0; i < bag->n_slots; i++)
		if (bag->slots[i] && bag->slots[i] != removed)
			return &bag->slots[i];
	return NULL;
}

void bag_facts(const struct fact_bag *bag, struct facts *ret)
{
	for (const char *const *line = bag_next(bag, NULL); line;
		line = bag_next(bag, line))
		facts_add(ret, *line);
	facts_sort(ret);
}

void bag_free(struct fact_bag *bag)
{
	free(bag->slots);
	*bag = (struct fact_bag){0};
}
