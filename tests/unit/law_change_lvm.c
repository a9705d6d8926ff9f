/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to LVM's metadata, by LVM here, on another host, or by vgcfgrestore; and
 * to the disks below. A change by LVM here reaches the kernel as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "law.h"
#include "sample_host.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/source.h"
#include "snapstate/lvm_names.h"

/* ---- what they share ---- */

static struct vg *group_of(struct host *host, const char *uuid)
{
	for (size_t i = 0; i < host->n_vgs; i++)
		if (strcmp(host->vgs[i].uuid, uuid) == 0)
			return &host->vgs[i];
	return NULL;
}

static struct vg *sample_group(struct host *host)
{
	return group_of(host, SAMPLE_VG);
}

/* Every change of the metadata counts the group's sequence number up. */
static bool wrote(struct host *host, const char *vg_uuid)
{
	struct vg *vg = group_of(host, vg_uuid);

	if (vg)
		vg->seqno++;
	return true;
}

static uint64_t free_extent(const struct host *host)
{
	uint64_t end = 500;

	for (size_t i = 0; i < host->n_lvs; i++)
		for (size_t s = 0; s < host->lvs[i].n_segments; s++)
			for (size_t p = 0; p < host->lvs[i].segments[s].n_stripes; p++) {
				const struct segment *segment = &host->lvs[i].segments[s];
				uint64_t stop =
					segment->stripes[p].start + segment->extents;

				end = stop > end ? stop : end;
			}
	return end;
}

static void add_extents(struct lv *lv, uint64_t start, uint64_t extents)
{
	struct segment *segment = array_add(&lv->segments, &lv->n_segments);
	struct stripe *stripe = array_add(&segment->stripes, &segment->n_stripes);

	segment->start = lv->extents;
	segment->extents = extents;
	segment->type = "striped";
	*stripe = (struct stripe){.pv_uuid = SAMPLE_PV, .lv_name = "", .start = start};
	lv->extents += extents;
}

static struct lv *add_volume(struct host *host, const char *name, uint64_t start)
{
	unsigned number = (unsigned)host->n_lvs;
	struct lv *lv = array_add(&host->lvs, &host->n_lvs);

	*lv = (struct lv){.vg_uuid = SAMPLE_VG,
		.uuid = law_text(host, "W%031u", number),
		.name = name,
		.origin_uuid = "",
		.is_visible = true,
		.created = host->identity.taken - 60,
		.creator = host->identity.node};
	add_extents(lv, start, 4);
	wrote(host, SAMPLE_VG);
	return lv;
}

static void remove_volume(struct host *host, struct lv *lv)
{
	size_t place = (size_t)(lv - host->lvs);

	for (size_t s = 0; s < lv->n_segments; s++)
		free(lv->segments[s].stripes);
	free(lv->segments);
	memmove(lv, lv + 1, (host->n_lvs - place - 1) * sizeof(*lv));
	host->n_lvs--;
}

static struct lv *pick_volume(struct dice *dice, struct host *host)
{
	return host->n_lvs ? &host->lvs[roll(dice, host->n_lvs)] : NULL;
}

static struct lv *pick_origin(struct dice *dice, struct host *host)
{
	struct lv *picked = NULL;
	uint64_t seen = 0;

	for (size_t i = 0; i < host->n_lvs; i++)
		if (host->lvs[i].role == LV_ORDINARY &&
			host_device_of_lv(
				host, host->lvs[i].vg_uuid, host->lvs[i].uuid, "-real") &&
			one_in(dice, ++seen))
			picked = &host->lvs[i];
	return picked;
}

static void close_device(struct host *host, struct devno devno)
{
	struct device *device = host_device_by_devno(host, devno);

	if (device && device->open_count)
		device->open_count--;
}

/* ---- snapshots ---- */

/* lvconvert --merge, which LVM delays while the origin is open */
static bool mark_merge(struct dice *dice, struct host *host, int which)
{
	struct lv *lv = law_pick_snapshot_volume(dice, host);

	if (!lv)
		return false;
	lv->is_merging = which;
	return wrote(host, lv->vg_uuid);
}

static struct lv *add_snapshot_volume(
	struct host *host, const char *origin_uuid, const char *name)
{
	struct lv *lv = add_volume(host, name, free_extent(host));

