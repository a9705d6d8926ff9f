/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a subject is: LVM's metadata against the kernel's tables against the extents.
 * Sources for the states: lvm2 lib/metadata/snapshot_manip.c (what an interrupted
 * lvremove leaves), kernel drivers/md/dm-snap.c, and incidents made in the lab.
 */
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"
#include "snapstate/host/source.h"
#include "snapstate/lvm_names.h"

static void note_unknown(const struct host *host, struct subject *subject,
	const char *name, const char *what)
{
	const struct source *source = host_source(host, name);

	if (source &&
		(source->outcome == OUTCOME_READ || source->outcome == OUTCOME_ABSENT))
		return;
	subject_reason(subject, RULE_EVIDENCE_MISSING, "%s (%s: %s%s%s)", what, name,
		source ? outcome_name(source->outcome) : "never asked",
		source && *source->detail ? ", " : "", source ? source->detail : "");
	subject_unknown(subject, source_wants(name));
}

void check_host(const struct host *host, struct subject *subject)
{
	note_unknown(host, subject, "dm",
		"device-mapper could not be read, so no snapshot can be judged; capture "
		"again as root, on the host itself");
	note_unknown(host, subject, "lvm/report.json",
		"LVM could not be read: snapshots that are not active here are missing "
		"from this review");
}

void check_other(const struct host *host, struct subject *subject)
{
	const struct device *device = subject->snapshot;
	const struct device *below =
		device->n_deps ? host_device_by_devno(host, device->deps[0]) : NULL;

	subject_reason(subject, RULE_NOT_LVM,
		DEVNO_FMT " has no LVM uuid and is on %s, which is not a backup snapshot",
		DEVNO_ARGS(device->devno),
		below ? below->name : "a device below device-mapper");
}

/* It is a snapshot all the same: of texts often only the table is there. */
static void note_unknown_status(struct subject *subject)
{
	const char *status = subject->snapshot->targets[0].status;

	if (*status)
		subject_reason(subject, RULE_EVIDENCE_MISSING,
			"the kernel does not report its status (\"%s\")", status);
	else
		subject_reason(subject, RULE_EVIDENCE_MISSING,
			"its status was not read: it may be invalid, or merging");
	subject_unknown(subject, WANTS(STATUS));
	if (subject->kind == SUBJECT_VOLUME)
		subject_reason(subject, RULE_LEFTOVER, "a snapshot");
}

static void describe_state(const struct host *host, struct subject *subject)
{
	cleanup_buf struct buf age = BUF_INIT;
	uint64_t used = 0, total = 0;

	switch (device_snapshot_state(subject->snapshot)) {
	case SNAPSHOT_VALID:
		if (device_snapshot_usage(subject->snapshot, &used, &total) &&
			used > total) {
			/* lvreduce makes a COW smaller than what it holds (lvm2 issue
			 * 164) */
			subject_reason(subject, RULE_SHRUNK,
				"its COW holds %llu sectors and has room for %llu: data "
				"read from it since it shrank may be wrong",
				(unsigned long long)used, (unsigned long long)total);
			return;
		}
		if (total)
			buf_printf(&age, ", its COW %.0f %% full",
				100.0 * (double)used / (double)total);
		if (subject->lv && subject->lv->created) {
			buf_puts(&age, ", created ");
			print_age(&age, host, subject->lv->created);
		}
		if (subject->kind == SUBJECT_VOLUME)
			subject_reason(subject, RULE_LEFTOVER, "a valid snapshot%s",
				buf_text(&age));
		return;
	case SNAPSHOT_INVALID:
		subject_reason(subject, RULE_INVALID,
			"its status is Invalid: the COW overflowed, every read of it "
			"gives an I/O error, and backups made from it since then are "
			"unusable");
		return;
	case SNAPSHOT_OVERFLOW:
		subject_reason(subject, RULE_OVERFLOWED,
			"its status is Overflow: the COW is full, and writes to it "
			"fail");
		return;
	case SNAPSHOT_MERGING:
	case SNAPSHOT_MERGE_FAILED:
		subject_reason(subject, RULE_MERGING, "the kernel's state is %s",
			snapshot_state_name(device_snapshot_state(subject->snapshot)));
		return;
	case SNAPSHOT_UNKNOWN:
		note_unknown_status(subject);
		return;
	case SNAPSHOT_NONE:
		return;
	}
}

