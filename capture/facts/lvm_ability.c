/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each release of LVM can do; see lvm_ability.h. From lvm2's release tags
 * (tools/args.h, tools/commands.h, tools/command-lines.in, lib/report/columns.h,
 * lib/config/config_settings.h): the first that has it. A distribution may have it
 * earlier; the older way works there as well.
 */
#include "snapstate/lvm_ability.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "snapstate/cleanup.h"

static const uint32_t since[] = {
	[LVM_HAS_FOREIGN] = LVM_RELEASE(2, 2, 117),
	[LVM_HAS_SHARED] = LVM_RELEASE(2, 2, 124),
	/* -S of lvremove and lvchange .117, judged on what was there before the command
	 * began .119, lv_role and lv_merging .117, origin_uuid .132 */
	[LVM_HAS_SELECTION] = LVM_RELEASE(2, 2, 132),
	[LVM_HAS_PV_IN_USE] = LVM_RELEASE(2, 2, 143),
	[LVM_HAS_LOCK_TYPE] = LVM_RELEASE(2, 2, 146),
	[LVM_HAS_PV_NUMBERS] = LVM_RELEASE(2, 2, 148),
	[LVM_HAS_DUPLICATES] = LVM_RELEASE(2, 2, 153),
	[LVM_HAS_FULLREPORT] = LVM_RELEASE(2, 2, 158),
	[LVM_HAS_NOLOCKING] = LVM_RELEASE(2, 3, 0),
	[LVM_HAS_DEVICES] = LVM_RELEASE(2, 3, 12),
};

/* Those above, and those of the settings below. */
const uint32_t lvm_generations[] = {LVM_RELEASE(2, 2, 98), LVM_RELEASE(2, 2, 117),
	LVM_RELEASE(2, 2, 120), LVM_RELEASE(2, 2, 124), LVM_RELEASE(2, 2, 132),
	LVM_RELEASE(2, 2, 143), LVM_RELEASE(2, 2, 146), LVM_RELEASE(2, 2, 148),
	LVM_RELEASE(2, 2, 153), LVM_RELEASE(2, 2, 158), LVM_RELEASE(2, 2, 184),
	LVM_RELEASE(2, 3, 0), LVM_RELEASE(2, 3, 3), LVM_RELEASE(2, 3, 12), 0};

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
struct setting {
	const char *text; /* NULL ends a list */
	uint32_t since, until;
};
static const struct setting of_questions[] = {
	{"activation{monitoring=0} backup{backup=0 archive=0} global{", 0, LVM_NEWEST},
	{"locking_type=4 use_lvmetad=0", 0, LVM_RELEASE(2, 3, 0)},
	{" use_lvmpolld=0", LVM_RELEASE(2, 2, 120), LVM_NEWEST},
	{"} devices{ignore_suspended_devices=1", 0, LVM_NEWEST},
	{" scan_lvs=0", LVM_RELEASE(2, 2, 184), LVM_NEWEST},
	{" hints=\"none\"", LVM_RELEASE(2, 3, 3), LVM_NEWEST},
	{NULL, 0, 0},
};
/* lvmetad, where there is one, must learn of a change: it is left as the host has it. */
static const struct setting of_changes[] = {
	{"global{wait_for_locks=0} devices{", 0, LVM_NEWEST},
	{"scan_lvs=0 ", LVM_RELEASE(2, 2, 184), LVM_NEWEST},
	{"ignore_suspended_devices=1", 0, LVM_NEWEST},
	{" hints=\"none\"", LVM_RELEASE(2, 3, 3), LVM_NEWEST},
	{NULL, 0, 0},
};

void lvm_release_print(uint32_t release, struct buf *text)
{
	buf_printf(text, "%u.%02u.%02u", release / 1000000, release / 1000 % 1000,
		release % 1000);
}

uint32_t lvm_release_of(const char *text)
{
	static const char label[] = "LVM version:";
	const char *at = strstr(text, label);
	unsigned major_number, minor_number, patch;

	at = at ? at + strlen(label) : text;
	at += strspn(at, " ");
	if (sscanf(at, "%3u.%3u.%3u", &major_number, &minor_number, &patch) != 3)
		return LVM_NEWEST;
	return LVM_RELEASE(major_number, minor_number, patch);
}

