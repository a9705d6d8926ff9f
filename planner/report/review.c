/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as text: what a person reads before signing. One screen first, then each
 * subject with verdict, reasons and steps, then what is not touched, and what all of it
 * was made from; of several hosts the order of their plans, then each host. Invariant:
 * every string that came from a host is escaped, so that no name can forge a line.
 */
#include "review.h"

#include <string.h>

#include "reports.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/source.h"
#include "table.h"
#include "wrap.h"

#define UNTOUCHED_SHOWN 40

/* ---- what it was made from ---- */

/* What texts name without its numbers is not counted as recorded. */
static void print_named(struct buf *text, const struct host *host)
{
	size_t count = report_named_volumes(host);

	if (!count)
		return;
	report_counted(text, count, "volume");
	buf_puts(text, " known by name;\n           ");
}

static void print_recorded(struct buf *text, const struct host *host)
{
	buf_puts(text, "recorded   ");
	print_named(text, host);
	report_counted(text, host->n_devices, "device-mapper device");
	buf_puts(text, ", ");
	report_counted(text, host->n_vgs, "volume group");
	buf_puts(text, ", ");
	report_counted(text, host->n_lvs, "logical volume");
	buf_puts(text, ",\n           ");
	report_counted(text, host->n_mounts, "mount");
	buf_puts(text, " in ");
	report_counted(text, host->n_namespaces, "namespace");
	buf_puts(text, ", ");
	report_counted(text, report_holding_processes(host), "holding process");
	buf_puts(text, "\n");
}

static void print_missing(struct buf *text, const struct report_host *host)
{
	if (!host->n_missing)
		return;
	buf_puts(text, "not read   ");
	for (size_t i = 0; i < host->n_missing; i++) {
		const struct source *source = host->missing[i];

		buf_printf(text, "%s%s: %s", i ? "\n           " : "", source->name,
			outcome_name(source->outcome));
		if (*source->detail) {
			buf_puts(text, ", ");
			buf_tail(text, source->detail);
		}
	}
	buf_puts(text, "\n");
}

#define IMPORTED_SHOWN 60 /* lines of what became of the evidence */

static void print_words(const struct review *to, const char *lead,
	const struct words *words, size_t most, const char *rest)
{
	for (size_t i = 0; i < words->count && i < most; i++)
		wrap_add(to->text, to->width, REVIEW_INDENT, i ? "" : lead,
			words->items[i]);
	if (words->count > most)
		buf_printf(to->text, "%-*sand %zu more: %s\n", REVIEW_INDENT, "",
			words->count - most, rest);
}

/* What others collected: what was made of it, and what it says of no volume. */
static void print_imported(const struct review *to, const struct host *host)
{
	cleanup_words struct words record = {0}, messages = {0};

	report_imported(host, &record);
	report_host_messages(host, &messages);
	print_words(to, "imported", &record, IMPORTED_SHOWN,
		IMPORT_DOCUMENT " in the archive has all");
	print_words(to, "messages", &messages, REPORT_MESSAGES_MOST, "");
}

static void print_asked(struct buf *text, const struct report_host *host)
{
	for (size_t i = 0; i < host->n_asked; i++) {
		buf_puts(text, i ? "           " : "selection  ");
		buf_tail(text, host->asked[i]);
		buf_puts(text, "\n");
	}
}

static void print_sources(const struct review *to, const struct report_host *host)
{
	struct buf *text = to->text;
	const struct identity *id = &host->member->host->identity;

	buf_puts(text, "\ncapture    ");
	buf_word(text, host->member->file);
	buf_printf(text, "\n           sha256 %s\nhost       ",
		host->member->whole->capture_sha256);
	buf_word(text, id->node);
	buf_puts(text, ", Linux ");
	buf_word(text, id->kernel);
	buf_puts(text, "\n           machine-id ");
	buf_word(text, id->machine_id);
	buf_puts(text, "\n           boot-id ");
	buf_word(text, id->boot_id);
	buf_printf(text, "\ntaken      %s\n", host->taken);
	if (*id->redaction) {
		buf_puts(text, "names      are pseudonyms, made with the key ");
		buf_word(text, id->redaction);
		buf_puts(text, "\n");
	}
	print_recorded(text, host->member->host);
	print_missing(text, host);
	print_imported(to, host->member->host);
	print_asked(text, host);
	if (!host->member->whole->n_steps)
		return;
	buf_printf(text, "plan       sha256 %s\n", host->member->whole->digest);
}

