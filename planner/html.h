/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the HTML review: html.c is the whole, html_subject.c one subject. */
#ifndef SNAPSTATE_HTML_H
#define SNAPSTATE_HTML_H

#include "page.h"
#include "story.h"

/* Verdict, reasons, the picture of its stack, its steps. */
void html_subject(
	struct page *page, const struct story *story, const struct subject *subject);
/* `label` is what stands above them, "" = nothing. */
void html_steps(struct page *page, const struct plan *plan, const char *label,
	size_t first, size_t count);
/* html_picture.c */
void html_picture(
	struct page *page, const struct story *story, const struct subject *subject);

#endif
