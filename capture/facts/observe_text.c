/* SPDX-License-Identifier: Apache-2.0 */
/* Answers are read: see observe.h. What answers is believed no more than a file of a
 * stranger. The other side is observe_asked.c; questions about a plan are in
 * compare_text.c. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/lines.h"
#include "snapstate/observe.h"

/* ---- what is to be named ---- */

void wanted_name(struct wanted_names *names, const char *format, ...)
{
	va_list args;
	char *name = NULL;

	va_start(args, format);
	if (vasprintf(&name, format, args) < 0)
		abort();
	va_end(args);
	*array_add(&names->items, &names->count) = name;
}

void wanted_names_free(struct wanted_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
	*names = (struct wanted_names){0};
}

static const struct lines_kind answer_kind = {"an answer", OBSERVE_BYTES_MAX};

/* ---- answers ---- */

void sight_free(struct sight *sight)
{
	facts_free(&sight->found);
	facts_free(&sight->expected);
	facts_free(&sight->names);
	facts_free(&sight->text);
}

static bool begins_with_words(const char *line, const char *words)
{
	size_t len = strlen(words);

	return strncmp(line, words, len) == 0 && line[len] == ' ';
}

const char *sight_name(const struct sight *sight, const char *words)
{
	const struct facts *names = &sight->names;
	cleanup_buf struct buf begin = BUF_INIT;
	size_t i;

	buf_printf(&begin, "%s ", words);
	i = facts_place(names, begin.data);
	return i < names->count && begins_with_words(names->lines[i], words)
		       ? names->lines[i] + begin.len
		       : NULL;
}

const char *sight_next(const struct sight *sight, const char *words, const char *last)
{
	const struct facts *names = &sight->names;
	size_t i = facts_place(names, last - strlen(words) - 1) + 1;

	return i < names->count && begins_with_words(names->lines[i], words)
		       ? names->lines[i] + strlen(words) + 1
		       : NULL;
}

char *sight_word(const char *rest, const char *key)
{
	size_t len = strlen(key);
	char *word = NULL;

	/* "KEY WORD KEY WORD ..." */
	for (const char *at = rest; at && *at;) {
		size_t key_len = strcspn(at, " ");
		const char *value = at + key_len + (at[key_len] == ' ');
		size_t value_len = strcspn(value, " ");

		if (key_len == len && strncmp(at, key, len) == 0)
			return word_decode(value, value_len, &word) < 0 ? NULL : word;
		at = value + value_len + (value[value_len] == ' ');
	}
	return NULL;
}

char *sight_word_of(const struct sight *sight, const char *words)
{
	const char *rest = sight_name(sight, words);
	char *word = NULL;

	return rest && word_decode(rest, strlen(rest), &word) == 0 ? word : xstrdup("");
}

/* In ascending order, each once, where they are a set. */
static int read_lines(
	struct lines *lines, const char *keyword, bool is_set, struct facts *ret)
{
	size_t skip = strlen(keyword);

	while (lines_is(lines, keyword)) {
		cleanup_free char *line = xstrndup(lines->line + skip, lines->len - skip);

		if (is_set && ret->count && strcmp(ret->lines[ret->count - 1], line) >= 0)
			return lines_bad(
				lines, "lines are in ascending order, each once");
		*array_add(&ret->lines, &ret->count) = take_ptr(line);
		lines_advance(lines);
	}
	return 0;
}

static int read_end(struct lines *lines)
{
	if (lines_take(lines, "end") < 0 || lines_take_end(lines) < 0)
		return -EBADMSG;
	return lines->line == lines->end ? 0 : lines_bad(lines, "behind the end");
}

/* Nothing was seen: why. */
static int read_why(struct lines *lines, const char *word, int result)
{
	cleanup_free char *sentence = NULL;

	if (lines_take(lines, word) < 0 || lines_take_tail(lines, &sentence) < 0 ||
		lines_take_end(lines) < 0 || read_end(lines) < 0)
		return -EBADMSG;
	return err_set(lines->err, result, "%s", sentence);
}

static int read_sight(struct lines *lines, struct sight *sight)
{
	if (lines_is(lines, "changing "))
		return read_why(lines, "changing ", -EAGAIN);
	if (lines_is(lines, "unread "))
		return read_why(lines, "unread ", -ENODATA);
	if (lines_take(lines, "read") < 0 || lines_take_end(lines) < 0 ||
		read_lines(lines, "fact ", true, &sight->found) < 0 ||
		read_lines(lines, "expected ", true, &sight->expected) < 0 ||
		read_lines(lines, "name ", true, &sight->names) < 0 ||
		read_lines(lines, "text ", false, &sight->text) < 0)
		return -EBADMSG;
	return read_end(lines);
}

int observe_answer_read(const char *text, size_t len, const char *name,
	struct sight *ret_sight, struct err *err)
{
	cleanup_sight struct sight sight = SIGHT_INIT;
	struct err ignored = ERR_INIT;
	struct lines lines;
	int r = lines_open(&lines, text, len, &answer_kind, name, err ? err : &ignored);

	if (r == 0)
		r = read_sight(&lines, &sight);
	if (r == 0) {
		*ret_sight = sight;
		sight = SIGHT_INIT;
	}
	return r;
}
