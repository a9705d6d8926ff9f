/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of conditions, and their text; see snapstate/condition.h. Whether one holds,
 * the model's library tells (capture/host/condition.c). Input: a condition, or a line.
 * Output: words.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"
#include "snapstate/facts.h"
#include "snapstate/probe_part.h"

static const struct condition_words siblings_words[] = {
	{"unread", "the metadata of its volume group was not read"},
	{"absent", "the origin is not in the LVM metadata"},
	{"hidden", "is a hidden volume, not an origin"},
	{"merging", "is being merged into the origin, or is marked for it: loading the "
		    "origin's table would begin the merge"},
	{"inactive", "is in the LVM metadata and not active here: LVM would activate it, "
		     "and its data is out of date"},
	{"table", "has a table that LVM did not load, and would replace"},
	{"stale", "is active here on the same origin and not in the LVM metadata"},
	{"mapped", "is mapped to the layer below the origin, which LVM could not remove "
		   "with the last snapshot"},
	{"opened", "the layer below the origin, has opens that no mapping explains"},
	{NULL, NULL},
};

static const struct condition_words settled_words[] = {
	{"suspended", "is suspended: LVM would resume it"},
	{"inactive-table", "has an inactive table: a resume would load it"},
	{"deferred", "is marked for deferred removal"},
	{"no-table", "has no table"},
	{NULL, NULL},
};

static const struct condition_words single_words[] = {
	{"unread", "on which devices LVM finds physical volumes was not read"},
	{"duplicate",
		"has a physical volume of this group that another device has too: "
		"LVM refuses to change the group while a clone of its disk is attached"},
	{"missing", "a physical volume of the group is missing"},
	{NULL, NULL},
};

static const struct condition_words in_use_words[] = {
	{"inactive",
		"is mounted read-write, and no origin of the snapshot is active here: "
		"production may run on it"},
	{"idle", "is mounted read-write, and nobody uses the snapshot's origin: "
		 "production "
		 "may run on it"},
	{NULL, NULL},
};

static const struct condition_words hosts_words[] = {
	{"writer",
		"wrote the metadata of the group, and is not a host that was captured"},
	{"maker", "made a volume of the group, and is not a host that was captured"},
	{NULL, NULL},
};

static const struct condition_words local_words[] = {
	{"reachable", "is on storage that other hosts may reach"},
	{NULL, NULL},
};

static const struct condition_words ground_words[] = {
	{"volume", "is on a volume of another group: it may be a guest's own"},
	{NULL, NULL},
};

static const struct condition_words storage_words[] = {
	{"unknown",
		"is not shown by LVM on every disk of its volume group: its COW"
		" cannot be compared with the metadata"},
	{"elsewhere", "has a COW in the kernel that is not on the extents "
		      "which the LVM metadata gives it"},
	{"moved", "is a volume of another volume group now"},
	{NULL, NULL},
};

static const struct condition_words not_configured_words[] = {
	{"unread", "was not read: it may name the snapshot"},
	{"named", "names the snapshot, or what is on it: it may be meant for use"},
	{NULL, NULL},
};

static const struct condition_words guest_group_words[] = {
	{"elsewhere", "is a physical volume of the guest's volume group, and not on this "
		      "snapshot"},
	{"missing", "is a physical volume of the guest's volume group, and missing"},
	{"duplicate",
		"is a physical volume of the guest's volume group, and on more than "
		"one device"},
	{"nowhere", "the guest's volume group is known to LVM without a physical volume"},
	{NULL, NULL},
};

static const struct condition_words mount_points_words[] = {
	{"unread", "was not read: something else may be mounted below a mount of the "
		   "snapshot, or belong on its mount point"},
	{"below", "is mounted below a mount of the snapshot, or on top of it: unmount "
		  "that first"},
	{"unsettled",
		"is below a mount of the snapshot, and suspended or in the middle of "
		"a change: umount would wait for it"},
	{"deferred", "is below a mount of the snapshot, and marked for deferred removal: "
		     "unmounting would remove it"},
	{"other", "is a mount of the snapshot, and /etc/fstab puts something else there: "
		  "it may be what the host really runs on"},
	{NULL, NULL},
};

static const struct condition_words quiet_words[] = {
	{"command", "is running: wait until it has ended"},
	{NULL, NULL},
};

