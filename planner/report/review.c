/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The review: what a person reads before signing. Hazards first, then each subject with
 * verdict, reasons and steps, then what stays untouched. Invariant: every string that
 * came from a host is escaped, so that no name can forge a line.
 */
#include <stdio.h>
#include <string.h>

#include "checks.h"
#include "review.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/stamp.h"
#include "table.h"

#define UNTOUCHED_SHOWN 40

/* ---- words ---- */

void print_counted(struct buf *text, size_t count, const char *noun)
{
	size_t len = strlen(noun);
	bool is_y = len && noun[len - 1] == 'y';

	buf_printf(text, "%zu %.*s%s", count, (int)(is_y && count != 1 ? len - 1 : len),
		noun,
		count == 1 ? "" : (is_y ? "ies" : (noun[len - 1] == 's' ? "es" : "s")));
}

/* ---- the head ---- */

size_t count_holding_processes(const struct host *host)
{
	size_t holders = 0;

	/* both are sorted by pid */
	for (size_t i = 0, u = 0; i < host->n_processes; i++) {
		uint32_t pid = host->processes[i].pid;

		while (u < host->n_uses && host->uses[u].pid < pid)
			u++;
		holders += u < host->n_uses && host->uses[u].pid == pid;
	}
	return holders;
}

static void print_recorded(struct buf *text, const struct host *host)
{
	bool is_first = true;

	buf_puts(text, "recorded   ");
	print_counted(text, host->n_devices, "device-mapper device");
	buf_puts(text, ", ");
	print_counted(text, host->n_vgs, "volume group");
	buf_puts(text, ", ");
	print_counted(text, host->n_lvs, "logical volume");
	buf_puts(text, ",\n           ");
	print_counted(text, host->n_mounts, "mount");
	buf_puts(text, " in ");
	print_counted(text, host->n_namespaces, "namespace");
	buf_puts(text, ", ");
	print_counted(text, count_holding_processes(host), "holding process");
	buf_puts(text, "\nnot read   ");
	for (size_t i = 0; i < host->n_sources; i++) {
		const struct source *source = &host->sources[i];

		if (source->outcome == OUTCOME_READ)
			continue;
		buf_printf(text, "%s%s: %s", is_first ? "" : "\n           ",
			source->name, outcome_name(source->outcome));
		if (*source->detail) {
			buf_puts(text, ", ");
			buf_tail(text, source->detail);
		}
		is_first = false;
	}
	buf_puts(text, is_first ? "nothing was missing\n" : "\n");
}

void print_rule(struct buf *text, const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->n_globs; i++) {
		buf_puts(text, i ? " " : "");
		buf_word(text, rule->globs[i]);
	}
	if (rule->tags) {
		buf_puts(text, ", tagged ");
		buf_word(text, rule->tags);
	}
	buf_puts(text, ", older than ");
	print_duration(text, (int64_t)rule->min_age);
}

static void print_request(struct buf *text, const struct request *request)
{
	const char *lead = "asked for ";

	if (request->n_select) {
		buf_puts(text, lead);
		for (size_t i = 0; i < request->n_select; i++) {
			buf_puts(text, " ");
			buf_word(text, request->select[i]);
		}
		buf_puts(text, ", older than ");
		print_duration(text, request->min_age);
		buf_puts(text, "\n");
		lead = "          ";
	}
	for (size_t i = 0; i < request->n_rules; i++) {
		buf_printf(text, "%s rule %s: ", lead, request->rules[i].name);
		print_rule(text, &request->rules[i]);
		buf_puts(text, "\n");
		lead = "          ";
	}
}

static void print_head(struct buf *text, const struct survey *survey,
	const struct plan *plan, const char *capture_name)
{
	const struct identity *id = &survey->host->identity;

	buf_puts(text, "capture    ");
	buf_word(text, capture_name);
	buf_printf(text, "\n           sha256 %s\nhost       ", plan->capture_sha256);
	buf_word(text, id->node);
	buf_puts(text, ", Linux ");
	buf_word(text, id->kernel);
	buf_puts(text, "\n           machine-id ");
	buf_word(text, id->machine_id);
	buf_puts(text, "\n           boot-id ");
	buf_word(text, id->boot_id);
	buf_puts(text, "\ntaken      ");
	stamp_print(id->taken, text);
	buf_puts(text, ", ");
	print_duration(text, (int64_t)(id->uptime / (id->ticks ? id->ticks : 100)));
	buf_puts(text, " after boot\n");
	if (*id->redaction) {
		buf_puts(text, "names      are pseudonyms, made with the key ");
		buf_word(text, id->redaction);
		buf_puts(text, "\n");
	}
	print_recorded(text, survey->host);
	print_request(text, survey->request);
}

/* ---- hazards ---- */

static void print_hazard_end(struct buf *text, const struct subject *subject)
{
	cleanup_buf struct buf end = BUF_INIT;

	if (subject->n_steps > 1)
		buf_printf(&end, "Steps %zu to %zu end it.", subject->first_step + 1,
			subject->first_step + subject->n_steps);
	else if (subject->n_steps)
		buf_printf(&end, "Step %zu ends it.", subject->first_step + 1);
	else
		buf_printf(&end, "No step ends it: it is %s, see below.",
			subject->verdict == VERDICT_UNDECIDED ? "undecided" : "refused");
	print_wrapped(text, "", buf_text(&end), "");
}