/* ---- subjects ---- */

static void print_refreshes(const struct review *to, const struct report_host *host)
{
	const struct plan *plan = host->member->whole;

	size_t n_told = to->is_verbose || host->n_refreshes < REPORT_ALIKE_LEAST
				? host->n_refreshes
				: 1;

	for (size_t i = 0; i < host->n_refreshes; i++) {
		size_t step = host->refreshes[i];

		if (i < n_told) {
			buf_puts(to->text, "\nREFRESH\n");
			print_wrapped(to, "because", plan->steps[step].reasons[0], "");
		} else if (i == n_told) {
			buf_printf(to->text, "\nREFRESH    %zu more like it\n",
				host->n_refreshes - n_told);
		}
		print_steps(to->text, plan, step, 1);
	}
}

/* ---- what stays ---- */

static bool is_fate(const struct report_host *host, size_t at, const char *fate)
{
	cleanup_buf struct buf words = BUF_INIT;

	story_fate(&host->story, host->untouched[at], &words);
	return strcmp(buf_text(&words), fate) == 0;
}

/* The devices that share it, and what it is. */
static void print_fate(const struct review *to, const struct report_host *host,
	size_t first, size_t end, const char *fate)
{
	for (size_t i = first; i < end; i++) {
		cleanup_buf struct buf number = BUF_INIT, name = BUF_INIT;

		if (!is_fate(host, i, fate))
			continue;
		buf_devno(&number, host->untouched[i]->devno);
		buf_tail(&name, host->untouched[i]->name);
		buf_printf(to->text, "  %-*s%s\n", REVIEW_INDENT - 2, buf_text(&number),
			buf_text(&name));
	}
	print_wrapped(to, "", fate, "");
}

static void print_untouched(const struct review *to, const struct report_host *host)
{
	size_t end =
		host->n_untouched < UNTOUCHED_SHOWN ? host->n_untouched : UNTOUCHED_SHOWN;

	if (end)
		buf_puts(to->text, "\nNot touched\n");
	for (size_t i = 0; i < end; i++) {
		cleanup_buf struct buf fate = BUF_INIT;
		size_t first = 0;

		story_fate(&host->story, host->untouched[i], &fate);
		while (!is_fate(host, first, buf_text(&fate)))
			first++;
		if (first == i)
			print_fate(to, host, i, end, buf_text(&fate));
	}
	if (host->n_untouched > end)
		buf_printf(to->text, "           and %zu more devices\n",
			host->n_untouched - end);
}

/* ---- one host ---- */

static void print_host(const struct review *to, const struct report *report,
	const struct report_host *host)
{
	print_screen(to, report, host);
	print_opening(to, host);
	print_subjects(to, host, 0, host->n_removed);
	print_refreshes(to, host);
	print_subjects(to, host, host->n_removed, host->n_told);
	print_untouched(to, host);
	print_sources(to, host);
}

/* ---- several ---- */

static void print_plan(struct buf *text, const struct report *report, size_t at)
{
	const struct fleet_plan *plan = &report->fleet->plans[at];
	bool is_first = true;

	buf_printf(text, "  %zu  on ", at + 1);
	buf_word(text, report->hosts[plan->member].member->host->identity.node);
	buf_printf(text, ", %zu step%s", plan->plan->n_steps,
		plan->plan->n_steps == 1 ? "" : "s");
	for (size_t before = 0; before < at; before++)
		if (report_waits(report, at, before)) {
			buf_printf(text, "%s%zu", is_first ? "; only when done: " : ", ",
				before + 1);
			is_first = false;
		}
	if (report->output) {
		buf_puts(text, "\n     ");
		buf_word(text, report->output);
		buf_printf(text, "/%s, confirmation code %.*s\n     sha256 %s",
			plan->file, PLAN_CONFIRM_DIGITS, plan->plan->digest,
			plan->plan->digest);
	}
	buf_puts(text, "\n");
}

static void print_order(const struct review *to, const struct report *report)
{
	size_t n_plans = report->fleet->n_plans;

	if (n_plans)
		buf_printf(to->text, "\nPlans%s\n", n_plans > 1 ? ", in this order" : "");
	for (size_t i = 0; i < n_plans; i++)
		print_plan(to->text, report, i);
}