static const struct condition_row rows[CONDITION_KINDS] = {
	[CONDITION_IN_USE] = {"in-use", CONDITION_OF_VOLUME, false,
		PROBE_DM | PROBE_BLOCKS | PROBE_MOUNTS | PROBE_HOLDERS, in_use_words,
		false, false},
	[CONDITION_NOT_CONFIGURED] = {"not-configured", CONDITION_OF_VOLUME, true,
		PROBE_DM | PROBE_FSTAB | PROBE_CONFIGS, not_configured_words, true,
		false},
	[CONDITION_SIBLINGS] = {"siblings", CONDITION_OF_VOLUME, false,
		PROBE_DM | PROBE_LVM, siblings_words, false, false},
	[CONDITION_SETTLED] = {"settled", CONDITION_OF_VOLUME, false, PROBE_DM,
		settled_words, false, false},
	[CONDITION_SINGLE] = {"single", CONDITION_OF_GROUP, false, PROBE_LVM | PROBE_PVS,
		single_words, true, false},
	[CONDITION_HOSTS] = {"hosts", CONDITION_OF_GROUP, true, PROBE_LVM, hosts_words,
		true, false},
	[CONDITION_LOCAL] = {"local", CONDITION_OF_GROUP, false,
		PROBE_DM | PROBE_BLOCKS | PROBE_LVM, local_words, true, false},
	[CONDITION_GROUND] = {"ground", CONDITION_OF_GROUP, false,
		PROBE_DM | PROBE_BLOCKS | PROBE_MOUNTS | PROBE_HOLDERS | PROBE_LVM,
		ground_words, true, false},
	[CONDITION_STORAGE] = {"storage", CONDITION_OF_VOLUME, false,
		PROBE_DM | PROBE_BLOCKS | PROBE_LVM, storage_words, true, false},
	[CONDITION_GUEST_GROUP] = {"guest-group", CONDITION_OF_GROUP, true,
		PROBE_DM | PROBE_BLOCKS | PROBE_MOUNTS | PROBE_HOLDERS | PROBE_LVM,
		guest_group_words, false, false},
	[CONDITION_MOUNT_POINTS] = {"mount-points", CONDITION_OF_VOLUME, false,
		PROBE_DM | PROBE_BLOCKS | PROBE_MOUNTS | PROBE_HOLDERS | PROBE_FSTAB,
		mount_points_words, true, false},
	[CONDITION_QUIET] = {"quiet", CONDITION_OF_HOST, false, PROBE_PROCESSES,
		quiet_words, false, true},
};

const struct condition_row *condition_row(enum condition_kind kind)
{
	return &rows[kind];
}

/* ---- text ---- */

static void print_subject(const struct condition *condition, struct buf *text)
{
	switch (rows[condition->kind].about) {
	case CONDITION_OF_VOLUME:
		buf_word(text, condition->vg_uuid);
		buf_puts(text, "/");
		buf_word(text, condition->lv_uuid);
		return;
	case CONDITION_OF_GROUP:
		buf_word(text, condition->vg_uuid);
		return;
	case CONDITION_OF_DEVICE:
		buf_devno(text, condition->devno);
		return;
	case CONDITION_OF_HOST:
		buf_puts(text, "host");
		return;
	}
}

void condition_print(const struct condition *condition, struct buf *text)
{
	buf_puts(text, rows[condition->kind].name);
	buf_puts(text, " ");
	print_subject(condition, text);
	if (!rows[condition->kind].has_argument)
		return;
	buf_puts(text, " ");
	buf_word(text, condition->argument);
}

static int take_word(
	const char *text, size_t len, struct arena *strings, const char **ret_word)
{
	cleanup_free char *word = NULL;

	if (!len || word_decode(text, len, &word) < 0)
		return -EINVAL;
	*ret_word = arena_strdup(strings, word);
	return 0;
}

static int parse_subject(
	const char *text, size_t len, struct arena *strings, struct condition *condition)
{
	const char *slash = memchr(text, '/', len);
	size_t vg_len = slash ? (size_t)(slash - text) : len;

	switch (rows[condition->kind].about) {
	case CONDITION_OF_VOLUME:
		if (!slash || take_word(slash + 1, len - vg_len - 1, strings,
				      &condition->lv_uuid) < 0)
			return -EINVAL;
		return take_word(text, vg_len, strings, &condition->vg_uuid);
	case CONDITION_OF_GROUP:
		return slash ? -EINVAL
			     : take_word(text, len, strings, &condition->vg_uuid);
	case CONDITION_OF_DEVICE:
		return parse_devno(text, len, &condition->devno);
	case CONDITION_OF_HOST:
		return len == 4 && memcmp(text, "host", 4) == 0 ? 0 : -EINVAL;
	}
	return -EINVAL;
}

static size_t word_len(const char *text, size_t len)
{
	const char *blank = memchr(text, ' ', len);

	return blank ? (size_t)(blank - text) : len;
}

