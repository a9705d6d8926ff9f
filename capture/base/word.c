/* SPDX-License-Identifier: Apache-2.0 */
/* The one escaping of all text formats, its inverse beside it, and numbers; see buf.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"

/* Printable ASCII but blanks, '\\' and '"'. */
static const bool is_plain[256] = {
	['!'] = true, ['#' ... '['] = true, [']' ... '~'] = true};

/* Where the run of bytes that stand for themselves ends. A blank at either end would not
 * survive an editor. */
static size_t plain_end(const char *text, size_t at, bool has_blanks)
{
	for (;;) {
		while (is_plain[(unsigned char)text[at]])
			at++;
		if (text[at] != ' ' || !has_blanks || at == 0 || text[at + 1] == '\0')
			return at;
		at++;
	}
}

static void add_escaped(struct buf *b, const char *text, bool has_blanks)
{
	size_t len = strlen(text), end;

	if (len == 0) {
		buf_puts(b, "-");
		return;
	}
	if (strcmp(text, "-") == 0) {
		buf_puts(b, "\\x2d");
		return;
	}
	for (size_t i = 0; i < len; i = end + 1) {
		end = plain_end(text, i, has_blanks);
		buf_add(b, &text[i], end - i);
		if (end < len)
			buf_printf(b, "\\x%02x", (unsigned char)text[end]);
	}
}

void buf_word(struct buf *b, const char *text)
{
	add_escaped(b, text, false);
}

void buf_tail(struct buf *b, const char *text)
{
	add_escaped(b, text, true);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int word_decode(const char *word, size_t len, char **ret_text)
{
	char *text;
	size_t used = 0;

	if (len == 0)
		return -EINVAL;
	text = xcalloc(len + 1, 1);
	if (len == 1 && word[0] == '-')
		len = 0;
	for (size_t i = 0; i < len; i++) {
		if (word[i] == ' ' || is_plain[(unsigned char)word[i]]) {
			text[used++] = word[i];
			continue;
		}
		if (word[i] == '\\' && len - i >= 4 && word[i + 1] == 'x') {
			int high = hex_digit(word[i + 2]);
			int low = hex_digit(word[i + 3]);

			if (high >= 0 && low >= 0 && high * 16 + low != 0) {
				text[used++] = (char)(high * 16 + low);
				i += 3;
				continue;
			}
		}
		free(text);
		return -EINVAL;
	}
	*ret_text = text;
	return 0;
}

int parse_u64(const char *text, size_t len, unsigned base, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (len == 0)
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0 || (unsigned)digit >= base ||
			__builtin_mul_overflow(value, base, &value) ||
			__builtin_add_overflow(value, (unsigned)digit, &value))
			return -EINVAL;
	}
	*ret_value = value;
	return 0;
}

int parse_devno(const char *text, size_t len, struct devno *ret_devno)
{
	const char *colon = memchr(text, ':', len);
	uint64_t major_number, minor_number;

	if (!colon)
		return -EINVAL;
	if (parse_u64(text, (size_t)(colon - text), 10, &major_number) < 0 ||
		parse_u64(colon + 1, len - (size_t)(colon + 1 - text), 10,
			&minor_number) < 0 ||
		major_number > UINT32_MAX || minor_number > UINT32_MAX)
		return -EINVAL;
	*ret_devno = (struct devno){(uint32_t)major_number, (uint32_t)minor_number};
	return 0;
}
