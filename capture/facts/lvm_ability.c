/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each release of LVM can do; see lvm_release.h. From lvm2's release tags
 * (tools/args.h, tools/commands.h, tools/command-lines.in, lib/report/columns.h,
 * lib/config/config_settings.h): the first that has it. A distribution may have it
 * earlier; the older way works there as well.
 */
#include "lvm_settings.h"

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

/* use_lvmetad is left as the host has it: where lvmetad runs, nothing is changed
 * (lvm_questions.c). */
static const struct lvm_setting of_changes[] = {
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

/* ---- the filter ---- */

/* Twice the same: what the first refuses is not even opened (lib/commands/toolcontext.c,
 * _init_filters(): global_filter stands before the filters that open a device to judge
 * it; seen with 2.02.120), and what the host's own configuration says in either does not
 * count. */
const char *const lvm_filter_lists[LVM_FILTER_LISTS] = {" filter=[", " global_filter=["};

size_t lvm_filter_plain(const char *path)
{
	size_t len = 0;

	while (isalnum((unsigned char)path[len]) ||
		(path[len] && strchr("/_-", path[len])))
		len++;
	return len;
}

static void add_filter(const char *const paths[], size_t count, struct buf *text)
{
	for (size_t i = 0; i < LVM_FILTER_LISTS; i++) {
		buf_puts(text, lvm_filter_lists[i]);
		for (size_t j = 0; j < count; j++)
			if (!paths[j][lvm_filter_plain(paths[j])])
				buf_printf(text, LVM_FILTER_ITEM "%s" LVM_FILTER_ITEM_END,
					paths[j]);
		buf_puts(text, LVM_FILTER_END);
	}
}

/* ---- the settings ---- */

bool lvm_setting_is_of(const struct lvm_setting *setting, uint32_t release)
{
	return release >= setting->since &&
	       (release < setting->until || setting->until == LVM_NEWEST);
}

void lvm_settings_add(const struct lvm_setting *settings, uint32_t release,
	const char *const paths[], size_t count, struct buf *text)
{
	for (; settings->text; settings++)
		if (lvm_setting_is_of(settings, release))
			buf_puts(text, settings->text);
	if (!lvm_has(release, LVM_HAS_DEVICES))
		add_filter(paths, count, text);
	buf_puts(text, "}");
}

/* Where dmeventd does not run, lvm would start it (seen with 2.03.16), as a child that
 * stays behind without the rights that it needs. */
#define UNMONITORED " activation{monitoring=0}"

void lvm_add_change_config(uint32_t release, bool is_unmonitored,
	const char *const paths[], size_t count, struct buf *text)
{
	lvm_settings_add(of_changes, release, paths, count, text);
	buf_puts(text, is_unmonitored ? UNMONITORED : "");
}
