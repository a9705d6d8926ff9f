/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prover's rules: what must hold right before each operation, and what it does to the
 * host under the kernel's and LVM's rules. See prove.c for their numbers. Sources: kernel
 * drivers/md/dm.c (dm_lock_for_deletion), fs/pnode.c; lvm2 lib/metadata/snapshot_manip.c.
 */
#include <errno.h>
#include <string.h>

#include "prove.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/lvm_names.h"

/* ---- what a device is ---- */

enum kind {
	KIND_OTHER,
	KIND_SNAPSHOT, /* an LVM snapshot's visible device */
	KIND_COW,    /* an LVM snapshot's COW */
};

struct identity_of {
	enum kind kind;
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
};

static struct identity_of identify(const struct device *device)
{
	struct identity_of id = {.kind = KIND_OTHER};
	const char *layer;

	if (!lvm_dm_uuid_split(device->uuid, id.vg, id.lv, &layer) ||
		device->n_targets == 0)
		return id;
	if (*layer == '\0' && strcmp(device->targets[0].type, "snapshot") == 0)
		id.kind = KIND_SNAPSHOT;
	if (strcmp(layer, "cow") == 0)
		id.kind = KIND_COW;
	return id;
}

/* ---- rules for a volume group and its volumes ---- */

/* `vg_uuid` NULL: without the metadata of a group. */
static int check_sources(const struct proof *proof, const char *vg_uuid)
{
	static const char *const needed[] = {"identity", "dm", "blocks", "superblocks",
		"mounts", "processes", "lvm/report.json"};
	cleanup_buf struct buf metadata = BUF_INIT;
	const struct source *source;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!host_source_is_read(proof->before, needed[i]))
			return proof_broken(proof, 6, "was not read", needed[i]);
	source = host_source(proof->before, "swaps");
	if (!source ||
		(source->outcome != OUTCOME_READ && source->outcome != OUTCOME_ABSENT))
		return proof_broken(proof, 6, "was not read", "swaps");
	if (host_index_is_cut(proof->before))
		return proof_broken(proof, 6, "cannot be followed", "mounts");
	buf_printf(&metadata, "lvm/%s.vg", vg_uuid ? vg_uuid : "");
	if (vg_uuid && !host_source_is_read(proof->before, buf_text(&metadata)))
		return proof_broken(proof, 6, "was not read", buf_text(&metadata));
	for (size_t i = 0; i < proof->before->n_sources; i++)
		if (strncmp(proof->before->sources[i].name, "mounts/", 7) == 0 &&
			proof->before->sources[i].outcome != OUTCOME_READ)
			return proof_broken(
				proof, 6, "was not read", proof->before->sources[i].name);
	return 0;
}

static int check_whole_group(const struct proof *proof, const struct vg *vg)
{
	cleanup_places struct places pvs =
		host_places(proof->before, PLACES_PVS, places_text(vg->uuid));

	if (vg->is_partial || vg->is_exported || vg->is_foreign || vg->is_clustered ||
		!vg->is_writable || *vg->lock_type)
		return proof_broken(proof, 5,
			"partial, exported, foreign, read-only or shared", vg->name);
	for (size_t i; places_next(&pvs, &i);) {
		const struct pv *pv = &proof->before->pvs[i];

		if (strcmp(pv->vg_uuid, vg->uuid) == 0 &&
			(pv->is_missing || pv->is_duplicate))
			return proof_broken(proof, 5, "missing or duplicate", pv->uuid);
	}
	if (proof_group_is_known(proof, vg) < 0 ||
		proof_check_group_ground(proof, vg->uuid) < 0 ||
		proof_check_group_conditions(proof, vg->uuid) < 0)
		return -EPERM;
	return check_sources(proof, vg->uuid);
}

/* Nothing says that it exists, and nobody can have been overlooked. */
static int check_gone_group(const struct proof *proof, const char *vg_uuid)
{
	if (!*proof->gone_is_known)
		*proof->gone_is_known = proof_lvm_is_whole(proof->before) ? 1 : -1;
	if (*proof->gone_is_known < 0)
		return proof_broken(proof, 6, "its metadata was not read", vg_uuid);
	if (check_sources(proof, NULL) < 0 ||
		proof_check_group_conditions(proof, vg_uuid) < 0)
		return -EPERM;
	return proof_device_is_ours(
		proof, host_device_by_devno(proof->now, proof->step->target.devno));
}

