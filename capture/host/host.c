/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model's life: new, notes of sources and documents, order, copy, free. See host.h.
 * Input: what probe, record or import read. Output: one tree with one owner.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/change.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"

struct host *host_new(void)
{
	struct host *host = xcalloc(1, sizeof(*host));

	host->strings = arena_new();
	host->identity = (struct identity){.machine_id = "",
		.boot_id = "",
		.node = "",
		.kernel = "",
		.dm_driver = "",
		.redaction = ""};
	return host;
}

void host_free(struct host *host)
{
	if (!host)
		return;
	host_index_free(host);
	for (size_t i = 0; host->strings && i < host->n_devices; i++) {
		free(host->devices[i].targets);
		free(host->devices[i].inactive);
		free(host->devices[i].deps);
	}
	for (size_t i = 0; host->strings && i < host->n_blocks; i++)
		free(host->blocks[i].below);
	for (size_t i = 0; host->strings && i < host->n_lvs; i++) {
		for (size_t s = 0; s < host->lvs[i].n_segments; s++)
			free(host->lvs[i].segments[s].stripes);
		free(host->lvs[i].segments);
	}
	free(host->sources);
	free(host->documents);
	free(host->devices);
	free(host->blocks);
	free(host->superblocks);
	free(host->namespaces);
	free(host->mounts);
	free(host->swaps);
	free(host->processes);
	free(host->uses);
	free(host->kernel_holders);
	free(host->changes);
	free(host->fstab);
	free(host->configs);
	free(host->vgs);
	free(host->pvs);
	free(host->lvm_devices);
	free(host->lvs);
	free(host->shown);
	arena_free(host->strings);
	free(host);
}

static void *copy_array(const void *items, size_t count, size_t size)
{
	void *copy;

	if (!count)
		return NULL;
	copy = xcalloc(count, size);
	return memcpy(copy, items, count * size);
}
#define COPY_ARRAY(host, items, count)                                                   \
	((host)->items = copy_array((host)->items, (host)->count, sizeof(*(host)->items)))

/* A clone has no arena: host_free() takes that as the sign that tables and segments are
 * shared. */
struct host *host_clone(const struct host *host)
{
	struct host *clone = copy_array(host, 1, sizeof(*host));

	clone->strings = NULL;
	COPY_ARRAY(clone, sources, n_sources);
	COPY_ARRAY(clone, documents, n_documents);
	COPY_ARRAY(clone, devices, n_devices);
	COPY_ARRAY(clone, blocks, n_blocks);
	COPY_ARRAY(clone, superblocks, n_superblocks);
	COPY_ARRAY(clone, namespaces, n_namespaces);
	COPY_ARRAY(clone, mounts, n_mounts);
	COPY_ARRAY(clone, swaps, n_swaps);
	COPY_ARRAY(clone, processes, n_processes);
	COPY_ARRAY(clone, uses, n_uses);
	COPY_ARRAY(clone, kernel_holders, n_kernel_holders);
	COPY_ARRAY(clone, changes, n_changes);
	COPY_ARRAY(clone, fstab, n_fstab);
	COPY_ARRAY(clone, configs, n_configs);
	COPY_ARRAY(clone, vgs, n_vgs);
	COPY_ARRAY(clone, pvs, n_pvs);
	COPY_ARRAY(clone, lvm_devices, n_lvm_devices);
	COPY_ARRAY(clone, lvs, n_lvs);
	COPY_ARRAY(clone, shown, n_shown);
	host_index_clone(clone);
	return clone;
}

const char *host_string_n(struct host *host, const char *bytes, size_t len)
{
	return len ? arena_strndup(host->strings, bytes, len) : "";
}

const char *host_string(struct host *host, const char *text)
{
	return host_string_n(host, text, strlen(text));
}

static int compare_source(const void *name, const void *source)
{
	return strcmp(name, ((const struct source *)source)->name);
}

const struct source *host_source(const struct host *host, const char *name)
{
	const struct source *found = NULL;

	/* while a capture is read they are sorted already, without an index: no walk for
	 * each document */
	if (host->n_sources)
		found = bsearch(name, host->sources, host->n_sources,
			sizeof(*host->sources), compare_source);
	if (found || host->index)
		return found;
	for (size_t i = 0; !found && i < host->n_sources; i++)
		if (strcmp(host->sources[i].name, name) == 0)
			found = &host->sources[i];
	return found;
}