	lv->role = LV_SNAPSHOT;
	lv->origin_uuid = origin_uuid;
	return lv;
}

/* A backup begins: active, or (with which == 0) not active here. */
static bool add_snapshot(struct dice *dice, struct host *host, int which)
{
	struct lv *origin = pick_origin(dice, host), *lv;
	const struct device *real;
	unsigned cow, snapshot;
	struct devno layer;

	if (!origin)
		return false;
	real = host_device_of_lv(host, origin->vg_uuid, origin->uuid, "-real");
	layer = real->devno;
	lv = add_snapshot_volume(
		host, origin->uuid, one_in(dice, 2) ? "backup-new" : "nightly");
	if (!which)
		return true;
	cow = law_free_minor(host, 254);
	sample_add_device(host, cow, law_text(host, "onapp--aaaa-%s-cow", "nightly"),
		law_text(host, "LVM-" SAMPLE_VG "%s-cow", lv->uuid), "linear",
		law_text(host, "7:0 %llu",
			2048 + 8192ull * lv->segments[0].stripes[0].start),
		4 * 8192);
	snapshot = law_free_minor(host, 254);
	sample_add_device(host, snapshot, "onapp--aaaa-nightly",
		law_text(host, "LVM-" SAMPLE_VG "%s", lv->uuid), "snapshot",
		law_text(host, DEVNO_FMT " 254:%u P 8", DEVNO_ARGS(layer), cow), 131072)
		->targets[0]
		.status = "16/32768 16";
	return true;
}

static bool is_lone_snapshot(const struct host *host, const struct device *device)
{
	return law_is_snapshot(host, device) && device->open_count == 0;
}

static void drop_device(struct host *host, struct device *device)
{
	for (size_t d = 0; d < device->n_deps; d++)
		close_device(host, device->deps[d]);
	device->is_gone = true;
}

static void drop_gone_devices(struct host *host)
{
	size_t kept = 0;

	for (size_t i = 0; i < host->n_devices; i++) {
		struct device *device = &host->devices[i];

		if (!device->is_gone) {
			host->devices[kept++] = *device;
			continue;
		}
		free(device->targets);
		free(device->inactive);
		free(device->deps);
	}
	host->n_devices = kept;
}

/* In the kernel alone: dmsetup remove, or lvchange -an of an old LVM. */
static bool deactivate_snapshot(struct dice *dice, struct host *host, int which)
{
	struct device *snapshot = law_pick_device(dice, host, is_lone_snapshot);
	struct devno real, cow;
	struct device *store;

	(void)which;
	if (!snapshot)
		return false;
	device_snapshot_parts(snapshot, &real, &cow);
	drop_device(host, snapshot);
	store = host_device_by_devno(host, cow);
	if (store && store->open_count == 0)
		drop_device(host, store);
	drop_gone_devices(host);
	return true;
}

/* lvremove of a backup that ended, with another snapshot of its origin left; by another
 * host (which == 1): this kernel keeps what it has. */
static bool remove_snapshot(struct dice *dice, struct host *host, int which)
{
	struct lv *lv = law_pick_snapshot_volume(dice, host);
	struct device *snapshot, *store;
	size_t siblings = 0;

	if (!lv)
		return false;
	for (size_t i = 0; i < host->n_lvs; i++)
		siblings += host->lvs[i].role == LV_SNAPSHOT &&
			    strcmp(host->lvs[i].origin_uuid, lv->origin_uuid) == 0;
	snapshot = host_device_of_lv(host, lv->vg_uuid, lv->uuid, "");
	store = host_device_of_lv(host, lv->vg_uuid, lv->uuid, "-cow");
	if (!which && (siblings < 2 || !snapshot || !store || snapshot->open_count ||
			      store->open_count != 1))
		return false;
	wrote(host, lv->vg_uuid);
	remove_volume(host, lv);
	if (which)
		return true;
	drop_device(host, snapshot);
	drop_device(host, store);
	drop_gone_devices(host);
	return true;
}

/* vgcfgrestore of an older text: what is stale is known again. */
static bool is_stale_snapshot(const struct host *host, const struct device *device)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	return law_is_snapshot(host, device) &&
	       lvm_dm_uuid_split(device->uuid, vg, lv, &layer) &&
	       strcmp(vg, SAMPLE_VG) == 0 && !host_lv(host, vg, lv);
}