static void print_hazards(struct buf *text, const struct survey *survey)
{
	for (size_t i = 0; i < survey->n_subjects; i++) {
		const struct subject *subject = &survey->subjects[i];

		for (size_t r = 0; r < subject->n_reasons; r++) {
			const char *head = rule_hazard(subject->reasons[r].rule);

			if (!head)
				continue;
			if (subject->reasons[r].rule == RULE_STALE_CORRUPTING)
				head = "DATA IS BEING DESTROYED by";
			buf_printf(text, "HAZARD     %s ", head);
			buf_word(text, subject->label);
			buf_puts(text, "\n");
			print_wrapped(text, "", subject->reasons[r].text, "");
			print_hazard_end(text, subject);
			buf_puts(text, "\n");
		}
	}
}

static void print_suspended(struct buf *text, const struct story *story)
{
	cleanup_buf struct buf words = BUF_INIT;
	const struct device *device;

	for (size_t at = 0; story_next_suspended(story, &at, &device, &words);) {
		buf_puts(text, "SUSPENDED  ");
		buf_word(text, device->name);
		buf_puts(text, "\n");
		print_wrapped(text, "", buf_text(&words), ".");
		buf_puts(text, "\n");
	}
}

static void print_refreshes(struct buf *text, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_steps; i++) {
		if (plan->steps[i].op != OP_LV_REFRESH)
			continue;
		buf_puts(text, "\nREFRESH\n");
		print_wrapped(text, "because", plan->steps[i].reasons[0], "");
		print_steps(text, plan, i, 1);
	}
}

/* ---- what stays ---- */

static void print_untouched(struct buf *text, const struct story *story)
{
	static const char *const columns[] = {"MAJ:MIN", "NAME", "WHY", NULL};
	const struct host *host = story->survey->host;
	struct table *table = table_new(columns, false, false);
	size_t shown = 0, more = 0;

	for (size_t i = 0; i < host->n_devices; i++) {
		cleanup_buf struct buf number = BUF_INIT, fate = BUF_INIT;
		struct libscols_line *line;

		if (story->devices[i].removed_by)
			continue;
		if (shown == UNTOUCHED_SHOWN) {
			more++;
			continue;
		}
		shown++;
		line = table_line(table, NULL);
		buf_devno(&number, host->devices[i].devno);
		story_fate(story, &host->devices[i], &fate);
		table_cell(line, 0, buf_text(&number));
		table_cell(line, 1, host->devices[i].name);
		table_cell(line, 2, buf_text(&fate));
	}
	if (shown)
		buf_puts(text, "\nWould not touch\n");
	table_print(table, text, 2, "");
	if (more)
		buf_printf(text, "  and %zu more\n", more);
}

/* ---- the whole ---- */

size_t count_verdicts(const struct survey *survey, enum verdict verdict)
{
	size_t count = 0;

	for (size_t i = 0; i < survey->n_subjects; i++)
		if (survey->subjects[i].is_selected &&
			survey->subjects[i].verdict == verdict)
			count++;
	return count;
}

static void print_summary(struct buf *text, const struct survey *survey,
	const struct plan *plan, const char *plan_file)
{
	size_t to_remove = count_verdicts(survey, VERDICT_REMOVE);
	size_t refused = count_verdicts(survey, VERDICT_REFUSE);
	size_t undecided = count_verdicts(survey, VERDICT_UNDECIDED);

	buf_puts(text, "\n");
	if (to_remove + refused + undecided == 0)
		buf_puts(text,
			"Nothing to remove: this host has no leftover of that name.\n");
	else
		buf_printf(text,
			"%zu to remove in %zu step%s, %zu refused, %zu undecided.\n",
			to_remove, plan->n_steps, plan->n_steps == 1 ? "" : "s", refused,
			undecided);
	if (plan_file) {
		buf_puts(text, "Plan: ");
		buf_word(text, plan_file);
		buf_printf(text, ", digest sha256:%s\nIt expires on ", plan->digest);
		stamp_print(plan->expires, text);
		buf_printf(text, "; to apply it, one confirms with %.*s\n",
			PLAN_CONFIRM_DIGITS, plan->digest);
	}
}

void review_print(const struct survey *survey, const struct plan *plan,
	const char *capture_name, const char *plan_file, struct buf *ret_text)
{
	cleanup_story struct story story = {0};

	story_collect(survey, plan, &story);
	print_hazards(ret_text, survey);
	print_suspended(ret_text, &story);
	print_head(ret_text, survey, plan, capture_name);
	print_subjects(ret_text, &story, VERDICT_REMOVE, true);
	print_refreshes(ret_text, plan);
	print_subjects(ret_text, &story, VERDICT_UNDECIDED, true);
	print_subjects(ret_text, &story, VERDICT_UNDECIDED, false);
	print_subjects(ret_text, &story, VERDICT_REFUSE, true);
	print_subjects(ret_text, &story, VERDICT_REFUSE, false);
	print_untouched(ret_text, &story);
	print_summary(ret_text, survey, plan, plan_file);
}
