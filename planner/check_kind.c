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
}

void check_host(const struct host *host, struct subject *subject)
{
	note_unknown(host, subject, "dm",
		"device-mapper could not be read: nothing can be said about leftover "
		"snapshots; capture again as root, on the host itself");
	note_unknown(host, subject, "lvm/report.json",
		"LVM could not be read: snapshots that are not active here are not "
		"known");
}

void check_other(const struct host *host, struct subject *subject)
{
	const struct device *device = subject->snapshot;
	const struct device *below =
		device->n_deps ? host_device_by_devno(host, device->deps[0]) : NULL;

	subject_reason(subject, RULE_NOT_LVM,
		DEVNO_FMT
		" has no LVM uuid and stands on %s, which is no backup snapshot",
		DEVNO_ARGS(device->devno),
		below ? below->name : "a device below device-mapper");
}

static void describe_state(const struct host *host, struct subject *subject)
{
	cleanup_buf struct buf age = BUF_INIT;
	uint64_t used = 0, total = 0;

	switch (device_snapshot_state(subject->snapshot)) {
	case SNAPSHOT_VALID:
		if (device_snapshot_usage(subject->snapshot, &used, &total) &&
			used > total) {
			/* lvreduce makes a store smaller than what it holds (lvm2 issue
			 * 164) */
			subject_reason(subject, RULE_SHRUNK,
				"its store holds %llu sectors and has room for %llu: "
				"what "
				"was read from it since it shrank may be wrong",
				(unsigned long long)used, (unsigned long long)total);
			return;
		}
		if (total)
			buf_printf(&age, ", its store %.0f %% full",
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
			"its status is Invalid: the store overflowed, every read of it "
			"gives an "
			"I/O error, and whatever was backed up from it since is "
			"worthless");
		return;
	case SNAPSHOT_OVERFLOW:
		subject_reason(subject, RULE_OVERFLOWED,
			"its status is Overflow: the store is full, and writes to it "
			"fail");
		return;
	case SNAPSHOT_MERGING:
	case SNAPSHOT_MERGE_FAILED:
		subject_reason(subject, RULE_MERGING, "the kernel's state is %s",
			snapshot_state_name(device_snapshot_state(subject->snapshot)));
		return;
	case SNAPSHOT_UNKNOWN:
		subject_reason(subject, RULE_EVIDENCE_MISSING,
			"the kernel does not tell its status (\"%s\")",
			subject->snapshot->targets[0].status);
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
		"the metadata has it as a plain volume without an origin");
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
		if (subject->cow || (subject->snapshot && subject->snapshot->n_deps &&
					    device_snapshot_state(subject->snapshot) !=
						    SNAPSHOT_NONE))
			subject_reason(subject, RULE_HALF_REMOVED,
				"the metadata has it as a plain volume, the kernel still "
				"has "
				"parts of a snapshot");
		else
			note_plain(host, subject);
		return;
	}
	if (lv->has_virtual_origin)
		subject_reason(subject, RULE_VIRTUAL_ORIGIN,
			"its origin is virtual: it is a sparse volume, and its data "
			"exist nowhere "
			"else");
	else if (!host_lv(host, lv->vg_uuid, lv->origin_uuid))
		subject_reason(
			subject, RULE_NO_ORIGIN, "its origin is not in the metadata");
	if (lv->is_merging)
		subject_reason(subject, RULE_MERGING, "the metadata has it as merging");
}

/* The sectors that the kernel's store maps must be exactly the extents that the metadata
 * gives to this volume. */
static void check_store_extents(const struct host *host, struct subject *subject)
{
	const struct vg *vg = host_vg(host, subject->vg_uuid);
	cleanup_free struct overlap *overlaps = NULL;
	size_t count = 0;
	bool is_complete = false;
	uint64_t sectors = 0;

	for (size_t i = 0; i < subject->cow->n_targets; i++)
		sectors += subject->cow->targets[i].length;
	hazards_of_store(
		host, subject->cow, subject->vg_uuid, &overlaps, &count, &is_complete);
	if (!is_complete || !vg)
		subject_reason(subject, RULE_EVIDENCE_MISSING,
			"which device holds each physical volume is not known, so its "
			"store "
			"cannot be compared with the metadata");
	else if (count != 1 || overlaps[0].victim != subject->lv ||
		 overlaps[0].extents * vg->extent_size != sectors)
		subject_reason(subject, RULE_DISAGREE,
			"its store in the kernel (" DEVNO_FMT
			") does not lie on the extents that the metadata gives it",
			DEVNO_ARGS(subject->cow->devno));
}

static void check_layers(const struct host *host, struct subject *subject)
{
	const struct device *origin;
	struct devno real, cow;

	if (!device_snapshot_parts(subject->snapshot, &real, &cow)) {
		subject_reason(subject, RULE_HALF_REMOVED,
			"the metadata has a snapshot, the kernel's %s is none",
			subject->snapshot->name);
		return;
	}
	if (!subject->cow || !devno_is_equal(subject->cow->devno, cow)) {
		subject_reason(subject, RULE_DISAGREE,
			"its exception store in the kernel is not the device of that "
			"uuid");
		return;
	}
	origin = host_device_of_lv(host, subject->vg_uuid, subject->lv->origin_uuid, "");
	if (!origin || origin != subject->origin)
		subject_reason(subject, RULE_DISAGREE,
			"the kernel's origin of it is not the volume that the metadata "
			"names");
	check_store_extents(host, subject);
}

