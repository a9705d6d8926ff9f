/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person does about states of LVM's own: thin volumes, merges, interrupted
 * removals, suspended devices. Commands stand between backquotes, in the order in which
 * they are typed. Carried out in the lab as they are printed: a plain volume over its
 * COW (incident half-removed), a layer without a table on it (orphan-layer), a
 * suspended origin (suspended-origin). The others follow from the sources that are named
 * beside them.
 */
#include <string.h>

#include "checks.h"
#include "remedy.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/lvm_names.h"

static const char *vg_name(const struct host *host, const char *vg_uuid)
{
	const struct vg *vg = host_vg(host, vg_uuid);

	return vg ? vg->name : "?";
}

/* ---- thin ---- */

static const struct device *pool_below(const struct host *host, const struct device *thin)
{
	const struct device *pool =
		thin && thin->n_deps ? host_device_by_devno(host, thin->deps[0]) : NULL;

	return pool && pool->n_targets && strcmp(pool->targets[0].type, "thin-pool") == 0
		       ? pool
		       : NULL;
}

/* "TRANSACTION USED/META USED/DATA HELD rw|ro|out_of_data_space ... [needs_check] ...";
 * or "Fail" or "Error" (kernel
 * Documentation/admin-guide/device-mapper/thin-provisioning.rst). */
static bool is_pool_damaged(const struct device *pool)
{
	static const char *const words[] = {
		"Fail", "Error", " ro ", " out_of_data_space ", "needs_check"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(pool->targets[0].status, words[i]))
			return true;
	return false;
}

static enum action_kind thin_snapshot_words(
	const struct host *host, const struct subject *subject, struct buf *text)
{
	const struct device *pool = pool_below(host, subject->snapshot);
	const struct lv *origin =
		host_lv(host, subject->vg_uuid, subject->lv->origin_uuid);

	if (pool && is_pool_damaged(pool)) {
		buf_sentence(text,
			"nothing before its pool is repaired: the kernel's state of %s "
			"is \"%s\". See lvmthin(7), \"Metadata check and repair\", and "
			"keep a copy of the pool's metadata first",
			pool->name, pool->targets[0].status);
		return ACTION_KEEP;
	}
	buf_sentence(text,
		"remove it by hand: no plan removes thin snapshots. First `lvs -a -o "
		"lv_name,lv_attr,origin,lv_health_status,data_percent,metadata_percent "
		"%s` must show its pool without a health status and %s not open (no o in "
		"its attributes) on any host; then `lvremove %s`. ",
		vg_name(host, subject->vg_uuid), subject->lv->name, subject->label);
	buf_sentence(text, "The data of %s stays",
		origin ? origin->name : "other volumes of the pool");
	return ACTION_DO;
}

enum action_kind remedy_thin_words(
	const struct host *host, const struct subject *subject, struct buf *text)
{
	const struct lv *lv = subject->lv;

	if (!lv) /* known from a text that shows it, and no more */
		buf_puts(text, "nothing, unless its metadata shows that it is a thin "
			       "snapshot: no plan removes one");
	else if (lv->role == LV_THIN_POOL)
		buf_puts(text, "nothing: a thin pool holds the data of all its volumes");
	else if (!*lv->origin_uuid)
		buf_puts(text,
			"nothing: it has no origin, so it is a volume of its own, such "
			"as a virtual machine's disk, not a leftover snapshot");
	else
		return thin_snapshot_words(host, subject, text);
	return ACTION_NOTHING;
}

/* ---- merging ---- */

/* lvconvert(8), --merge: of an origin that is open LVM only notes the merge, and it
 * begins when the origin is activated next. After a failure "lvchange --refresh" does
 * not begin it again: the table is the same, and libdevmapper loads none that is
 * (dm_task_suppress_identical_reload; seen in the lab, merge-failed). */