static bool restore_snapshot(struct dice *dice, struct host *host, int which)
{
	const struct device *snapshot = law_pick_device(dice, host, is_stale_snapshot);
	char vg[LVM_UUID_LEN + 1], uuid[LVM_UUID_LEN + 1];
	struct lv *origin = pick_origin(dice, host), *lv;
	const char *layer;

	(void)which;
	if (!snapshot || !origin)
		return false;
	lvm_dm_uuid_split(snapshot->uuid, vg, uuid, &layer);
	lv = add_snapshot_volume(host, origin->uuid, "backup-again");
	lv->uuid = host_string(host, uuid);
	return true;
}

/* lvconvert --splitsnapshot elsewhere, lvconvert to another kind */
static bool convert_volume(struct dice *dice, struct host *host, int which)
{
	struct lv *lv = law_pick_snapshot_volume(dice, host);

	if (!lv)
		return false;
	lv->role = (enum lv_role)which;
	if (which == LV_ORDINARY)
		lv->origin_uuid = "";
	return wrote(host, lv->vg_uuid);
}

/* The origin is not the one of the metadata any more (vgcfgrestore). */
static bool change_origin(struct dice *dice, struct host *host, int which)
{
	struct lv *lv = law_pick_snapshot_volume(dice, host);
	struct lv *origin = lv ? host_lv(host, lv->vg_uuid, lv->origin_uuid) : NULL;

	if (!origin)
		return false;
	if (which)
		remove_volume(host, origin);
	else
		lv->origin_uuid = "YYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYY";
	return wrote(host, SAMPLE_VG);
}

static bool extend_snapshot(struct dice *dice, struct host *host, int which)
{
	struct lv *lv = law_pick_snapshot_volume(dice, host);
	struct device *store =
		lv ? host_device_of_lv(host, lv->vg_uuid, lv->uuid, "-cow") : NULL;
	uint64_t start = free_extent(host);
	struct dm_target *target;

	(void)which;
	if (!store || !store->n_targets)
		return false;
	add_extents(lv, start, 4);
	target = array_add(&store->targets, &store->n_targets);
	*target = (struct dm_target){.start = store->targets[0].length,
		.length = 4 * 8192,
		.type = "linear",
		.params = law_text(host, "7:0 %llu", 2048 + 8192ull * start),
		.status = ""};
	return wrote(host, lv->vg_uuid);
}

/* pvmove of the COW; on another host (which == 1), so that this kernel's table is old.
 */
static bool move_snapshot(struct dice *dice, struct host *host, int which)
{
	struct lv *lv = law_pick_snapshot_volume(dice, host);
	struct device *store =
		lv ? host_device_of_lv(host, lv->vg_uuid, lv->uuid, "-cow") : NULL;
	uint64_t start = free_extent(host);

	if (!store || store->n_targets != 1 || lv->n_segments != 1)
		return false;
	lv->segments[0].stripes[0].start = start;
	if (!which)
		store->targets[0].params =
			law_text(host, "7:0 %llu", 2048 + 8192ull * start);
	return wrote(host, lv->vg_uuid);
}

/* ---- volumes ---- */

/* In the metadata (1), in the kernel (2), or both (3). */
static bool rename_volume(struct dice *dice, struct host *host, int which)
{
	struct lv *lv = law_pick_snapshot_volume(dice, host);
	struct device *device =
		lv ? host_device_of_lv(host, lv->vg_uuid, lv->uuid, "") : NULL;

	if (!lv || ((which & 2) && !device))
		return false;
	if (which & 1) {
		lv->name = one_in(dice, 2) ? "backup-renamed" : "keep";
		wrote(host, lv->vg_uuid);
	}
	if (which & 2)
		device->name = which & 1 ? law_text(host, "onapp--aaaa-%s",
						   lv->name[0] == 'k' ? "keep"
								      : "backup--renamed")
					 : "keep-it";
	return true;
}

static bool rename_origin(struct dice *dice, struct host *host, int which)
{
	struct lv *lv = pick_origin(dice, host);

	(void)which;
	if (!lv)
		return false;
	lv->name = "disk-renamed";
	return wrote(host, lv->vg_uuid);
}

