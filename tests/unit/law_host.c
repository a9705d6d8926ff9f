/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of hosts for the law's test; see law.h. */
#include <stdlib.h>
#include <string.h>

#include "law.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/change.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"
#include "snapstate/probe.h"

/* ---- a copy ---- */

/* An array that array_add() can grow. */
static void *copy_items(const void *items, size_t count, size_t size)
{
	char *copy = NULL;
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		memcpy(array_add_sized(&copy, &n, size), (const char *)items + i * size,
			size);
	return copy;
}
#define COPY(items, count) copy_items(items, count, sizeof(*(items)))

static void copy_devices(struct host *copy, const struct host *host)
{
	for (size_t i = 0; i < host->n_devices; i++) {
		const struct device *from = &host->devices[i];
		struct device *to;

		if (from->is_gone)
			continue;
		to = array_add(&copy->devices, &copy->n_devices);
		*to = *from;
		to->targets = COPY(from->targets, from->n_targets);
		to->inactive = COPY(from->inactive, from->n_inactive);
		to->deps = COPY(from->deps, from->n_deps);
	}
}

static void copy_blocks(struct host *copy, const struct host *host)
{
	for (size_t i = 0; i < host->n_blocks; i++) {
		const struct block *from = &host->blocks[i];
		struct block *to;

		if (from->is_gone)
			continue;
		to = array_add(&copy->blocks, &copy->n_blocks);
		*to = *from;
		to->below = COPY(from->below, from->n_below);
	}
}

static void copy_volumes(struct host *copy, const struct host *host)
{
	for (size_t i = 0; i < host->n_lvs; i++) {
		const struct lv *from = &host->lvs[i];
		struct lv *to;

		if (from->is_gone)
			continue;
		to = array_add(&copy->lvs, &copy->n_lvs);
		*to = *from;
		to->segments = COPY(from->segments, from->n_segments);
		for (size_t s = 0; s < to->n_segments; s++)
			to->segments[s].stripes = COPY(
				from->segments[s].stripes, from->segments[s].n_stripes);
	}
}

/* Arrays of plain structs: all elements, or those that are not gone. */
#define COPY_ALL(items, count)                                                           \
	do {                                                                             \
		copy->items = COPY(host->items, host->count);                            \
		copy->count = host->count;                                               \
	} while (0)
#define COPY_LIVE(items, count)                                                          \
	for (size_t i = 0; i < host->count; i++)                                         \
		if (!host->items[i].is_gone)                                             \
	*array_add(&copy->items, &copy->count) = host->items[i]

struct host *law_copy(const struct host *host)
{
	struct host *copy = host_new();

	copy->identity = host->identity;
	COPY_ALL(sources, n_sources);
	COPY_ALL(documents, n_documents);
	copy_devices(copy, host);
	copy_blocks(copy, host);
	COPY_LIVE(superblocks, n_superblocks);
	COPY_ALL(namespaces, n_namespaces);
	COPY_LIVE(mounts, n_mounts);
	COPY_LIVE(swaps, n_swaps);
	COPY_ALL(processes, n_processes);
	COPY_ALL(uses, n_uses);
	COPY_ALL(kernel_holders, n_kernel_holders);
	COPY_ALL(changes, n_changes);
	COPY_ALL(fstab, n_fstab);
	COPY_ALL(configs, n_configs);
	COPY_ALL(vgs, n_vgs);
	COPY_ALL(pvs, n_pvs);
	COPY_ALL(lvm_devices, n_lvm_devices);
	copy_volumes(copy, host);
	return copy;
}

/* ---- what a probe sees ---- */

