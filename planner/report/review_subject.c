/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One subject of the review: verdict, class, reasons, its devices with their open counts
 * explained, its steps. Invariant: every string that came from a host is escaped.
 */
#include <string.h>

#include "review.h"
#include "snapstate/cleanup.h"
#include "wrap.h"

/* ---- wrapping ---- */

void print_wrapped(
	const struct review *to, const char *lead, const char *text, const char *tail)
{
	cleanup_buf struct buf escaped = BUF_INIT, margin = BUF_INIT;

	buf_prose(&escaped, text);
	buf_puts(&escaped, tail);
	buf_printf(&margin, "  %s", lead);
	wrap_add(to->text, to->width, REVIEW_INDENT, buf_text(&margin),
		buf_text(&escaped));
}

void print_titled(const struct review *to, const char *lead, const char *text)
{
	cleanup_buf struct buf escaped = BUF_INIT;

	buf_prose(&escaped, text);
	wrap_add(to->text, to->width, REVIEW_INDENT, lead, buf_text(&escaped));
}

/* ---- parts of a subject ---- */

#define ALIKE_SHOWN 3 /* a backup of many processes gives a reason for each */

/* How many of those from `first` on have one rule; their order is kept. */
static size_t count_alike(const struct report_subject *told, size_t first)
{
	size_t end = first + 1;

	while (end < told->subject->n_reasons &&
		told->reasons[end]->rule == told->reasons[first]->rule)
		end++;
	return end - first;
}

/* Of many in a row the first ones; "to do" has them all. */
static void print_reasons(const struct review *to, const struct report_subject *told)
{
	const char *before = "";
	size_t n_alike;

	for (size_t first = 0; first < told->subject->n_reasons; first += n_alike) {
		const char *rule = rule_text(told->reasons[first]->rule)->name;
		cleanup_buf struct buf tail = BUF_INIT, more = BUF_INIT;
		size_t n_shown;

		n_alike = count_alike(told, first);
		n_shown = n_alike > ALIKE_SHOWN + 1 ? ALIKE_SHOWN : n_alike;
		buf_printf(&tail, " [%s]", rule);
		for (size_t i = first; i < first + n_shown; i++) {
			const struct reason *reason = told->reasons[i];
			const char *lead = report_side(told->subject, reason)->lead;

			print_wrapped(to, strcmp(lead, before) == 0 ? "" : lead,
				reason->text, buf_text(&tail));
			before = lead;
		}
		buf_printf(&more, "and %zu more like these", n_alike - n_shown);
		if (n_alike > n_shown)
			print_wrapped(to, "", buf_text(&more), buf_text(&tail));
	}
}

void print_steps(struct buf *text, const struct plan *plan, size_t first, size_t count)
{
	if (count && plan->n_parts)
		buf_printf(text, "  %-*s%u of %u\n", REVIEW_INDENT - 2, "part",
			plan->steps[first].part, plan->n_parts);
	for (size_t i = first; i < first + count; i++) {
		buf_printf(text, "  %-*s%zu  ", REVIEW_INDENT - 2,
			i == first ? "steps" : "", i + 1);
		plan_step_command(&plan->steps[i], text);
		buf_puts(text, "\n");
	}
}

/* What a person must do, each with the reasons that it answers. */
static void print_remedy(const struct review *to, const struct remedy *remedy)
{
	for (size_t i = 0; i < remedy->n_actions; i++) {
		cleanup_buf struct buf tail = BUF_INIT;

		buf_puts(&tail, " [");
		remedy_print_rules(&remedy->actions[i], &tail);
		buf_puts(&tail, "]");
		print_wrapped(
			to, i ? "" : "to do", remedy->actions[i].text, buf_text(&tail));
	}
}

/* ---- all of it ---- */

void print_subject(const struct review *to, const struct report_host *host,
	const struct report_subject *told)
{
	const struct subject *subject = told->subject;
	const struct rule_text *rule = rule_text(subject->decisive);
	cleanup_buf struct buf class = BUF_INIT, asked = BUF_INIT;

	buf_printf(to->text, "\n%-*s", REVIEW_INDENT, report_verdict(subject->verdict));
	buf_word(to->text, subject->label);
	buf_puts(to->text, "\n");
	buf_printf(&class, "%s: %s", rule->name, rule->meaning);
	print_wrapped(to, "class", buf_text(&class), "");
	print_outlook(to, told);
	if (subject->is_selected && subject->rule) {
		buf_printf(&asked, "by rule %s", subject->rule->name);
		print_wrapped(to, "selected", buf_text(&asked), "");
	}
	print_reasons(to, told);
	print_remedy(to, &told->remedy);
	print_stack(to->text, &host->story, subject);
	print_steps(to->text, host->member->whole, subject->first_step, subject->n_steps);
	print_would(to, told);
}