/* ---- in the metadata ---- */

static void note_plain(const struct host *host, struct subject *subject)
{
	const struct lv *lv = subject->lv;
	cleanup_places struct places places =
		host_places(host, PLACES_LV_ORIGIN, places_text(lv->uuid));

	for (size_t i; places_next(&places, &i);)
		if (strcmp(host->lvs[i].vg_uuid, lv->vg_uuid) == 0 &&
			strcmp(host->lvs[i].origin_uuid, lv->uuid) == 0) {
			subject_reason(subject, RULE_ORIGIN,
				"it is the origin of %s: removing it would remove that "
				"too, and the data of both",
				host->lvs[i].name);
			return;
		}
	subject_reason(subject, RULE_NOT_A_SNAPSHOT,
		"the metadata lists it as a plain volume without an origin");
}

/* A thin snapshot has an origin in the metadata; without one it is a volume of its own,
 * as the disk of a virtual machine. */
static void note_thin(const struct host *host, struct subject *subject)
{
	const struct lv *lv = subject->lv;
	const struct lv *origin = host_lv(host, lv->vg_uuid, lv->origin_uuid);
	cleanup_places struct places places =
		host_places(host, PLACES_LV_ORIGIN, places_text(lv->uuid));
	cleanup_buf struct buf more = BUF_INIT;

	for (size_t i; places_next(&places, &i);)
		if (strcmp(host->lvs[i].vg_uuid, lv->vg_uuid) == 0 &&
			strcmp(host->lvs[i].origin_uuid, lv->uuid) == 0) {
			buf_printf(&more, ", and the origin of %s", host->lvs[i].name);
			break;
		}
	if (lv->role == LV_THIN_POOL)
		subject_reason(subject, RULE_THIN, "it is a thin pool");
	else if (*lv->origin_uuid)
		subject_reason(subject, RULE_THIN, "it is a thin snapshot of %s%s",
			origin ? origin->name : "a volume that is gone", buf_text(&more));
	else
		subject_reason(subject, RULE_THIN,
			"it is a thin volume without an origin%s", buf_text(&more));
}

static void check_role(const struct host *host, struct subject *subject)
{
	const struct lv *lv = subject->lv;

	switch (lv->role) {
	case LV_SNAPSHOT:
		break;
	case LV_THIN:
	case LV_THIN_POOL:
		note_thin(host, subject);
		return;
	case LV_ORDINARY:
	case LV_OTHER:
		if (subject->snapshot && device_is_merging(subject->snapshot))
			note_plain(host, subject); /* an origin */
		else if (subject->cow ||
			 (subject->snapshot && subject->snapshot->n_deps &&
				 device_snapshot_state(subject->snapshot) !=
					 SNAPSHOT_NONE))
			subject_reason(subject, RULE_HALF_REMOVED,
				"the metadata lists it as a plain volume, but the kernel "
				"still has parts of a snapshot");
		else
			note_plain(host, subject);
		return;
	}
	if (lv->has_virtual_origin)
		subject_reason(subject, RULE_VIRTUAL_ORIGIN,
			"its origin is virtual: it is a sparse volume, and no other copy "
			"of its data exists");
	else if (!host_lv(host, lv->vg_uuid, lv->origin_uuid))
		subject_reason(
			subject, RULE_NO_ORIGIN, "its origin is not in the metadata");
	if (lv->is_merging)
		subject_reason(subject, RULE_MERGING, "the metadata lists it as merging");
}

/* By the same condition that the plan has (condition_storage.c). */
static void check_cow_extents(const struct host *host, struct subject *subject)
{
	const struct condition condition = {.kind = CONDITION_STORAGE,
		.vg_uuid = subject->vg_uuid,
		.lv_uuid = subject->lv_uuid,
		.argument = ""};
	cleanup_violations struct violations violations = VIOLATIONS_INIT;

	condition_find(host, &condition, &violations);
	if (!violations.count)
		return;
	if (strcmp(violations.items[0].word, "unknown") == 0) {
		subject_reason(subject, RULE_EVIDENCE_MISSING,
			"which device holds each physical volume is not known, so its "
			"COW cannot be compared with the metadata");
		subject_unknown(subject, WANTS(EXTENTS));
	} else {
		subject_reason(subject, RULE_DISAGREE,
			"its COW in the kernel (" DEVNO_FMT
			") is not on the extents that the metadata gives it",
			DEVNO_ARGS(subject->cow->devno));
	}
}