static bool tag_volume(struct dice *dice, struct host *host, int which)
{
	struct lv *lv = law_pick_snapshot_volume(dice, host);

	if (!lv)
		return false;
	if (!which && (!lv->tags || !*lv->tags))
		return false;
	lv->tags = which ? "backup,keep" : "";
	return wrote(host, lv->vg_uuid);
}

/* Made by this host (0), by another (1), or as the victim of what is stale (2). */
static bool add_unrelated(struct dice *dice, struct host *host, int which)
{
	const struct device *snapshot = NULL;
	struct lv *lv;

	if (which == 2)
		snapshot = law_pick_device(dice, host, is_stale_snapshot);
	if (which == 2 && !snapshot)
		return false;
	lv = add_volume(host, "unrelated", free_extent(host));
	if (which == 1)
		lv->creator = "hv9";
	if (snapshot) {
		struct devno real, cow;
		const struct device *store;
		const char *start;

		device_snapshot_parts(snapshot, &real, &cow);
		store = host_device_by_devno(host, cow);
		start = store ? strchr(store->targets[0].params, ' ') : NULL;
		if (start)
			lv->segments[0].stripes[0].start =
				(strtoull(start, NULL, 10) - 2048) / 8192;
	}
	return true;
}

static bool is_plain(const struct host *host, const struct lv *lv)
{
	for (size_t i = 0; i < host->n_lvs; i++)
		if (strcmp(host->lvs[i].origin_uuid, lv->uuid) == 0)
			return false;
	return lv->role == LV_ORDINARY &&
	       !host_device_of_lv(host, lv->vg_uuid, lv->uuid, "") &&
	       !host_device_of_lv(host, lv->vg_uuid, lv->uuid, "-cow");
}

static bool remove_unrelated(struct dice *dice, struct host *host, int which)
{
	struct lv *lv = pick_volume(dice, host);

	(void)which;
	if (!lv || !is_plain(host, lv))
		return false;
	wrote(host, lv->vg_uuid);
	remove_volume(host, lv);
	return true;
}

/* ---- groups ---- */

enum group_change {
	GROUP_READ_ONLY,
	GROUP_EXPORTED,
	GROUP_PARTIAL,
	GROUP_CLUSTERED,
	GROUP_FOREIGN,
	GROUP_LOCK_TYPE,
	GROUP_SYSTEM_ID,
	GROUP_SEQNO,
	GROUP_WRITER_OTHER,
	GROUP_WRITER_SELF,
	GROUP_RENAMED,
	GROUP_UNREAD,
};

static bool change_group(struct dice *dice, struct host *host, int which)
{
	struct vg *vg = sample_group(host);

	(void)dice;
	if (!vg)
		return false;
	switch ((enum group_change)which) {
	case GROUP_READ_ONLY:
		vg->is_writable = !vg->is_writable;
		break;
	case GROUP_EXPORTED:
		vg->is_exported = !vg->is_exported;
		break;
	case GROUP_PARTIAL:
		vg->is_partial = !vg->is_partial;
		break;
	case GROUP_CLUSTERED:
		vg->is_clustered = !vg->is_clustered;
		break;
	case GROUP_FOREIGN:
		vg->is_foreign = true;
		vg->system_id = "another";
		break;
	case GROUP_LOCK_TYPE:
		vg->lock_type = *vg->lock_type ? "" : "dlm";
		break;
	case GROUP_SYSTEM_ID:
		vg->system_id = "this";
		break;
	case GROUP_SEQNO:
		break;
	case GROUP_WRITER_OTHER:
		vg->writer = "hv9";
		break;
	case GROUP_WRITER_SELF:
		vg->writer = host->identity.node;
		break;
	case GROUP_RENAMED:
		vg->name = one_in(dice, 2) ? "onapp-renamed" : "keep";
		break;
	case GROUP_UNREAD:
		vg->has_metadata = false;
		host_source_set(
			host, "lvm/" SAMPLE_VG ".vg", OUTCOME_TIMED_OUT, "%s", "");
		break;
	}
	vg->seqno++;
	return true;
}

