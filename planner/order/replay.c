/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One step, applied to a clone of the host under the rules of the kernel and of LVM.
 * Sources: kernel drivers/md/dm.c (a device with an open count above 0 is not removed),
 * lvm2 lib/metadata/snapshot_manip.c (the last snapshot turns the origin back into its
 * -real layer). Invariant: what is refused here would be refused there; the order of
 * steps is never trusted.
 */
#include <errno.h>
#include <string.h>

#include "replay.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/process.h"

/* A table opens each of its devices once; its removal closes them. */
static void close_below(struct host *clone, const struct device *device)
{
	for (size_t i = 0; i < device->n_deps; i++)
		replay_close(clone, device->deps[i], 1);
}

static int remove_device(struct host *clone, struct device *device, struct err *err)
{
	if (device->open_count)
		return err_set(err, -EBUSY, "device %s is open %u times", device->name,
			device->open_count);
	if (device->flags & (DEVICE_SUSPENDED | DEVICE_INTERNAL))
		return err_set(err, -EBUSY, "device %s is suspended", device->name);
	device->is_gone = true;
	close_below(clone, device);
	return 0;
}

/* ---- umount ---- */

static struct mount *find_mount(struct host *clone, uint64_t namespace_id, uint32_t id)
{
	cleanup_places struct places places =
		host_places(clone, PLACES_MOUNT_ID, places_mount(namespace_id, id));

	for (size_t i; places_next(&places, &i);)
		if (clone->mounts[i].namespace_id == namespace_id &&
			clone->mounts[i].id == id && !clone->mounts[i].is_gone)
			return &clone->mounts[i];
	return NULL;
}

static void end_file_system(struct host *clone, struct devno devno)
{
	struct holders live = host_holders_by(clone, devno, HELD_BY_SUPERBLOCK);

	for (struct holder holder; holders_next(&live, &holder);)
		clone->superblocks[holder.at].is_gone = true;
	replay_close(clone, devno, 1);
}

static bool is_in_use(const struct host *clone, struct devno devno, uint32_t *ret_pid)
{
	struct holders uses = host_holders_by(clone, devno, HELD_BY_PROCESS);

	for (struct holder holder; holders_next(&uses, &holder);)
		if (holder.row->is_of_file) {
			*ret_pid = holder.use->pid;
			return true;
		}
	return false;
}

/* The mount, and its copies that go by propagation. */
static void remove_mount(struct host *clone, struct mount *mount, struct devno devno)
{
	struct holders mounts = host_holders_by(clone, devno, HELD_BY_MOUNT);

	for (struct holder holder; holders_next(&mounts, &holder);)
		if (holder.mount->namespace_id != mount->namespace_id &&
			devno_is_equal(holder.mount->devno, mount->devno) &&
			mounts_propagate(clone, mount, holder.mount))
			clone->mounts[holder.at].is_gone = true;
	mount->is_gone = true;
}

static int replay_umount(
	struct host *clone, const struct plan_target *target, struct err *err)
{
	struct mount *mount = find_mount(clone, target->namespace_id, target->mount_id);
	const struct mount *child;
	const struct block *loop;
	struct devno devno;
	uint32_t pid;

	if (!mount)
		return err_set(
			err, -ENOENT, "mount %s is not there", target->mount_target);
	child = mounts_child(clone, mount);
	if (child)
		return err_set(err, -EBUSY, "%s is mounted below %s", child->target,
			mount->target);
	devno = host_mount_devno(clone, mount);
	if (is_in_use(clone, devno, &pid))
		return err_set(err, -EBUSY, "process %u uses %s", pid, mount->target);
	loop = replay_loop_on_file(clone, devno);
	if (loop)
		return err_set(
			err, -EBUSY, "%s is on a file on %s", loop->kname, mount->target);
	remove_mount(clone, mount, devno);
	if (!host_is_held_by(clone, devno, HELD_BY_MOUNT))
		end_file_system(clone, devno);
	return 0;
}

/* ---- device-mapper ---- */

static int replay_dm_remove(
	struct host *clone, const struct plan_target *target, struct err *err)
{
	struct device *device = *target->dm_uuid
					? host_device_by_uuid(clone, target->dm_uuid)
					: host_device_by_devno(clone, target->devno);

