/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much LVM has seen. Input: the devices that LVM lists, and all that the kernel has.
 * Output: those on which a physical volume may be that LVM says nothing of; whether a
 * group that it does not show is gone. See host/lvm.h.
 *
 * Invariant: a device that nothing explains counts as unread. The walks are linear in the
 * devices and what they are on, also on a hostile host with a circle.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"

/* LVM takes no smaller one (lvm.conf(5), devices/pv_min_size: 2 MiB). */
#define PV_SECTORS_MIN 4096

/* ---- is it, or is it on, a volume of LVM? ---- */

enum standing {
	STANDING_UNKNOWN, /* not asked yet, or it is just being asked */
	STANDING_APART,
	STANDING_ON_LVM,
};

#define DEPTH_MAX 64 /* far beyond what the kernel stacks */

struct view {
	const struct host *host;
	enum standing *devices, *blocks; /* by their places */
};

static bool is_on_lvm(struct view *view, struct devno devno, unsigned depth);

static bool is_device_on_lvm(
	struct view *view, const struct device *device, unsigned depth)
{
	enum standing *known = &view->devices[device - view->host->devices];

	if (*known != STANDING_UNKNOWN || depth == DEPTH_MAX)
		return *known == STANDING_ON_LVM;
	*known = STANDING_APART;
	if (strncmp(device->uuid, "LVM-", 4) == 0)
		*known = STANDING_ON_LVM;
	for (size_t i = 0; i < device->n_deps && *known == STANDING_APART; i++)
		if (is_on_lvm(view, device->deps[i], depth + 1))
			*known = STANDING_ON_LVM;
	return *known == STANDING_ON_LVM;
}

static bool is_block_on_lvm(struct view *view, const struct block *block, unsigned depth)
{
	enum standing *known = &view->blocks[block - view->host->blocks];

	if (*known != STANDING_UNKNOWN || depth == DEPTH_MAX)
		return *known == STANDING_ON_LVM;
	*known = STANDING_APART;
	for (size_t i = 0; i < block->n_below && *known == STANDING_APART; i++)
		if (is_on_lvm(view, block->below[i], depth + 1))
			*known = STANDING_ON_LVM;
	/* a file of the host's own file system, on an LVM volume, may well be a disk of
	 * the host's; a loop device directly on a volume shows what is in that */
	if (*block->backing_file &&
		is_on_lvm(view, host_path_devno(view->host, block->backing_file),
			depth + 1))
		*known = STANDING_ON_LVM;
	return *known == STANDING_ON_LVM;
}

static bool is_on_lvm(struct view *view, struct devno devno, unsigned depth)
{
	const struct device *device = host_device_by_devno(view->host, devno);
	const struct block *block = host_block_by_devno(view->host, devno);

	if (device)
		return is_device_on_lvm(view, device, depth);
	return block && is_block_on_lvm(view, block, depth);
}

/* ---- what explains that LVM does not list it ---- */

bool host_lvm_lists(const struct host *host, struct devno devno)
{
	return host->n_lvm_devices &&
	       bsearch(&devno, host->lvm_devices, host->n_lvm_devices, sizeof(devno),
		       devno_order);
}

/* Then no physical volume is on it. */
static bool has_content(const struct host *host, struct devno devno)
{
	struct holders mounts = host_holders_by(host, devno, HELD_BY_MOUNT);
	struct holders swaps = host_holders_by(host, devno, HELD_BY_SWAP);
	struct holder holder;

	if (host_is_held_by(host, devno, HELD_BY_SUPERBLOCK))
		return true;
	while (holders_next(&mounts, &holder))
		if (devno_is_equal(holder.mount->devno, devno))
			return true;
	while (holders_next(&swaps, &holder))
		if (!holder.is_on_file)
			return true;
	return false;
}

/* LVM leaves out a disk with partitions, a member of an array, a path of a multipath
 * device, and takes these instead (lvm2 lib/filters/filter-partitioned.c, filter-md.c,
 * filter-mpath.c). */
static bool is_shown_as_another(const struct host *host, struct devno devno)
{
	struct holders tables = host_holders_by(host, devno, HELD_BY_TABLE);
	struct holders blocks = host_holders_by(host, devno, HELD_BY_BLOCK);
	struct holder holder;

	while (holders_next(&blocks, &holder))
		if (devnos_count(holder.block->below, holder.block->n_below, devno) &&
			(holder.block->kind == BLOCK_PARTITION ||
				holder.block->kind == BLOCK_MD))
			return true;
	while (holders_next(&tables, &holder))
		if (strncmp(holder.table->uuid, "mpath-", 6) == 0)
			return true;
	return false;
}

/* Kinds that LVM never takes for a physical volume (lib/device/device-types.h has no
 * entry for them). */