static void forget_group(struct host *host, const char *uuid, const char *new_uuid)
{
	size_t kept = 0;

	for (size_t i = 0; i < host->n_lvs && !new_uuid;)
		if (strcmp(host->lvs[i].vg_uuid, uuid) == 0)
			remove_volume(host, &host->lvs[i]);
		else
			i++;
	for (size_t i = 0; i < host->n_vgs; i++) {
		if (strcmp(host->vgs[i].uuid, uuid) == 0) {
			if (!new_uuid)
				continue;
			host->vgs[i].uuid = new_uuid;
		}
		host->vgs[kept++] = host->vgs[i];
	}
	host->n_vgs = kept;
	for (size_t i = 0; i < host->n_pvs; i++)
		if (strcmp(host->pvs[i].vg_uuid, uuid) == 0)
			host->pvs[i].vg_uuid = new_uuid ? new_uuid : "";
	for (size_t i = 0; i < host->n_lvs; i++)
		if (strcmp(host->lvs[i].vg_uuid, uuid) == 0)
			host->lvs[i].vg_uuid = new_uuid;
	for (size_t i = 0; i < host->n_sources; i++)
		if (strcmp(host->sources[i].name, "lvm/" SAMPLE_VG ".vg") == 0)
			host->sources[i].outcome = OUTCOME_ABSENT;
}

/* vgremove (0), vgchange --uuid (1), made anew on the same disk (2) */
static bool replace_group(struct dice *dice, struct host *host, int which)
{
	static const char other[] = "ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ";

	(void)dice;
	if (!sample_group(host))
		return false;
	forget_group(host, SAMPLE_VG, which == 1 ? other : NULL);
	if (which == 2) {
		struct vg *vg = array_add(&host->vgs, &host->n_vgs);

		*vg = (struct vg){.uuid = other,
			.name = "onapp-aaaa",
			.seqno = 1,
			.extent_size = 8192,
			.system_id = "",
			.lock_type = "",
			.is_writable = true,
			.has_metadata = true};
	}
	if (which)
		host_source_set(host, "lvm/ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ.vg",
			OUTCOME_READ, "%s", "");
	return true;
}

/* LVM finds a guest's group through a mapping. */
static bool find_guest_group(struct dice *dice, struct host *host, int which)
{
	static const char guest[] = "77777777777777777777777777777777";

	(void)which;
	if (group_of(host, guest))
		return false;
	*array_add(&host->vgs, &host->n_vgs) = (struct vg){.uuid = guest,
		.name = "guest",
		.seqno = 1,
		.extent_size = 8192,
		.system_id = "",
		.lock_type = "",
		.is_writable = true,
		.has_metadata = one_in(dice, 2)};
	host_source_set(
		host, "lvm/77777777777777777777777777777777.vg", OUTCOME_READ, "%s", "");
	return true;
}

/* ---- physical volumes, and what is below them ---- */

enum disk_change {
	DISK_MISSING,
	DISK_DUPLICATE,
	DISK_UNKNOWN,
	DISK_MOVED,
	DISK_ON_A_VOLUME,
	DISK_RENAMED,
};

static struct pv *pick_disk(struct dice *dice, struct host *host)
{
	struct pv *picked = NULL;
	uint64_t seen = 0;

	for (size_t i = 0; i < host->n_pvs; i++)
		if (strcmp(host->pvs[i].vg_uuid, SAMPLE_VG) == 0 && one_in(dice, ++seen))
			picked = &host->pvs[i];
	return picked;
}

static struct block *add_disk(struct host *host, const char *transport)
{
	unsigned minor = law_free_minor(host, 8);
	struct block *disk = array_add(&host->blocks, &host->n_blocks);

	*disk = (struct block){.devno = {8, minor},
		.kname = law_text(host, "sd%u", minor),
		.kind = BLOCK_DISK,
		.size = 524288,
		.backing_file = "",
		.transport = transport};
	return disk;
}

static bool change_disk(struct dice *dice, struct host *host, int which)
{
	struct pv *pv = pick_disk(dice, host);
	const struct device *device;

	if (!pv)
		return false;
	switch ((enum disk_change)which) {
	case DISK_MISSING:
		pv->is_missing = true;
		pv->devno = DEVNO_NONE;
		break;
	case DISK_DUPLICATE: /* a clone is attached */
		pv->is_duplicate = true;
		add_disk(host, "");
		break;
	case DISK_UNKNOWN:
		pv->devno = DEVNO_NONE;
		break;
	case DISK_MOVED: /* attached again, on another path */
		pv->devno = add_disk(host, one_in(dice, 2) ? "" : "fc")->devno;
		break;
	case DISK_ON_A_VOLUME:
		device = law_pick_device(dice, host, law_is_any);
		if (!device)
			return false;
		pv->devno = device->devno;
		break;
	case DISK_RENAMED:
		pv->name = "/dev/renamed";
		break;
	}
	return true;
}