static void check_layers(const struct host *host, struct subject *subject)
{
	const struct device *origin;
	struct devno real, cow;

	if (!device_snapshot_parts(subject->snapshot, &real, &cow)) {
		subject_reason(subject, RULE_HALF_REMOVED,
			"it is a snapshot in the metadata, but the kernel's %s is not "
			"one",
			subject->snapshot->name);
		return;
	}
	if (!subject->cow || !devno_is_equal(subject->cow->devno, cow)) {
		subject_reason(subject, RULE_DISAGREE,
			"its COW in the kernel is not the device of that "
			"uuid");
		return;
	}
	origin = host_device_of_lv(host, subject->vg_uuid, subject->lv->origin_uuid, "");
	if (!origin || origin != subject->origin)
		subject_reason(subject, RULE_DISAGREE,
			"its origin in the kernel is not the one in the metadata");
	check_cow_extents(host, subject);
}

void check_volume(const struct host *host, struct subject *subject)
{
	check_role(host, subject);
	if (subject->lv->role != LV_SNAPSHOT)
		return;
	if (!subject->snapshot) {
		subject_reason(subject, RULE_NOT_ACTIVE_HERE,
			"it is in the metadata, but not active in this kernel: find the "
			"host where it is active, and capture there");
		return;
	}
	check_layers(host, subject);
	describe_state(host, subject);
}

void check_age(const struct survey *survey, struct subject *subject)
{
	int64_t created = subject->lv->created;
	int64_t age = survey->host->identity.taken - created;
	int64_t min_age = subject_min_age(survey->request, subject);
	cleanup_buf struct buf text = BUF_INIT;

	if (subject->lv->role != LV_SNAPSHOT)
		return;
	if (!created || !survey->host->identity.taken) {
		subject_reason(subject, RULE_TOO_YOUNG,
			created ? "the collection time of the evidence is unknown, and "
				  "so is its age"
				: "the metadata does not say when it was created");
		subject_unknown(subject, created ? WANTS(TIME) : WANTS(VOLUMES));
	} else if (age < 0) {
		subject_reason(subject, RULE_TOO_YOUNG,
			"it was created after this capture, by the clocks of the two "
			"hosts");
	} else if (age < min_age) {
		print_duration(&text, age);
		buf_puts(&text, " before the capture; the minimum age is ");
		print_duration(&text, min_age);
		subject_reason(subject, RULE_TOO_YOUNG, "created %s", buf_text(&text));
	}
}

/* ---- not in the metadata ---- */

/* The victim's group and name; where the group is not the subject's own, two may have one
 * name. */
static void victim_words(const struct host *host, const struct subject *subject,
	const struct overlap *overlap, struct buf *text)
{
	const struct vg *vg = host_vg(host, overlap->victim->vg_uuid);
	bool is_own = strcmp(vg->uuid, subject->vg_uuid) == 0;

	buf_printf(text, "%s/%s%s", vg->name, overlap->victim->name,
		is_own ? "" : " (of the volume group that has this disk today)");
}

/* A group that was split or merged while its volumes were active here: a volume keeps its
 * uuid then, and its device has the group's old one (vgsplit(8), vgmerge(8)). */
static bool note_moved(
	const struct host *host, struct subject *subject, const struct overlap *overlap)
{
	if (strcmp(overlap->victim->uuid, subject->lv_uuid) != 0)
		return false;
	subject_reason(subject, RULE_DISAGREE,
		"volume group %s has it today: its volume group was split, merged or "
		"imported under another uuid while it was active here",
		host_vg(host, overlap->victim->vg_uuid)->name);
	return true;
}

static void note_victim(const struct host *host, struct subject *subject,
	const struct overlap *overlap, bool is_writing)
{
	static const char writes[] = ": until this snapshot is gone, the first write to "
				     "each chunk of the origin "
				     "overwrites data of that volume";
	cleanup_buf struct buf victim = BUF_INIT;

	if (note_moved(host, subject, overlap))
		return;
	victim_words(host, subject, overlap, &victim);
	subject_reason(subject, is_writing ? RULE_STALE_CORRUPTING : RULE_STALE,
		"%llu extents of its COW belong to %s now%s",
		(unsigned long long)overlap->extents, buf_text(&victim),
		is_writing ? writes : "; it no longer writes there");
	subject_about(subject, ABOUT_LV, overlap->victim);
	if (is_writing && device_snapshot_state(subject->snapshot) == SNAPSHOT_UNKNOWN) {
		subject_add_words(subject, "; whether it is still valid is unknown");
		subject_wants(subject, WANTS(STATUS));
	}
}

