/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as one page for a browser or a printer: without script, without anything
 * from elsewhere. Hazards first; then, of several hosts, the order between them; then of
 * each host its subjects, what stays, and what was recorded. A host is a page of its own
 * or a section of one, a level deeper in the outline.
 */
#include "html.h"

#include <string.h>

#include "reports.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/source.h"
#include "snapstate/stamp.h"

#define UNTOUCHED_SHOWN 200
#define TITLE_NODES_MAX 4

/* ---- hazards ---- */

static void print_end(struct page *page, const char *end)
{
	page_open(page, "p", "fate");
	page_captured(page, end);
	page_close(page);
}

static void print_hazard(
	struct html *html, size_t member, const struct report_hazard *hazard)
{
	struct page *page = &html->page;

	page_open(page, "div", "hazard");
	page_open(page, "h2", "");
	page_say(page, "HAZARD");
	if (report_is_of_several(html->report)) {
		page_say(page, " on ");
		html_link_node(html, member);
	}
	page_say(page, ": %s ", hazard->head);
	page_captured(page, hazard->subject->label);
	page_close(page);
	page_captured_in(page, "p", "", hazard->reason->text);
	print_end(page, hazard->plan_end ? hazard->plan_end : hazard->end);
	html_link_hazard(html, member, hazard);
	page_close(page);
}

static void print_hazards(struct html *html, size_t member)
{
	const struct report_host *host = &html->report->hosts[member];

	for (size_t i = 0; i < host->n_hazards; i++)
		print_hazard(html, member, &host->hazards[i]);
}

static void print_strikes(struct page *page, const struct report_host *host)
{
	for (size_t i = 0; i < host->n_strikes; i++) {
		page_open(page, "div", "hazard");
		page_say_in(
			page, "h2", "", "HAZARD: data of this host is being destroyed");
		page_captured_in(page, "p", "", host->strikes[i].text);
		print_end(page, host->strikes[i].end);
		page_close(page);
	}
}

static void print_suspended(struct page *page, const struct report_host *host)
{
	for (size_t i = 0; i < host->n_suspended; i++) {
		page_open(page, "div", "hazard");
		page_open(page, "h2", "");
		page_say(page, "SUSPENDED: ");
		page_captured(page, host->suspended[i].device->name);
		page_close(page);
		page_captured_in(page, "p", "", host->suspended[i].text);
		page_close(page);
	}
}

/* ---- subjects ---- */

static void print_missing(struct page *page, const struct report_host *host)
{
	if (!host->n_missing)
		return;
	page_open(page, "div", "note");
	page_say_in(page, "h3", "", "Not everything could be read");
	page_open(page, "ul", "");
	for (size_t i = 0; i < host->n_missing; i++) {
		const struct source *source = host->missing[i];

		page_open(page, "li", "");
		page_captured_in(page, "code", "", source->name);
		page_say(page, ": %s", outcome_name(source->outcome));
		if (*source->detail) {
			page_say(page, ", ");
			page_captured(page, source->detail);
		}
		page_close(page);
	}
	page_close(page);
	page_close(page);
}

static void print_refreshes(struct page *page, const struct report_host *host)
{
	if (!host->n_refreshes)
		return;
	page_open(page, "section", "subject");
	page_say_in(page, "h2", "", "Origins turned back into plain volumes");
	for (size_t i = 0; i < host->n_refreshes; i++) {
		if (i == 1 && host->n_refreshes >= REPORT_ALIKE_LEAST) {
			page_open(page, "h3", "");
			page_say(page, "%zu more like it", host->n_refreshes - 1);
			page_close(page);
			html_commands(page, host->member->whole, host->refreshes + 1,
				host->n_refreshes - 1);
			break;
		}
		html_steps(page, host->member->whole, "", host->refreshes[i], 1);
	}
	page_close(page);
}

static void print_subjects(
	struct html *html, const struct report_host *host, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		html_subject(html, host, i);
}

static void print_all_subjects(struct html *html, const struct report_host *host)
{
	html->drawn_with =
		xcalloc(host->member->host->n_devices, sizeof(*html->drawn_with));
	print_subjects(html, host, 0, host->n_removed);
	print_refreshes(&html->page, host);
	print_subjects(html, host, host->n_removed, host->n_told);
	free(html->drawn_with);
	html->drawn_with = NULL;
}

/* ---- what stays ---- */

