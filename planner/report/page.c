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

/* A heading as deep as the page is in its outline; anything else as it is. */
static const char *outlined(const struct page *page, const char *element)
{
	static const char *const headings[] = {"h1", "h2", "h3", "h4", "h5", "h6"};
	size_t level;

	if (element[0] != 'h' || element[1] < '1' || element[1] > '6')
		return element;
	level = (size_t)(element[1] - '1') + page->outline;
	must(element[2] == '\0' && level < sizeof(headings) / sizeof(headings[0]));
	return headings[level];
}

/* All of the tag but its end. */
static void begin_tag(struct page *page, const char *element, const char *class)
{
	must(is_name(element) && is_name(class) && page->depth < PAGE_DEPTH_MAX);
	element = outlined(page, element);
	buf_printf(page->out, "<%s%s%s%s", element, *class ? " class=\"" : "", class,
		*class ? "\"" : "");
	page->elements[page->depth++] = element;
}

void page_open(struct page *page, const char *element, const char *class)
{
	begin_tag(page, element, class);
	buf_puts(page->out, ">");
}

void page_open_place(struct page *page, const char *element, const char *class,
	const char *place, size_t number)
{
	must(is_name(place));
	begin_tag(page, element, class);
	buf_printf(page->out, " id=\"%s-%zu\">", place, number);
}

void page_open_link(struct page *page, const char *place, size_t number)
{
	must(is_name(place));
	begin_tag(page, "a", "");
	buf_printf(page->out, " href=\"#%s-%zu\">", place, number);
}

void page_close(struct page *page)
{
	const char *element;

	must(page->depth > 0);
	element = page->elements[--page->depth];
	buf_printf(page->out, "</%s>", element);
	/* a line break inside a line of words would be seen as a blank */
	if (strcmp(element, "span") != 0 && strcmp(element, "code") != 0 &&
		strcmp(element, "b") != 0 && strcmp(element, "a") != 0)
		buf_puts(page->out, "\n");
}

void page_captured(struct page *page, const char *text)
{
	cleanup_buf struct buf plain = BUF_INIT;

	buf_prose(&plain, *text ? text : "-");
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