/* vgextend by a local disk (0) or one that other hosts may reach (1) */
static bool extend_group(struct dice *dice, struct host *host, int which)
{
	const struct block *disk;
	struct pv *pv;

	(void)dice;
	if (!sample_group(host))
		return false;
	disk = add_disk(host, which ? "iscsi" : "");
	pv = array_add(&host->pvs, &host->n_pvs);
	*pv = (struct pv){.vg_uuid = SAMPLE_VG,
		.uuid = "EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE",
		.name = law_text(host, "/dev/%s", disk->kname),
		.devno = disk->devno,
		.pe_start = 2048,
		.pe_count = 63};
	return wrote(host, SAMPLE_VG);
}

const struct change_of law_lvm_changes[] = {
	{"merge mark set", mark_merge, 1},
	{"merge mark cleared", mark_merge, 0},
	{"snapshot added", add_snapshot, 1},
	{"snapshot added, not active here", add_snapshot, 0},
	{"snapshot deactivated", deactivate_snapshot, 0},
	{"snapshot removed", remove_snapshot, 0},
	{"snapshot removed by another host", remove_snapshot, 1},
	{"stale snapshot back in the metadata", restore_snapshot, 0},
	{"snapshot split off in the metadata", convert_volume, LV_ORDINARY},
	{"snapshot is a thin volume", convert_volume, LV_THIN},
	{"snapshot is of another kind", convert_volume, LV_OTHER},
	{"another origin in the metadata", change_origin, 0},
	{"origin gone from the metadata", change_origin, 1},
	{"snapshot extended", extend_snapshot, 0},
	{"COW moved by pvmove", move_snapshot, 0},
	{"COW moved by another host", move_snapshot, 1},
	{"volume renamed in the metadata", rename_volume, 1},
	{"snapshot's device renamed", rename_volume, 2},
	{"volume renamed", rename_volume, 3},
	{"origin renamed in the metadata", rename_origin, 0},
	{"tag added", tag_volume, 1},
	{"tags removed", tag_volume, 0},
	{"unrelated volume made", add_unrelated, 0},
	{"unrelated volume made by another host", add_unrelated, 1},
	{"volume made on a stale COW", add_unrelated, 2},
	{"unrelated volume removed", remove_unrelated, 0},
	{"group read-only or not", change_group, GROUP_READ_ONLY},
	{"group exported or not", change_group, GROUP_EXPORTED},
	{"group partial or not", change_group, GROUP_PARTIAL},
	{"group clustered or not", change_group, GROUP_CLUSTERED},
	{"group foreign", change_group, GROUP_FOREIGN},
	{"group's lock type", change_group, GROUP_LOCK_TYPE},
	{"group's system id", change_group, GROUP_SYSTEM_ID},
	{"group's sequence number", change_group, GROUP_SEQNO},
	{"group written by another host", change_group, GROUP_WRITER_OTHER},
	{"group written by this host", change_group, GROUP_WRITER_SELF},
	{"group renamed", change_group, GROUP_RENAMED},
	{"group's metadata unreadable", change_group, GROUP_UNREAD},
	{"group removed", replace_group, 0},
	{"group's uuid changed", replace_group, 1},
	{"group made anew on the same disk", replace_group, 2},
	{"guest's group found by LVM", find_guest_group, 0},
	{"physical volume missing", change_disk, DISK_MISSING},
	{"physical volume twice", change_disk, DISK_DUPLICATE},
	{"physical volume's device unknown", change_disk, DISK_UNKNOWN},
	{"physical volume on another device", change_disk, DISK_MOVED},
	{"physical volume on a volume", change_disk, DISK_ON_A_VOLUME},
	{"physical volume's name", change_disk, DISK_RENAMED},
	{"group extended by a local disk", extend_group, 0},
	{"group extended by a shared disk", extend_group, 1},
	{NULL, NULL, 0},
};
