/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the review of a host opens, on one screen: hazards, suspended devices, the result,
 * what to do now, a line for each snapshot. Invariant: every string that came from a host
 * is escaped.
 */
#include "review.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/stamp.h"
#include "table.h"
#include "wrap.h"

#define HAZARDS_SHOWN	5  /* the details have them all */
#define SNAPSHOTS_SHOWN 20 /* in the table; --list has them all */

/* ---- hazards ---- */

/* `node` is where: "" = on this host. */
void print_hazard(const struct review *to, const struct report_hazard *hazard,
	const char *node, const char *end)
{
	struct buf *text = to->text;

	buf_printf(text, "HAZARD     %s",
		!report_is_destruction(hazard) ? hazard->head
		: *node			       ? "DATA IS BEING DESTROYED on "
					       : "DATA IS BEING DESTROYED by");
	if (*node) {
		buf_tail(text, node);
		buf_puts(text, " by");
	}
	buf_puts(text, " ");
	buf_word(text, hazard->subject->label);
	buf_puts(text, "\n");
	print_wrapped(to, "", hazard->reason->text, "");
	print_wrapped(to, "", end, "");
	buf_puts(text, "\n");
}

static void print_more(const struct review *to, size_t count, const char *what)
{
	if (count <= HAZARDS_SHOWN)
		return;
	buf_printf(to->text, "%s     and %zu more\n\n", what, count - HAZARDS_SHOWN);
}

static void print_hazards(const struct review *to, const struct report_host *host)
{
	for (size_t i = 0; i < host->n_strikes && i < HAZARDS_SHOWN; i++) {
		buf_puts(to->text, "HAZARD     DATA OF THIS HOST IS BEING DESTROYED\n");
		print_wrapped(to, "", host->strikes[i].text, "");
		print_wrapped(to, "", host->strikes[i].end, "");
		buf_puts(to->text, "\n");
	}
	print_more(to, host->n_strikes, "HAZARD");
	for (size_t i = 0; i < host->n_hazards && i < HAZARDS_SHOWN; i++)
		print_hazard(to, &host->hazards[i], "", host->hazards[i].end);
	print_more(to, host->n_hazards, "HAZARD");
}

static void print_suspended(const struct review *to, const struct report_host *host)
{
	for (size_t i = 0; i < host->n_suspended && i < HAZARDS_SHOWN; i++) {
		buf_puts(to->text, "SUSPENDED  ");
		buf_word(to->text, host->suspended[i].device->name);
		buf_puts(to->text, "\n");
		print_wrapped(to, "", host->suspended[i].text, ".");
		buf_puts(to->text, "\n");
	}
	print_more(to, host->n_suspended, "SUSPENDED");
}

/* ---- the result ---- */

static void print_plan_file(
	const struct review *to, const struct plan *plan, const char *plan_file)
{
	cleanup_buf struct buf parts = BUF_INIT;
	struct buf *text = to->text;

	buf_puts(text, "PLAN       ");
	buf_word(text, plan_file);
	if (!plan->n_steps) {
		buf_puts(text, ", without a step");
	} else if (plan->taken) {
		buf_printf(text, "\n           confirmation code %.*s, expires on ",
			PLAN_CONFIRM_DIGITS, plan->digest);
		stamp_print(plan->expires, text);
	}
	buf_puts(text, "\n");
	if (!plan->n_parts)
		return;
	buf_printf(&parts,
		"%u, each proven without the others: where the host differs in some, "
		"snapstate-execute --keep-going leaves these out",
		plan->n_parts);
	print_titled(to, "PARTS", buf_text(&parts));
}

/* What the plan rests on beside the captures. */
void print_asserted(const struct review *to, const struct report *report)
{
	for (size_t i = 0; i < report->n_asserted; i++)
		print_titled(to, i ? "" : "ASSERTED", report->asserted[i]);
}

void print_now(const struct review *to, const struct report_to_do *now)
{
	for (size_t i = 0; i < now->count; i++) {
		cleanup_buf struct buf lead = BUF_INIT, words = BUF_INIT;

		buf_printf(&lead, "%-*s%zu", REVIEW_INDENT, i ? "" : "NOW", i + 1);
		buf_prose(&words, now->items[i].text);
		wrap_add(to->text, to->width, REVIEW_INDENT + 3, buf_text(&lead),
			buf_text(&words));
		if (now->items[i].command)
			buf_printf(to->text, "%*s%s\n", REVIEW_INDENT + 3, "",
				now->items[i].command);
	}
}

static void print_result(const struct review *to, const struct report *report,
	const struct report_host *host)
{
	const char *node = host->member->host->identity.node;
	cleanup_buf struct buf words = BUF_INIT;

	buf_printf(&words, "%s, captured %s", *node ? node : "unknown", host->taken);
	print_titled(to, "HOST", buf_text(&words));
	print_titled(to, "RESULT", host->summary);
	if (!report_is_of_several(report))
		print_asserted(to, report);
	print_titled(to, "EVIDENCE", host->worth);
	if (report->output && !report_is_of_several(report))
		print_plan_file(to, host->member->whole, report->output);
	print_now(to, &host->now);
	if (!host->now.count)
		print_titled(to, "NOW",
			host->n_told ? "Nothing for this selection." : "Nothing.");
}

/* ---- a line for each snapshot ---- */

static void add_line(struct table *table, const struct subject *subject)
{
	struct libscols_line *line = table_line(table, NULL);
	cleanup_buf struct buf verdict = BUF_INIT;

	buf_puts(&verdict, report_verdict(subject->verdict));
	if (subject->outlook == OUTLOOK_REMOVE || subject->outlook == OUTLOOK_KEEP)
		buf_printf(&verdict, " (%s?)", outlook_name(subject->outlook));
	table_cell(line, 0, buf_text(&verdict));
	table_cell(line, 1, rule_text(subject->decisive)->name);
	table_cell(line, 2, subject->label);
}

static void print_snapshots(const struct review *to, const struct report_host *host)
{
	static const char *const headings[] = {"VERDICT", "CLASS", "SNAPSHOT", NULL};
	struct table *table = table_new(headings, true, false);
	size_t n_shown = 0;

	for (size_t i = 0; i < host->n_told; i++) {
		const struct subject *subject = host->told[i]->subject;

		if (!subject->is_selected && !report_is_hazard(host, subject))
			continue;
		if (n_shown++ < SNAPSHOTS_SHOWN)
			add_line(table, subject);
	}
	if (n_shown)
		buf_puts(to->text, "\n");
	table_print(table, to->text, 2, "");
	if (n_shown > SNAPSHOTS_SHOWN)
		buf_printf(to->text, "  and %zu more: snapstate-plan --list\n",
			n_shown - SNAPSHOTS_SHOWN);
}

void print_screen(const struct review *to, const struct report *report,
	const struct report_host *host)
{
	print_hazards(to, host);
	print_suspended(to, host);
	print_result(to, report, host);
	print_snapshots(to, host);
}