enum action_kind remedy_merge_words(
	const struct host *host, const struct subject *subject, struct buf *text)
{
	const struct lv *lv = subject->lv;
	const struct lv *origin =
		lv ? host_lv(host, subject->vg_uuid, lv->origin_uuid) : NULL;
	const struct device *into = subject_merged_into(subject);
	cleanup_free char *group = NULL, *name = NULL, *layer = NULL;

	if (origin) {
		group = xstrdup(vg_name(host, subject->vg_uuid));
		name = xstrdup(origin->name);
	} else if (!into || !lvm_dm_name_split(into->name, &group, &name, &layer)) {
		group = xstrdup("VG");
		name = xstrdup("ORIGIN");
	}
	if (into && device_snapshot_state(into) == SNAPSHOT_MERGE_FAILED)
		buf_sentence(text,
			"never remove it: the merge failed, so the origin is partly "
			"merged and the rest is in this snapshot alone. Find the I/O "
			"error in the kernel's log and fix its cause. The merge begins "
			"again when the origin is activated again, with its guest off: "
			"`lvchange -an %s/%s`, then `lvchange -ay %s/%s`",
			group, name, group, name);
	else if (lv && lv->is_merging && !into && origin)
		buf_sentence(text,
			"wait until it is merged, which removes it. The merge has not "
			"begun: it begins when %s/%s is activated next (its guest off), "
			"and overwrites that volume with the state of this snapshot. If "
			"nobody wants that, undo the mark before the guest is stopped: "
			"`vgcfgrestore --list %s` names the metadata from before the "
			"lvconvert, and vgcfgrestore -f with that file undoes it and "
			"each later change of the group",
			group, name, group);
	else
		buf_sentence(text,
			"wait until it is merged, which removes it (`lvs -a -o "
			"lv_name,lv_attr,data_percent %s` shows how much is left)",
			group);
	return ACTION_KEEP;
}

/* ---- suspended ---- */

bool remedy_is_suspended(const struct device *device)
{
	return device->flags & (DEVICE_SUSPENDED | DEVICE_INTERNAL);
}

/* What is mapped to the snapshot, topmost first. */
static void close_words(const struct subject *subject, struct buf *text)
{
	for (size_t i = 0; i < subject->n_above; i++) {
		const struct device *device = subject->above[i];

		buf_sentence(text,
			"close %s (" DEVNO_FMT "), once nothing is on it: ", device->name,
			DEVNO_ARGS(device->devno));
		if (*device->uuid)
			buf_sentence(text, "`dmsetup remove -u %s`, then ", device->uuid);
		else
			buf_sentence(text, "`dmsetup remove %s`, then ", device->name);
	}
}

/* What comes first where the writes that wait would destroy a victim's data. */
static void remove_before_resume(const struct subject *subject, struct buf *text)
{
	buf_puts(text,
		"do not resume it yet: the writes that wait for it would overwrite "
		"the volume that has this snapshot's extents now. First ");
	close_words(subject, text);
	buf_sentence(text, "`dmsetup remove -u %s`, then ", subject->snapshot->uuid);
	if (subject->cow)
		buf_sentence(text, "`dmsetup remove -u %s`, then ", subject->cow->uuid);
}

/* Snapshots and their COWs are not. */
static bool may_be_of_a_guest(const struct device *device)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	return device_snapshot_state(device) == SNAPSHOT_NONE &&
	       !(lvm_dm_uuid_split(device->uuid, vg, lv, &layer) &&
		       strcmp(layer, "cow") == 0);
}

void remedy_resume_words(
	const struct device *device, const struct subject *subject, struct buf *text)
{
	bool is_harmful = subject && subject->snapshot &&
			  subject_has_rule(subject, RULE_STALE_CORRUPTING) &&
			  !subject_owns(subject, device->devno);

	if (!(device->flags & DEVICE_SUSPENDED)) {
		buf_sentence(text,
			"resume what %s (" DEVNO_FMT ") is mapped to: the kernel "
			"suspended it together with that",
			device->name, DEVNO_ARGS(device->devno));
		return;
	}
	if (is_harmful)
		remove_before_resume(subject, text);
	if (device->flags & DEVICE_HAS_INACTIVE)
		buf_sentence(text,
			"check what its inactive table would change (`dmsetup table %s` "
			"and `dmsetup table --inactive %s`), since resuming loads that; "
			"if it is wrong, `dmsetup clear %s` drops it; then ",
			device->name, device->name, device->name);
	buf_sentence(text,
		"`dmsetup resume %s`, when no LVM or dmsetup command is running: until "
		"then every read and write of %s (" DEVNO_FMT ") waits%s",
		device->name, device->name, DEVNO_ARGS(device->devno),
		may_be_of_a_guest(device) ? ", a guest's too" : "");
}

/* ---- half removed ---- */

/* Stacks on `real` but for the subject's own and the origin. */
static bool has_other_snapshot(const struct host *host, const struct subject *subject)
{
	struct holders tables =
		host_holders_by(host, subject->real->devno, HELD_BY_TABLE);

	for (struct holder holder; holders_next(&tables, &holder);)
		if (holder.table != subject->snapshot && holder.table != subject->origin)
			return true;
	return false;
}

/* The volume of a -real layer. */
static const struct lv *lv_of_layer(const struct host *host, const struct device *real)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	return real && lvm_dm_uuid_split(real->uuid, vg, lv, &layer)
		       ? host_lv(host, vg, lv)
		       : NULL;
}