bool lvm_has(uint32_t release, enum lvm_feature feature)
{
	return release >= since[feature];
}

/* ---- the host's own settings ---- */

bool lvm_asks_settings(uint32_t release)
{
	return release < LVM_RELEASE(2, 3, 0);
}

/* Types 4 and 5: lib/locking/locking.c, init_locking(). Seen with 2.02.120 to .187:
 * "Operation prohibited while global/metadata_read_only is set", and exit status 0. */
bool lvm_refuses_changes(const char *settings)
{
	return strstr(settings, "metadata_read_only=1") ||
	       strstr(settings, "locking_type=4") || strstr(settings, "locking_type=5");
}

/* ---- the filter ---- */

/* Twice the same: what the first refuses is not even opened (lib/commands/toolcontext.c,
 * _init_filters(): global_filter stands before the filters that open a device to judge
 * it; seen with 2.02.120), and what the host's own configuration says in either does not
 * count. */
static const char *const lists[] = {" filter=[", " global_filter=["};
#define ITEM_BEGIN "\"a|^"
#define ITEM_END   "$|\","
#define LIST_END   "\"r|.*|\"]"

/* How much of it stands for itself in a pattern of LVM's (libdm/regex/parse_rx.c). */
static size_t plain_length(const char *path)
{
	size_t len = 0;

	while (isalnum((unsigned char)path[len]) ||
		(path[len] && strchr("/_-", path[len])))
		len++;
	return len;
}

static void add_filter(const char *const paths[], size_t count, struct buf *text)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		buf_puts(text, lists[i]);
		for (size_t j = 0; j < count; j++)
			if (!paths[j][plain_length(paths[j])])
				buf_printf(text, ITEM_BEGIN "%s" ITEM_END, paths[j]);
		buf_puts(text, LIST_END);
	}
}

/* Behind the words, which the text must begin with; NULL: it does not. */
static const char *behind(const char *text, const char *words)
{
	size_t len = strlen(words);

	return text && strncmp(text, words, len) == 0 ? text + len : NULL;
}

static const char *behind_filter(const char *text)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		text = behind(text, lists[i]);
		while (text && behind(text, ITEM_BEGIN "/dev/")) {
			text = behind(text, ITEM_BEGIN);
			text = behind(text + plain_length(text), ITEM_END);
		}
		text = behind(text, LIST_END);
	}
	return text;
}

/* ---- the settings ---- */

static bool is_set_in(const struct setting *setting, uint32_t release)
{
	return release >= setting->since &&
	       (release < setting->until || setting->until == LVM_NEWEST);
}

static void add_settings(const struct setting *settings, uint32_t release,
	const char *const paths[], size_t count, struct buf *text)
{
	for (; settings->text; settings++)
		if (is_set_in(settings, release))
			buf_puts(text, settings->text);
	if (!lvm_has(release, LVM_HAS_DEVICES))
		add_filter(paths, count, text);
	buf_puts(text, "}");
}

static const char *behind_settings(
	const struct setting *settings, uint32_t release, const char *text)
{
	for (; settings->text; settings++)
		if (is_set_in(settings, release))
			text = behind(text, settings->text);
	if (!lvm_has(release, LVM_HAS_DEVICES))
		text = behind_filter(text);
	return behind(text, "}");
}

void lvm_add_question_config(
	uint32_t release, const char *const paths[], size_t count, struct buf *text)
{
	add_settings(of_questions, release, paths, count, text);
}

bool lvm_is_question_config(uint32_t release, const char *text)
{
	text = behind_settings(of_questions, release, text);
	return text && !*text;
}

/* Where dmeventd does not run, lvm would start it (seen with 2.03.16), as a child that
 * stays behind without the rights that it needs. */
#define UNMONITORED " activation{monitoring=0}"

void lvm_add_change_config(uint32_t release, bool is_unmonitored,
	const char *const paths[], size_t count, struct buf *text)
{
	add_settings(of_changes, release, paths, count, text);
	buf_puts(text, is_unmonitored ? UNMONITORED : "");
}

bool lvm_is_change_config(uint32_t release, const char *text)
{
	text = behind_settings(of_changes, release, text);
	return text && (!*text || strcmp(text, UNMONITORED) == 0);
}
