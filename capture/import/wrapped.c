/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which lines may not be whole. Input: a cleaned text. Output: its lines, each with what
 * its length tells. A terminal of 80 columns shows no line that is longer: where the
 * longest lines of a paragraph have the width of a usual terminal, and end in a word,
 * that word may be cut off, or go on in the next line. less -S ends such a line with
 * ">", others with an ellipsis. Invariant: a line that is marked for nothing loses its
 * last word, and no more.
 */
#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"
#include "wrapped.h"

static bool is_usual_width(size_t width)
{
	static const size_t widths[] = {80, 100, 120, 132, 160};

	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
		if (widths[i] == width)
			return true;
	return false;
}

/* In characters: bytes of UTF-8 behind the first are not counted. */
static size_t line_width(struct line line)
{
	size_t width = 0;

	for (size_t i = 0; i < line.len; i++)
		width += ((unsigned char)line.at[i] & 0xc0) != 0x80;
	return width;
}

static bool ends_in(struct line line, const char *mark)
{
	size_t len = strlen(mark);

	return line.len > len && memcmp(line.at + line.len - len, mark, len) == 0;
}

static bool is_blank_line(struct line line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.at[i] != ' ')
			return false;
	return true;
}

static void paragraph_mark(struct text_line *lines, size_t count)
{
	size_t widest = 0;

	for (size_t i = 0; i < count; i++) {
		size_t width = line_width(lines[i].line);

		widest = width > widest ? width : widest;
	}
	for (size_t i = 0; i < count; i++) {
		struct line line = lines[i].line;
		bool is_widest = line_width(line) == widest;

		lines[i].is_full = is_widest && is_usual_width(widest) &&
				   line.at[line.len - 1] != ' ';
		lines[i].is_cut = ends_in(line, "\xe2\x80\xa6") ||
				  (is_widest && lines[i].is_full && ends_in(line, ">"));
	}
}

void text_lines_make(const char *text, struct text_lines *ret_lines)
{
	struct text_lines lines = {.items = NULL};
	size_t first = 0;

	for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		struct line line = {at, strcspn(at, "\n")};

		*array_add(&lines.items, &lines.count) = (struct text_line){.line = line};
		if (!is_blank_line(line))
			continue;
		paragraph_mark(lines.items + first, lines.count - 1 - first);
		first = lines.count;
	}
	if (lines.count > first)
		paragraph_mark(lines.items + first, lines.count - first);
	*ret_lines = lines;
}

void text_lines_free(struct text_lines *lines)
{
	free(lines->items);
}

struct line line_without_last(struct line line)
{
	while (line.len && line.at[line.len - 1] != ' ')
		line.len--;
	while (line.len && line.at[line.len - 1] == ' ')
		line.len--;
	return line;
}