void check_volume(const struct host *host, struct subject *subject)
{
	check_role(host, subject);
	if (subject->lv->role != LV_SNAPSHOT)
		return;
	if (!subject->snapshot) {
		subject_reason(subject, RULE_NOT_ACTIVE_HERE,
			"the metadata has it, this kernel does not: look for the host "
			"where it is "
			"active, and capture there");
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

	if (subject->lv->role != LV_SNAPSHOT)
		return;
	if (!created)
		subject_reason(subject, RULE_TOO_YOUNG,
			"the metadata does not say when it was created");
	else if (age < 0)
		subject_reason(subject, RULE_TOO_YOUNG,
			"it was created after this capture, by the clocks of the two "
			"hosts");
	else if (age < min_age)
		subject_reason(subject, RULE_TOO_YOUNG,
			"created %lld seconds before the capture; the minimum age is "
			"%lld",
			(long long)age, (long long)min_age);
}

/* ---- not in the metadata ---- */

static void note_victim(struct subject *subject, const struct vg *vg,
	const struct overlap *overlap, bool is_writing)
{
	static const char writes[] = ": until this snapshot is gone, the first write to "
				     "each chunk of the origin "
				     "overwrites data of that volume";

	subject_reason(subject, is_writing ? RULE_STALE_CORRUPTING : RULE_STALE,
		"%llu extents of its store belong to %s/%s now%s",
		(unsigned long long)overlap->extents, vg->name, overlap->victim->name,
		is_writing ? writes : "; it no longer writes there");
	subject_about(subject, ABOUT_LV, overlap->victim);
}

static void check_victims(const struct host *host, struct subject *subject)
{
	const struct vg *vg = host_vg(host, subject->vg_uuid);
	cleanup_free struct overlap *overlaps = NULL;
	size_t count = 0;
	bool is_complete = false;
	bool is_writing = subject->snapshot && subject->real &&
			  device_snapshot_state(subject->snapshot) == SNAPSHOT_VALID;

	hazards_of_store(host, subject->cow, vg->uuid, &overlaps, &count, &is_complete);
	for (size_t i = 0; i < count; i++)
		note_victim(subject, vg, &overlaps[i], is_writing);
	if (!is_complete)
		subject_reason(subject, RULE_STALE,
			"whether its extents belong to another volume now was not seen");
	else if (!count && is_writing)
		subject_reason(subject, RULE_STALE,
			"it still writes to extents that LVM counts as free: the next "
			"volume that gets them is overwritten");
}

/* What an lvremove leaves that ends between the origin's reload and the removal of the
 * layer below it (LVM lib/activate/dev_manager.c, _clean_tree): nothing stands on it, so
 * it does no harm, but no snapshot of that origin can be made. */
void check_layer(const struct host *host, struct subject *subject)
{
	bool is_known = host_lv(host, subject->vg_uuid, subject->lv_uuid);

	subject_reason(subject, RULE_ORPHAN_LAYER,
		"%s (" DEVNO_FMT ") has no table on it%s", subject->real->name,
		DEVNO_ARGS(subject->real->devno),
		is_known ? ": a removal was interrupted behind its last snapshot"
			 : ", and its volume is not in the metadata");
	subject_about(subject, ABOUT_DEVICE, subject->real);
}

void check_stale(const struct host *host, struct subject *subject)
{
	const struct vg *vg = host_vg(host, subject->vg_uuid);

	if (!vg || !vg->has_metadata) {
		subject_reason(subject, RULE_EVIDENCE_MISSING,
			"the metadata of its volume group was not read, so nobody can "
			"say whether "
			"the volume still exists");
		return;
	}
	if (subject->snapshot &&
		device_snapshot_state(subject->snapshot) == SNAPSHOT_NONE) {
		subject_reason(subject, RULE_HALF_REMOVED,
			"%s is unknown to the metadata, and in the kernel it is no "
			"snapshot",
			subject->snapshot->name);
		return;
	}
	if (!subject->snapshot)
		subject_reason(subject, RULE_ORPHAN_STORE,
			"an exception store without a snapshot; no volume of that uuid "
			"is in the "
			"metadata of %s",
			vg->name);
	else if (!subject->cow)
		subject_reason(subject, RULE_DISAGREE,
			"its exception store is not the device of that uuid");
	else
		subject_reason(subject, RULE_STALE,
			"no volume of that uuid is in the metadata of %s: it was removed "
			"there, "
			"by another host or by an lvremove that failed half-way",
			vg->name);
	if (subject->cow)
		check_victims(host, subject);
	if (subject->snapshot)
		describe_state(host, subject);
}
