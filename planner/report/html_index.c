/* SPDX-License-Identifier: Apache-2.0 */
/* On the page: what to do now, and the index of a host's snapshots, with links. */
#include <stdlib.h>

#include "html.h"

size_t html_place(const struct html *html, const struct report_host *host, size_t at)
{
	for (const struct report_host *it = html->report->hosts; it < host; it++)
		at += it->n_told;
	return at + 1;
}

void html_now(struct page *page, const struct report_to_do *now)
{
	if (!now->count)
		return;
	page_say_in(page, "h2", "", "What to do now");
	page_open(page, "ol", "");
	for (size_t i = 0; i < now->count; i++) {
		page_open(page, "li", "");
		page_captured(page, now->items[i].text);
		if (now->items[i].command)
			page_say_in(page, "pre", "command", now->items[i].command);
		page_close(page);
	}
	page_close(page);
}

static void print_link(struct html *html, const struct report_host *host, size_t at)
{
	page_open_link(&html->page, HTML_SUBJECT, html_place(html, host, at));
	page_captured(&html->page, host->told[at]->subject->label);
	page_close(&html->page);
}

/* Those that the leader's row stands for: a line, which opens. */
static void print_others(struct html *html, const struct report_host *host,
	const struct report_group *groups, size_t leader)
{
	struct page *page = &html->page;

	page_open(page, "details", "");
	page_open(page, "summary", "");
	page_say(page, "and %zu more like it", groups[leader].n_others);
	page_close(page);
	page_open(page, "ul", "");
	for (size_t i = leader + 1; i < host->n_told; i++)
		if (groups[i].leader == leader) {
			page_open(page, "li", "");
			print_link(html, host, i);
			page_close(page);
		}
	page_close(page);
	page_close(page);
}

static void print_row(struct html *html, const struct report_host *host,
	const struct report_group *groups, size_t at)
{
	const struct subject *subject = host->told[at]->subject;
	struct page *page = &html->page;

	page_open(page, "tr", verdict_name(subject->verdict));
	page_open(page, "td", "");
	page_say_in(page, "span", "verdict", report_verdict(subject->verdict));
	if (report_is_hazard(host, subject))
		page_say_in(page, "span", "verdict alarm", "HAZARD");
	page_close(page);
	page_say_in(page, "td", "", rule_text(subject->decisive)->name);
	page_open(page, "td", "name");
	print_link(html, host, at);
	if (groups[at].n_others)
		print_others(html, host, groups, at);
	page_close(page);
	page_close(page);
}

void html_index(struct html *html, const struct report_host *host)
{
	struct page *page = &html->page;
	struct report_group *groups;

	if (!host->n_told)
		return;
	groups = report_groups(host);
	page_say_in(page, "h2", "", "Snapshots");
	page_open(page, "table", "index");
	for (size_t i = 0; i < host->n_told; i++)
		if (groups[i].leader == i)
			print_row(html, host, groups, i);
	page_close(page);
	free(groups);
}

void html_link_hazard(
	struct html *html, size_t member, const struct report_hazard *hazard)
{
	const struct report_host *host = &html->report->hosts[member];
	struct page *page = &html->page;

	for (size_t i = 0; i < host->n_told; i++) {
		if (host->told[i]->subject != hazard->subject)
			continue;
		page_open(page, "p", "");
		page_open_link(page, HTML_SUBJECT, html_place(html, host, i));
		page_say(page, hazard->subject->n_steps ? "Its removal, step by step"
							: "Why it stays, and what to do");
		page_close(page);
		page_close(page);
	}
}
