/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments of commands that are printed. Nothing of this project runs them, but somebody
 * may paste them, as root: names come from hosts and guests, and are quoted for bash.
 */
#include <string.h>

#include "snapstate/buf.h"

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
