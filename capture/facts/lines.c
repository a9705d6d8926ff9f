/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cursor over hostile text; see lines.h. Input: bytes. Output: words, numbers, or
 * "NAME:LINE: rule". Invariant: after lines_open every byte is printable ASCII or
 * a newline, and the last one is a newline, so error messages may quote the text.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/lines.h"

int lines_bad(const struct lines *lines, const char *rule, ...)
{
	char text[ERR_MSG_MAX];
	va_list args;

	va_start(args, rule);
	vsnprintf(text, sizeof(text), rule, args);
	va_end(args);
	return err_set(
		lines->err, -EBADMSG, "%s:%zu: %s", lines->name, lines->number, text);
}

/* What may stand in a line. */
static const bool is_line_byte[256] = {[' ' ... '~'] = true};

/* Why a line, of which `line_len` bytes are good, may not go on with `c`. */
static int bad_byte(const struct lines *lines, unsigned char c, size_t line_len)
{
	if (line_len >= LINES_LINE_MAX)
		return lines_bad(
			lines, "a line has at most %d bytes", LINES_LINE_MAX);
	if (c == '\r')
		return lines_bad(lines, "a carriage return: the file was converted, "
					     "and %s must arrive byte for byte", lines->kind->what);
	return lines_bad(lines, "byte 0x%02x: %s is printable ASCII", c, lines->kind->what);
}

/* Up to its newline, or to the end. */
static int check_line(const struct lines *lines, const char *line, size_t len,
	size_t *ret_line_len)
{
	size_t most = len < LINES_LINE_MAX ? len : LINES_LINE_MAX, at = 0;

	while (at < most && is_line_byte[(unsigned char)line[at]])
		at++;
	if (at < len && line[at] != '\n')
		return bad_byte(lines, (unsigned char)line[at], at);
	*ret_line_len = at;
	return 0;
}

static int check_bytes(struct lines *lines, const char *text, size_t len)
{
	size_t line_len = 0;

	lines->number = 1;
	if (len == 0)
		return lines_bad(lines, "the file is empty");
	if (len > lines->kind->bytes_max)
		return lines_bad(
			lines, "%s has at most %zu bytes", lines->kind->what, lines->kind->bytes_max);
	for (size_t at = 0; at < len; at += line_len + 1, lines->number++) {
		int r = check_line(lines, text + at, len - at, &line_len);

		if (r < 0)
			return r;
		if (at + line_len == len)
			return lines_bad(lines, "the last line has no newline: the "
						     "file is cut off");
	}
	return 0;
}

void lines_advance(struct lines *lines)
{
	const char *newline;

	lines->number++;
	lines->line = lines->at = lines->next;
	lines->len = 0;
	if (lines->next == lines->end)
		return;
	newline = memchr(lines->next, '\n', (size_t)(lines->end - lines->next));
	lines->len = (size_t)(newline - lines->line);
	lines->next = newline + 1;
}

int lines_open(struct lines *lines, const char *text, size_t len,
	const struct lines_kind *kind, const char *name, struct err *err)
{
	int r;

	*lines = (struct lines){
		.name = name, .kind = kind, .next = text, .end = text + len, .err = err};
	r = check_bytes(lines, text, len);
	if (r < 0)
		return r;
	lines->number = 0;
	lines_advance(lines);
	return 0;
}

static size_t rest(const struct lines *lines)
{
	return (size_t)(lines->line + lines->len - lines->at);
}

bool lines_is(const struct lines *lines, const char *keyword)
{
	return lines->len >= strlen(keyword) &&
	       memcmp(lines->line, keyword, strlen(keyword)) == 0;
}

static int bad_expected(const struct lines *lines, const char *what)
{
	if (lines->line == lines->end)
		return lines_bad(
			lines, "expected %s, found the end of the file", what);
	return lines_bad(
		lines, "expected %s, found \"%.*s\"", what, (int)rest(lines), lines->at);
}

int lines_take(struct lines *lines, const char *literal)
{
	char what[128];

	if (rest(lines) < strlen(literal) ||
		memcmp(lines->at, literal, strlen(literal)) != 0) {
		snprintf(what, sizeof(what), "\"%s\"", literal);
		return bad_expected(lines, what);
	}
	lines->at += strlen(literal);
	return 0;
}

/* Up to a blank, `stop` or the end of the line. */
static size_t word_len(const struct lines *lines, char stop)
{
	size_t len = 0;

	while (len < rest(lines) && lines->at[len] != ' ' && lines->at[len] != stop)
		len++;
	return len;
}

static int take_decoded(struct lines *lines, size_t len, char **ret_text)
{
	char *text;

	if (len == 0)
		return bad_expected(lines, "a word");
	if (word_decode(lines->at, len, &text) < 0)
		return lines_bad(
			lines, "badly escaped: \"%.*s\"", (int)len, lines->at);
	lines->at += len;
	free(*ret_text);
	*ret_text = text;
	return 0;
}

int lines_take_word(struct lines *lines, char stop, char **ret_word)
{
	return take_decoded(lines, word_len(lines, stop), ret_word);
}

int lines_take_tail(struct lines *lines, char **ret_text)
{
	return take_decoded(lines, rest(lines), ret_text);
}

int lines_take_number(struct lines *lines, char stop, uint64_t max, uint64_t *ret)
{
	size_t len = word_len(lines, stop);
	uint64_t number;

	if (parse_u64(lines->at, len, 10, &number) < 0 || number > max)
		return bad_expected(lines, "a number");
	lines->at += len;
	*ret = number;
	return 0;
}

int lines_take_devno(struct lines *lines, struct devno *ret)
{
	size_t len = word_len(lines, ' ');

	if (parse_devno(lines->at, len, ret) < 0)
		return bad_expected(lines, "a device number (MAJOR:MINOR)");
	lines->at += len;
	return 0;
}

int lines_take_end(struct lines *lines)
{
	if (lines->line == lines->end)
		return bad_expected(lines, "a line");
	if (rest(lines))
		return bad_expected(lines, lines->at == lines->line
						   ? "an empty line"
						   : "the end of the line");
	lines_advance(lines);
	return 0;
}
