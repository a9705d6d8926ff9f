/* SPDX-License-Identifier: Apache-2.0 */
/* On the page of several hosts: their plans in order, who waits for whom, and the hosts
 * at a glance. */
#include "html.h"

#include "snapstate/cleanup.h"
#include "snapstate/stamp.h"

void html_count(struct page *page, size_t count, const char *noun)
{
	page_say(page, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

void html_link_node(struct html *html, size_t member)
{
	page_open_link(&html->page, HTML_HOST, member + 1);
	page_captured(&html->page, html->report->hosts[member].node);
	page_close(&html->page);
}

/* ---- who waits for whom ---- */

/* Is `other` one that `plan` waits for, or, of `is_waiting`, one that waits for it? */
static bool is_bound(
	const struct report *report, size_t plan, size_t other, bool is_waiting)
{
	return is_waiting ? report_waits(report, other, plan)
			  : report_waits(report, plan, other);
}

/* "plan 1 on hv7", "plan 1 on hv7, plans 3 to 5": runs, since there may be hundreds.
 */
static void say_bound(struct html *html, size_t plan, bool is_waiting)
{
	const struct fleet *fleet = html->report->fleet;
	bool is_first = true;

	for (size_t i = 0, end; i < fleet->n_plans; i = end) {
		end = i + 1;
		if (!is_bound(html->report, plan, i, is_waiting))
			continue;
		while (end < fleet->n_plans &&
			is_bound(html->report, plan, end, is_waiting))
			end++;
		page_say(&html->page, "%s", is_first ? "" : ", ");
		is_first = false;
		if (end == i + 1) {
			page_say(&html->page, "plan %zu on ", end);
			html_link_node(html, fleet->plans[i].member);
		} else {
			page_say(&html->page, "plans %zu %s %zu", i + 1,
				end == i + 2 ? "and" : "to", end);
		}
	}
}

static size_t count_bound(const struct report *report, size_t plan, bool is_waiting)
{
	size_t count = 0;

	for (size_t i = 0; i < report->fleet->n_plans; i++)
		count += is_bound(report, plan, i, is_waiting);
	return count;
}

static void print_waits(struct html *html, size_t at)
{
	size_t count = count_bound(html->report, at, false);
	struct page *page = &html->page;

	page_open(page, "p", "");
	if (count) {
		page_say(page, "It waits until ");
		say_bound(html, at, false);
		page_say(page, " %s done, and is given the %s (--done).",
			count == 1 ? "is" : "are",
			count == 1 ? "journal of that" : "journals of those");
	} else {
		page_say(page, "No prerequisites.");
	}
	if (count_bound(html->report, at, true)) {
		page_say(page, " Its journal is required by ");
		say_bound(html, at, true);
		page_say(page, ".");
	}
	page_close(page);
}

/* Steps are numbered through the host; a second plan of it has numbers of its own. */
void html_plans_of(struct html *html, size_t member)
{
	struct page *page = &html->page;
	struct fleet_steps steps = {0};

	while (fleet_steps_next(html->report->fleet, member, &steps)) {
		cleanup_buf struct buf words = BUF_INIT;

		fleet_steps_words(&steps, &words);
		page_open(page, "p", "");
		page_say(page, "Plan %zu: %s below", steps.plan + 1, buf_text(&words));
		if (steps.first)
			page_say(page, ", counted from 1 in that plan");
		page_say(page, ".");
		page_close(page);
		print_waits(html, steps.plan);
	}
}

/* ---- the order ---- */

void html_totals(struct html *html)
{
	const struct report *report = html->report;
	size_t n_steps = 0, to_remove = 0, refused = 0, undecided = 0;
	struct page *page = &html->page;

	for (size_t i = 0; i < report->fleet->n_plans; i++)
		n_steps += report->fleet->plans[i].plan->n_steps;
	for (size_t i = 0; i < report->n_hosts; i++) {
		to_remove += report->hosts[i].to_remove;
		refused += report->hosts[i].refused;
		undecided += report->hosts[i].undecided;
	}
	page_open(page, "p", "summary");
	html_count(page, report->fleet->n_plans, "plan");
	page_say(page, " with ");
	html_count(page, n_steps, "step");
	page_say(page, " in all.");
	page_close(page);
	page_open(page, "p", "");
	page_say(page, "Totals of all hosts: %zu to remove, %zu refused, %zu undecided.",
		to_remove, refused, undecided);
	page_close(page);
}

static void print_file(struct html *html, const struct fleet_plan *plan)
{
	cleanup_buf struct buf expires = BUF_INIT;
	struct page *page = &html->page;

	if (!html->report->output)
		return;
	page_open(page, "p", "soft");
	page_open(page, "code", "");
	page_say(page, "%s", plan->file);
	page_close(page);
	page_say(page, ", digest ");
	page_say_in(page, "code", "", plan->plan->digest);
	stamp_print(plan->plan->expires, &expires);
	page_say(page, ", expires on %s", buf_text(&expires));
	page_close(page);
}

static void print_plan(struct html *html, size_t at)
{
	const struct fleet_plan *plan = &html->report->fleet->plans[at];
	struct page *page = &html->page;

	page_open(page, "li", "");
	page_open(page, "b", "");
	page_say(page, "Plan %zu, on ", at + 1);
	html_link_node(html, plan->member);
	page_close(page);
	page_say(page, ": ");
	html_count(page, plan->plan->n_steps, "step");
	print_waits(html, at);
	print_file(html, plan);
	page_close(page);
}

void html_order(struct html *html)
{
	const struct report *report = html->report;
	size_t n_plans = report->fleet->n_plans;
	struct page *page = &html->page;

	page_say_in(page, "h2", "", "Plans, in their order");
	if (n_plans == 0)
		page_say_in(page, "p", "",
			"There is no plan: nothing is removed on any of these hosts.");
	else if (n_plans == 1)
		page_say_in(page, "p", "", "There is one plan.");
	else
		page_say_in(page, "p", "",
			"Mappings are removed first, on every host, then volumes, host "
			"by host.");
	page_open(page, "ul", "steps");
	for (size_t i = 0; i < n_plans; i++)
		print_plan(html, i);
	page_close(page);
	html_asserted(page, report);
}

void html_asserted(struct page *page, const struct report *report)
{
	for (size_t i = 0; i < report->n_asserted; i++) {
		page_open(page, "p", "");
		page_say(page, "Asserted: %s.", report->asserted[i]);
		page_close(page);
	}
}

/* ---- the hosts at a glance ---- */

static void number_cell(struct page *page, size_t number)
{
	page_open(page, "td", "number");
	page_say(page, "%zu", number);
	page_close(page);
}

static void print_glance_row(struct html *html, size_t member)
{
	const struct report_host *host = &html->report->hosts[member];
	size_t n_steps = host->member->whole->n_steps;
	struct page *page = &html->page;
	struct fleet_steps steps = {0};

	page_open(page, "tr", "");
	page_open(page, "td", "name");
	html_link_node(html, member);
	page_close(page);
	number_cell(page, host->n_hazards + host->n_strikes);
	number_cell(page, host->to_remove);
	number_cell(page, host->refused);
	number_cell(page, host->undecided);
	number_cell(page, n_steps);
	page_open(page, "td", "");
	while (fleet_steps_next(html->report->fleet, member, &steps))
		page_say(page, "%s%zu", steps.first ? ", " : "", steps.plan + 1);
	page_say(page, "%s", n_steps == 0 ? "none" : "");
	page_close(page);
	page_close(page);
}

void html_glance(struct html *html)
{
	static const char *const columns[] = {"host", "hazards", "to remove", "refused",
		"undecided", "steps", "in plan"};
	struct page *page = &html->page;

	page_say_in(page, "h2", "", "The hosts");
	page_open(page, "div", "scroll");
	page_open(page, "table", "glance");
	page_open(page, "tr", "");
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		page_say_in(page, "th", "", columns[i]);
	page_close(page);
	for (size_t i = 0; i < html->report->n_hosts; i++)
		print_glance_row(html, i);
	page_close(page);
	page_close(page);
}
