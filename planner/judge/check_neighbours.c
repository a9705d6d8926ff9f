/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lvremove of a snapshot would do to the other snapshots of its origin. LVM suspends
 * the origin with all the snapshots that the metadata gives it, loads what the metadata
 * says of each, and resumes them (lvm2 lib/activate/dev_manager.c,
 * _add_new_lv_to_dtree; lib/metadata/snapshot_manip.c, vg_remove_snapshot). So each of
 * them must be in the kernel as LVM would load it: one that is not active comes back,
 * with data that are wrong by now; one with another table loses it; one that is to be
 * merged may begin to.
 */
#include <string.h>

#include "checks.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"

/* NULL: as LVM would load it. */
static const char *deviation(
	const struct host *host, const struct subject *subject, const struct lv *other)
{
	const struct device *snapshot = host_device_of_layer(host, other, LV_VISIBLE);
	const struct device *store = host_device_of_layer(host, other, LV_COW);
	struct devno real, cow;

	if (!snapshot)
		return "is not active here: lvremove would activate it";
	if (!device_snapshot_parts(snapshot, &real, &cow))
		return "is not a snapshot in this kernel: lvremove would turn it into "
		       "one";
	if (!subject->real || !devno_is_equal(real, subject->real->devno) || !store ||
		!devno_is_equal(store->devno, cow) || !device_snapshot_is_lvms(snapshot))
		return "has a table that LVM did not load: lvremove would replace it";
	return NULL;
}

/* Marked in the metadata, or at work in the kernel already. */
static bool is_merging(const struct host *host, const struct lv *lv)
{
	const struct device *device = host_device_of_layer(host, lv, LV_VISIBLE);
	enum snapshot_state state =
		device ? device_snapshot_state(device) : SNAPSHOT_NONE;

	return lv->is_merging || state == SNAPSHOT_MERGING ||
	       state == SNAPSHOT_MERGE_FAILED;
}

/* Its own table is one that lvremove loads as well: with "PO", say, which a program
 * loaded to see the COW overflow (seen in random states). */
static void check_itself(struct subject *subject)
{
	if (device_snapshot_state(subject->snapshot) == SNAPSHOT_NONE ||
		device_snapshot_is_lvms(subject->snapshot))
		return;
	subject_reason(subject, RULE_DISAGREE,
		"it has a table that LVM did not load: lvremove would replace it");
	subject_about(subject, ABOUT_LV, subject->lv);
}

static bool is_sibling(const struct lv *lv, const struct lv *other)
{
	return other != lv && other->role == LV_SNAPSHOT &&
	       strcmp(other->vg_uuid, lv->vg_uuid) == 0 &&
	       strcmp(other->origin_uuid, lv->origin_uuid) == 0;
}

static void note_merging(
	const struct host *host, struct subject *subject, const struct places *all)
{
	struct places places = *all; /* borrowed */
	unsigned count = 0;

	for (size_t i; places_next(&places, &i);) {
		const struct lv *other = &host->lvs[i];

		if (!is_sibling(subject->lv, other) || !is_merging(host, other))
			continue;
		if (count++ == NEIGHBOURS_MOST) {
			subject_add_words(subject, "; and so are more of them");
			return;
		}
		subject_reason(subject, RULE_MERGING,
			"%s, another snapshot of its origin, is to be merged into it",
			other->name);
		if (other->is_merging)
			subject_about(subject, ABOUT_LV, other);
	}
}

static void note_deviations(
	const struct host *host, struct subject *subject, const struct places *all)
{
	struct places places = *all; /* borrowed */
	unsigned count = 0;

	for (size_t i; places_next(&places, &i);) {
		const struct lv *other = &host->lvs[i];
		const char *text =
			is_sibling(subject->lv, other) ? deviation(host, subject, other)
						       : NULL;

		if (!text)
			continue;
		if (count++ == NEIGHBOURS_MOST) {
			subject_add_words(subject, "; more of its origin's snapshots are "
						   "not as LVM would load them");
			return;
		}
		subject_reason(subject, RULE_DISAGREE,
			"%s, another snapshot of its origin, %s", other->name, text);
		subject_about(subject, ABOUT_LV, other);
	}
}

void check_neighbours(const struct host *host, struct subject *subject)
{
	const struct lv *lv = subject->lv;
	cleanup_places struct places places =
		host_places(host, PLACES_LV_ORIGIN, places_text(lv->origin_uuid));

	if (lv->role != LV_SNAPSHOT || !subject->snapshot)
		return;
	check_itself(subject);
	note_merging(host, subject, &places);
	note_deviations(host, subject, &places);
}