/* Once for each group: the answer is the capture's alone. */
static int check_vg(const struct proof *proof, const char *vg_uuid)
{
	const struct vg *vg = host_vg(proof->before, vg_uuid);
	bool *is_good;

	if (!vg)
		return check_gone_group(proof, vg_uuid);
	if (!vg->has_metadata)
		return proof_broken(proof, 6, "its metadata was not read", vg_uuid);
	is_good = &proof->has_good_group[vg - proof->before->vgs];
	if (!*is_good && check_whole_group(proof, vg) < 0)
		return -EPERM;
	*is_good = true;
	return 0;
}

static int check_candidate(
	const struct proof *proof, const char *vg_uuid, const char *lv_uuid)
{
	if (proof_selected(proof, vg_uuid, lv_uuid) < 0 ||
		proof_check_storage(proof, vg_uuid, lv_uuid) < 0)
		return -EPERM;
	return proof_check_not_configured(proof, vg_uuid, lv_uuid);
}

int proof_check_group_of(const struct proof *proof, const struct device *snapshot)
{
	struct identity_of id = identify(snapshot);

	if (check_vg(proof, id.vg) < 0)
		return -EPERM;
	return check_candidate(proof, id.vg, id.lv);
}

static bool is_origin_of_another(const struct host *host, const struct lv *lv)
{
	cleanup_places struct places places =
		host_places(host, PLACES_LV_ORIGIN, places_text(lv->uuid));

	for (size_t i; places_next(&places, &i);)
		if (!host->lvs[i].is_gone &&
			strcmp(host->lvs[i].vg_uuid, lv->vg_uuid) == 0 &&
			strcmp(host->lvs[i].origin_uuid, lv->uuid) == 0)
			return true;
	return false;
}

/* Else nobody can say whose extents the COW's sectors are. */
static bool has_known_places(const struct host *host, const char *vg_uuid)
{
	cleanup_places struct places places =
		host_places(host, PLACES_PVS, places_text(vg_uuid));

	for (size_t i; places_next(&places, &i);)
		if (strcmp(host->pvs[i].vg_uuid, vg_uuid) == 0 &&
			devno_is_none(host->pvs[i].devno))
			return false;
	return true;
}

static int check_snapshot_volume(const struct proof *proof, const struct lv *lv)
{
	if (lv->role != LV_SNAPSHOT || lv->has_virtual_origin || lv->has_external_origin)
		return proof_broken(
			proof, 7, "not a plain snapshot of a real origin", lv->name);
	if (!host_lv(proof->now, lv->vg_uuid, lv->origin_uuid))
		return proof_broken(proof, 7, "its origin is not there", lv->name);
	if (!has_known_places(proof->before, lv->vg_uuid))
		return proof_broken(proof, 6,
			"which device holds each physical volume is not known", lv->name);
	if (is_origin_of_another(proof->now, lv))
		return proof_broken(proof, 7, "another volume depends on it", lv->name);
	if (lv->is_merging)
		return proof_broken(proof, 3, "merging", lv->name);
	return check_candidate(proof, lv->vg_uuid, lv->uuid);
}

/* ---- rules for a device ---- */

int proof_check_processes(const struct proof *proof, struct devno devno, const char *name)
{
	if (host_is_held_by(proof->before, devno, HELD_BY_PROCESS))
		return proof_broken(proof, 3, "a process uses it", name);
	return 0;
}

static bool is_at_rest(const struct device *device)
{
	return !(device->flags &
		 (DEVICE_SUSPENDED | DEVICE_INTERNAL | DEVICE_HAS_INACTIVE |
			 DEVICE_DEFERRED | DEVICE_NO_TABLE));
}

static int check_at_rest(const struct proof *proof, const struct device *device)
{
	if (!device || is_at_rest(device))
		return 0;
	return proof_broken(
		proof, 4, "suspended, or in the middle of a change", device->name);
}

int proof_check_not_mounted(
	const struct proof *proof, struct devno devno, const char *name)
{
	if (host_is_held_by(proof->now, devno, HELD_BY_MOUNT))
		return proof_broken(proof, 4, "it is still mounted", name);
	if (host_is_held_by(proof->now, devno, HELD_BY_SUPERBLOCK))
		return proof_broken(proof, 4, "a file system on it is live", name);
	return 0;
}

/* It is about to be removed: nothing may have it open by now, and nothing may have been
 * open before that no step of the plan has closed. */
