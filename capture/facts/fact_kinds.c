/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of the kinds of facts, and what is read out of one line; see fact_kind.h.
 * What follows from which part of a probe is in fact_parts.c. Input: any text. Output:
 * words of it. Invariant: a line that is not as its row says has no subject, no value and
 * no parts.
 */
#include <errno.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/fact_kind.h"
#include "snapstate/probe_part.h"

static const struct fact_row rows[FACT_KINDS] = {
	[FACT_HOST] = {"host", 0, PROBE_IDENTITY, true, {"machine-id", "boot-id"}},
	[FACT_DEVICE] = {"device", 1, PROBE_DM, false,
		{"name", "uuid", "diskseq", "open", "flags", "size"}},
	[FACT_TABLE] = {"table", 1, PROBE_DM, false, {NULL}},
	[FACT_INACTIVE] = {"pending", 1, PROBE_DM, false, {NULL}},
	[FACT_STATUS] = {"status", 1, PROBE_DM, false, {NULL}},
	[FACT_HOLDER] = {"holder", 1, 0, false, {NULL}},
	[FACT_MOUNT] = {"mount", 3, PROBE_MOUNTS, false,
		{"device", "root", "target", "type", "access"}},
	/* where a loop device's file is, follows from the mounts */
	[FACT_BLOCK] = {"block", 1, PROBE_BLOCKS | PROBE_MOUNTS, false,
		{"name", "kind", "uuid", "diskseq", "below", "file", "level", "state",
			"sync", "missing", "size"}},
	[FACT_GROUP] = {"group", 1, PROBE_LVM, true,
		{"name", "access", "lock", "system-id", "state"}},
	[FACT_VOLUME] = {"volume", 1, PROBE_LVM, true,
		{"name", "type", "origin", "state", "segments"}},
	[FACT_TAG] = {"tag", 1, PROBE_LVM, true, {NULL}},
	[FACT_CONDITION] = {"condition", 2, 0, false, {NULL}},
};

const struct fact_row *fact_row(enum fact_kind kind)
{
	return &rows[kind];
}

/* ---- words ---- */

static bool is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(text, word, len) == 0;
}

/* Behind the next blank; NULL: there is none. */
static const char *next_word(const char *text)
{
	const char *blank = text ? strchr(text, ' ') : NULL;

	return blank ? blank + 1 : NULL;
}

static const char *word_at(const char *line, unsigned number, size_t *ret_len)
{
	for (unsigned i = 0; i < number; i++)
		line = next_word(line);
	*ret_len = line ? strcspn(line, " ") : 0;
	return line;
}

int fact_kind_of(const char *line, enum fact_kind *ret_kind)
{
	size_t len = strcspn(line, " ");

	for (enum fact_kind kind = 0; kind < FACT_KINDS; kind++)
		if (is_word(line, len, rows[kind].word)) {
			*ret_kind = kind;
			return 0;
		}
	return -EINVAL;
}

bool fact_is(const char *line, enum fact_kind kind)
{
	return is_word(line, strcspn(line, " "), rows[kind].word);
}

const char *fact_id(const char *line, size_t *ret_len)
{
	const char *id = word_at(line, 1, ret_len);

	return id ? id : "";
}

bool fact_has_id(const char *line, const char *id)
{
	size_t len;
	const char *found = fact_id(line, &len);

	return is_word(found, len, id);
}

/* ---- subjects ---- */

int fact_subject(const char *line, const char **ret_text, size_t *ret_len)
{
	enum fact_kind kind;
	const char *word;
	size_t len;

	if (fact_kind_of(line, &kind) < 0)
		return -EINVAL;
	word = word_at(line, rows[kind].subject, &len);
	if (!rows[kind].subject)
		len = 0;
	else if (len == 0)
		return -EINVAL;
	*ret_text = word;
	*ret_len = len;
	return 0;
}

bool fact_devno(const char *line, struct devno *ret_devno)
{
	const char *subject;
	size_t len;

	return fact_subject(line, &subject, &len) == 0 &&
	       parse_devno(subject, len, ret_devno) == 0;
}

bool fact_is_of(const char *line, enum fact_kind kind, struct devno devno)
{
	struct devno found;

	return fact_is(line, kind) && fact_devno(line, &found) &&
	       devno_is_equal(found, devno);
}

/* ---- values ---- */

const char *fact_value(const char *line, const char *key, size_t *ret_len)
{
	enum fact_kind kind;
	const char *at;
	size_t len;

	if (fact_kind_of(line, &kind) < 0)
		return NULL;
	at = word_at(line, kind == FACT_HOST ? 1 : 2, &len);
	for (const char *const *wanted = rows[kind].keys; at && *wanted; wanted++) {
		if (!is_word(at, strcspn(at, " "), *wanted))
			return NULL;
		at = next_word(at);
		if (at && strcmp(*wanted, key) == 0) {
			*ret_len = strcspn(at, " ");
			return at;
		}
		at = next_word(at);
	}
	return NULL;
}

char *fact_value_text(const char *line, const char *key)
{
	size_t len;
	const char *found = fact_value(line, key, &len);
	char *text = NULL;

	return found && word_decode(found, len, &text) == 0 ? text : NULL;
}
