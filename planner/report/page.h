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
	unsigned
		outline; /* how much deeper headings are: 1 within one of several hosts */
	const char *elements[PAGE_DEPTH_MAX]; /* that are open */
	size_t depth;
};

/* Up to <body>, which page_end() closes. `title` came from a host. */
void page_begin(struct page *page, struct buf *ret_out, const char *title);
void page_end(struct page *page);

/* Literals: [a-z0-9 -]; `class` "" = none. */
void page_open(struct page *page, const char *element, const char *class);
void page_close(struct page *page);
/* The same as a place of this page, by a word of [a-z] and a number that no other place
 * has: id "host-3"; and a link to such a place. Nothing else is ever linked. */
void page_open_place(struct page *page, const char *element, const char *class,
	const char *place, size_t number);
void page_open_link(struct page *page, const char *place, size_t number);

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