static bool is_of_no_use(const struct block *block)
{
	static const char *const kinds[] = {"sr", "fd", "zram"};

	if (block->size < PV_SECTORS_MIN)
		return true;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i]);

		if (strncmp(block->kname, kinds[i], len) == 0 &&
			block->kname[len] >= '0' && block->kname[len] <= '9')
			return true;
	}
	return false;
}

static bool is_unread(struct view *view, struct devno devno)
{
	return !host_lvm_lists(view->host, devno) && !is_on_lvm(view, devno, 0) &&
	       !has_content(view->host, devno) && !is_shown_as_another(view->host, devno);
}

/* ---- all of them ---- */

static int order_devnos(const void *pa, const void *pb)
{
	return devno_compare(*(const struct devno *)pa, *(const struct devno *)pb);
}

/* What the tables name and the kernel does not list any more: a disk that was pulled. */
static void add_vanished(const struct host *host, struct devno **devnos, size_t *count)
{
	for (size_t i = 0; i < host->n_devices; i++)
		for (size_t d = 0; d < host->devices[i].n_deps; d++) {
			struct devno dep = host->devices[i].deps[d];

			if (!host->devices[i].is_gone &&
				!host_device_by_devno(host, dep) &&
				!host_block_by_devno(host, dep) &&
				!host_lvm_lists(host, dep))
				*array_add(devnos, count) = dep;
		}
}

static void keep_once(struct devno *devnos, size_t *count)
{
	size_t kept = 0;

	if (*count)
		qsort(devnos, *count, sizeof(*devnos), order_devnos);
	for (size_t i = 0; i < *count; i++)
		if (!i || devno_compare(devnos[i], devnos[kept - 1]))
			devnos[kept++] = devnos[i];
	*count = kept;
}

void host_lvm_unread(
	const struct host *host, struct devno **ret_devnos, size_t *ret_count)
{
	struct view view = {.host = host,
		.devices = xcalloc(host->n_devices, sizeof(enum standing)),
		.blocks = xcalloc(host->n_blocks, sizeof(enum standing))};
	struct devno *devnos = NULL;
	size_t count = 0;

	for (size_t i = 0; i < host->n_blocks; i++) {
		const struct block *block = &host->blocks[i];

		if (!block->is_gone && !is_of_no_use(block) &&
			is_unread(&view, block->devno))
			*array_add(&devnos, &count) = block->devno;
	}
	for (size_t i = 0; i < host->n_devices; i++)
		if (!host->devices[i].is_gone && is_unread(&view, host->devices[i].devno))
			*array_add(&devnos, &count) = host->devices[i].devno;
	add_vanished(host, &devnos, &count);
	keep_once(devnos, &count);
	free(view.devices);
	free(view.blocks);
	*ret_devnos = devnos;
	*ret_count = count;
}

/* A label whose group's metadata LVM could not read; or two devices with one label, of
 * which LVM shows what is on one. */
static bool is_doubtful(const struct pv *pv)
{
	return pv->is_duplicate || (pv->is_in_use && !*pv->vg_uuid);
}

static bool is_read_or_never_asked(const struct host *host, const char *name)
{
	const struct source *source = host_source(host, name);

	return !source || source->outcome == OUTCOME_READ ||
	       source->outcome == OUTCOME_SKIPPED;
}

bool lvm_view_is_whole(const struct host *host)
{
	static const char *const needed[] = {"dm", "blocks", "lvm/report.json"};
	cleanup_free struct devno *unread = NULL;
	size_t n_unread = 0;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!host_source_is_read(host, needed[i]))
			return false;
	if (!is_read_or_never_asked(host, "lvm/pvs.json"))
		return false;
	for (size_t i = 0; i < host->n_pvs; i++)
		if (is_doubtful(&host->pvs[i]))
			return false;
	for (size_t i = 0; i < host->n_vgs; i++)
		if (!host->vgs[i].has_metadata)
			return false;
	host_lvm_unread(host, &unread, &n_unread);
	return n_unread == 0;
}

bool host_owner_is_known(const struct host *host, struct devno devno)
{
	cleanup_places struct places places =
		host_places(host, PLACES_PVS_ON, places_devno(devno));

	bool is_listed = host_lvm_lists(host, devno);

	/* an import has no list of devices, and groups that LVM read from some */
	if (!is_listed && !host_is_imported(host))
		return false;
	for (size_t i; places_next(&places, &i);) {
		const struct pv *pv = &host->pvs[i];
		const struct vg *vg;

		if (!devno_is_equal(pv->devno, devno))
			continue;
		vg = host_vg(host, pv->vg_uuid);
		if (is_doubtful(pv) || (*pv->vg_uuid && (!vg || !vg->has_metadata)))
			return false;
		is_listed = true;
	}
	return is_listed;
}

bool host_group_is_gone(const struct host *host, const char *vg_uuid)
{
	return !host_vg(host, vg_uuid) && host_lvm_is_whole(host);
}
