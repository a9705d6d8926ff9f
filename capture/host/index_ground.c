/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which devices are on a snapshot, or are one, through mappings alone: asked of the marks
 * that index_below.c makes, which spare a walk down for each device of a deep stack
 * (bench_shapes: deep-ground, tall-stack). A replay keeps the marks: LVM gives an origin
 * the table of its own -real layer, which changes none; where it would, it looks for
 * itself.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"

/* ---- without an index ---- */

static bool is_seen(const struct device **seen, size_t count, const struct device *device)
{
	for (size_t i = 0; i < count; i++)
		if (seen[i] == device)
			return true;
	return false;
}

static bool is_found_below(const struct host *host, const struct device *device)
{
	cleanup_free const struct device **seen = NULL;
	size_t count = 0;

	*array_add(&seen, &count) = device;
	for (size_t i = 0; i < count; i++) {
		if (device_snapshot_state(seen[i]) != SNAPSHOT_NONE)
			return true;
		for (size_t d = 0; d < seen[i]->n_deps; d++) {
			const struct device *below =
				host_device_by_devno(host, seen[i]->deps[d]);

			if (below && !is_seen(seen, count, below))
				*array_add(&seen, &count) = below;
		}
	}
	return false;
}

/* NULL: no index, or a replay put another device on a snapshot. */
static const struct below_list *marks_of(const struct host *host)
{
	return host->index && !host->index->is_ground_changed ? host->index->below : NULL;
}

/* In a replay things go, which may take a snapshot from below a device, and never puts
 * one there. */
bool host_device_is_on_snapshot(const struct host *host, const struct device *device)
{
	const struct below_list *marks = marks_of(host);
	bool is_marked = marks && below_is_mapped_to_snapshot(
					  marks, (size_t)(device - host->devices));

	return marks && !(is_marked && host->index->is_of_clone)
		       ? is_marked
		       : is_found_below(host, device);
}

/* ---- another table ---- */

/* Also of what is gone. */
static bool is_marked_at(
	const struct host *clone, const struct below_list *marks, struct devno devno)
{
	const struct device key = {.devno = devno}, *found = NULL;

	if (clone->n_devices)
		found = bsearch(&key, clone->devices, clone->n_devices, sizeof(key),
			order_devices);
	return found &&
	       below_is_mapped_to_snapshot(marks, (size_t)(found - clone->devices));
}

bool ground_is_same(const struct host *clone, const struct device *device)
{
	const struct below_list *marks = marks_of(clone);
	bool is_on_snapshot = device_snapshot_state(device) != SNAPSHOT_NONE;

	if (!marks)
		return false;
	for (size_t d = 0; d < device->n_deps && !is_on_snapshot; d++)
		is_on_snapshot = is_marked_at(clone, marks, device->deps[d]);
	return is_on_snapshot ==
	       below_is_mapped_to_snapshot(marks, (size_t)(device - clone->devices));
}