	if (!device || strcmp(device->name, target->dm_name) != 0)
		return err_set(err, -ENOENT, "device %s is not there", target->dm_name);
	return remove_device(clone, device, err);
}

/* ---- LVM ---- */

static bool has_snapshot_volume(
	const struct host *clone, const char *vg_uuid, const char *origin)
{
	cleanup_places struct places places =
		host_places(clone, PLACES_LV_ORIGIN, places_text(origin));

	for (size_t i; places_next(&places, &i);)
		if (!clone->lvs[i].is_gone && clone->lvs[i].role == LV_SNAPSHOT &&
			strcmp(clone->lvs[i].vg_uuid, vg_uuid) == 0 &&
			strcmp(clone->lvs[i].origin_uuid, origin) == 0)
			return true;
	return false;
}

/* The origin gets the table of its -real layer, which goes. */
static int reload_origin(
	struct host *clone, const char *vg_uuid, const char *origin_uuid, struct err *err)
{
	struct device *origin = host_device_of_lv(clone, vg_uuid, origin_uuid, "");
	struct device *real = host_device_of_lv(clone, vg_uuid, origin_uuid, "-real");

	if (!origin || !real)
		return err_set(err, -ENOENT, "the origin %s is not active", origin_uuid);
	if (real->open_count != 1)
		return err_set(err, -EBUSY,
			"the origin's layer %s is open %u times, not once", real->name,
			real->open_count);
	origin->targets = real->targets;
	origin->n_targets = real->n_targets;
	origin->deps = real->deps;
	origin->n_deps = real->n_deps;
	host_index_device(clone, origin);
	real->is_gone = true;
	return 0;
}

static int replay_lv_remove(
	struct host *clone, const struct plan_target *target, struct err *err)
{
	struct lv *lv = host_lv(clone, target->vg_uuid, target->lv_uuid);
	struct device *snapshot =
		host_device_of_lv(clone, target->vg_uuid, target->lv_uuid, "");
	struct device *cow =
		host_device_of_lv(clone, target->vg_uuid, target->lv_uuid, "-cow");
	int r;

	if (!lv || lv->role != LV_SNAPSHOT || lv->is_merging ||
		strcmp(lv->origin_uuid, target->origin_uuid) != 0)
		return err_set(err, -ENOENT,
			"volume %s/%s is not a snapshot of that origin", target->vg_name,
			target->lv_name);
	if (!snapshot || !cow)
		return err_set(err, -ENOENT, "volume %s/%s is not active",
			target->vg_name, target->lv_name);
	r = remove_device(clone, snapshot, err);
	if (r == 0)
		r = remove_device(clone, cow, err);
	if (r < 0)
		return r;
	lv->is_gone = true;
	if (has_snapshot_volume(clone, target->vg_uuid, target->origin_uuid))
		return 0;
	return reload_origin(clone, target->vg_uuid, target->origin_uuid, err);
}

static int replay_lv_refresh(
	struct host *clone, const struct plan_target *target, struct err *err)
{
	if (has_snapshot_volume(clone, target->vg_uuid, target->lv_uuid))
		return err_set(err, -EBUSY, "%s/%s still has snapshots in the metadata",
			target->vg_name, target->lv_name);
	return reload_origin(clone, target->vg_uuid, target->lv_uuid, err);
}

int replay_step(struct host *clone, const struct plan_step *step, struct err *err)
{
	switch (step->op) {
	case OP_UMOUNT:
		return replay_umount(clone, &step->target, err);
	case OP_DM_REMOVE:
		return replay_dm_remove(clone, &step->target, err);
	case OP_LV_REMOVE:
		return replay_lv_remove(clone, &step->target, err);
	case OP_LV_REFRESH:
		return replay_lv_refresh(clone, &step->target, err);
	case OP_SWAP_OFF:
		return replay_swap_off(clone, &step->target, err);
	case OP_MD_STOP:
		return replay_md_stop(clone, &step->target, err);
	case OP_LOOP_DETACH:
		return replay_loop_detach(clone, &step->target, err);
	}
	return err_set(err, -EINVAL, "unknown operation");
}
