/* SPDX-License-Identifier: Apache-2.0 */
/* What LVM is told with a question; see lvm_ability.h. What changes a host has no use for
 * it. */
#include <string.h>

#include "lvm_settings.h"
#include "snapstate/lvm_ability.h"

/*
 * A setting that a release does not know makes it warn; and 2.02.98 looks at the first
 * section of a name only (seen), so each stands once, and devices, which the filter is
 * in, comes last.
 *
 * locking_type=4: no lock is taken, and one for writing is refused, which repairing wants
 * (lib/locking/no_locking.c; seen from 2.02.98 to .187: a group with a disk that is
 * behind stays as it is); with --nolocking, which is type 0 there, a report would repair
 * what it finds inconsistent. From 2.03.00 on there is --nolocking for all, and reading
 * repairs nothing (seen from 2.03.07 on). use_lvmetad: its answer may be older than the
 * disks. scan_lvs and the suspended devices: a second guard behind the list of devices.
 * hints: fullreport would write /run/lvm/hints. backup: commands that only read write new
 * copies below /etc/lvm where the old ones are behind (lib/format_text/archiver.c,
 * check_current_backup; seen with 2.03.16).
 */
static const struct lvm_setting of_questions[] = {
	{"activation{monitoring=0} backup{backup=0 archive=0} global{", 0, LVM_NEWEST},
	{"locking_type=4 use_lvmetad=0", 0, LVM_RELEASE(2, 3, 0)},
	{" use_lvmpolld=0", LVM_RELEASE(2, 2, 120), LVM_NEWEST},
	{"} devices{ignore_suspended_devices=1", 0, LVM_NEWEST},
	{" scan_lvs=0", LVM_RELEASE(2, 2, 184), LVM_NEWEST},
	{" hints=\"none\"", LVM_RELEASE(2, 3, 3), LVM_NEWEST},
	{NULL, 0, 0},
};

/* Those of lvm_ability.c, of its settings and of these. */
const uint32_t lvm_generations[] = {LVM_RELEASE(2, 2, 98), LVM_RELEASE(2, 2, 117),
	LVM_RELEASE(2, 2, 120), LVM_RELEASE(2, 2, 124), LVM_RELEASE(2, 2, 132),
	LVM_RELEASE(2, 2, 143), LVM_RELEASE(2, 2, 146), LVM_RELEASE(2, 2, 148),
	LVM_RELEASE(2, 2, 153), LVM_RELEASE(2, 2, 158), LVM_RELEASE(2, 2, 184),
	LVM_RELEASE(2, 3, 0), LVM_RELEASE(2, 3, 3), LVM_RELEASE(2, 3, 12), 0};

/* ---- the host's own settings ---- */

bool lvm_asks_settings(uint32_t release)
{
	return release < LVM_RELEASE(2, 3, 0);
}

/* lvmetad keeps what it knows by the filter with which it was asked last
 * (lib/cache/lvmetad.c, lvmetad_token_matches(); the token is that of
 * devices/global_filter): a change with a filter of ours would leave it with this group
 * alone, and udev's next `pvscan --cache` activate each group of the host then
 * (tools/pvscan.c, from 2.02.155 on; read, not run). */
/* Types 4 and 5: lib/locking/locking.c, init_locking(). Seen with 2.02.120 to .187:
 * "Operation prohibited while global/metadata_read_only is set", and exit status 0.
 * XenServer's folder: MASTER_LVM_CONF in xcp-ng/sm, drivers/lvutil.py. */
const char *lvm_refusal(const char *settings)
{
	static const struct {
		const char *setting, *words;
	} refusals[] = {
		{LVM_LVMETAD_RUNS, "lvmetad is running, and would keep using outdated "
				   "metadata: set global/use_lvmetad=0 in lvm.conf, and "
				   "stop lvm2-lvmetad.socket and lvm2-lvmetad.service"},
		{"metadata_read_only=1",
			"lvm.conf has global/metadata_read_only=1 (XenServer and XCP-ng "
			"change groups on the pool's master alone, with "
			"LVM_SYSTEM_DIR=/etc/lvm/master)"},
		{"locking_type=4", "lvm.conf has global/locking_type=4"},
		{"locking_type=5", "lvm.conf has global/locking_type=5"},
	};

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (strstr(settings, refusals[i].setting))
			return refusals[i].words;
	return NULL;
}

void lvm_add_question_config(
	uint32_t release, const char *const paths[], size_t count, struct buf *text)
{
	lvm_settings_add(of_questions, release, paths, count, text);
}

bool lvm_is_question_config(uint32_t release, const char *text)
{
	text = lvm_settings_behind(of_questions, release, text);
	return text && !*text;
}
