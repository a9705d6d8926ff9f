/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sentences with commands in them, between backquotes, whose arguments are quoted as in
 * argument.c; see buf.h.
 */
#include <stdarg.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"

#define BACKQUOTE '\x60'

void buf_prose(struct buf *b, const char *text)
{
	while (*text) {
		size_t len = 0;

		while (text[len] >= ' ' && text[len] <= '~')
			len++;
		buf_add(b, text, len);
		text += len;
		if (*text)
			buf_printf(b, "\\x%02x", (unsigned char)*text++);
	}
}

/* The word in front of `at` is an option, whose value is here. */
static bool is_value(const char *format, const char *at)
{
	while (at > format && at[-1] == ' ')
		at--;
	while (at > format && at[-1] != ' ' && at[-1] != BACKQUOTE)
		at--;
	return *at == '-';
}

static void add_argument(
	struct buf *b, const char *format, const char *at, const char *text)
{
	bool begins_word = at > format && at[-1] == ' ';

	if (begins_word && *text == '-' && !is_value(format, at))
		buf_puts(b, "-- ");
	buf_quoted(b, text);
}

/* Of a text that is not longer than `most` bytes, the whole. */
static void add_value(struct buf *b, const char *format, const char *at, bool is_command,
	const char *text, size_t most)
{
	cleanup_free char *part = xstrndup(text, strnlen(text, most));

	if (is_command)
		add_argument(b, format, at, part);
	else
		buf_prose(b, part);
}

static size_t precision_of(const char **at, va_list *args)
{
	size_t most = 0;

	if (**at != '.')
		return SIZE_MAX;
	++*at;
	if (**at == '*') {
		++*at;
		return (size_t)va_arg(*args, int);
	}
	for (; **at >= '0' && **at <= '9'; ++*at)
		most = most * 10 + (size_t)(**at - '0');
	return most;
}

static void add_number(struct buf *b, const char **at, va_list *args)
{
	if (**at == 'z') {
		buf_number(b, va_arg(*args, size_t));
		*at += 1;
	} else if (**at == 'l') {
		buf_number(b, va_arg(*args, unsigned long long));
		*at += 2;
	} else {
		buf_number(b, va_arg(*args, unsigned));
	}
}

void buf_sentence(struct buf *b, const char *format, ...)
{
	bool is_command = false;
	va_list args;

	va_start(args, format);
	for (const char *at = format; *at; at++) {
		const char *begin = at;
		size_t most;

		if (*at != '%') {
			is_command = is_command != (*at == BACKQUOTE);
			buf_add(b, at, 1);
			continue;
		}
		at++;
		most = precision_of(&at, &args);
		if (*at == 's')
			add_value(b, format, begin, is_command,
				va_arg(args, const char *), most);
		else
			add_number(b, &at, &args);
	}
	va_end(args);
}