static void add_host(
	const struct report *report, struct table *table, const struct report_host *host)
{
	size_t member = (size_t)(host - report->hosts);
	const size_t counts[] = {host->n_hazards + host->n_strikes, host->to_remove,
		host->refused, host->undecided, host->member->whole->n_steps};
	struct libscols_line *line = table_line(table, NULL);
	cleanup_buf struct buf plans = BUF_INIT;
	struct fleet_steps steps = {0};

	table_cell(line, 0, host->node);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		cleanup_buf struct buf count = BUF_INIT;

		buf_printf(&count, "%zu", counts[i]);
		table_cell(line, i + 1, buf_text(&count));
	}
	while (fleet_steps_next(report->fleet, member, &steps))
		buf_printf(&plans, "%s%zu", plans.len ? "," : "", steps.plan + 1);
	table_cell(line, 6, plans.len ? buf_text(&plans) : "none");
}

static void print_hosts(const struct review *to, const struct report *report)
{
	static const char *const headings[] = {"HOST", "HAZARDS", "REMOVE", "REFUSED",
		"UNDECIDED", "STEPS", "PLANS", NULL};
	struct table *table = table_new(headings, true, false);

	for (size_t i = 0; i < report->n_hosts; i++)
		add_host(report, table, &report->hosts[i]);
	buf_puts(to->text, "\n");
	table_print(table, to->text, 2, "");
}

/* "2 hosts, 1 plan with 3 steps." */
static void print_result_of_all(const struct review *to, const struct report *report)
{
	cleanup_buf struct buf words = BUF_INIT;
	size_t n_steps = 0, n_plans = report->fleet->n_plans;

	for (size_t i = 0; i < n_plans; i++)
		n_steps += report->fleet->plans[i].plan->n_steps;
	report_counted(&words, report->n_hosts, "host");
	buf_puts(&words, ", ");
	report_counted(&words, n_plans, "plan");
	if (n_plans) {
		buf_puts(&words, " with ");
		report_counted(&words, n_steps, "step");
	}
	buf_puts(&words, ".");
	print_titled(to, "RESULT", buf_text(&words));
	print_asserted(to, report);
}

/* What is being destroyed comes before the order of the plans, on whatever host it is. */
static void print_destruction(const struct review *to, const struct report_host *host)
{
	for (size_t i = 0; i < host->n_hazards; i++)
		if (report_is_destruction(&host->hazards[i]))
			print_hazard(to, &host->hazards[i], host->node,
				host->hazards[i].plan_end);
}

static void print_several(const struct review *to, const struct report *report)
{
	for (size_t i = 0; i < report->n_hosts; i++)
		print_destruction(to, &report->hosts[i]);
	print_result_of_all(to, report);
	print_now(to, &report->now);
	print_hosts(to, report);
	print_order(to, report);
	for (size_t i = 0; i < report->n_hosts; i++) {
		buf_puts(to->text, "\n==== ");
		buf_word(to->text, report->hosts[i].member->host->identity.node);
		buf_puts(to->text, " ====\n");
		print_host(to, report, &report->hosts[i]);
	}
}

static void print_mistyped(const struct review *to, const struct report *report)
{
	for (size_t i = 0; i < report->n_mistyped; i++) {
		const struct report_mistyped *it = &report->mistyped[i];
		cleanup_buf struct buf words = BUF_INIT;

		buf_puts(to->text, "NO MATCH   --select ");
		buf_word(to->text, it->glob);
		buf_puts(to->text, "\n");
		if (*it->there)
			buf_printf(&words, "Snapshots on %s: %s.",
				report_is_of_several(report) ? "these hosts"
							     : "this host",
				it->there);
		else
			buf_puts(&words, report_is_of_several(report)
						 ? "These hosts have no snapshots."
						 : "This host has no snapshots.");
		print_wrapped(to, "", buf_text(&words), "");
		buf_puts(to->text, "\n");
	}
}

void review_print(const struct report *report, unsigned width, bool is_verbose,
	struct buf *ret_text)
{
	struct review to = {ret_text, width ? width : WRAP_WIDTH, is_verbose};

	print_mistyped(&to, report);
	if (report_is_of_several(report))
		print_several(&to, report);
	else
		print_host(&to, report, &report->hosts[0]);
}