static void print_untouched_row(
	struct page *page, const struct story *story, const struct device *device)
{
	cleanup_buf struct buf fate = BUF_INIT;

	page_open(page, "tr", "");
	page_open(page, "td", "number");
	page_say(page, DEVNO_FMT, DEVNO_ARGS(device->devno));
	page_close(page);
	page_captured_in(page, "td", "name", device->name);
	story_fate(story, device, &fate);
	page_captured_in(page, "td", "", buf_text(&fate));
	page_close(page);
}

static void print_untouched(struct page *page, const struct report_host *host)
{
	page_say_in(page, "h2", "", "Not touched, and why");
	page_open(page, "div", "scroll");
	page_open(page, "table", "");
	for (size_t i = 0; i < host->n_untouched && i < UNTOUCHED_SHOWN; i++)
		print_untouched_row(page, &host->story, host->untouched[i]);
	page_close(page);
	page_close(page);
	if (!host->n_untouched)
		page_say_in(page, "p", "", "No other device-mapper device was recorded.");
	if (host->n_untouched > UNTOUCHED_SHOWN) {
		page_open(page, "p", "");
		page_say(page, "And %zu more device-mapper devices.",
			host->n_untouched - UNTOUCHED_SHOWN);
		page_close(page);
	}
	page_say_in(page, "p", "soft",
		"No disk, partition, loop device or array is touched either.");
}

/* ---- what was recorded ---- */

static void row(struct page *page, const char *name, const char *text)
{
	page_open(page, "tr", "");
	page_say_in(page, "th", "", name);
	page_captured_in(page, "td", "", text);
	page_close(page);
}

static void row_of_recorded(struct page *page, const struct host *host)
{
	const struct {
		size_t count;
		const char *noun;
	} counts[] = {
		{host->n_devices, "device-mapper device"},
		{host->n_blocks, "other block device"},
		{host->n_vgs, "volume group"},
		{host->n_lvs, "logical volume"},
		{host->n_mounts, "mount"},
		{host->n_namespaces, "mount namespace"},
		{report_holding_processes(host), "holding process"},
	};
	cleanup_buf struct buf text = BUF_INIT;

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		buf_puts(&text, i ? ", " : "");
		report_counted(&text, counts[i].count, counts[i].noun);
	}
	row(page, "recorded", buf_text(&text));
}

static void rows_of_plan(
	struct page *page, const struct plan *plan, const char *plan_file)
{
	cleanup_buf struct buf expires = BUF_INIT;

	row(page, "plan", report_file_name(plan_file));
	row(page, "its digest", plan->digest);
	if (!plan->taken)
		return;
	stamp_print(plan->expires, &expires);
	row(page, "it expires on", buf_text(&expires));
}

static void print_words(struct page *page, const char *title, const struct words *words)
{
	if (!words->count)
		return;
	page_say_in(page, "h3", "", title);
	page_open(page, "ul", "");
	for (size_t i = 0; i < words->count; i++) {
		page_open(page, "li", "");
		page_captured(page, words->items[i]);
		page_close(page);
	}
	page_close(page);
}

static void print_imported(struct page *page, const struct host *host)
{
	cleanup_words struct words record = {0}, messages = {0};

	report_imported(host, &record);
	report_host_messages(host, &messages);
	print_words(page, "What became of each file and each pasted command", &record);
	print_words(page, "Messages that name no volume", &messages);
}

static void print_evidence(struct html *html, const struct report_host *host)
{
	const struct identity *id = &host->member->host->identity;
	bool is_of_several = report_is_of_several(html->report);
	struct page *page = &html->page;

	page_say_in(page, "h2", "",
		is_of_several ? "What this was made from"
			      : "What this page was made from");
	page_open(page, "div", "scroll");
	page_open(page, "table", "");
	row(page, "capture", report_file_name(host->member->file));
	row(page, "its sha256", host->member->whole->capture_sha256);
	row(page, "host", id->node);
	row(page, "kernel", id->kernel);
	row(page, "machine-id", id->machine_id);
	row(page, "boot-id", id->boot_id);
	row(page, "taken", host->taken);
	row(page, "names",
		*id->redaction ? "pseudonyms, see the top of this page"
			       : "the host's own");
	row_of_recorded(page, host->member->host);
	row(page, "sources",
		!host->n_missing ? "all were read"
		: is_of_several	 ? "not all were read: see where this host begins"
				 : "not all were read: see the top of this page");
	for (size_t i = 0; i < host->n_asked; i++)
		row(page, "selection", host->asked[i]);
	if (html->report->output && !is_of_several)
		rows_of_plan(page, host->member->whole, html->report->output);
	row(page, "made by", host->member->whole->created_by);
	page_close(page);
	page_close(page);
	print_imported(page, host->member->host);
}

