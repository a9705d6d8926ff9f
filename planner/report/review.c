/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as text: what a person reads before signing. Hazards first, then each
 * subject with verdict, reasons and steps, then what stays untouched; of several hosts
 * the order of their plans, then each host. Invariant: every string that came from a host
 * is escaped, so that no name can forge a line.
 */
#include "review.h"

#include "reports.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/source.h"
#include "snapstate/stamp.h"
#include "table.h"

#define UNTOUCHED_SHOWN 40

/* ---- hazards ---- */

/* `node` is where: "" = on this host. */
static void print_hazard(struct buf *text, const struct report_hazard *hazard,
	const char *node, const char *end)
{
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
	print_wrapped(text, "", hazard->reason->text, "");
	print_wrapped(text, "", end, "");
	buf_puts(text, "\n");
}

static void print_strikes(struct buf *text, const struct report_host *host)
{
	for (size_t i = 0; i < host->n_strikes; i++) {
		buf_puts(text, "HAZARD     DATA OF THIS HOST IS BEING DESTROYED\n");
		print_wrapped(text, "", host->strikes[i].text, "");
		print_wrapped(text, "", host->strikes[i].end, "");
		buf_puts(text, "\n");
	}
}

static void print_suspended(struct buf *text, const struct report_host *host)
{
	for (size_t i = 0; i < host->n_suspended; i++) {
		buf_puts(text, "SUSPENDED  ");
		buf_word(text, host->suspended[i].device->name);
		buf_puts(text, "\n");
		print_wrapped(text, "", host->suspended[i].text, ".");
		buf_puts(text, "\n");
	}
}

/* ---- the head ---- */

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

static void print_asked(struct buf *text, const struct report_host *host)
{
	for (size_t i = 0; i < host->n_asked; i++) {
		buf_puts(text, i ? "           " : "asked for  ");
		buf_tail(text, host->asked[i]);
		buf_puts(text, "\n");
	}
}

static void print_head(struct buf *text, const struct report_host *host)
{
	const struct identity *id = &host->member->host->identity;

	buf_puts(text, "capture    ");
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
	print_asked(text, host);
}

/* ---- subjects ---- */

static void print_refreshes(struct buf *text, const struct report_host *host)
{
	const struct plan *plan = host->member->whole;

	for (size_t i = 0; i < host->n_refreshes; i++) {
		size_t step = host->refreshes[i];

		buf_puts(text, "\nREFRESH\n");
		print_wrapped(text, "because", plan->steps[step].reasons[0], "");
		print_steps(text, plan, step, 1);
	}
}

static void print_subjects(
	struct buf *text, const struct report_host *host, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		print_subject(text, host, host->told[i]);
}

/* ---- what stays ---- */

static void print_untouched(struct buf *text, const struct report_host *host)
{
	static const char *const columns[] = {"MAJ:MIN", "NAME", "WHY", NULL};
	struct table *table = table_new(columns, false, false);

	for (size_t i = 0; i < host->n_untouched && i < UNTOUCHED_SHOWN; i++) {
		const struct device *device = host->untouched[i];
		struct libscols_line *line = table_line(table, NULL);
		cleanup_buf struct buf number = BUF_INIT, fate = BUF_INIT;

		buf_devno(&number, device->devno);
		story_fate(&host->story, device, &fate);
		table_cell(line, 0, buf_text(&number));
		table_cell(line, 1, device->name);
		table_cell(line, 2, buf_text(&fate));
	}
	if (host->n_untouched)
		buf_puts(text, "\nWould not touch\n");
	table_print(table, text, 2, "");
	if (host->n_untouched > UNTOUCHED_SHOWN)
		buf_printf(text, "  and %zu more\n", host->n_untouched - UNTOUCHED_SHOWN);
}

static void print_plan_file(
	struct buf *text, const struct plan *plan, const char *plan_file)
{
	buf_puts(text, "Plan: ");
	buf_word(text, plan_file);
	buf_printf(text, ", digest sha256:%s\n", plan->digest);
	if (!plan->taken) {
		buf_puts(text, "It cannot be applied: when its evidence was collected is "
			       "not known.\n");
		return;
	}
	buf_puts(text, "It expires on ");
	stamp_print(plan->expires, text);
	buf_printf(text, "; to apply it, one confirms with %.*s\n", PLAN_CONFIRM_DIGITS,
		plan->digest);
}

/* ---- one host ---- */

static void print_host(struct buf *text, const struct report_host *host)
{
	print_strikes(text, host);
	for (size_t i = 0; i < host->n_hazards; i++)
		print_hazard(text, &host->hazards[i], "", host->hazards[i].end);
	print_suspended(text, host);
	print_opening(text, host);
	print_head(text, host);
	print_subjects(text, host, 0, host->n_removed);
	print_refreshes(text, host);
	print_subjects(text, host, host->n_removed, host->n_told);
	print_untouched(text, host);
	buf_printf(text, "\n%s\n", host->summary);
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
		buf_printf(text, "/%s, digest sha256:%s", plan->file, plan->plan->digest);
	}
	buf_puts(text, "\n");
}

static void print_order(struct buf *text, const struct report *report)
{
	size_t n_plans = report->fleet->n_plans;

	buf_printf(text, "%zu hosts, %zu plan%s\n", report->n_hosts, n_plans,
		n_plans == 1  ? ""
		: n_plans > 1 ? "s, in this order:"
			      : "s");
	for (size_t i = 0; i < n_plans; i++)
		print_plan(text, report, i);
	for (size_t i = 0; i < report->n_asserted; i++)
		buf_printf(text, "asserted: %s\n", report->asserted[i]);
}

/* What is being destroyed comes before the order of the plans, on whatever host it is. */
static void print_destruction(struct buf *text, const struct report_host *host)
{
	for (size_t i = 0; i < host->n_hazards; i++)
		if (report_is_destruction(&host->hazards[i]))
			print_hazard(text, &host->hazards[i], host->node,
				host->hazards[i].plan_end);
}

static void print_several(struct buf *text, const struct report *report)
{
	for (size_t i = 0; i < report->n_hosts; i++)
		print_destruction(text, &report->hosts[i]);
	print_order(text, report);
	for (size_t i = 0; i < report->n_hosts; i++) {
		buf_puts(text, "\n==== ");
		buf_word(text, report->hosts[i].member->host->identity.node);
		buf_puts(text, " ====\n");
		print_host(text, &report->hosts[i]);
	}
}

static void print_mistyped(struct buf *text, const struct report *report)
{
	for (size_t i = 0; i < report->n_mistyped; i++) {
		const struct report_mistyped *it = &report->mistyped[i];
		cleanup_buf struct buf words = BUF_INIT;

		buf_puts(text, "NO MATCH   --select ");
		buf_word(text, it->glob);
		buf_puts(text, "\n");
		if (*it->there)
			buf_printf(&words, "the snapshots that there are: %s", it->there);
		else
			buf_puts(&words, "there is no snapshot");
		print_wrapped(text, "", buf_text(&words), "");
		buf_puts(text, "\n");
	}
}

void review_print(const struct report *report, struct buf *ret_text)
{
	print_mistyped(ret_text, report);
	if (report_is_of_several(report)) {
		print_several(ret_text, report);
		return;
	}
	print_host(ret_text, &report->hosts[0]);
	if (report->output)
		print_plan_file(ret_text, report->hosts[0].member->whole, report->output);
}
