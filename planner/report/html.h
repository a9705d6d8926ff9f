/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the HTML review: html.c is one host, html_hosts.c several, html_subject.c one
 * subject. */
#ifndef SNAPSTATE_HTML_H
#define SNAPSTATE_HTML_H

#include "reports.h"
#include "page.h"
#include "story.h"

struct identity;

#define HTML_HOST "host" /* the place of each host on a page of several: host-1, ... */

/* One of several hosts. */
struct html_host {
	const struct fleet *fleet;
	size_t member;
};

/* Those of one host; `of` NULL = the only one. */
void html_hazards(
	struct page *page, const struct survey *survey, const struct html_host *of);
/* On the page of several hosts: what other hosts destroy of this one's volumes. */
void html_strikes(struct page *page, const struct html_host *of);
/* Devices that are suspended, with what to do. */
void html_suspended(struct page *page, const struct story *story);
/* How many to remove, refused, undecided. */
void html_summary(struct page *page, const struct story *story);
/* That its names are pseudonyms, if they are. */
void html_pseudonyms(struct page *page, const struct identity *id);
/* What could not be read, each subject, what stays, what was recorded. `of` as above. */
void html_review(struct page *page, const struct story *story, const char *capture_name,
	const char *plan_file, const struct html_host *of);

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
