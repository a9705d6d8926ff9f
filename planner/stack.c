/* SPDX-License-Identifier: Apache-2.0 */
/* The devices of a subject; stack_layers.c finds what is on them, ground.c of the model
 * what they are on. */
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

static int order_devnos(const void *a, const void *b)
{
	return devno_compare(*(const struct devno *)a, *(const struct devno *)b);
}

static bool has_sorted(const struct devno *devnos, size_t count, struct devno devno)
{
	return devnos && bsearch(&devno, devnos, count, sizeof(devno), order_devnos);
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