/* Where its status was not read it counts as valid: then it writes. */
static bool may_write(const struct subject *subject)
{
	enum snapshot_state state = subject->snapshot
					    ? device_snapshot_state(subject->snapshot)
					    : SNAPSHOT_NONE;

	return subject->real && (state == SNAPSHOT_VALID || state == SNAPSHOT_UNKNOWN);
}

static void check_victims(const struct host *host, struct subject *subject)
{
	cleanup_free struct overlap *overlaps = NULL;
	size_t count = 0;
	bool is_complete = false;
	bool is_writing = may_write(subject);

	host_overlaps(
		host, subject->cow, subject->vg_uuid, &overlaps, &count, &is_complete);
	for (size_t i = 0; i < count; i++)
		note_victim(host, subject, &overlaps[i], is_writing);
	if (!is_complete || !host_owners_are_known(host, subject->cow)) {
		subject_reason(subject, RULE_STALE,
			"whether its extents belong to another volume now is unknown");
		subject_wants(subject, WANTS(EXTENTS));
	} else if (!count && is_writing)
		subject_reason(subject, RULE_STALE,
			"it still writes to extents that LVM counts as free: the next "
			"volume that gets them is overwritten");
}

/* ---- a plain volume that the metadata does not have ---- */

/* Where its data are: an origin maps its -real layer. */
static const struct device *device_of_data(
	const struct host *host, const struct device *device)
{
	if (device->n_targets == 1 && device->n_deps == 1 &&
		strcmp(device->targets[0].type, "snapshot-origin") == 0)
		return host_device_by_devno(host, device->deps[0]);
	return device;
}

static void check_shared_extents(
	const struct host *host, struct subject *subject, enum rule rule)
{
	const struct device *data = device_of_data(host, subject->snapshot);
	cleanup_free struct overlap *overlaps = NULL;
	size_t count = 0;
	bool is_complete = false;

	if (data)
		host_overlaps(
			host, data, subject->vg_uuid, &overlaps, &count, &is_complete);
	for (size_t i = 0; i < count; i++) {
		cleanup_buf struct buf victim = BUF_INIT;

		if (note_moved(host, subject, &overlaps[i]))
			continue;
		victim_words(host, subject, &overlaps[i], &victim);
		subject_reason(subject, rule, "%llu extents of it belong to %s now: %s",
			(unsigned long long)overlaps[i].extents, buf_text(&victim),
			subject->snapshot->flags & DEVICE_READ_ONLY
				? "what is written there appears in this volume, which "
				  "is "
				  "read-only itself"
				: "what is written through one of the two overwrites the "
				  "other");
	}
	if (!is_complete || !host_owners_are_known(host, data))
		subject_reason(subject, RULE_STALE,
			"whether its extents belong to another volume now is unknown");
	else if (!count)
		subject_reason(subject, RULE_STALE,
			"LVM counts its extents as free: the next volume that is created "
			"or extended there may overwrite it");
}

/* Nothing tells a volume that left the metadata by purpose (a node of a disk chain that
 * the garbage collector of another host coalesced) from one that was lost with its group.
 * So none is removed; used ones are told as a hazard. */
static void check_stale_volume(
	const struct host *host, struct subject *subject, const char *where)
{
	const struct device *device = subject->snapshot;
	bool is_origin = device_of_data(host, device) != device;
	bool is_used = device->open_count || is_origin;
	enum rule rule = is_used ? RULE_LOST_VOLUME : RULE_STALE_VOLUME;

	if (is_used)
		subject_reason(subject, rule,
			"%s (" DEVNO_FMT ") is %s, and %s: its data is live, and LVM may "
			"give its extents to another volume",
			device->name, DEVNO_ARGS(device->devno),
			is_origin ? "the origin of snapshots" : "in use", where);
	else
		subject_reason(subject, rule, "%s (" DEVNO_FMT ") is not open, and %s",
			device->name, DEVNO_ARGS(device->devno), where);
	subject_about(subject, ABOUT_DEVICE, device);
	check_shared_extents(host, subject, rule);
}

