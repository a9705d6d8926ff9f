/* SPDX-License-Identifier: Apache-2.0 */
/* See page.h. Colours never stand alone: each has its word beside it. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"
#include "snapstate/cleanup.h"

/* No byte of a host gets in here. */
static const char head[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
	"<meta http-equiv=\"Content-Security-Policy\" "
	"content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	"<meta name=\"referrer\" content=\"no-referrer\"/>\n";

static const char style[] =
	"<style>\n"
	":root{color-scheme:light dark;--paper:#fff;--ink:#15181d;--soft:#545c69;"
	"--line:#b9c0cb;--card:#f3f5f8;--remove:#0a6b38;--undecided:#8a5300;"
	"--refuse:#2a4fa3;--hazard:#b00020}\n"
	"@media (prefers-color-scheme:dark){:root{--paper:#14171c;--ink:#e8eaee;"
	"--soft:#a5adba;--line:#4a5260;--card:#1e232b;--remove:#5fd394;"
	"--undecided:#f0b35a;--refuse:#93b4ff;--hazard:#ff7b85}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0 auto;padding:1rem;max-width:76rem;background:var(--paper);"
	"color:var(--ink);font:16px/1.45 system-ui,sans-serif}\n"
	"h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2rem 0 .5rem}\n"
	"h3{font-size:1rem;margin:1rem 0 .3rem}h4{font-size:.85rem;margin:0 0 .4rem;"
	"color:var(--soft)}\n"
	"p,ul,ol{margin:.3rem 0}ul{padding-left:1.2rem}\n"
	"code,.name,.number,pre{font-family:ui-monospace,monospace;font-size:.875em;"
	"overflow-wrap:anywhere}\n"
	".summary{font-size:1.15rem;font-weight:600}.soft{color:var(--soft)}\n"
	".subject{border:1px solid var(--line);border-left:.5rem solid var(--line);"
	"border-radius:.4rem;padding:.2rem 1rem 1rem;margin:1.2rem 0}\n"
	".subject h2{margin:.6rem 0 .2rem;overflow-wrap:anywhere}\n"
	".remove{border-left-color:var(--remove)}.undecided{border-left-color:"
	"var(--undecided)}.refuse{border-left-color:var(--refuse)}\n"
	".verdict{display:inline-block;border-radius:.3rem;padding:.05rem .5rem;"
	"margin-right:.4rem;color:var(--paper);background:var(--soft);font-size:.95rem;"
	"font-weight:700}\n"
	".remove .verdict{background:var(--remove)}.undecided .verdict{background:"
	"var(--undecided)}.refuse .verdict{background:var(--refuse)}\n"
	".hazard{border:.2rem solid var(--hazard);border-radius:.4rem;padding:.4rem 1rem "
	".8rem;margin:1rem 0}.hazard h2{color:var(--hazard);margin:.4rem 0}\n"
	".note{border:1px solid var(--line);border-left:.5rem solid var(--undecided);"
	"border-radius:.4rem;padding:.4rem 1rem;margin:1rem 0}\n"
	".rule{color:var(--soft);font-size:.85em;white-space:nowrap}\n"
	".picture{display:flex;gap:1rem;align-items:flex-end;flex-wrap:wrap;"
	"background:var(--card);border-radius:.4rem .4rem 0 0;padding:.8rem .8rem 0}\n"
	".side{flex:1 1 20rem;min-width:0}\n"
	".tower{min-width:0;flex:1 1 14rem}"
	".above{display:flex;gap:.6rem;align-items:flex-end;flex-wrap:wrap}\n"
	".box{background:var(--paper);border:1px solid var(--line);border-radius:.3rem;"
	"padding:.35rem .6rem;margin-bottom:.5rem;overflow-wrap:anywhere}\n"
	".box{position:relative}.side .box::after{content:'';position:absolute;left:50%;"
	"top:100%;height:.5rem;margin-top:2px;border-left:2px solid var(--soft)}\n"
	".box .number{font-weight:700}.box p{margin:.1rem 0;font-size:.9rem}\n"
	".holder{border-style:dotted;border-radius:1rem;font-size:.9rem}\n"
	".going{border:2px dashed var(--remove)}.going .fate{color:var(--remove)}\n"
	".kept{border:2px solid var(--refuse)}.kept .fate{color:var(--refuse)}\n"
	".open{border:2px solid var(--undecided)}.open .fate{color:var(--undecided)}\n"
	".never{border:2px solid var(--ink)}\n"
	".victim{border:3px double var(--hazard)}.victim .fate{color:var(--hazard)}\n"
	".fate{font-weight:600}\n"
	".floor{background:var(--card);border-radius:0 0 .4rem .4rem;border-top:3px "
	"solid "
	"var(--line);padding:.5rem .8rem;display:flex;gap:.2rem 1rem;flex-wrap:wrap}\n"
	".steps{list-style:none;padding:0}.steps>li{margin:.5rem 0}\n"
	".steps .command{display:block;background:var(--card);border-radius:.3rem;"
	"padding:.35rem .6rem;white-space:pre-wrap}\n"
	".scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem;"
	"width:100%}\n"
	"th,td{text-align:left;vertical-align:top;padding:.25rem .8rem .25rem 0;"
	"border-bottom:1px solid var(--line);overflow-wrap:anywhere}\n"
	"th{white-space:nowrap;font-weight:600}\n"
	"@media (max-width:40rem){body{padding:.6rem}.subject{padding:.2rem .6rem .6rem}"
	".side{flex-basis:100%}}\n"
	"@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--line:#999;--card:#fff;"
	"--remove:#0a6b38;--undecided:#8a5300;--refuse:#2a4fa3;--hazard:#b00020}"
	"html{font-size:11px}body{max-width:none;padding:0;font-size:1rem}.box,.hazard,."
	"steps>li,tr{"
	"break-inside:avoid}h2,h3{break-after:avoid}.verdict{border:1px solid var(--ink);"
	"background:none!important;color:var(--ink)}}\n"
	"</style>\n";

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

static bool is_name(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789 -")] == '\0';
}

/* ---- elements ---- */

void page_open(struct page *page, const char *element, const char *class)
{
	assert(is_name(element) && is_name(class) && page->depth < PAGE_DEPTH_MAX);
	buf_printf(page->out, "<%s%s%s%s>", element, *class ? " class=\"" : "", class,
		*class ? "\"" : "");
	page->elements[page->depth++] = element;
}

void page_close(struct page *page)
{
	const char *element;

	assert(page->depth > 0);
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
	buf_puts(page->out, style);
	buf_puts(page->out, "</head>\n<body>\n");
}

void page_end(struct page *page)
{
	assert(page->depth == 0);
	buf_puts(page->out, "</body>\n</html>\n");
}
