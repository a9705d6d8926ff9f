/* SPDX-License-Identifier: Apache-2.0 */
/* See lvm_change.h: a volume as words, and beside it who makes a command line of them. */
#include "lvm_change.h"

#include <errno.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/lvm_release.h"
#include "snapstate/lvm_uuid.h"
#include "snapstate/lvm_program.h"
#include "wire.h"

#define N_WORDS 4
static const char *const remove_words[N_WORDS] = {"lvm", "lvremove", "-y", "--config"};
static const char *const refresh_words[N_WORDS] = {
	"lvm", "lvchange", "--refresh", "--config"};

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

/* ---- as words ---- */

enum {
	WORD_RELEASE,
	WORD_UNMONITORED,
	WORD_SEQNO,
	WORD_VG_UUID,
	WORD_LV_UUID,
	WORD_ORIGIN_UUID,
	WORD_VG_NAME,
	WORD_LV_NAME,
	WORD_PATHS, /* one or more */
};

static void add_word(struct buf *words, const char *word)
{
	buf_add(words, word, strlen(word) + 1);
}

static void add_number(struct buf *words, uint64_t number)
{
	buf_number(words, number);
	buf_add(words, "", 1);
}

void lvm_change_write(
	const struct lvm_volume *volume, const struct buf *paths, struct buf *ret_words)
{
	add_number(ret_words, volume->release);
	add_number(ret_words, volume->is_unmonitored);
	add_number(ret_words, volume->seqno);
	add_word(ret_words, volume->vg_uuid);
	add_word(ret_words, volume->lv_uuid);
	add_word(ret_words, volume->origin_uuid);
	add_word(ret_words, volume->vg_name);
	add_word(ret_words, volume->lv_name);
	buf_add(ret_words, buf_text(paths), paths->len);
}

/* ---- read, and not believed ---- */

static bool take_number(const char *word, uint64_t max, uint64_t *ret_number)
{
	return parse_u64(word, strlen(word), 10, ret_number) == 0 && *ret_number <= max;
}

static bool is_uuid(const char *word)
{
	char plain[LVM_UUID_LEN + 1];

	return strlen(word) == LVM_UUID_LEN && lvm_uuid_plain(word, plain);
}

static bool take_volume(const char *const words[], struct lvm_volume *ret_volume)
{
	uint64_t release, is_unmonitored, seqno;

	for (size_t i = 0; i <= WORD_PATHS; i++)
		if (!words[i])
			return false;
	if (!take_number(words[WORD_RELEASE], LVM_NEWEST, &release) ||
		!take_number(words[WORD_UNMONITORED], 1, &is_unmonitored) ||
		!take_number(words[WORD_SEQNO], UINT64_MAX, &seqno))
		return false;
	*ret_volume = (struct lvm_volume){.vg_uuid = words[WORD_VG_UUID],
		.lv_uuid = words[WORD_LV_UUID],
		.origin_uuid = words[WORD_ORIGIN_UUID],
		.seqno = seqno,
		.vg_name = words[WORD_VG_NAME],
		.lv_name = words[WORD_LV_NAME],
		.is_unmonitored = is_unmonitored,
		.release = (uint32_t)release};
	return lvm_has(ret_volume->release, LVM_HAS_SELECTION);
}

static bool is_valid(const struct lvm_volume *volume, const char *const paths[])
{
	for (size_t i = 0; paths[i]; i++)
		if (!lvm_is_device(paths[i]))
			return false;
	return is_uuid(volume->vg_uuid) && is_uuid(volume->lv_uuid) &&
	       (!*volume->origin_uuid || is_uuid(volume->origin_uuid)) &&
	       lvm_name_is_valid(volume->vg_name) && lvm_name_is_valid(volume->lv_name);
}

/* ---- the command line ---- */

static void add_selection(const struct lvm_volume *volume, struct buf *text)
{
	char vg[LVM_UUID_HYPHENS + 1], lv[LVM_UUID_HYPHENS + 1];
	char origin[LVM_UUID_HYPHENS + 1];

	lvm_uuid_hyphenate(volume->vg_uuid, vg);
	lvm_uuid_hyphenate(volume->lv_uuid, lv);
	buf_printf(text, "lv_uuid=\"%s\" && vg_uuid=\"%s\" && vg_seqno=%llu", lv, vg,
		(unsigned long long)volume->seqno);
	if (!*volume->origin_uuid)
		return;
	lvm_uuid_hyphenate(volume->origin_uuid, origin);
	buf_printf(text, " && origin_uuid=\"%s\" && lv_role=snapshot && lv_merging=0",
		origin);
}

static const char **command_line(
	const struct lvm_volume *volume, const char *const paths[], struct buf *storage)
{
	const char *const *words = *volume->origin_uuid ? remove_words : refresh_words;
	size_t n = 0, n_paths = 0, config, name;
	const char **argv = NULL;

	while (paths[n_paths])
		n_paths++;
	add_selection(volume, storage);
	buf_add(storage, "", 1);
	config = storage->len;
	lvm_add_change_config(
		volume->release, volume->is_unmonitored, paths, n_paths, storage);
	buf_add(storage, "", 1);
	name = storage->len;
	buf_printf(storage, "%s/%s", volume->vg_name, volume->lv_name);
	for (size_t i = 0; i < N_WORDS; i++)
		*array_add(&argv, &n) = words[i];
	*array_add(&argv, &n) = storage->data + config;
	*array_add(&argv, &n) = "-S";
	*array_add(&argv, &n) = storage->data;
	*array_add(&argv, &n) = storage->data + name;
	for (size_t i = 0; lvm_has(volume->release, LVM_HAS_DEVICES) && i < n_paths;
		i++) {
		*array_add(&argv, &n) = "--devices";
		*array_add(&argv, &n) = paths[i];
	}
	*array_add(&argv, &n) = NULL;
	return argv;
}

const char **lvm_change_arguments(const struct buf *words, struct buf *storage)
{
	cleanup_free const char **all = wire_command(words);
	struct lvm_volume volume;

	if (!all || !take_volume(all, &volume) || !is_valid(&volume, all + WORD_PATHS))
		return NULL;
	return command_line(&volume, all + WORD_PATHS, storage);
}