/* What an lvremove leaves that ends between the origin's reload and the removal of the
 * layer below it (LVM lib/activate/dev_manager.c, _clean_tree): nothing is on it, so
 * it does no harm, but no snapshot of that origin can be made. */
void check_layer(const struct host *host, struct subject *subject)
{
	bool is_known = host_lv(host, subject->vg_uuid, subject->lv_uuid);

	subject_reason(subject, RULE_ORPHAN_LAYER,
		"%s (" DEVNO_FMT ") has no table on it%s", subject->real->name,
		DEVNO_ARGS(subject->real->devno),
		is_known ? ": a removal was interrupted after its last snapshot was "
			   "removed"
			 : ", and its volume is not in the metadata");
	subject_about(subject, ABOUT_DEVICE, subject->real);
}

/* Why LVM says nothing of its volume. */
static void where_words(
	const struct host *host, const struct subject *subject, struct buf *text)
{
	const struct vg *vg = host_vg(host, subject->vg_uuid);
	char uuid[LVM_UUID_HYPHENS + 1];

	if (vg) {
		buf_printf(text, "no volume of that uuid is in the metadata of %s",
			vg->name);
		return;
	}
	lvm_uuid_hyphenate(subject->vg_uuid, uuid);
	if (host_group_is_gone(host, subject->vg_uuid))
		buf_printf(text,
			"its volume group (uuid %s) no longer exists: LVM looked at "
			"every disk of this host, and none has it",
			uuid);
	else
		buf_printf(text,
			"its volume group (uuid %s) is no longer on its disks, all of "
			"which LVM read",
			uuid);
}

static void check_stale_snapshot(
	const struct host *host, struct subject *subject, const char *where)
{
	bool is_gone = !host_vg(host, subject->vg_uuid);

	if (!subject->snapshot)
		subject_reason(subject, RULE_ORPHAN_COW,
			"a COW without a snapshot; %s", where);
	else if (!subject->cow)
		subject_reason(subject, RULE_DISAGREE,
			"its COW is not the device of that uuid");
	else
		subject_reason(subject, RULE_STALE, "%s%s", where,
			is_gone ? ""
				: ": it was removed "
				  "there, by another host or by an lvremove that "
				  "failed half-way");
	if (subject->cow)
		check_victims(host, subject);
	if (subject->snapshot)
		describe_state(host, subject);
}

/* LVM is never asked what is in a volume: a guest's group is not gone. */
static bool is_metadata_known(const struct host *host, const struct subject *subject)
{
	const struct vg *vg = host_vg(host, subject->vg_uuid);
	const struct device *device = subject->cow ? subject->cow : subject->snapshot;

	if (vg)
		return vg->has_metadata;
	return !host_volume_below(host, device->devno, subject->vg_uuid) &&
	       (host_group_is_gone(host, subject->vg_uuid) ||
		       host_is_displaced(host, device));
}

void check_stale(const struct survey *survey, struct subject *subject)
{
	const struct host *host = survey->host;
	const struct vg *vg = host_vg(host, subject->vg_uuid);
	cleanup_buf struct buf where = BUF_INIT;

	if (!is_metadata_known(host, subject)) {
		survey_unread_words(survey, &where);
		subject_reason(subject, RULE_EVIDENCE_MISSING,
			"the metadata of its volume group was not read, so whether the "
			"volume still exists is unknown%s",
			buf_text(&where));
		subject_unknown(subject, WANTS(VOLUMES) | WANTS(EXTENTS));
		return;
	}
	if (!vg && !host_group_is_gone(host, subject->vg_uuid)) {
		survey_unread_words(survey, &where);
		subject_reason(subject, RULE_EVIDENCE_MISSING,
			"whether its volume group still exists on other disks is "
			"unknown%s",
			buf_text(&where));
		subject_unknown(subject, WANTS(EXTENTS));
		where.len = 0;
	}
	where_words(host, subject, &where);
	if (subject_is_plain(subject)) {
		check_stale_volume(host, subject, buf_text(&where));
		return;
	}
	if (subject->snapshot &&
		device_snapshot_state(subject->snapshot) == SNAPSHOT_NONE) {
		subject_reason(subject, RULE_HALF_REMOVED,
			"%s is unknown to the metadata, and in the kernel it is not a "
			"snapshot",
			subject->snapshot->name);
		return;
	}
	check_stale_snapshot(host, subject, buf_text(&where));
}
