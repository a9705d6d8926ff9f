/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the page: html.c is the whole and one host, html_order.c what is between
 * several, html_subject.c one subject, html_picture.c its devices. */
#ifndef SNAPSTATE_HTML_H
#define SNAPSTATE_HTML_H

#include "page.h"
#include "report.h"

struct identity;

#define HTML_HOST "host" /* the place of each host on a page of several: host-1, ... */

struct html {
	struct page page;
	const struct report *report;
};

/* Of several: a link to a host's place, with its name. */
void html_link_node(struct html *html, size_t member);
/* Totals, the order of the plans and who waits for whom, the hosts at a glance. */
void html_totals(struct html *html);
void html_order(struct html *html);
void html_glance(struct html *html);
/* Which of its steps are in which plan, and when its turn is. */
void html_plans_of(struct html *html, size_t member);
/* "3 steps" */
void html_count(struct page *page, size_t count, const char *noun);

/* Verdict, reasons, the picture of its stack, its steps. */
void html_subject(struct page *page, const struct report_host *host,
	const struct report_subject *told);
/* `label` is what stands above them, "" = nothing. */
void html_steps(struct page *page, const struct plan *plan, const char *label,
	size_t first, size_t count);
/* html_outlook.c: how a host opens; of one subject what would follow. */
void html_opening(struct page *page, const struct report_host *host);
void html_would(struct page *page, const struct report_subject *told);
void html_picture(
	struct page *page, const struct story *story, const struct subject *subject);

#endif