bool host_source_is_read(const struct host *host, const char *name)
{
	const struct source *source = host_source(host, name);

	return source && source->outcome == OUTCOME_READ;
}

void host_source_set(struct host *host, const char *name, enum outcome outcome,
	const char *detail_format, ...)
{
	struct source *source = (struct source *)host_source(host, name);
	char detail[512];
	va_list args;

	va_start(args, detail_format);
	vsnprintf(detail, sizeof(detail), detail_format, args);
	va_end(args);
	if (!source) {
		source = array_add(&host->sources, &host->n_sources);
		source->name = host_string(host, name);
	}
	source->outcome = outcome;
	source->detail = host_string(host, detail);
}

int change_compare(const struct change *a, const struct change *b)
{
	int by_devno = devno_compare(a->devno, b->devno);

	if (by_devno)
		return by_devno;
	return a->kind != b->kind ? (a->kind > b->kind) - (a->kind < b->kind)
				  : strcmp(a->name, b->name);
}

void host_change_add(
	struct host *host, struct devno devno, enum change_kind kind, const char *name)
{
	const struct change change = {devno, kind, name};

	for (size_t i = 0; i < host->n_changes; i++)
		if (change_compare(&host->changes[i], &change) == 0)
			return;
	*array_add(&host->changes, &host->n_changes) =
		(struct change){devno, kind, host_string(host, name)};
}

const struct document *host_document(const struct host *host, const char *name)
{
	for (size_t i = 0; i < host->n_documents; i++)
		if (strcmp(host->documents[i].name, name) == 0)
			return &host->documents[i];
	return NULL;
}

void host_document_add(struct host *host, const char *name, const void *bytes, size_t len)
{
	struct document *document = (struct document *)host_document(host, name);

	if (!document) {
		document = array_add(&host->documents, &host->n_documents);
		document->name = host_string(host, name);
	}
	document->bytes = arena_strndup(host->strings, bytes, len);
	document->len = len;
	host_source_set(host, name, OUTCOME_READ, "%s", "");
}

/* ---- order ---- */

/* A function of index.h, and one for here alone. */
#define ORDER(name, type, expression)                                                    \
	int name(const void *pa, const void *pb)                                         \
	{                                                                                \
		const struct type *a = pa, *b = pb;                                      \
		return (expression);                                                     \
	}
#define LOCAL_ORDER(name, type, expression)                                              \
	static int name(const void *pa, const void *pb)                                  \
	{                                                                                \
		const struct type *a = pa, *b = pb;                                      \
		return (expression);                                                     \
	}
#define NUMBERS(x, y) (((x) > (y)) - ((x) < (y)))

ORDER(order_sources, source, strcmp(a->name, b->name))
LOCAL_ORDER(order_documents, document, strcmp(a->name, b->name))
ORDER(order_devices, device, devno_compare(a->devno, b->devno))
ORDER(order_blocks, block, devno_compare(a->devno, b->devno))
LOCAL_ORDER(order_superblocks, superblock,
	devno_compare(a->devno, b->devno) ? devno_compare(a->devno, b->devno)
					  : strcmp(a->type, b->type))
ORDER(order_namespaces, mount_namespace, NUMBERS(a->id, b->id))
LOCAL_ORDER(order_swaps, swap, strcmp(a->path, b->path))
ORDER(order_processes, process, NUMBERS(a->pid, b->pid))
ORDER(order_vgs, vg, strcmp(a->uuid, b->uuid))
ORDER(order_pvs, pv, strcmp(a->uuid, b->uuid))

static int order_uses(const void *pa, const void *pb)
{
	const struct use *a = pa, *b = pb;

	if (a->pid != b->pid)
		return NUMBERS(a->pid, b->pid);
	if (a->kind != b->kind)
		return NUMBERS(a->kind, b->kind);
	return devno_compare(a->devno, b->devno);
}

int kernel_holder_compare(const struct kernel_holder *a, const struct kernel_holder *b)
{
	int by_devno = devno_compare(a->devno, b->devno);

	if (by_devno)
		return by_devno;
	if (a->kind != b->kind)
		return NUMBERS(a->kind, b->kind);
	if (strcmp(a->name, b->name) != 0)
		return strcmp(a->name, b->name);
	return NUMBERS(a->namespace_id, b->namespace_id);
}

