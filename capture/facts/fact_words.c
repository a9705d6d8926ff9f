/* SPDX-License-Identifier: Apache-2.0 */
/* More of what one line says, and lines in a set; see fact_line.h. */
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"
#include "snapstate/fact_set.h"

static bool is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(text, word, len) == 0;
}

bool fact_is_about(const char *line, const char *subject, size_t len)
{
	const char *found;
	size_t found_len;

	return fact_subject(line, &found, &found_len) == 0 && found_len == len &&
	       memcmp(found, subject, len) == 0;
}

bool fact_value_is(const char *line, const char *key, const char *value)
{
	size_t len;
	const char *found = fact_value(line, key, &len);

	return found && is_word(found, len, value);
}

bool fact_value_has(const char *line, const char *key, const char *word)
{
	size_t left, len;
	const char *at = fact_value(line, key, &left);

	while (at && left) {
		len = strcspn(at, ", ");
		if (is_word(at, len, word))
			return true;
		len += len < left; /* the comma */
		at += len;
		left -= len;
	}
	return false;
}

bool fact_mount_id(const char *line, uint64_t *ret_namespace, uint64_t *ret_id)
{
	size_t len;
	const char *id = fact_id(line, &len);
	const char *colon = memchr(id, ':', len);

	return fact_is(line, FACT_MOUNT) && colon &&
	       parse_u64(id, (size_t)(colon - id), 10, ret_namespace) == 0 &&
	       parse_u64(colon + 1, len - (size_t)(colon + 1 - id), 10, ret_id) == 0;
}

/* ---- holders ---- */

const char *fact_holder_word(const char *line, size_t *ret_len)
{
	size_t id_len;
	const char *id = fact_id(line, &id_len);

	*ret_len = 0;
	if (!fact_is(line, FACT_HOLDER) || id[id_len] != ' ')
		return NULL;
	*ret_len = strcspn(id + id_len + 1, " ");
	return id + id_len + 1;
}

bool fact_holder_is(const char *line, const char *kind)
{
	size_t len;
	const char *word = fact_holder_word(line, &len);

	return word && is_word(word, len, kind);
}

void fact_tag(const char *vg_uuid, const char *lv_uuid, const char *tag, struct buf *line)
{
	buf_printf(line, "%s %s/%s ", fact_row(FACT_TAG)->word, vg_uuid, lv_uuid);
	buf_word(line, tag);
}

/* ---- in a set ---- */

size_t facts_first(const struct facts *facts, enum fact_kind kind, const char *id)
{
	cleanup_buf struct buf begin = BUF_INIT;

	buf_printf(&begin, "%s %s%s", fact_row(kind)->word, id ? id : "", id ? " " : "");
	return facts_place(facts, buf_text(&begin));
}

bool facts_is_at(const struct facts *facts, size_t i, enum fact_kind kind, const char *id)
{
	const char *found;
	size_t len;

	if (i >= facts->count || !fact_is(facts->lines[i], kind))
		return false;
	found = fact_id(facts->lines[i], &len);
	return !id || is_word(found, len, id);
}
