/* SPDX-License-Identifier: Apache-2.0 */
/* Questions and answers <-> text; see observe.h. Both sides read what a stranger may have
 * written: the executor believes its observer no more than a file. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/lines.h"
#include "snapstate/observe.h"

static const struct {
	unsigned part;
	const char *name;
} parts[] = {
	{PROBE_IDENTITY, "identity"},
	{PROBE_DM, "dm"},
	{PROBE_BLOCKS, "blocks"},
	{PROBE_HOLDERS, "holders"},
	{PROBE_MOUNTS, "mounts"},
	{PROBE_PROCESSES, "processes"},
	{PROBE_LVM, "lvm"},
	{PROBE_PVS, "pvs"},
	{PROBE_FSTAB, "fstab"},
	{PROBE_CONFIGS, "configs"},
};

#define N_PARTS (sizeof(parts) / sizeof(parts[0]))

/* ---- questions ---- */

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

void observe_question_free(struct observe_question *question)
{
	wanted_names_free(&question->names);
	scope_free(&question->scope);
	arena_free(question->strings);
	*question = (struct observe_question){0};
}

static void write_parts(unsigned wanted, struct buf *text)
{
	const char *separator = "";

	for (size_t i = 0; i < N_PARTS; i++) {
		if (!(wanted & parts[i].part))
			continue;
		buf_puts(text, separator);
		buf_puts(text, parts[i].name);
		separator = ",";
	}
	if (!*separator)
		buf_puts(text, "-");
}

void observe_question_write(const struct observe_question *question, struct buf *text)
{
	buf_puts(text, "look ");
	write_parts(question->parts, text);
	buf_puts(text, question->is_near ? "\nnear\n" : "\n");
	if (*question->redaction)
		buf_printf(text, "redaction %s\n", question->redaction);
	scope_write(&question->scope, text);
	for (size_t i = 0; i < question->names.count; i++)
		buf_printf(text, "name %s\n", question->names.items[i]);
	if (*question->ticket)
		buf_printf(text, "ticket %s\n", question->ticket);
	buf_puts(text, OBSERVE_END);
}

static const struct lines_kind question_kind = {"a question", OBSERVE_BYTES_MAX};
static const struct lines_kind answer_kind = {"an answer", OBSERVE_BYTES_MAX};

/* As it stands: no part has a byte that would be escaped. */
static int read_part(
	struct lines *lines, const char *name, size_t len, unsigned *ret_parts)
{
	for (size_t i = 0; i < N_PARTS; i++) {
		if (strlen(parts[i].name) != len || memcmp(parts[i].name, name, len) != 0)
			continue;
		*ret_parts |= parts[i].part;
		return 0;
	}
	return lines_bad(lines, "no part of a host: \"%.*s\"", (int)len, name);
}

static int read_parts(struct lines *lines, unsigned *ret_parts)
{
	const char *end = lines->line + lines->len, *at;

	if (lines_take(lines, "look ") < 0)
		return -EBADMSG;
	at = lines->at;
	lines->at = end;
	if (end - at == 1 && *at == '-')
		return lines_take_end(lines);
	while (true) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		size_t len = (size_t)((comma ? comma : end) - at);

		if (read_part(lines, at, len, ret_parts) < 0)
			return -EBADMSG;
		if (!comma)
			return lines_take_end(lines);
		at = comma + 1;
	}
}

static int read_redaction(struct lines *lines, struct observe_question *question)
{
	cleanup_free char *id = NULL;

	if (lines_take(lines, "redaction ") < 0 || lines_take_word(lines, ' ', &id) < 0)
		return -EBADMSG;
	if (strlen(id) != REDACT_KEY_ID_LEN)
		return lines_bad(lines, "a key's id is %d hex digits", REDACT_KEY_ID_LEN);
	memcpy(question->redaction, id, sizeof(question->redaction));
	return lines_take_end(lines);
}

static int read_ticket(struct lines *lines, struct observe_question *question)
{
	cleanup_free char *digest = NULL;

	if (lines_take(lines, "ticket ") < 0 || lines_take_word(lines, ' ', &digest) < 0)
		return -EBADMSG;
	if (strlen(digest) != SHA256_HEX_LEN ||
		strspn(digest, "0123456789abcdef") != SHA256_HEX_LEN)
		return lines_bad(lines, "a plan's digest is %d hex digits",
			SHA256_HEX_LEN);
	memcpy(question->ticket, digest, sizeof(question->ticket));
	return lines_take_end(lines);
}

static int read_question(struct lines *lines, struct observe_question *question)
{
	if (read_parts(lines, &question->parts) < 0)
		return -EBADMSG;
	if (lines_is(lines, "near")) {
		question->is_near = true;
		if (lines_take(lines, "near") < 0 || lines_take_end(lines) < 0)
			return -EBADMSG;
	}
	if (lines_is(lines, "redaction ") && read_redaction(lines, question) < 0)
		return -EBADMSG;
	if (scope_read(lines, true, question->strings, &question->scope) < 0)
		return -EBADMSG;
	while (lines_is(lines, "name ")) {
		wanted_name(&question->names, "%.*s", (int)(lines->len - strlen("name ")),
			lines->line + strlen("name "));
		lines_advance(lines);
	}
	if (lines_is(lines, "ticket ") && read_ticket(lines, question) < 0)
		return -EBADMSG;
	if (lines_take(lines, "end") < 0 || lines_take_end(lines) < 0)
		return -EBADMSG;
	return lines->line == lines->end ? 0 : lines_bad(lines, "behind the end");
}

int observe_question_read(const char *text, size_t len,
	struct observe_question *ret_question, struct err *err)
{
	cleanup_question struct observe_question question = {.strings = arena_new()};
	struct lines lines;
	int r = lines_open(&lines, text, len, &question_kind, "question", err);

	if (r == 0)
		r = read_question(&lines, &question);
	if (r == 0) {
		*ret_question = question;
		question = (struct observe_question){0};
	}
	return r;
}

/* ---- answers ---- */

void sight_free(struct sight *sight)
{
	facts_free(&sight->found);
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

static void write_lines(const char *keyword, const struct facts *lines, struct buf *text)
{
	for (size_t i = 0; i < lines->count; i++)
		buf_printf(text, "%s %s\n", keyword, lines->lines[i]);
}

void observe_answer_write(
	const struct sight *sight, int result, const char *sentence, struct buf *text)
{
	if (result == 0) {
		buf_puts(text, "read\n");
		write_lines("fact", &sight->found, text);
		write_lines("name", &sight->names, text);
		write_lines("text", &sight->text, text);
	} else {
		buf_puts(text, result == -EAGAIN ? "changing " : "unread ");
		buf_tail(text, sentence);
		buf_puts(text, "\n");
	}
	buf_puts(text, OBSERVE_END);
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
		read_lines(lines, "name ", true, &sight->names) < 0 ||
		read_lines(lines, "text ", false, &sight->text) < 0)
		return -EBADMSG;
	return read_end(lines);
}

int observe_answer_read(
	const char *text, size_t len, struct sight *ret_sight, struct err *err)
{
	cleanup_sight struct sight sight = SIGHT_INIT;
	struct err ignored = ERR_INIT;
	struct lines lines;
	int r = lines_open(&lines, text, len, &answer_kind, "the observer's answer",
		err ? err : &ignored);

	if (r == 0)
		r = read_sight(&lines, &sight);
	if (r == 0) {
		*ret_sight = sight;
		sight = SIGHT_INIT;
	}
	return r;
}