static int check_closed(
	const struct proof *proof, const struct device *device, uint32_t allowed)
{
	if (check_at_rest(proof, device) < 0)
		return -EPERM;
	if (device->open_count != allowed)
		return proof_broken(proof, 4, "its open count is not explained by then",
			device->name);
	if (proof_check_not_mounted(proof, device->devno, device->name) < 0)
		return -EPERM;
	if (proof_check_processes(proof, device->devno, device->name) < 0)
		return -EPERM;
	return proof_check_held(proof, device->devno, device->name);
}

/* A device on the layer below a snapshot, and where that is a snapshot too, its COW:
 * resuming either would put a table that waits into force. */
static int check_on_layer(const struct proof *proof, const struct device *device)
{
	struct devno layer, cow;
	int r = check_at_rest(proof, device);

	if (r == 0 && device_snapshot_parts(device, &layer, &cow))
		r = check_at_rest(proof, host_device_by_devno(proof->now, cow));
	return r;
}

/* The layer below a snapshot, and what else is on it: the visible volume, and other
 * snapshots. */
static int check_origin_at_rest(const struct proof *proof, struct devno layer)
{
	struct holders tables = host_holders_by(proof->now, layer, HELD_BY_TABLE);
	int r = check_at_rest(proof, host_device_by_devno(proof->now, layer));

	for (struct holder holder; r == 0 && holders_next(&tables, &holder);)
		r = check_on_layer(proof, holder.table);
	return r;
}

/* A snapshot in a state that can be judged, whose origin is at rest. */
static int check_snapshot(const struct proof *proof, const struct device *snapshot)
{
	struct devno layer, cow;

	switch (device_snapshot_state(snapshot)) {
	case SNAPSHOT_VALID:
	case SNAPSHOT_INVALID:
	case SNAPSHOT_OVERFLOW:
		break;
	case SNAPSHOT_MERGING:
	case SNAPSHOT_MERGE_FAILED:
		return proof_broken(proof, 3, "merging", snapshot->name);
	case SNAPSHOT_NONE:
	case SNAPSHOT_UNKNOWN:
		return proof_broken(proof, 6, "its state is not known", snapshot->name);
	}
	if (!device_snapshot_parts(snapshot, &layer, &cow))
		return proof_broken(
			proof, 6, "its table is not understood", snapshot->name);
	return check_origin_at_rest(proof, layer);
}

static void close_device(const struct proof *proof, struct device *device)
{
	device->is_gone = true;
	for (size_t i = 0; i < device->n_deps; i++)
		proof_close(proof, device->deps[i], 1);
}

/* ---- the operations ---- */

/* With its last mount a file system ends, and closes its device once. */
static void end_file_system(const struct proof *proof, struct devno devno)
{
	struct host *now = proof->now;
	struct holders live = host_holders_by(now, devno, HELD_BY_SUPERBLOCK);

	for (struct holder holder; holders_next(&live, &holder);)
		now->superblocks[holder.at].is_gone = true;
	proof_close(proof, devno, 1);
}

static struct mount *target_mount(const struct proof *proof)
{
	const struct plan_target *target = &proof->step->target;
	cleanup_places struct places places = host_places(proof->now, PLACES_MOUNT_ID,
		places_mount(target->namespace_id, target->mount_id));

	for (size_t i; places_next(&places, &i);)
		if (proof->now->mounts[i].namespace_id == target->namespace_id &&
			proof->now->mounts[i].id == target->mount_id &&
			!proof->now->mounts[i].is_gone)
			return &proof->now->mounts[i];
	return NULL;
}

/* The mount, and its copies that go by propagation. true: another mount of it stays. */
static bool unmount(struct host *now, struct mount *mount, struct devno devno)
{
	struct holders mounts = host_holders_by(now, devno, HELD_BY_MOUNT);

	for (struct holder holder; holders_next(&mounts, &holder);)
		if (holder.mount != mount &&
			holder.mount->namespace_id != mount->namespace_id &&
			devno_is_equal(holder.mount->devno, mount->devno) &&
			mounts_propagate(now, mount, holder.mount))
			now->mounts[holder.at].is_gone = true;
	mount->is_gone = true;
	return host_is_held_by(now, devno, HELD_BY_MOUNT);
}

/* A backup's mount point is nobody else's: what is mounted there may be what the host
 * runs on, whatever device it came from. */
