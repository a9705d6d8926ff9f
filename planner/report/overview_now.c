/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to do first, and on which host, over all groups; see overview.h. A group's process
 * puts a line for its plans, and one for each host with a hazard that no plan ends or
 * with undecided snapshots. The index shows the most urgent of all groups.
 */
#include <stdio.h>
#include <string.h>

#include "overview.h"
#include "page.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "wrap.h"

#define NOW_SHOWN   12 /* of all groups; the reviews have the rest */
#define PLANS_SHOWN 6  /* of one group */
#define DONE_SHOWN  3  /* journals that a command names */

/* What is urgent sorts first. */
#define NOW_HAZARD    "0"
#define NOW_PLANS     "1"
#define NOW_UNDECIDED "2"

/* Of struct overview_line. */
enum now_word {
	NOW_URGENCY,
	NOW_SENTENCE,
	NOW_COMMANDS, /* lines */
};

/* ---- written ---- */

static void put(struct buf *text, const char *urgency, const struct buf *sentence,
	const struct buf *commands)
{
	overview_put(text, OVERVIEW_NOW, 3,
		(const char *const[]){urgency, buf_text(sentence),
			commands->data ? commands->data : ""});
}

/* How the group's review is read. */
static void put_review(const struct report *report, struct buf *commands)
{
	cleanup_buf struct buf file = BUF_INIT;

	if (report->output) {
		buf_printf(&file, "%s/review.txt", report->output);
		buf_puts(commands, "less ");
		buf_quoted(commands, buf_text(&file));
	} else {
		buf_puts(commands, "snapstate-plan");
		for (size_t i = 0; i < report->n_hosts; i++) {
			buf_puts(commands, " ");
			buf_quoted(commands, report->hosts[i].member->file);
		}
	}
	buf_puts(commands, "\n");
}

static void put_execution(
	const struct report *report, const struct fleet_plan *plan, struct buf *commands)
{
	buf_prose(commands, report->hosts[plan->member].node);
	buf_puts(commands, "# ");
	now_put_apply(plan->plan, DONE_SHOWN, commands);
	buf_quoted(commands, plan->file);
	buf_puts(commands, "\n");
}

static void put_plans(const struct report *report, const char *group, struct buf *text)
{
	cleanup_buf struct buf sentence = BUF_INIT, commands = BUF_INIT;
	const struct fleet *fleet = report->fleet;
	size_t count = 0;

	put_review(report, &commands);
	for (size_t i = 0; i < fleet->n_plans; i++)
		if (fleet->plans[i].plan->n_steps && count++ < PLANS_SHOWN)
			put_execution(report, &fleet->plans[i], &commands);
	if (!count || !report->output)
		return;
	buf_printf(&sentence, "Group %s: read its review, sign its ", group);
	if (count == 1)
		buf_puts(&sentence, "plan, and carry it out as root:");
	else
		buf_printf(&sentence,
			"%zu plans, and carry them out as root, in this order:", count);
	if (count > PLANS_SHOWN)
		buf_printf(&commands, "and %zu more, in the order of their numbers\n",
			count - PLANS_SHOWN);
	put(text, report_has_hazard(report) ? NOW_HAZARD : NOW_PLANS, &sentence,
		&commands);
}

/* One that no plan ends; what strikes this host is another one's. */
static bool has_own_hazard(const struct report_host *host)
{
	for (size_t i = 0; i < host->n_hazards; i++)
		if (host->hazards[i].subject->verdict != VERDICT_REMOVE)
			return true;
	return host->n_suspended > 0;
}

static void put_host(const struct report *report, const struct report_host *host,
	const char *group, struct buf *text)
{
	cleanup_buf struct buf sentence = BUF_INIT, commands = BUF_INIT;
	const char *node = *host->node ? host->node : group;
	bool is_hazard = has_own_hazard(host);

	if (is_hazard)
		buf_printf(&sentence, "%s: end the hazard; the review says how:", node);
	else if (host->undecided)
		buf_printf(&sentence,
			"%s: %zu undecided; the review says what would decide:", node,
			host->undecided);
	else
		return;
	put_review(report, &commands);
	put(text, is_hazard ? NOW_HAZARD : NOW_UNDECIDED, &sentence, &commands);
}