static void skip_sources(struct host *seen, unsigned parts)
{
	static const struct {
		unsigned part;
		const char *name; /* "mounts/": all that begin with it */
	} sources[] = {
		{PROBE_IDENTITY, "identity"},
		{PROBE_DM, "dm"},
		{PROBE_BLOCKS, "blocks"},
		{PROBE_HOLDERS, "superblocks"},
		{PROBE_HOLDERS, "swaps"},
		{PROBE_HOLDERS, "holders"},
		{PROBE_MOUNTS, "mounts"},
		{PROBE_MOUNTS, "mounts/"},
		{PROBE_PROCESSES, "processes"},
		{PROBE_LVM, "lvm/"},
		{PROBE_PVS, "lvm/pvs.json"},
		{PROBE_AGAIN, "again"},
		{PROBE_FSTAB, "fstab"},
		{PROBE_CONFIGS, "configs"},
	};

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		for (size_t s = 0; s < seen->n_sources && !(parts & sources[i].part);
			s++) {
			const char *name = seen->sources[s].name;
			size_t len = strlen(sources[i].name);
			bool is_folder = sources[i].name[len - 1] == '/';

			if (is_folder ? strncmp(name, sources[i].name, len) == 0
				      : strcmp(name, sources[i].name) == 0)
				seen->sources[s].outcome = OUTCOME_SKIPPED;
		}
}

static bool is_in_scope(const struct scope *scope, const struct device *device)
{
	for (size_t i = 0; i < scope->n_devices; i++)
		if (*device->uuid
				? strcmp(scope->devices[i].uuid, device->uuid) == 0
				: devno_is_equal(scope->devices[i].devno, device->devno))
			return true;
	return false;
}

/* See machine.only: the scope's devices, what is directly on them, and all that is below.
 */
static void keep_near(struct host *seen, const struct scope *only)
{
	cleanup_free bool *is_near = xcalloc(seen->n_devices, sizeof(bool));
	size_t kept = 0;

	for (size_t i = 0; i < seen->n_devices; i++) {
		const struct device *device = &seen->devices[i];

		is_near[i] |= is_in_scope(only, device);
		for (size_t d = 0; d < device->n_deps; d++) {
			const struct device *below =
				host_device_by_devno(seen, device->deps[d]);

			is_near[i] |= below && is_in_scope(only, below);
		}
	}
	for (bool has_more = true; has_more;) {
		has_more = false;
		for (size_t i = 0; i < seen->n_devices; i++)
			for (size_t d = 0; is_near[i] && d < seen->devices[i].n_deps;
				d++) {
				const struct device *below = host_device_by_devno(
					seen, seen->devices[i].deps[d]);

				if (!below || is_near[below - seen->devices])
					continue;
				is_near[below - seen->devices] = has_more = true;
			}
	}
	for (size_t i = 0; i < seen->n_devices; i++)
		if (is_near[i])
			seen->devices[kept++] = seen->devices[i];
	seen->n_devices = kept;
}

struct host *law_seen(const struct host *host, unsigned parts, const struct scope *only)
{
	struct host *seen = host_clone(host);

	skip_sources(seen, parts);
	if (!(parts & PROBE_BLOCKS))
		seen->n_blocks = 0;
	if (!(parts & PROBE_HOLDERS))
		seen->n_superblocks = seen->n_swaps = seen->n_kernel_holders = 0;
	if (!(parts & PROBE_MOUNTS))
		seen->n_mounts = seen->n_namespaces = 0;
	if (!(parts & PROBE_PROCESSES))
		seen->n_processes = seen->n_uses = 0;
	if (!(parts & PROBE_LVM))
		seen->n_vgs = seen->n_pvs = seen->n_lvs = 0;
	if (!(parts & PROBE_PVS))
		seen->n_lvm_devices = 0;
	if (!(parts & PROBE_FSTAB))
		seen->n_fstab = 0;
	if (!(parts & PROBE_CONFIGS))
		seen->n_configs = 0;
	for (size_t i = 0; i < seen->n_pvs && !(parts & PROBE_PVS); i++)
		seen->pvs[i].is_duplicate = false;
	host_sort(seen);
	if (only)
		keep_near(seen, only);
	return seen;
}
