/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a text collects on its way from a terminal into a ticket, taken off again.
 *
 * Input: any bytes. Output: the same lines, so that their numbers stay; of a line that
 * quoted-printable broke in parts the first has all. A line that needs nothing is not
 * copied: some texts have 60 MiB. Gone are a byte
 * order mark, carriage returns, escape sequences of terminals (ECMA-48: CSI and OSC),
 * quotation marks of mails, arrows in front of an answer, fences of Markdown; other
 * blanks (tabs, no-break and thin spaces) become blanks; a NUL byte becomes a question
 * mark.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clean.h"
#include "snapstate/cleanup.h"

#define FENCE "\x60\x60\x60" /* of Markdown: three backquotes */

static size_t escape_len(const char *at, const char *end)
{
	const char *start = at;

	if (end - at < 2 || *at != '\033')
		return 0;
	at++;
	if (*at == '[') {
		for (at++; at < end && (*at < 0x40 || *at > 0x7e); at++)
			;
	} else if (*at == ']') {
		for (at++; at < end && *at != '\a' && *at != '\033'; at++)
			;
		at += at + 1 < end && at[0] == '\033'; /* ESC \ ends it too */
	}
	return (size_t)((at < end ? at + 1 : end) - start);
}

/* A blank of Unicode: U+00A0, U+2000 to U+200A, U+202F; U+FEFF and U+200B show nothing.
 */
static size_t blank_len(const char *at, const char *end, const char **ret_text)
{
	const unsigned char *b = (const unsigned char *)at;
	size_t left = (size_t)(end - at);

	*ret_text = " ";
	if (left >= 1 && *b == '\t')
		return 1;
	if (left >= 2 && b[0] == 0xc2 && b[1] == 0xa0)
		return 2;
	if (left < 3)
		return 0;
	if (b[0] == 0xe2 && b[1] == 0x80 &&
		((b[2] >= 0x80 && b[2] <= 0x8a) || b[2] == 0xaf))
		return 3;
	*ret_text = "";
	if ((b[0] == 0xe2 && b[1] == 0x80 && b[2] == 0x8b) ||
		(b[0] == 0xef && b[1] == 0xbb && b[2] == 0xbf))
		return 3;
	return 0;
}

static void line_bytes(const char *at, const char *end, struct buf *line)
{
	while (at < end) {
		const char *text;
		size_t n = escape_len(at, end);

		if (n) {
			at += n;
			continue;
		}
		n = blank_len(at, end, &text);
		if (n)
			buf_puts(line, text);
		else if (*at == '\0')
			buf_puts(line, "?");
		else if (*at != '\r')
			buf_add(line, at, 1);
		at += n ? n : 1;
	}
}

/* "> > [root@hv7 ~]# lvs" -> "[root@hv7 ~]# lvs" */
static size_t quotation_len(const char *text)
{
	size_t len = 0;

	for (;;) {
		size_t blanks = strspn(text + len, " ");

		if (blanks > 1 || text[len + blanks] != '>')
			return len;
		len += blanks + 1;
		len += text[len] == ' ';
	}
}

/* "-> vg-snap  253 3 L--w ...", as people point to an answer. */
static size_t arrow_len(const char *text)
{
	size_t len = strspn(text, "-=");

	return len && strncmp(text + len, "> ", 2) == 0 ? len + 2 : 0;
}

static bool is_fence(const char *text)
{
	text += strspn(text, " ");
	return strncmp(text, FENCE, 3) == 0 || strncmp(text, "~~~", 3) == 0 ||
	       strncmp(text, "{code", 5) == 0 || strncmp(text, "{noformat", 9) == 0;
}

/* ---- quoted-printable (RFC 2045, 6.7) ---- */

