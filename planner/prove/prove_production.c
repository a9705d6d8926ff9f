/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule 11, for the prover: a file system that can be written is unmounted only where the
 * snapshot is not what production runs on. It reads the capture, and shares nothing with
 * check_production.c.
 */
#include <string.h>

#include "prove.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/lvm_names.h"

/* The first option of the superblock; of the mount, where that is not known. */
static bool can_write(const struct mount *mount)
{
	const char *options = mount->super_options && *mount->super_options
				      ? mount->super_options
				      : mount->options;
	size_t len = strcspn(options, ",");

	return len != 2 || memcmp(options, "ro", 2) != 0;
}

/* udevd's workers open whatever changes, for a moment. */
static bool is_of_udevd(const struct host *host, const struct use *use)
{
	const struct process *process = host_process(host, use->pid);
	const char *slash = process ? strrchr(process->exe, '/') : NULL;

	if (process && process->is_of_udev)
		return true;
	return slash && process->uid == 0 &&
	       (strcmp(slash, "/udevadm") == 0 || strcmp(slash, "/udevd") == 0 ||
		       strcmp(slash, "/systemd-udevd") == 0);
}

static bool has_user(const struct host *host, const struct device *device)
{
	struct holders uses = host_holders_by(host, device->devno, HELD_BY_PROCESS);
	uint64_t passing = 0;

	for (struct holder holder; holders_next(&uses, &holder);) {
		if (holder.use->kind != USE_NODE || !is_of_udevd(host, holder.use))
			return true;
		passing += holder.use->count;
	}
	return host_is_held_by(host, device->devno, HELD_BY_MOUNT) ||
	       host_is_held_by(host, device->devno, HELD_BY_SUPERBLOCK) ||
	       device->open_count > passing;
}

/* What shows it has to last until the plan is carried out. */
static bool is_condition(const struct proof *proof, const struct device *snapshot)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;
	const struct condition wanted = {
		.kind = CONDITION_IN_USE, .vg_uuid = vg, .lv_uuid = lv, .argument = ""};

	return lvm_dm_uuid_split(snapshot->uuid, vg, lv, &layer) &&
	       scope_condition(&proof->plan->scope, &wanted);
}

/* The visible volume above the layer of the snapshot. */
static bool is_origin_used(const struct proof *proof, const struct device *snapshot)
{
	const struct host *host = proof->before;
	struct devno layer, cow;
	struct holders tables;

	if (!device_snapshot_parts(snapshot, &layer, &cow))
		return false;
	tables = host_holders_by(host, layer, HELD_BY_TABLE);
	for (struct holder holder; holders_next(&tables, &holder);)
		if (holder.table->n_targets &&
			strcmp(holder.table->targets[0].type, "snapshot-origin") == 0 &&
			has_user(host, holder.table) && is_condition(proof, snapshot))
			return true;
	return false;
}

int proof_check_production(const struct proof *proof, const struct device *snapshot,
	const struct mount *mount)
{
	for (size_t i = 0; i < proof->plan->n_leftover_mounts; i++)
		if (strcmp(proof->plan->leftover_mounts[i], mount->target) == 0)
			return 0;
	if (!can_write(mount) ||
		proof_is_mounted_by_rule(proof, snapshot, mount->target) ||
		is_origin_used(proof, snapshot))
		return 0;
	return proof_broken(proof, 11,
		"mounted read-write, its origin used by nobody: production may run on it",
		mount->target);
}
