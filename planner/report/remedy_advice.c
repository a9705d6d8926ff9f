/* SPDX-License-Identifier: Apache-2.0 */
/* What a person should know or do besides, whatever the verdict: see remedy.h. */
#include <string.h>

#include "checks.h"
#include "remedy.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/lvm.h"
#include "snapstate/stamp.h"

/* What several reasons ask for once. */
static const char topic_backup[] = "backup", topic_filter[] = "filter";

struct about remedy_advice_key(const struct reason *reason)
{
	if (rule_spoils_backup(reason->rule))
		return (struct about){ABOUT_NOTHING, topic_backup};
	if (reason_is_guest_volume(reason))
		return (struct about){ABOUT_NOTHING, topic_filter};
	return reason->about;
}

/* ---- the victim of a stale snapshot ---- */

static bool is_first_victim(const struct subject *subject, const struct reason *reason)
{
	for (size_t i = 0; i < subject->n_reasons; i++)
		if (subject->reasons[i].about.kind == ABOUT_LV)
			return &subject->reasons[i] == reason;
	return false;
}

/* An LV that was extended got these extents later than it was made. */
static void since_words(const struct lv *victim, struct buf *text)
{
	if (!victim->created) {
		buf_puts(text, "since it got these extents");
		return;
	}
	buf_puts(text, "since it got these extents, not before its creation (");
	stamp_print(victim->created, text);
	buf_puts(text, ")");
}

static void victim_words(const struct survey *survey, const struct subject *subject,
	const struct reason *reason, struct buf *text)
{
	const struct lv *victim = reason->about.it;
	const struct vg *vg = host_vg(survey->host, victim->vg_uuid);
	bool is_writing = reason->rule == RULE_STALE_CORRUPTING;
	bool is_to_stop = is_writing && subject->verdict != VERDICT_REMOVE;

	if (is_to_stop)
		buf_puts(text,
			"stop what writes to the origin (pause its guest) until this "
			"snapshot is gone: each write may destroy more. ");
	buf_sentence(text, "%s %s/%s: %s ",
		is_to_stop   ? "When this snapshot is gone, check"
		: is_writing ? "when this snapshot is gone, check"
			     : "check",
		vg ? vg->name : "?", victim->name,
		is_writing ? "it may have been damaged"
			   : "before it stopped writing, this snapshot may have damaged "
			     "it,");
	since_words(victim, text);
	buf_sentence(text,
		". fsck finds damaged metadata only: compare its data with a backup, or "
		"restore it from one made before that time; keep later backups of %s "
		"separate",
		victim->name);
	if (is_writing && is_first_victim(subject, reason))
		buf_puts(text,
			". Backups made from this snapshot since then are unusable");
}

void remedy_advice_words(const struct survey *survey, const struct subject *subject,
	const struct reason *reason, struct buf *text)
{
	if (reason->about.kind == ABOUT_LV)
		victim_words(survey, subject, reason, text);
	else if (reason->rule == RULE_FSTAB)
		remedy_config_advice(survey->host, subject, reason, text);
	else if (reason_is_guest_volume(reason))
		buf_puts(text, "exclude the disks of guests from this host's LVM, or it "
			       "activates their volumes again: allow the host's own "
			       "physical volumes only, with lvmdevices(8) or "
			       "global_filter in lvm.conf(5)");
	else
		buf_puts(text, "mark the backup made from it as failed, since it is "
			       "unusable, and make a new one once this snapshot is gone");
}
