/* SPDX-License-Identifier: Apache-2.0 */
/* See wrap.h. */
#include "wrap.h"

#include <string.h>

/* A command with a quoted path, "`umount '/mnt/a b'`", around `at`: a line break in it
 * would be a part of the path. NULL: there is none. *ret_end is behind it. */
static const char *quoted_around(const char *text, const char *at, const char **ret_end)
{
	for (const char *quote = strstr(text, " '"); quote;
		quote = strstr(quote + 1, " '")) {
		const char *begin = memrchr(text, '\x60', (size_t)(quote - text));
		const char *end = strstr(quote, "'\x60");

		if (!begin || !end || begin > at || end < at)
			continue;
		*ret_end = end + 2;
		return begin;
	}
	return NULL;
}

/* The length of what still fits into `room`, up to a blank; a longer word is not cut. */
static size_t fitting(const char *text, size_t room)
{
	const char *blank, *begin, *end;

	if (strnlen(text, room + 1) <= room)
		return strlen(text);
	blank = memrchr(text, ' ', room + 1);
	if (!blank)
		return strcspn(text, " ");
	begin = quoted_around(text, blank, &end);
	if (!begin)
		return (size_t)(blank - text);
	blank = memrchr(text, ' ', (size_t)(begin - text));
	return blank ? (size_t)(blank - text) : (size_t)(end - text) + strcspn(end, " ");
}

void wrap_add(struct buf *output, unsigned width, size_t indent, const char *lead,
	const char *text)
{
	size_t room = width > indent ? width - indent : 1;

	while (*text) {
		size_t len = fitting(text, room);

		buf_printf(output, "%-*s", (int)indent, lead);
		buf_add(output, text, len);
		buf_puts(output, "\n");
		text += len + strspn(text + len, " ");
		lead = "";
	}
}
