/* SPDX-License-Identifier: Apache-2.0 */
/* How a host opens on the page: what the evidence is worth, the outlooks, the asks. */
#include "html.h"
#include "review.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/source.h"

static void print_outlooks(struct page *page, const struct report_host *host)
{
	if (!host->n_outlooks)
		return;
	page_say_in(page, "h3", "", "Outlook");
	page_open(page, "ul", "");
	for (size_t i = 0; i < host->n_outlooks; i++) {
		const struct report_subject *told = host->outlooks[i];
		cleanup_buf struct buf words = BUF_INIT;

		page_open(page, "li", "");
		page_say_in(page, "b", "", outlook_name(told->subject->outlook));
		page_say(page, " ");
		page_captured(page, told->subject->label);
		page_say(page, ": ");
		outlook_words(told, &words);
		page_captured(page, buf_text(&words));
		page_close(page);
	}
	page_close(page);
}

static void print_asks(struct page *page, const struct report_host *host)
{
	if (!host->asks.count)
		return;
	page_say_in(page, "h3", "",
		"To ask for, before anything is removed: the output of these read-only "
		"commands");
	page_open(page, "ol", "");
	for (size_t i = 0; i < host->asks.count; i++) {
		page_open(page, "li", "");
		page_captured(page, host->asks.items[i].decides);
		page_say_in(page, "pre", "command", host->asks.items[i].command);
		page_close(page);
	}
	page_close(page);
}

/* It is no warning then. */
static bool is_all_read(const struct report_host *host)
{
	for (size_t i = 0; i < host->n_missing; i++)
		if (host->missing[i]->outcome != OUTCOME_ABSENT)
			return false;
	return !host_is_imported(host->member->host);
}

void html_opening(struct page *page, const struct report_host *host)
{
	page_open(page, "div", is_all_read(host) ? "note whole" : "note");
	page_open(page, "p", "");
	page_say_in(page, "b", "", "Evidence: ");
	page_captured(page, host->worth);
	page_close(page);
	print_outlooks(page, host);
	print_asks(page, host);
	page_close(page);
}

void html_would(struct page *page, const struct report_subject *told)
{
	const struct subject *subject = told->subject;

	if (subject->outlook == OUTLOOK_NONE)
		return;
	page_open(page, "p", "");
	page_say(page, "Outlook: ");
	page_say_in(page, "b", "", outlook_name(subject->outlook));
	page_say(page, ", %s.", outlook_meaning(subject->outlook));
	page_close(page);
	if (!subject->n_would)
		return;
	page_say_in(page, "p", "",
		"Only if the answers confirm it, and not before, these would follow:");
	page_open(page, "ol", "");
	for (size_t i = 0; i < subject->n_would; i++) {
		page_open(page, "li", "");
		page_say_in(page, "pre", "command", subject->would[i]);
		page_close(page);
	}
	page_close(page);
}