static bool is_place_of_host(const char *target)
{
	static const char *const first[] = {"bin", "boot", "dev", "etc", "lib", "lib32",
		"lib64", "proc", "sbin", "sys", "usr"};
	const char *name = target + strspn(target, "/");
	size_t len = strcspn(name, "/");

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		if (strlen(first[i]) == len && strncmp(first[i], name, len) == 0)
			return true;
	return name[len] == '\0' &&
	       (len == 0 || strcmp(name, "home") == 0 || strcmp(name, "opt") == 0 ||
		       strcmp(name, "root") == 0 || strcmp(name, "srv") == 0 ||
		       strcmp(name, "tmp") == 0 || strcmp(name, "var") == 0);
}

static int prove_umount(struct proof *proof)
{
	const struct plan_target *target = &proof->step->target;
	const struct mount_namespace *home = host_namespace_of_host(proof->now);
	const struct device *snapshot = proof_snapshot_below(proof->now, target->devno);
	struct mount *mount = target_mount(proof);
	struct identity_of id;

	if (!mount || !home || home->id != target->namespace_id)
		return proof_broken(proof, 1, "not a mount of the host's namespace",
			target->mount_target);
	if (!snapshot ||
		!devno_is_equal(host_mount_devno(proof->now, mount), target->devno))
		return proof_broken(
			proof, 1, "not on a leftover snapshot", target->mount_target);
	if (is_place_of_host(mount->target))
		return proof_broken(proof, 7, "a place of the host's own file systems",
			mount->target);
	if (mounts_parent(proof->now, mount) &&
		strcmp(mounts_parent(proof->now, mount)->type, "autofs") == 0)
		return proof_broken(
			proof, 3, "an automounter mounts it again", mount->target);
	if (mounts_child(proof->now, mount))
		return proof_broken(
			proof, 4, "something is mounted below", target->mount_target);
	if (proof_check_processes(proof, target->devno, target->mount_target) < 0 ||
		proof_check_files(proof, target->devno, target->mount_target) < 0)
		return -EPERM;
	id = identify(snapshot);
	if (check_candidate(proof, id.vg, id.lv) < 0 ||
		proof_check_production(proof, snapshot, mount) < 0 ||
		proof_check_mount_points(proof, id.vg, id.lv) < 0)
		return -EPERM;
	if (!unmount(proof->now, mount, target->devno))
		end_file_system(proof, target->devno);
	return 0;
}

/* A device may be removed behind LVM's back only if LVM does not know it: a snapshot or a
 * COW whose volume is absent, or a mapping on a snapshot that is itself to go. */
static int check_removable(const struct proof *proof, const struct device *device)
{
	struct identity_of id = identify(device);
	const struct device *snapshot = proof_snapshot_below(proof->now, device->devno);

	switch (id.kind) {
	case KIND_OTHER:
		if (!snapshot)
			return proof_broken(
				proof, 1, "is not on a snapshot alone", device->name);
		id = identify(snapshot);
		break;
	case KIND_SNAPSHOT:
		if (check_snapshot(proof, device) < 0)
			return -EPERM;
		/* fallthrough */
	case KIND_COW:
		if (proof_check_device_ground(proof, device, id.vg) < 0)
			return -EPERM;
		if (host_lv(proof->before, id.vg, id.lv) &&
			!proof_goes_later(proof, id.vg, id.lv))
			return proof_broken(proof, 1,
				"LVM knows it: only lv-remove may remove it",
				device->name);
		break;
	}
	if (check_vg(proof, id.vg) < 0)
		return -EPERM;
	return check_candidate(proof, id.vg, id.lv);
}

static int prove_dm_remove(struct proof *proof)
{
	const struct plan_target *target = &proof->step->target;
	struct device *device = host_device_by_devno(proof->now, target->devno);
	int r;

	if (!device || strcmp(device->uuid, target->dm_uuid) != 0 ||
		strcmp(device->name, target->dm_name) != 0)
		return proof_broken(proof, 1, "no such device", target->dm_name);
	r = check_removable(proof, device);
	if (r == 0)
		r = check_closed(proof, device, 0);
	if (r == 0 && host_is_held_by(proof->now, device->devno, HELD_BY_TABLE))
		r = proof_broken(proof, 4, "a mapping is on it", device->name);
	if (r == 0)
		r = proof_check_guest_group(proof, device);
	if (r == 0)
		close_device(proof, device);
	return r;
}

static bool has_snapshot(
	const struct host *host, const char *vg_uuid, const char *origin_uuid)
{
	cleanup_places struct places places =
		host_places(host, PLACES_LV_ORIGIN, places_text(origin_uuid));

	for (size_t i; places_next(&places, &i);)
		if (!host->lvs[i].is_gone && host->lvs[i].role == LV_SNAPSHOT &&
			strcmp(host->lvs[i].vg_uuid, vg_uuid) == 0 &&
			strcmp(host->lvs[i].origin_uuid, origin_uuid) == 0)
			return true;
	return false;
}

