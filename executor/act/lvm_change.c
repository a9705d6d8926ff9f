/* SPDX-License-Identifier: Apache-2.0 */
/* See lvm_change.h: the writer of these command lines, and beside it who recognises them.
 */
#include "lvm_change.h"

#include <ctype.h>
#include <string.h>

#include "act.h"
#include "snapstate/lvm_names.h"

#define LVM_CONFIG                                                                       \
	"global{wait_for_locks=0} devices{scan_lvs=0 ignore_suspended_devices=1 "        \
	"hints=\"none\"}"

/* Where dmeventd does not run, lvm would start it (seen with 2.03.16), as a child that
 * stays behind without the rights that it needs. */
#define LVM_CONFIG_UNMONITORED LVM_CONFIG " activation{monitoring=0}"

#define N_WORDS 6
/* By is_unmonitored. */
static const char *const remove_words[2][N_WORDS] = {
	{"lvm", "lvremove", "-y", "--config", LVM_CONFIG, "-S"},
	{"lvm", "lvremove", "-y", "--config", LVM_CONFIG_UNMONITORED, "-S"},
};
static const char *const refresh_words[2][N_WORDS] = {
	{"lvm", "lvchange", "--refresh", "--config", LVM_CONFIG, "-S"},
	{"lvm", "lvchange", "--refresh", "--config", LVM_CONFIG_UNMONITORED, "-S"},
};

#define ROLE "\" && lv_role=snapshot && lv_merging=0"

/* ---- writing ---- */

static void add_selection(const struct lvm_volume *volume, struct buf *text)
{
	char vg[LVM_UUID_HYPHENS + 1], lv[LVM_UUID_HYPHENS + 1];
	char origin[LVM_UUID_HYPHENS + 1];

	lvm_uuid_hyphenate(volume->vg_uuid, vg);
	lvm_uuid_hyphenate(volume->lv_uuid, lv);
	buf_printf(text, "lv_uuid=\"%s\" && vg_uuid=\"%s\" && vg_seqno=%llu", lv, vg,
		(unsigned long long)volume->seqno);
	if (!volume->origin_uuid)
		return;
	lvm_uuid_hyphenate(volume->origin_uuid, origin);
	buf_printf(text, " && origin_uuid=\"%s" ROLE, origin);
}

const char **lvm_change_arguments(
	const struct lvm_volume *volume, const struct buf *paths, struct buf *storage)
{
	const char *const *words = volume->origin_uuid
					   ? remove_words[volume->is_unmonitored]
					   : refresh_words[volume->is_unmonitored];
	const char **argv = NULL;
	size_t n = 0, name;

	add_selection(volume, storage);
	buf_add(storage, "", 1);
	name = storage->len;
	buf_printf(storage, "%s/%s", volume->vg_name, volume->lv_name);
	for (size_t i = 0; i < N_WORDS; i++)
		*array_add(&argv, &n) = words[i];
	*array_add(&argv, &n) = storage->data;
	*array_add(&argv, &n) = storage->data + name;
	for (size_t at = 0; at < paths->len; at += strlen(paths->data + at) + 1) {
		*array_add(&argv, &n) = "--devices";
		*array_add(&argv, &n) = paths->data + at;
	}
	*array_add(&argv, &n) = NULL;
	return argv;
}

/* ---- recognising ---- */

/* Each takes what it knows off the text, or makes it NULL. */
static void take(const char **text, const char *words)
{
	if (*text && strncmp(*text, words, strlen(words)) == 0)
		*text += strlen(words);
	else
		*text = NULL;
}

static void take_uuid(const char **text)
{
	char hyphens[LVM_UUID_HYPHENS + 1] = "", plain[LVM_UUID_LEN + 1];

	if (*text)
		strncpy(hyphens, *text, LVM_UUID_HYPHENS);
	if (strlen(hyphens) == LVM_UUID_HYPHENS && lvm_uuid_plain(hyphens, plain))
		*text += LVM_UUID_HYPHENS;
	else
		*text = NULL;
}

static void take_number(const char **text)
{
	if (!*text || !isdigit((unsigned char)**text)) {
		*text = NULL;
		return;
	}
	while (isdigit((unsigned char)**text))
		++*text;
}

static bool is_selection(const char *text, bool is_removal)
{
	take(&text, "lv_uuid=\"");
	take_uuid(&text);
	take(&text, "\" && vg_uuid=\"");
	take_uuid(&text);
	take(&text, "\" && vg_seqno=");
	take_number(&text);
	if (is_removal) {
		take(&text, " && origin_uuid=\"");
		take_uuid(&text);
		take(&text, ROLE);
	}
	return text && *text == '\0';
}

static bool is_volume_name(const char *text)
{
	const char *slash = strchr(text, '/');
	struct buf vg = BUF_INIT;
	bool is_valid;

	if (!slash)
		return false;
	buf_add(&vg, text, (size_t)(slash - text));
	is_valid = guard_name_is_valid(buf_text(&vg)) && guard_name_is_valid(slash + 1);
	buf_free(&vg);
	return is_valid;
}

static bool has_words(const char *const argv[], const char *const words[])
{
	for (size_t i = 0; i < N_WORDS; i++)
		if (!argv[i] || strcmp(argv[i], words[i]) != 0)
			return false;
	return true;
}

static bool has_either(const char *const argv[], const char *const words[2][N_WORDS])
{
	return has_words(argv, words[0]) || has_words(argv, words[1]);
}

bool lvm_is_change(const char *const argv[])
{
	bool is_removal = has_either(argv, remove_words);

	if (!is_removal && !has_either(argv, refresh_words))
		return false;
	argv += N_WORDS;
	if (!argv[0] || !is_selection(argv[0], is_removal) || !argv[1] ||
		!is_volume_name(argv[1]))
		return false;
	return lvm_are_devices(argv + 2);
}
