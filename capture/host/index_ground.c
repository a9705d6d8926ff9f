/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which devices are on a snapshot, or are one: a part of the index, see index.h.
 * Input: the devices' dependencies, which a hostile archive may lead in circles. Output:
 * a flag for each. Marked from the snapshots upwards, each device once. A replay keeps
 * the marks: LVM gives an origin the table of its own -real layer, which changes none;
 * where it would, it looks for itself.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"

void ground_mark(const struct host *host, bool *ret_is_on_snapshot)
{
	size_t *stack = NULL, count = 0;

	for (size_t i = 0; i < host->n_devices; i++)
		if (device_snapshot_state(&host->devices[i]) != SNAPSHOT_NONE) {
			ret_is_on_snapshot[i] = true;
			*array_add(&stack, &count) = i;
		}
	for (size_t next = 0; next < count; next++) {
		struct devno devno = host->devices[stack[next]].devno;
		struct holders tables = host_holders_by(host, devno, HELD_BY_TABLE);

		for (struct holder holder; holders_next(&tables, &holder);) {
			if (ret_is_on_snapshot[holder.at])
				continue;
			ret_is_on_snapshot[holder.at] = true;
			*array_add(&stack, &count) = holder.at;
		}
	}
	free(stack);
}

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

/* In a replay things go, which may take a snapshot from below a device, and never puts
 * one there. */
bool host_device_is_on_snapshot(const struct host *host, const struct device *device)
{
	const bool *marks = host_index_ground(host);

	if (!marks || (marks[device - host->devices] && host_index_is_of_clone(host)))
		return is_found_below(host, device);
	return marks[device - host->devices];
}

/* ---- another table ---- */

/* Also of what is gone. */
static bool is_marked(const struct host *clone, const bool *marks, struct devno devno)
{
	const struct device key = {.devno = devno}, *found = NULL;

	if (clone->n_devices)
		found = bsearch(&key, clone->devices, clone->n_devices, sizeof(key),
			order_devices);
	return found && marks[found - clone->devices];
}

bool ground_is_same(const struct host *clone, const struct device *device)
{
	const bool *marks = host_index_ground(clone);
	bool is_on_snapshot = device_snapshot_state(device) != SNAPSHOT_NONE;

	if (!marks || !host_index_is_sorted(clone, INDEX_DEVICES))
		return false;
	for (size_t d = 0; d < device->n_deps && !is_on_snapshot; d++)
		is_on_snapshot = is_marked(clone, marks, device->deps[d]);
	return is_on_snapshot == marks[device - clone->devices];
}