/* The origin gets the table of its -real layer, which goes. */
static int dissolve_real(const struct proof *proof, const char *origin_uuid)
{
	struct device *origin = host_device_of_lv(
		proof->now, proof->step->target.vg_uuid, origin_uuid, "");
	struct device *real = host_device_of_lv(
		proof->now, proof->step->target.vg_uuid, origin_uuid, "-real");

	if (!origin || !real || origin->n_deps != 1 ||
		!devno_is_equal(origin->deps[0], real->devno))
		return proof_broken(
			proof, 1, "not an active origin over its layer", origin_uuid);
	if (real->open_count != 1)
		return proof_broken(proof, 4, "its layer has other users", origin->name);
	origin->targets = real->targets;
	origin->n_targets = real->n_targets;
	origin->deps = real->deps;
	origin->n_deps = real->n_deps;
	host_index_device(proof->now, origin);
	real->is_gone = true;
	return 0;
}

static int prove_lv_remove(struct proof *proof)
{
	const struct plan_target *target = &proof->step->target;
	struct lv *lv = host_lv(proof->now, target->vg_uuid, target->lv_uuid);
	struct device *snapshot = host_device_of_lv(
		proof->now, proof->step->target.vg_uuid, target->lv_uuid, "");
	struct device *cow = host_device_of_lv(
		proof->now, proof->step->target.vg_uuid, target->lv_uuid, "-cow");
	int r;

	if (!lv || strcmp(lv->origin_uuid, target->origin_uuid) != 0)
		return proof_broken(
			proof, 7, "no such snapshot of that origin", target->lv_name);
	if (!snapshot || !cow || identify(snapshot).kind != KIND_SNAPSHOT)
		return proof_broken(proof, 6, "not active on this host", target->lv_name);
	r = check_vg(proof, target->vg_uuid);
	if (r == 0)
		r = proof_is_inactive_elsewhere(proof, lv);
	if (r == 0)
		r = check_snapshot_volume(proof, lv);
	if (r == 0)
		r = proof_check_neighbours(proof, lv);
	if (r == 0)
		r = check_snapshot(proof, snapshot);
	if (r == 0)
		r = proof_check_device_ground(proof, snapshot, target->vg_uuid);
	if (r == 0)
		r = check_closed(proof, snapshot, 0);
	if (r == 0)
		r = check_closed(proof, cow, 1); /* by its snapshot, nobody else */
	if (r == 0)
		r = proof_check_conditions(proof, target->origin_uuid);
	if (r < 0)
		return r;
	close_device(proof, snapshot);
	close_device(proof, cow);
	proof_forget_volume(proof, target->vg_uuid, target->lv_uuid);
	if (has_snapshot(proof->now, target->vg_uuid, target->origin_uuid))
		return 0;
	return dissolve_real(proof, target->origin_uuid);
}

static int prove_lv_refresh(struct proof *proof)
{
	const struct plan_target *target = &proof->step->target;

	if (!proof->plan->has_refresh_origin)
		return proof_broken(proof, 1, "it was not requested", target->lv_name);
	if (!host_lv(proof->now, target->vg_uuid, target->lv_uuid) ||
		has_snapshot(proof->now, target->vg_uuid, target->lv_uuid))
		return proof_broken(
			proof, 1, "not an origin without snapshots", target->lv_name);
	if (check_vg(proof, target->vg_uuid) < 0 ||
		proof_check_conditions(proof, target->lv_uuid) < 0)
		return -EPERM;
	return dissolve_real(proof, target->lv_uuid);
}

int proof_apply(struct proof *proof)
{
	switch (proof->step->op) {
	case OP_UMOUNT:
		return prove_umount(proof);
	case OP_DM_REMOVE:
		return prove_dm_remove(proof);
	case OP_LV_REMOVE:
		return prove_lv_remove(proof);
	case OP_LV_REFRESH:
		return prove_lv_refresh(proof);
	case OP_SWAP_OFF:
		return prove_swap_off(proof);
	case OP_MD_STOP:
		return prove_md_stop(proof);
	case OP_LOOP_DETACH:
		return prove_loop_detach(proof);
	}
	return proof_broken(proof, 2, "not an operation", "");
}