static int parse_kind(const char *text, size_t len, enum condition_kind *ret_kind)
{
	for (size_t i = 0; i < CONDITION_KINDS; i++)
		if (strlen(rows[i].name) == len && memcmp(rows[i].name, text, len) == 0) {
			*ret_kind = (enum condition_kind)i;
			return 0;
		}
	return -EINVAL;
}

int condition_parse(const char *text, size_t len, struct arena *strings,
	struct condition *ret_condition, size_t *ret_len)
{
	struct condition condition = {.vg_uuid = "", .lv_uuid = "", .argument = ""};
	size_t at = word_len(text, len), word;

	if (parse_kind(text, at, &condition.kind) < 0 || at == len)
		return -EINVAL;
	at++;
	word = word_len(text + at, len - at);
	if (parse_subject(text + at, word, strings, &condition) < 0)
		return -EINVAL;
	at += word;
	if (rows[condition.kind].has_argument) {
		if (at == len)
			return -EINVAL;
		at++;
		word = word_len(text + at, len - at);
		if (take_word(text + at, word, strings, &condition.argument) < 0)
			return -EINVAL;
		at += word;
	}
	*ret_condition = condition;
	*ret_len = at;
	return 0;
}

int condition_compare(const struct condition *a, const struct condition *b)
{
	int order = (a->kind > b->kind) - (a->kind < b->kind);

	order = order ? order : strcmp(a->vg_uuid, b->vg_uuid);
	order = order ? order : strcmp(a->lv_uuid, b->lv_uuid);
	order = order ? order : devno_compare(a->devno, b->devno);
	return order ? order : strcmp(a->argument, b->argument);
}

bool condition_is_of_part(const struct condition *condition)
{
	switch (rows[condition->kind].about) {
	case CONDITION_OF_VOLUME:
	case CONDITION_OF_DEVICE:
		return true;
	case CONDITION_OF_GROUP: /* of a guest's, on one snapshot */
		return condition->kind == CONDITION_GUEST_GROUP;
	case CONDITION_OF_HOST:
		break;
	}
	return false;
}

/* ---- lines ---- */

void condition_line_begin(const struct condition *condition, struct buf *line)
{
	buf_puts(line, fact_row(FACT_CONDITION)->word);
	buf_puts(line, " ");
	condition_print(condition, line);
}

bool condition_of_line(const char *line, enum condition_kind *ret_kind)
{
	size_t len;
	const char *kind = fact_id(line, &len);

	return fact_is(line, FACT_CONDITION) && parse_kind(kind, len, ret_kind) == 0;
}

const char *condition_line_found(const char *line, const struct condition *condition)
{
	cleanup_buf struct buf begin = BUF_INIT;

	condition_line_begin(condition, &begin);
	return strncmp(line, begin.data, begin.len) == 0 && line[begin.len] == ' '
		       ? line + begin.len + 1
		       : NULL;
}

void facts_drop_momentary(struct facts *facts)
{
	size_t kept = 0;

	for (size_t i = 0; i < facts->count; i++) {
		enum condition_kind kind;

		if (condition_of_line(facts->lines[i], &kind) && rows[kind].is_momentary)
			free(facts->lines[i]);
		else
			facts->lines[kept++] = facts->lines[i];
	}
	facts->count = kept;
}

static const char *sentence_of(enum condition_kind kind, const char *word, size_t len)
{
	for (const struct condition_words *words = rows[kind].words; words->word; words++)
		if (strlen(words->word) == len && memcmp(words->word, word, len) == 0)
			return words->sentence;
	return NULL;
}

static void print_sentence(const char *name, const char *sentence, struct buf *text)
{
	if (*name) {
		buf_tail(text, name);
		buf_puts(text, " ");
	}
	buf_puts(text, sentence ? sentence : "");
}

void violation_print(
	enum condition_kind kind, const struct violation *violation, struct buf *text)
{
	print_sentence(violation->name,
		sentence_of(kind, violation->word, strlen(violation->word)), text);
}

void condition_line_print(const char *line, struct buf *text)
{
	enum condition_kind kind;
	const char *word = line, *name, *sentence;
	cleanup_free char *decoded = NULL;

	if (!condition_of_line(line, &kind))
		return;
	/* "condition KIND SUBJECT [ARGUMENT] WORD [NAME UUID]" */
	for (unsigned i = 0; i < 3 + (unsigned)rows[kind].has_argument; i++) {
		word += strcspn(word, " ");
		word += *word == ' ';
	}
	sentence = sentence_of(kind, word, strcspn(word, " "));
	if (!sentence)
		return;
	name = word + strcspn(word, " ");
	name += *name == ' ';
	if (*name && word_decode(name, strcspn(name, " "), &decoded) < 0)
		return;
	print_sentence(decoded ? decoded : "", sentence, text);
}