int config_entry_compare(const struct config_entry *a, const struct config_entry *b)
{
	int by_file = strcmp(a->file, b->file);

	if (by_file)
		return by_file;
	return a->line != b->line ? NUMBERS(a->line, b->line)
				  : strcmp(a->device, b->device);
}

int shown_compare(const struct shown *a, const struct shown *b)
{
	int by_volume = strcmp(a->volume, b->volume);

	if (by_volume)
		return by_volume;
	return a->kind != b->kind ? NUMBERS(a->kind, b->kind)
				  : strcmp(a->value, b->value);
}

LOCAL_ORDER(order_kernel_holders, kernel_holder, kernel_holder_compare(a, b))
LOCAL_ORDER(order_fstab, fstab_entry, NUMBERS(a->line, b->line))
LOCAL_ORDER(order_configs, config_entry, config_entry_compare(a, b))
LOCAL_ORDER(order_shown, shown, shown_compare(a, b))
LOCAL_ORDER(order_changes, change, change_compare(a, b))

int order_lvs(const void *pa, const void *pb)
{
	const struct lv *a = pa, *b = pb;
	int by_vg = strcmp(a->vg_uuid, b->vg_uuid);

	return by_vg ? by_vg : strcmp(a->uuid, b->uuid);
}

/* The kernel's order within a namespace says which mount is on top of which: it is kept.
 */
static int order_mounts(const void *pa, const void *pb)
{
	const struct mount *a = *(struct mount *const *)pa,
			   *b = *(struct mount *const *)pb;

	if (a->namespace_id != b->namespace_id)
		return NUMBERS(a->namespace_id, b->namespace_id);
	return NUMBERS(a, b);
}

static void sort_mounts(struct host *host)
{
	struct mount **order = xcalloc(host->n_mounts, sizeof(struct mount *));
	struct mount *sorted = NULL;
	size_t n_sorted = 0;

	for (size_t i = 0; i < host->n_mounts; i++)
		order[i] = &host->mounts[i];
	if (host->n_mounts)
		qsort(order, host->n_mounts, sizeof(struct mount *), order_mounts);
	for (size_t i = 0; i < host->n_mounts; i++)
		*array_add(&sorted, &n_sorted) = *order[i];
	free(order);
	free(host->mounts);
	host->mounts = sorted;
}

static void sort_array(
	void *items, size_t count, size_t size, int (*order)(const void *, const void *))
{
	if (count)
		qsort(items, count, size, order);
}
#define SORT(items, count, order)                                                        \
	sort_array(host->items, host->count, sizeof(*host->items), order)

/* Two lists of LVM's name most of them: each once. */
static void sort_lvm_devices(struct host *host)
{
	size_t kept = 0;

	SORT(lvm_devices, n_lvm_devices, devno_order);
	for (size_t i = 0; i < host->n_lvm_devices; i++)
		if (!i ||
			devno_compare(host->lvm_devices[i], host->lvm_devices[kept - 1]))
			host->lvm_devices[kept++] = host->lvm_devices[i];
	host->n_lvm_devices = kept;
}

void host_sort(struct host *host)
{
	host_index_free(host);
	SORT(sources, n_sources, order_sources);
	SORT(documents, n_documents, order_documents);
	SORT(devices, n_devices, order_devices);
	SORT(blocks, n_blocks, order_blocks);
	SORT(superblocks, n_superblocks, order_superblocks);
	SORT(namespaces, n_namespaces, order_namespaces);
	SORT(swaps, n_swaps, order_swaps);
	SORT(processes, n_processes, order_processes);
	SORT(uses, n_uses, order_uses);
	SORT(kernel_holders, n_kernel_holders, order_kernel_holders);
	SORT(changes, n_changes, order_changes);
	SORT(fstab, n_fstab, order_fstab);
	SORT(configs, n_configs, order_configs);
	SORT(shown, n_shown, order_shown);
	SORT(vgs, n_vgs, order_vgs);
	SORT(pvs, n_pvs, order_pvs);
	SORT(lvs, n_lvs, order_lvs);
	sort_lvm_devices(host);
	sort_mounts(host);
}
