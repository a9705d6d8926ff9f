/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which lines may not be whole. Input: the cleaned lines of a text. Output: what the
 * length of each tells. A terminal of 80 columns shows no line that is longer: where the
 * longest lines of a paragraph have the width of a usual terminal, and end in a word,
 * that word may be cut off, or go on in the next line. less -S ends such a line with
 * ">", others with an ellipsis. Invariant: a line that is marked for nothing loses its
 * last word, and no more.
 */
#include <string.h>

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

	/* no line has more characters than bytes */
	for (size_t i = 0; i < count; i++) {
		size_t width = lines[i].line.len > widest ? line_width(lines[i].line) : 0;

		widest = width > widest ? width : widest;
	}
	for (size_t i = 0; i < count; i++) {
		struct line line = lines[i].line;
		bool is_widest = line.len >= widest && line_width(line) == widest;

		/* JSON that ends there is whole */
		lines[i].is_full = is_widest && is_usual_width(widest) &&
				   !memchr(" }]", line.at[line.len - 1], 3);
		lines[i].is_cut = ends_in(line, "\xe2\x80\xa6") ||
				  (is_widest && lines[i].is_full && ends_in(line, ">"));
	}
}

void text_lines_mark(struct text_lines *lines)
{
	size_t first = 0;

	for (size_t i = 0; i < lines->count; i++) {
		if (!is_blank_line(lines->items[i].line))
			continue;
		paragraph_mark(lines->items + first, i - first);
		first = i + 1;
	}
	paragraph_mark(lines->items + first, lines->count - first);
}

struct line line_without_last(struct line line)
{
	while (line.len && line.at[line.len - 1] != ' ')
		line.len--;
	while (line.len && line.at[line.len - 1] == ' ')
		line.len--;
	return line;
}