void overview_put_now(const struct report *report, const char *group, struct buf *text)
{
	put_plans(report, group, text);
	for (size_t i = 0; i < report->n_hosts; i++)
		put_host(report, &report->hosts[i], group, text);
}

/* ---- what both writers say ---- */

/* The rest, of which no group knows; `at` counts on from those that are shown. false:
 * that was all. */
static bool next_general(const struct overview *overview, size_t *at, struct buf *ret)
{
	const struct overview_lines *now = &overview->of[OVERVIEW_NOW];

	switch ((*at)++) {
	case 0:
		if (now->count > NOW_SHOWN)
			buf_printf(
				ret, "%zu more: see the table.", now->count - NOW_SHOWN);
		return true;
	case 1:
		if (!overview->has_folder && overview_has_removals(overview))
			buf_puts(ret, "Write the plans and the reviews: repeat this "
				      "command with -o FOLDER.");
		return true;
	case 2:
		if (overview->of[OVERVIEW_BAD].count)
			buf_puts(ret,
				"Make what is listed as failed again, and repeat this "
				"command.");
		return true;
	}
	return false;
}

static const char *next_command(const char *at, struct buf *ret)
{
	size_t len = strcspn(at, "\n");

	ret->len = 0;
	buf_add(ret, at, len);
	return at + len + (at[len] == '\n');
}

/* ---- as text ---- */

static void print_item(
	struct buf *text, unsigned width, size_t number, const char *sentence)
{
	cleanup_buf struct buf lead = BUF_INIT, words = BUF_INIT;

	buf_printf(&lead, "%-*s%zu", OVERVIEW_INDENT, number == 1 ? "NOW" : "", number);
	buf_prose(&words, sentence);
	wrap_add(text, width, OVERVIEW_INDENT + 3, buf_text(&lead), buf_text(&words));
}

void overview_print_now(const struct overview *overview, unsigned width, struct buf *text)
{
	const struct overview_lines *now = &overview->of[OVERVIEW_NOW];
	cleanup_buf struct buf words = BUF_INIT;
	size_t number = 0, at = 0;

	buf_puts(text, "\n");
	for (size_t i = 0; i < now->count && i < NOW_SHOWN; i++) {
		const char *commands = now->items[i].words[NOW_COMMANDS];

		print_item(text, width, ++number, now->items[i].words[NOW_SENTENCE]);
		while (*commands) {
			commands = next_command(commands, &words);
			buf_printf(text, "%*s", OVERVIEW_INDENT + 3, "");
			buf_prose(text, buf_text(&words));
			buf_puts(text, "\n");
		}
	}
	for (words.len = 0; next_general(overview, &at, &words); words.len = 0)
		if (words.len)
			print_item(text, width, ++number, buf_text(&words));
	if (!number)
		buf_puts(text, "NOW        Nothing.\n");
}

/* ---- as a page ---- */

void overview_page_now(const struct overview *overview, struct page *page)
{
	const struct overview_lines *now = &overview->of[OVERVIEW_NOW];
	cleanup_buf struct buf words = BUF_INIT;
	size_t at = 0, number = 0;

	page_say_in(page, "h2", "", "What to do now");
	page_open(page, "ol", "");
	for (size_t i = 0; i < now->count && i < NOW_SHOWN; i++, number++) {
		const char *commands = now->items[i].words[NOW_COMMANDS];

		page_open(page, "li", "");
		page_captured(page, now->items[i].words[NOW_SENTENCE]);
		while (*commands) {
			commands = next_command(commands, &words);
			page_say_in(page, "pre", "command", buf_text(&words));
		}
		page_close(page);
	}
	for (words.len = 0; next_general(overview, &at, &words); words.len = 0)
		if (words.len && ++number)
			page_say_in(page, "li", "", buf_text(&words));
	if (!number)
		page_say_in(page, "li", "", "Nothing.");
	page_close(page);
}
