/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the page: html.c is the whole and one host, html_order.c what is between
 * several, html_index.c what leads to a snapshot, html_subject.c one subject,
 * html_picture.c its devices. */
#ifndef SNAPSTATE_HTML_H
#define SNAPSTATE_HTML_H

#include "page.h"
#include "report.h"

struct identity;

#define HTML_HOST "host" /* the place of each host on a page of several: host-1, ... */
#define HTML_SUBJECT "snapshot" /* and of each snapshot */

struct html {
	struct page page;
	const struct report *report;
	/* Of each device of the host that is printed: with which subject it was drawn as
	 * the layer of an origin, counted from 1. */
	size_t *drawn_with;
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

/* html_index.c: what to do now, and a link to each snapshot; from a hazard to its own. */
void html_now(struct page *page, const struct report_to_do *now);
void html_asserted(struct page *page, const struct report *report);
void html_index(struct html *html, const struct report_host *host);
void html_link_hazard(
	struct html *html, size_t member, const struct report_hazard *hazard);
/* The number of the place of what is told[at]: no other of the page has it. */
size_t html_place(const struct html *html, const struct report_host *host, size_t at);
/* Verdict, reasons, the picture of its stack, its steps: of host->told[at]. */
void html_subject(struct html *html, const struct report_host *host, size_t at);
/* `label` is what stands above them, "" = nothing. */
/* Their numbers and commands alone. */
void html_commands(
	struct page *page, const struct plan *plan, const size_t *steps, size_t count);
void html_steps(struct page *page, const struct plan *plan, const char *label,
	size_t first, size_t count);
/* html_outlook.c: how a host opens; of one subject what would follow. */
void html_opening(struct page *page, const struct report_host *host);
void html_would(struct page *page, const struct report_subject *told);
void html_picture(struct html *html, const struct report_host *host, size_t at);

#endif