/* ---- one host ---- */

/* When these were captured. */
static void print_times(struct page *page, const struct report_host *hosts, size_t count)
{
	int64_t first = hosts[0].member->host->identity.taken, last = first;
	cleanup_buf struct buf from = BUF_INIT, until = BUF_INIT;

	for (size_t i = 1; i < count; i++) {
		int64_t taken = hosts[i].member->host->identity.taken;

		first = taken < first ? taken : first;
		last = taken > last ? taken : last;
	}
	stamp_print(first, &from);
	stamp_print(last, &until);
	page_open(page, "p", "soft");
	if (!first)
		page_say(page, "collection time unknown");
	else if (first == last)
		page_say(page, "as captured on %s", buf_text(&from));
	else
		page_say(page, "as captured from %s to %s", buf_text(&from),
			buf_text(&until));
	page_close(page);
}

static void print_pseudonyms(struct page *page, const struct identity *id)
{
	if (!*id->redaction)
		return;
	page_open(page, "p", "note");
	page_say(page, "The names on this page are pseudonyms, made with the key ");
	page_captured_in(page, "code", "", id->redaction);
	page_say(page, ": commands typed by hand need the host's own.");
	page_close(page);
}

/* Behind its heading. */
static void print_host(struct html *html, size_t member)
{
	const struct report_host *host = &html->report->hosts[member];
	struct page *page = &html->page;

	print_times(page, host, 1);
	print_hazards(html, member);
	print_strikes(page, host);
	print_suspended(page, host);
	page_say_in(page, "p", "summary", host->summary);
	if (!report_is_of_several(html->report))
		html_asserted(page, html->report);
	html_now(page, &host->now);
	html_index(html, host);
	html_opening(page, host);
	if (report_is_of_several(html->report))
		html_plans_of(html, member);
	else
		print_pseudonyms(page, &host->member->host->identity);
	print_missing(page, host);
	print_all_subjects(html, host);
	print_untouched(page, host);
	print_evidence(html, host);
}

/* ---- several ---- */

static void print_section(struct html *html, size_t member)
{
	struct page *page = &html->page;

	page_open_place(page, "section", "host", HTML_HOST, member + 1);
	page_open(page, "h2", "");
	page_say(page, "Host ");
	page_captured(page, html->report->hosts[member].node);
	page_close(page);
	page->outline = 1;
	print_host(html, member);
	page->outline = 0;
	page_close(page);
}

static void print_several(struct html *html)
{
	const struct report *report = html->report;
	struct page *page = &html->page;

	print_times(page, report->hosts, report->n_hosts);
	for (size_t i = 0; i < report->n_hosts; i++)
		print_hazards(html, i);
	html_totals(html);
	html_now(page, &report->now);
	print_pseudonyms(page, &report->hosts[0].member->host->identity);
	html_order(html);
	html_glance(html);
	for (size_t i = 0; i < report->n_hosts; i++)
		print_section(html, i);
}

/* ---- the whole ---- */

static void begin(struct html *html, struct buf *ret_text)
{
	const struct report *report = html->report;
	cleanup_buf struct buf title = BUF_INIT;
	struct page *page = &html->page;

	for (size_t i = 0; i < report->n_hosts && i < TITLE_NODES_MAX; i++)
		buf_printf(&title, "%s%s", i ? ", " : "",
			report->hosts[i].member->host->identity.node);
	if (report->n_hosts > TITLE_NODES_MAX)
		buf_printf(&title, " and %zu more", report->n_hosts - TITLE_NODES_MAX);
	page_begin(page, ret_text, buf_text(&title));
	page_open(page, "h1", "");
	page_say(page, "Leftover snapshots of ");
	if (report_is_of_several(report))
		html_count(page, report->n_hosts, "host");
	else
		page_captured(page, buf_text(&title));
	page_close(page);
}

void html_print(const struct report *report, struct buf *ret_text)
{
	struct html html = {.report = report};

	begin(&html, ret_text);
	if (report_is_of_several(report))
		print_several(&html);
	else
		print_host(&html, 0);
	page_end(&html.page);
}
