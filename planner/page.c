/* SPDX-License-Identifier: Apache-2.0 */
/* See page.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"
#include "page_style.h"
#include "snapstate/cleanup.h"

/* No byte of a host gets in here. */
static const char head[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
	"<meta http-equiv=\"Content-Security-Policy\" "
	"content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	"<meta name=\"referrer\" content=\"no-referrer\"/>\n";

/* ---- escaping ---- */

/* Printable ASCII stays, but for what means something to HTML. */
static void add_escaped(struct buf *out, const char *text)
{
	for (const char *c = text; *c; c++) {
		switch (*c) {
		case '&':
			buf_puts(out, "&amp;");
			break;
		case '<':
			buf_puts(out, "&lt;");
			break;
		case '>':
			buf_puts(out, "&gt;");
			break;
		case '"':
			buf_puts(out, "&#34;");
			break;
		case '\'':
			buf_puts(out, "&#39;");
			break;
		default:
			if (*c >= ' ' && *c < 0x7f)
				buf_add(out, c, 1);
			else
				buf_printf(out, "\\x%02x", (unsigned char)*c);
		}
	}
}

/* Our own bugs; unlike assert(), in every build: a page is read by a browser. */
static void must(bool is_right)
{
	if (!is_right)
		abort();
}

static bool is_name(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789 -")] == '\0';
}

/* ---- elements ---- */

void page_open(struct page *page, const char *element, const char *class)
{
	must(is_name(element) && is_name(class) && page->depth < PAGE_DEPTH_MAX);
	buf_printf(page->out, "<%s%s%s%s>", element, *class ? " class=\"" : "", class,
		*class ? "\"" : "");
	page->elements[page->depth++] = element;
}

void page_close(struct page *page)
{
	const char *element;

	must(page->depth > 0);
	element = page->elements[--page->depth];
	buf_printf(page->out, "</%s>", element);
	/* a line break inside a line of words would be seen as a blank */
	if (strcmp(element, "span") != 0 && strcmp(element, "code") != 0 &&
		strcmp(element, "b") != 0)
		buf_puts(page->out, "\n");
}

void page_captured(struct page *page, const char *text)
{
	cleanup_buf struct buf plain = BUF_INIT;

	buf_tail(&plain, text);
	add_escaped(page->out, buf_text(&plain));
}

void page_say(struct page *page, const char *format, ...)
{
	cleanup_free char *text = NULL;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0)
		abort(); /* no memory, as everywhere in buf.h */
	add_escaped(page->out, text);
}

void page_captured_in(
	struct page *page, const char *element, const char *class, const char *text)
{
	page_open(page, element, class);
	page_captured(page, text);
	page_close(page);
}

void page_say_in(
	struct page *page, const char *element, const char *class, const char *text)
{
	page_open(page, element, class);
	page_say(page, "%s", text);
	page_close(page);
}

/* ---- the page ---- */

void page_begin(struct page *page, struct buf *ret_out, const char *title)
{
	*page = (struct page){.out = ret_out};
	buf_puts(page->out, head);
	page_open(page, "title", "");
	page_say(page, "snapstate-plan: ");
	page_captured(page, title);
	page_close(page);
	buf_printf(page->out, "<style>\n%s</style>\n</head>\n<body>\n", page_style);
}

void page_end(struct page *page)
{
	must(page->depth == 0);
	buf_puts(page->out, "</body>\n</html>\n");
}
