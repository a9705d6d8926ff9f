/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which mounts of the host's namespace a path leads through: a part of the index, see
 * index.h. The mount points sorted so that what is below one follows it: the last one
 * that is not behind a path is below all those above the path. Input: mounts. Output:
 * positions of mounts.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/host.h"
#include "snapstate/host/mount.h"

struct mount_point {
	const char *target;
	size_t position;
	/* Numbers of items, from 1; 0 = none: the last mount on the nearest mount point
	 * above this one, and, with those on the same, the one that this is on top of. */
	size_t above, under;
};

/* The end of a path, and a component's, are before all other bytes. */
static int rank(char c)
{
	return c == '\0' ? -2 : c == '/' ? -1 : (unsigned char)c;
}

static int order_paths(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return rank(*a) - rank(*b);
}

static int order_points(const void *pa, const void *pb)
{
	const struct mount_point *a = pa, *b = pb;
	int by_target = order_paths(a->target, b->target);

	return by_target ? by_target
			 : (a->position > b->position) - (a->position < b->position);
}

/* Of the item at `at` and those above it: the first that is above the path. */
static size_t above_path(const struct path_list *paths, size_t at, const char *path)
{
	while (at && !path_is_below(path, paths->points[at - 1].target))
		at = paths->points[at - 1].above;
	return at;
}

void path_list_build(const struct host *host, struct path_list *paths)
{
	const struct mount_namespace *home = host_namespace_of_host(host);

	for (size_t i = 0; home && i < host->n_mounts; i++)
		if (host->mounts[i].namespace_id == home->id && *host->mounts[i].target)
			*array_add(&paths->points, &paths->count) = (struct mount_point){
				.target = host->mounts[i].target, .position = i};
	if (paths->count)
		qsort(paths->points, paths->count, sizeof(*paths->points), order_points);
	for (size_t i = 0; i < paths->count; i++) {
		struct mount_point *point = &paths->points[i];

		point->under = above_path(paths, i, point->target);
		point->above = point->under;
		if (point->under && strcmp(point[-1].target, point->target) == 0)
			point->above = point[-1].above;
	}
}

void path_list_free(struct path_list *paths)
{
	free(paths->points);
}

size_t path_find(const struct path_list *paths, const char *path)
{
	size_t low = 0, high = paths->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (order_paths(paths->points[middle].target, path) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return above_path(paths, low, path);
}

bool path_up(const struct path_list *paths, size_t *at, size_t *ret_position)
{
	if (!*at)
		return false;
	*ret_position = paths->points[*at - 1].position;
	*at = paths->points[*at - 1].under;
	return true;
}