/* lvremove has made it a plain volume in the metadata, and stopped before the kernel's
 * part was done (LVM lib/metadata/snapshot_manip.c, vg_remove_snapshot). The mappings go
 * first: an lvremove that meets the COW's says it succeeded, and leaves it over extents
 * that the next volume gets. */
static void plain_volume_words(
	const struct host *host, const struct subject *subject, struct buf *text)
{
	const struct lv *origin = lv_of_layer(host, subject->real);
	bool is_active = subject->snapshot &&
			 device_snapshot_state(subject->snapshot) != SNAPSHOT_NONE;

	buf_sentence(text,
		"finish the removal by hand. Check first that no LVM command is running, "
		"that `lvs -o lv_name,origin,lv_time %s` shows no origin, and that "
		"`dmsetup info -c -o name,uuid,open` shows 0 opens for each uuid here "
		"before you remove it. Then ",
		subject->label);
	if (is_active) {
		close_words(subject, text);
		buf_sentence(
			text, "`dmsetup remove -u %s`, then ", subject->snapshot->uuid);
	}
	if (subject->cow)
		buf_sentence(text, "`dmsetup remove -u %s`, then ", subject->cow->uuid);
	buf_sentence(text, "`lvremove -y %s`", subject->label);
	if (is_active && origin && !has_other_snapshot(host, subject))
		buf_sentence(text, ", then `lvchange --refresh %s/%s`",
			vg_name(host, subject->vg_uuid), origin->name);
}

/* The metadata has a snapshot, and the kernel's device of that name is none: a removal or
 * a creation that stopped between the two. */
static void no_snapshot_words(
	const struct host *host, const struct subject *subject, struct buf *text)
{
	const struct lv *origin =
		host_lv(host, subject->vg_uuid, subject->lv->origin_uuid);

	buf_sentence(text,
		"load the tables that the metadata describes, and capture again: check "
		"first that no LVM command is running and that `dmsetup info -c -o "
		"name,open %s` shows 0 opens; then `lvchange --refresh %s/%s`. The "
		"snapshot's contents are then wrong wherever the origin was written "
		"meanwhile: do not use them",
		subject->snapshot->name, vg_name(host, subject->vg_uuid),
		origin ? origin->name : "ORIGIN");
}

/* In no metadata, and no snapshot in the kernel either: it may be anybody's data. */
static void unknown_volume_words(const struct subject *subject, struct buf *text)
{
	buf_sentence(text,
		"do not touch %s until you know what it is: it may be the only access "
		"left to the data of a volume that is no longer in the metadata. Search "
		"for its uuid (%.6s-...) in /etc/lvm/archive on each host of the group; "
		"create no volume in this group meanwhile",
		subject->snapshot->name, subject->lv_uuid);
	if (subject->cow)
		buf_sentence(text,
			". If it was the COW of a removed snapshot, and `dmsetup info "
			"-c -o name,open` shows 0 opens for both: `dmsetup remove -u "
			"%s`, "
			"then `dmsetup remove -u %s`",
			subject->snapshot->uuid, subject->cow->uuid);
}

enum action_kind remedy_remains_words(
	const struct host *host, const struct subject *subject, struct buf *text)
{
	if (subject->lv && subject->lv->role != LV_SNAPSHOT) {
		plain_volume_words(host, subject, text);
		return ACTION_DO;
	}
	if (subject->snapshot && subject->lv) {
		no_snapshot_words(host, subject, text);
		return ACTION_DO;
	}
	if (subject->snapshot)
		unknown_volume_words(subject, text);
	else
		buf_puts(text, "leave it as it is: texts alone do not show what is left "
			       "of it. Capture on the host with snapstate-capture");
	return ACTION_KEEP;
}

/* What lvremove would have done last. Nothing is on the layer, so nobody is in its
 * way; but of a volume that is gone it may be the last way to the data. */
enum action_kind remedy_layer_words(
	const struct host *host, const struct subject *subject, struct buf *text)
{
	const struct lv *lv = host_lv(host, subject->vg_uuid, subject->lv_uuid);

	if (lv) {
		buf_sentence(text,
			"`lvchange --refresh %s/%s` drops the layer and leaves the "
			"volume's data as it is; check first that no LVM command is "
			"running. No plan touches such a layer",
			vg_name(host, subject->vg_uuid), lv->name);
		return ACTION_DO;
	}
	buf_sentence(text,
		"do not touch it until you know why its volume is not in the metadata: "
		"it may be the only access left to that volume's data. Search for its "
		"uuid (%.6s-...) in /etc/lvm/archive. If the volume was removed on "
		"purpose: `dmsetup remove -u %s`",
		subject->lv_uuid, subject->real->uuid);
	return ACTION_KEEP;
}