static int hex_digit(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *at = c ? strchr(digits, toupper((unsigned char)c)) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* "=3D" becomes "="; true: a "=" at the end says that the line goes on. */
static bool printable_decode(const char *at, const char *end, struct buf *line)
{
	while (end > at && (end[-1] == '\r' || end[-1] == ' '))
		end--;
	for (; at < end; at++) {
		int high = *at == '=' && end - at > 2 ? hex_digit(at[1]) : -1;
		int low = high >= 0 ? hex_digit(at[2]) : -1;
		char byte = (char)(high * 16 + low);

		if (*at == '=' && at + 1 == end)
			return true;
		if (low < 0) {
			buf_add(line, at, 1);
			continue;
		}
		at += 2;
		/* a line more would not be the text's */
		buf_add(line, byte == '\n' || !byte ? " " : &byte, 1);
	}
	return false;
}

static bool begins_with_word(const char *at, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(end - at) >= len && strncasecmp(at, word, len) == 0;
}

/* Without the mail's head: lines of 76 characters that end in "=". */
static bool is_printable_text(const char *text, size_t len)
{
	const char *end = text + len;
	size_t n_soft = 0;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;

		if (stop > text && stop[-1] == '\r')
			stop--;
		n_soft += stop - text > 70 && stop - text <= 76 && stop[-1] == '=' &&
			  stop[-2] != '=';
		text = newline ? newline + 1 : end;
	}
	return n_soft >= 2;
}

/* *is_printable follows what the head of the mail, or of a part of it, says. */
static void head_follow(const char *at, const char *end, bool *is_printable)
{
	static const char head[] = "Content-Transfer-Encoding:";

	if (!begins_with_word(at, end, head))
		return;
	at += sizeof(head) - 1;
	while (at < end && *at == ' ')
		at++;
	*is_printable = begins_with_word(at, end, "quoted-printable");
}

/* ---- all of it ---- */

/* What of a line is to be looked at byte by byte. */
static bool is_plain(const char *at, const char *end)
{
	static const bool special[256] = {[0] = true,
		['\t'] = true,
		['\r'] = true,
		['\033'] = true,
		[0xc2] = true,
		[0xe2] = true,
		[0xef] = true};

	while (at < end && !special[(unsigned char)*at])
		at++;
	return at == end;
}

static struct line line_clean(const char *at, const char *end, struct buf *scratch)
{
	while (end > at && end[-1] == '\r')
		end--;
	if (!is_plain(at, end)) {
		scratch->len = 0;
		buf_puts(scratch, "");
		line_bytes(at, end, scratch);
		at = buf_text(scratch);
		end = at + scratch->len;
	}
	at += quotation_len(at);
	at += arrow_len(at);
	return (struct line){at, is_fence(at) ? 0 : (size_t)(end - at)};
}

struct line text_lines_keep(struct text_lines *lines, const char *bytes, size_t len)
{
	if (!lines->strings)
		lines->strings = arena_new();
	return (struct line){arena_strndup(lines->strings, bytes, len), len};
}

static void line_add(
	struct text_lines *lines, struct line line, const char *text, size_t len)
{
	bool is_of_text = line.at >= text && line.at <= text + len;

	if (!is_of_text)
		line = text_lines_keep(lines, line.at, line.len);
	*array_add(&lines->items, &lines->count) = (struct text_line){.line = line};
}

void text_clean(const char *text, size_t len, struct text_lines *ret_lines)
{
	const char *end = text + len;
	bool is_printable = is_printable_text(text, len);
	cleanup_buf struct buf whole = BUF_INIT, scratch = BUF_INIT;
	struct text_lines lines = {.items = NULL};
	size_t n_joined = 0; /* lines that are in `whole` */

	for (const char *at = text; at < end;) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end, *line = at;
		bool goes_on = false;

		head_follow(at, stop, &is_printable);
		at = newline ? newline + 1 : end;
		if (is_printable)
			goes_on = printable_decode(line, stop, &whole);
		n_joined++;
		if (goes_on && at < end)
			continue;
		if (is_printable) {
			line = buf_text(&whole);
			stop = line + whole.len;
		}
		line_add(&lines, line_clean(line, stop, &scratch), text, len);
		while (--n_joined)
			line_add(&lines, (struct line){end, 0}, text, len);
		whole.len = 0;
	}
	*ret_lines = lines;
}

void text_lines_free(struct text_lines *lines)
{
	free(lines->items);
	if (lines->strings)
		arena_free(lines->strings);
}
