/* SPDX-License-Identifier: Apache-2.0 */
/* See lvm_change.h: the writer of these command lines, and beside it who recognises them.
 */
#include "lvm_change.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "act.h"
#include "snapstate/cleanup.h"
#include "snapstate/lvm_ability.h"
#include "snapstate/lvm_names.h"
#include "snapstate/lvm_program.h"

#define N_WORDS 4
static const char *const remove_words[N_WORDS] = {"lvm", "lvremove", "-y", "--config"};
static const char *const refresh_words[N_WORDS] = {
	"lvm", "lvchange", "--refresh", "--config"};

#define ROLE "\" && lv_role=snapshot && lv_merging=0"

int lvm_release_check(uint32_t release, struct err *err)
{
	cleanup_buf struct buf name = BUF_INIT;

	if (lvm_has(release, LVM_HAS_SELECTION))
		return 0;
	lvm_release_print(release, &name);
	return err_set(err, -ENOTSUP,
		"LVM %s cannot compare uuid, origin, sequence number and merge mark of a "
		"volume under its lock (2.02.132 and later can)",
		buf_text(&name));
}

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

/* The words of the buffer, each with its NUL. */
static const char **split(const struct buf *paths, size_t *ret_count)
{
	const char **items = NULL;

	*ret_count = 0;
	for (size_t at = 0; at < paths->len; at += strlen(paths->data + at) + 1)
		*array_add(&items, ret_count) = paths->data + at;
	return items;
}

const char **lvm_change_arguments(
	const struct lvm_volume *volume, const struct buf *paths, struct buf *storage)
{
	const char *const *words = volume->origin_uuid ? remove_words : refresh_words;
	size_t n = 0, n_devices, config, name;
	cleanup_free const char **devices = split(paths, &n_devices);
	const char **argv = NULL;

	add_selection(volume, storage);
	buf_add(storage, "", 1);
	config = storage->len;
	lvm_add_change_config(
		volume->release, volume->is_unmonitored, devices, n_devices, storage);
	buf_add(storage, "", 1);
	name = storage->len;
	buf_printf(storage, "%s/%s", volume->vg_name, volume->lv_name);
	for (size_t i = 0; i < N_WORDS; i++)
		*array_add(&argv, &n) = words[i];
	*array_add(&argv, &n) = storage->data + config;
	*array_add(&argv, &n) = "-S";
	*array_add(&argv, &n) = storage->data;
	*array_add(&argv, &n) = storage->data + name;
	for (size_t i = 0; lvm_has(volume->release, LVM_HAS_DEVICES) && i < n_devices;
		i++) {
		*array_add(&argv, &n) = "--devices";
		*array_add(&argv, &n) = devices[i];
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
	is_valid = lvm_name_is_valid(buf_text(&vg)) && lvm_name_is_valid(slash + 1);
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

/* What is behind those words; as release `release` is told it. */
static bool is_change_of(const char *const argv[], bool is_removal, uint32_t release)
{
	if (!lvm_has(release, LVM_HAS_SELECTION) || !argv[0] ||
		!lvm_is_change_config(release, argv[0]))
		return false;
	if (!argv[1] || strcmp(argv[1], "-S") != 0 || !argv[2] ||
		!is_selection(argv[2], is_removal) || !argv[3] ||
		!is_volume_name(argv[3]))
		return false;
	return lvm_has(release, LVM_HAS_DEVICES) ? lvm_are_devices(argv + 4) : !argv[4];
}

bool lvm_is_change(const char *const argv[])
{
	bool is_removal = has_words(argv, remove_words);

	if (!is_removal && !has_words(argv, refresh_words))
		return false;
	for (size_t i = 0; lvm_generations[i]; i++)
		if (is_change_of(argv + N_WORDS, is_removal, lvm_generations[i]))
			return true;
	return false;
}
