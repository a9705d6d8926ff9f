/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments of commands that are printed. Nothing of this project runs them, but somebody
 * may paste them, as root: names come from hosts and guests, and are quoted for bash.
 */
#include <stdarg.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"

#define BACKQUOTE '\x60'

static bool needs_no_quotes(const char *text)
{
	static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789_./:=@%+,-#";

	/* '#' and '=' are plain only behind the first character */
	return *text && *text != '#' && *text != '=' &&
	       strspn(text, safe) == strlen(text);
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static void add_single_quoted(struct buf *b, const char *text)
{
	buf_puts(b, "'");
	for (; *text; text++) {
		if (*text == '\'')
			buf_puts(b, "'\\''");
		else
			buf_add(b, text, 1);
	}
	buf_puts(b, "'");
}

/* bash's $'...': at most two hexadecimal digits follow \x */
static void add_ansi_quoted(struct buf *b, const char *text)
{
	buf_puts(b, "$'");
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '\'' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c >= ' ' && c <= '~')
			buf_add(b, text, 1);
		else
			buf_printf(b, "\\x%02x", c);
	}
	buf_puts(b, "'");
}

void buf_quoted(struct buf *b, const char *text)
{
	if (needs_no_quotes(text))
		buf_puts(b, text);
	else if (is_printable(text))
		add_single_quoted(b, text);
	else
		add_ansi_quoted(b, text);
}

void buf_argument(struct buf *b, const char *text)
{
	buf_puts(b, *text == '-' ? " -- " : " ");
	buf_quoted(b, text);
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
