/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The snapshots of a host with their details. A host may have hundreds that are alike:
 * the first of them stands for the others, which have a line each. Invariant: what is in
 * danger is never grouped; no snapshot is left out without being counted.
 */
#include <stdint.h>
#include <stdlib.h>

#include "review.h"
#include "snapstate/cleanup.h"
#include "table.h"

#define SUBJECTS_SHOWN 50  /* with their details, of each side */
#define LINES_SHOWN    200 /* of a group */

/* Its steps, or what is to be done first. */
static void line_words(
	const struct plan *plan, const struct report_subject *told, struct buf *text)
{
	const struct subject *subject = told->subject;
	const struct action *action = now_first_action(told);

	if (subject->n_steps > 1)
		buf_printf(text, "steps %zu to %zu", subject->first_step + 1,
			subject->first_step + subject->n_steps);
	else if (subject->n_steps)
		buf_printf(text, "step %zu", subject->first_step + 1);
	else if (action)
		buf_add(text, action->text, now_first_clause(action->text));
	if (subject->n_steps && plan->n_parts)
		buf_printf(text, ", part %u", plan->steps[subject->first_step].part);
}

static void print_others(const struct review *to, const struct report_host *host,
	const struct report_group *groups, size_t leader)
{
	const struct report_subject *const *told = host->told;
	size_t n_others = groups[leader].n_others, n_shown = 0;
	struct table *table =
		table_new((const char *const[]){"", "", NULL}, false, false);

	buf_printf(to->text, "\n%-*s%zu more like ", REVIEW_INDENT,
		report_verdict(told[leader]->subject->verdict), n_others);
	buf_word(to->text, told[leader]->subject->label);
	buf_puts(to->text, "\n");
	for (size_t i = leader + 1; i < host->n_told && n_shown < LINES_SHOWN; i++) {
		cleanup_buf struct buf words = BUF_INIT;
		struct libscols_line *line;

		if (groups[i].leader != leader)
			continue;
		n_shown++;
		line = table_line(table, NULL);
		line_words(host->member->whole, told[i], &words);
		table_cell(line, 0, told[i]->subject->label);
		table_cell(line, 1, buf_text(&words));
	}
	table_print(table, to->text, 2, "");
	if (n_others > n_shown)
		buf_printf(to->text, "  and %zu more\n", n_others - n_shown);
	buf_puts(to->text, "  details of each: -v; of one: --explain VG/LV\n");
}

static void print_all(
	const struct review *to, const struct report_host *host, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		print_subject(to, host, host->told[i]);
}

void print_subjects(
	const struct review *to, const struct report_host *host, size_t first, size_t end)
{
	struct report_group *groups;
	size_t n_shown = 0, n_more = 0;

	if (to->is_verbose || end - first < REPORT_ALIKE_LEAST) {
		print_all(to, host, first, end);
		return;
	}
	groups = report_groups(host);
	for (size_t i = first; i < end; i++) {
		bool is_leader = groups[i].n_others > 0;

		if (groups[i].leader != i)
			continue;
		if (!is_leader && n_shown == SUBJECTS_SHOWN) {
			n_more++;
			continue;
		}
		n_shown++;
		print_subject(to, host, host->told[i]);
		if (is_leader)
			print_others(to, host, groups, i);
	}
	if (n_more)
		buf_printf(to->text,
			"\n%zu more: all of them with -v, one with --explain VG/LV\n",
			n_more);
	free(groups);
}
