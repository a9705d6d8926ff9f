/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reviews of several hosts as one page: the hazards of all of them, the plans in
 * their order and who waits for whom, the hosts at a glance; then each host as on a page
 * of its own (html.c), one level deeper in the outline.
 */
#include <stdlib.h>

#include "html.h"
#include "review.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/stamp.h"

#define TITLE_NODES_MAX 4

struct hosts_page {
	struct page *page;
	const struct fleet *fleet;
	struct story *stories; /* one for each member */
	bool *waits;	       /* fleet_waits() */
	const char *folder;
};

/* ---- words ---- */

static void say_node(const struct hosts_page *it, size_t member)
{
	cleanup_buf struct buf node = BUF_INIT;

	fleet_node_words(it->fleet, member, &node);
	page_captured(it->page, buf_text(&node));
}

static void link_node(const struct hosts_page *it, size_t member)
{
	page_open_link(it->page, HTML_HOST, member + 1);
	say_node(it, member);
	page_close(it->page);
}

static void say_count(struct page *page, size_t count, const char *noun)
{
	page_say(page, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

static bool waits_for(const struct hosts_page *it, size_t plan, size_t before)
{
	return it->waits[plan * it->fleet->n_plans + before];
}

/* Is `other` one that `plan` waits for, or, of `is_waiting`, one that waits for it? */
static bool is_bound(
	const struct hosts_page *it, size_t plan, size_t other, bool is_waiting)
{
	return is_waiting ? waits_for(it, other, plan) : waits_for(it, plan, other);
}

/* "plan 1 on hv7", "plan 1 on hv7, plans 3 to 5": runs, since there may be hundreds.
 */
static void say_bound(const struct hosts_page *it, size_t plan, bool is_waiting)
{
	size_t n_plans = it->fleet->n_plans;
	bool is_first = true;

	for (size_t i = 0, end; i < n_plans; i = end) {
		end = i + 1;
		if (!is_bound(it, plan, i, is_waiting))
			continue;
		while (end < n_plans && is_bound(it, plan, end, is_waiting))
			end++;
		page_say(it->page, "%s", is_first ? "" : ", ");
		is_first = false;
		if (end == i + 1) {
			page_say(it->page, "plan %zu on ", end);
			link_node(it, it->fleet->plans[i].member);
		} else {
			page_say(it->page, "plans %zu %s %zu", i + 1,
				end == i + 2 ? "and" : "to", end);
		}
	}
}

static size_t count_bound(const struct hosts_page *it, size_t plan, bool is_waiting)
{
	size_t count = 0;

	for (size_t i = 0; i < it->fleet->n_plans; i++)
		count += is_bound(it, plan, i, is_waiting);
	return count;
}

/* ---- the head ---- */

static void begin(struct hosts_page *it, struct buf *ret_text)
{
	const struct fleet *fleet = it->fleet;
	cleanup_buf struct buf title = BUF_INIT;

	for (size_t i = 0; i < fleet->n_members && i < TITLE_NODES_MAX; i++)
		buf_printf(&title, "%s%s", i ? ", " : "",
			fleet->members[i].host->identity.node);
	if (fleet->n_members > TITLE_NODES_MAX)
		buf_printf(&title, " and %zu more", fleet->n_members - TITLE_NODES_MAX);
	page_begin(it->page, ret_text, buf_text(&title));
}

static void print_times(const struct hosts_page *it)
{
	const struct fleet *fleet = it->fleet;
	int64_t first = fleet->members[0].host->identity.taken, last = first;
	cleanup_buf struct buf from = BUF_INIT, until = BUF_INIT;

	for (size_t i = 1; i < fleet->n_members; i++) {
		int64_t taken = fleet->members[i].host->identity.taken;

		first = taken < first ? taken : first;
		last = taken > last ? taken : last;
	}
	stamp_print(first, &from);
	stamp_print(last, &until);
	page_open(it->page, "p", "soft");
	if (first == last)
		page_say(it->page, "as captured on %s", buf_text(&from));
	else
		page_say(it->page, "as captured from %s to %s", buf_text(&from),
			buf_text(&until));
	page_close(it->page);
}

static size_t count_all(const struct fleet *fleet, enum verdict verdict)
{
	size_t count = 0;

	for (size_t i = 0; i < fleet->n_members; i++)
		count += count_verdicts(&fleet->members[i].survey, verdict);
	return count;
}

static void print_totals(const struct hosts_page *it)
{
	const struct fleet *fleet = it->fleet;
	size_t n_steps = 0;

	for (size_t i = 0; i < fleet->n_plans; i++)
		n_steps += fleet->plans[i].plan->n_steps;
	page_open(it->page, "p", "summary");
	say_count(it->page, fleet->n_plans, "plan");
	page_say(it->page, " with ");
	say_count(it->page, n_steps, "step");
	page_say(it->page, " in all.");
	page_close(it->page);
	page_open(it->page, "p", "");
	page_say(it->page,
		"Counted on each host that has it: %zu to remove, %zu refused, %zu "
		"undecided.",
		count_all(fleet, VERDICT_REMOVE), count_all(fleet, VERDICT_REFUSE),
		count_all(fleet, VERDICT_UNDECIDED));
	page_close(it->page);
}

static void print_title(const struct hosts_page *it)
{
	page_open(it->page, "h1", "");
	page_say(it->page, "Leftover snapshots of ");
	say_count(it->page, it->fleet->n_members, "host");
	page_close(it->page);
	print_times(it);
}

static void print_hazards(const struct hosts_page *it)
{
	for (size_t i = 0; i < it->fleet->n_members; i++) {
		struct html_host of = {it->fleet, i};

		html_hazards(it->page, &it->fleet->members[i].survey, &of);
	}
}

/* ---- the order ---- */

static void print_waits(const struct hosts_page *it, size_t at)
{
	size_t count = count_bound(it, at, false);
	struct page *page = it->page;

	page_open(page, "p", "");
	if (count) {
		page_say(page, "It waits until ");
		say_bound(it, at, false);
		page_say(page, " %s done, and is given the %s (--done).",
			count == 1 ? "is" : "are",
			count == 1 ? "journal of that" : "journals of those");
	} else {
		page_say(page, "It waits for no other plan.");
	}
	if (count_bound(it, at, true)) {
		page_say(page, " Its journal is wanted by ");
		say_bound(it, at, true);
		page_say(page, ".");
	}
	page_close(page);
}

static void print_file(const struct hosts_page *it, size_t at)
{
	const struct fleet_plan *plan = &it->fleet->plans[at];
	cleanup_buf struct buf expires = BUF_INIT;

	if (!it->folder)
		return;
	page_open(it->page, "p", "soft");
	page_open(it->page, "code", "");
	page_captured(it->page, it->folder);
	page_say(it->page, "/%s", plan->file);
	page_close(it->page);
	page_say(it->page, ", digest ");
	page_say_in(it->page, "code", "", plan->plan->digest);
	stamp_print(plan->plan->expires, &expires);
	page_say(it->page, ", expires on %s", buf_text(&expires));
	page_close(it->page);
}

static void print_plan(const struct hosts_page *it, size_t at)
{
	const struct fleet_plan *plan = &it->fleet->plans[at];

	page_open(it->page, "li", "");
	page_open(it->page, "b", "");
	page_say(it->page, "Plan %zu, on ", at + 1);
	link_node(it, plan->member);
	page_close(it->page);
	page_say(it->page, ": ");
	say_count(it->page, plan->plan->n_steps, "step");
	print_waits(it, at);
	print_file(it, at);
	page_close(it->page);
}

static void print_order(const struct hosts_page *it)
{
	const struct fleet *fleet = it->fleet;
	struct page *page = it->page;

	page_say_in(page, "h2", "", "In which order");
	if (fleet->n_plans == 0)
		page_say_in(page, "p", "",
			"There is no plan: on none of these hosts is anything removed.");
	else if (fleet->n_plans == 1)
		page_say_in(page, "p", "", "There is one plan.");
	else
		page_say_in(page, "p", "",
			"Mappings go first, on every host, and volumes behind them, "
			"host by host.");
	page_open(page, "ul", "steps");
	for (size_t i = 0; i < fleet->n_plans; i++)
		print_plan(it, i);
	page_close(page);
	if (fleet->request->is_single_host)
		page_say_in(page, "p", "",
			"Asserted: no host but these sees their volume groups.");
	if (fleet->request->is_hosts_complete)
		page_say_in(page, "p", "",
			"Asserted: these are all hosts that reach the storage of their "
			"volume groups.");
}

/* ---- the hosts at a glance ---- */

static void number_cell(struct page *page, size_t number)
{
	page_open(page, "td", "number");
	page_say(page, "%zu", number);
	page_close(page);
}

static void print_glance_row(const struct hosts_page *it, size_t member)
{
	const struct member *of = &it->fleet->members[member];
	struct fleet_steps steps = {0};

	page_open(it->page, "tr", "");
	page_open(it->page, "td", "name");
	link_node(it, member);
	page_close(it->page);
	number_cell(it->page, count_verdicts(&of->survey, VERDICT_REMOVE));
	number_cell(it->page, count_verdicts(&of->survey, VERDICT_REFUSE));
	number_cell(it->page, count_verdicts(&of->survey, VERDICT_UNDECIDED));
	number_cell(it->page, of->whole->n_steps);
	page_open(it->page, "td", "");
	while (fleet_steps_next(it->fleet, member, &steps))
		page_say(it->page, "%s%zu", steps.first ? ", " : "", steps.plan + 1);
	page_say(it->page, "%s", of->whole->n_steps == 0 ? "none" : "");
	page_close(it->page);
	page_close(it->page);
}

static void print_glance(const struct hosts_page *it)
{
	static const char *const columns[] = {
		"host", "to remove", "refused", "undecided", "steps", "in plan"};
	struct page *page = it->page;

	page_say_in(page, "h2", "", "The hosts");
	page_open(page, "div", "scroll");
	page_open(page, "table", "glance");
	page_open(page, "tr", "");
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		page_say_in(page, "th", "", columns[i]);
	page_close(page);
	for (size_t i = 0; i < it->fleet->n_members; i++)
		print_glance_row(it, i);
	page_close(page);
	page_close(page);
}

/* ---- each host ---- */

/* Steps are numbered through the host; a second plan of it has numbers of its own. */
static void print_plans_of(const struct hosts_page *it, size_t member)
{
	struct fleet_steps steps = {0};

	while (fleet_steps_next(it->fleet, member, &steps)) {
		cleanup_buf struct buf words = BUF_INIT;

		fleet_steps_words(&steps, &words);
		page_open(it->page, "p", "");
		page_say(
			it->page, "Plan %zu: %s below", steps.plan + 1, buf_text(&words));
		if (steps.first)
			page_say(it->page, ", counted from 1 in that plan");
		page_say(it->page, ".");
		page_close(it->page);
		print_waits(it, steps.plan);
	}
}

static void print_host(const struct hosts_page *it, size_t member)
{
	const struct member *of = &it->fleet->members[member];
	struct html_host host = {it->fleet, member};
	cleanup_buf struct buf taken = BUF_INIT;

	page_open_place(it->page, "section", "host", HTML_HOST, member + 1);
	page_open(it->page, "h2", "");
	page_say(it->page, "Host ");
	say_node(it, member);
	page_close(it->page);
	it->page->outline = 1;
	stamp_print(of->host->identity.taken, &taken);
	page_open(it->page, "p", "soft");
	page_say(it->page, "as captured on %s", buf_text(&taken));
	page_close(it->page);
	html_hazards(it->page, &of->survey, &host);
	html_strikes(it->page, &host);
	html_suspended(it->page, &it->stories[member]);
	html_summary(it->page, &it->stories[member]);
	print_plans_of(it, member);
	html_review(it->page, &it->stories[member], of->file, NULL, &host);
	it->page->outline = 0;
	page_close(it->page);
}

void fleet_print_html(const struct fleet *fleet, const char *folder, struct buf *ret_text)
{
	struct page page;
	struct hosts_page it = {.page = &page,
		.fleet = fleet,
		.stories = xcalloc(fleet->n_members, sizeof(*it.stories)),
		.waits = fleet_waits(fleet),
		.folder = folder};

	for (size_t i = 0; i < fleet->n_members; i++)
		story_collect(&fleet->members[i].survey, fleet->members[i].whole,
			&it.stories[i]);
	begin(&it, ret_text);
	print_title(&it);
	print_hazards(&it);
	print_totals(&it);
	html_pseudonyms(&page, &fleet->members[0].host->identity);
	print_order(&it);
	print_glance(&it);
	for (size_t i = 0; i < fleet->n_members; i++)
		print_host(&it, i);
	page_end(&page);
	for (size_t i = 0; i < fleet->n_members; i++)
		story_free(&it.stories[i]);
	free(it.stories);
	free(it.waits);
}
