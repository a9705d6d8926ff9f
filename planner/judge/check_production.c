/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether production may run on it. A snapshot that is mounted read-write, while its
 * origin is neither mounted nor open, may be a restored service, or what the host was
 * booted from: the same tables as those of a leftover, and the only copy of what was
 * written since (domain: snapshot sets that are mounted as the working copy; lvm2 issue
 * 146). Three things show that it is none: it is mounted where its producer mounts them,
 * the operator asserts it, or somebody uses the origin, which then is the working copy.
 */
#include <string.h>

#include "checks.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/ledger.h"
#include "snapstate/lvm_names.h"

static const char *origin_words(const struct subject *subject, struct buf *text)
{
	if (subject->origin)
		buf_printf(text, "its origin %s", subject->origin->name);
	else
		buf_puts(text, "its origin, which is not active here");
	return buf_text(text);
}

static void note_place(struct subject *subject, const struct mount *mount,
	enum place_kind kind, const char *place)
{
	switch (kind) {
	case PLACE_OF_SELECT:
		subject->is_at_select_mount = true;
		subject_reason(subject, RULE_LEFTOVER_MOUNT,
			"mounted read-write on %s, where backups mount such snapshots "
			"(%s)",
			mount->target, place);
		return;
	case PLACE_OF_RULE:
		subject_reason(subject, RULE_LEFTOVER_MOUNT,
			"mounted read-write on %s, where such snapshots are mounted by "
			"rule %s (%s)",
			mount->target, subject->rule->name, place);
		return;
	case PLACE_ASSERTED:
		subject_reason(subject, RULE_LEFTOVER_MOUNT,
			"mounted read-write on %s: a leftover mount, as the operator "
			"asserts",
			mount->target);
		return;
	case PLACE_NONE:
		return;
	}
}

/* That lasts as long as the origin is in use: a condition of the plan, which LVM's
 * volumes alone can be. */
static bool is_shown_by_origin(const struct host *host, const struct device *origin)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	return origin && lvm_dm_uuid_split(origin->uuid, vg, lv, &layer) &&
	       *layer == '\0' && host_device_is_in_use(host, origin);
}

static void note_writable(
	const struct survey *survey, struct subject *subject, const struct mount *mount)
{
	cleanup_buf struct buf origin = BUF_INIT;
	const char *place = NULL;
	enum place_kind kind =
		subject_place(survey->request, subject, mount->target, &place);

	if (kind != PLACE_NONE) {
		note_place(subject, mount, kind, place);
	} else if (is_shown_by_origin(survey->host, subject->origin)) {
		subject->needs_origin_in_use = true;
		subject_reason(subject, RULE_LEFTOVER_MOUNT,
			"mounted read-write on %s, but %s is in use: that is the working "
			"copy",
			mount->target, origin_words(subject, &origin));
	} else {
		subject_reason(subject, RULE_MOUNTED_READ_WRITE,
			"mounted read-write on %s while nobody uses %s: production may "
			"run on it",
			mount->target, origin_words(subject, &origin));
	}
	subject_about(subject, ABOUT_MOUNT, mount);
}

/* Where the host's own belongs, other things are asked. */
static bool is_as_system(const struct subject *subject, const struct mount *mount)
{
	for (size_t i = 0; i < subject->n_reasons; i++)
		if (subject->reasons[i].rule == RULE_MOUNTED_AS_SYSTEM &&
			subject->reasons[i].about.it == mount)
			return true;
	return false;
}

void check_production(const struct survey *survey, struct subject *subject)
{
	const struct host *host = survey->host;
	const struct mount_namespace *home = host_namespace_of_host(host);
	cleanup_holders struct holders mounts =
		subject_holders(host, subject, HELD_BY_MOUNT, PLACES_MOST);

	/* one in another namespace is a reason of its own, or ends with one of this */
	for (struct holder holder; home && holders_next(&mounts, &holder);)
		if (holder.mount->namespace_id == home->id &&
			mount_is_writable(holder.mount) &&
			!is_as_system(subject, holder.mount))
			note_writable(survey, subject, holder.mount);
}
