/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes one page of XML-conforming HTML. Nothing but page.c puts bytes into it, and each
 * of its doors escapes: element and class names are words of ours (checked), everything
 * else loses what HTML or a terminal could take for more than text.
 */
#ifndef SNAPSTATE_PAGE_H
#define SNAPSTATE_PAGE_H

#include "snapstate/buf.h"

#define PAGE_DEPTH_MAX 256 /* open elements */

struct page {
	struct buf *out;
	const char *elements[PAGE_DEPTH_MAX]; /* that are open */
	size_t depth;
};

/* Up to <body>, which page_end() closes. `title` came from a host. */
void page_begin(struct page *page, struct buf *ret_out, const char *title);
void page_end(struct page *page);

/* Literals: [a-z0-9 -]; `class` "" = none. */
void page_open(struct page *page, const char *element, const char *class);
void page_close(struct page *page);

/* Text from a host, as buf_tail() has it: unambiguous, printable ASCII. */
void page_captured(struct page *page, const char *text);
/* Words of our own, around it. */
void page_say(struct page *page, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Open, one text, close. */
void page_captured_in(
	struct page *page, const char *element, const char *class, const char *text);
void page_say_in(
	struct page *page, const char *element, const char *class, const char *text);

#endif
