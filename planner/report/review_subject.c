/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One subject of the review: verdict, class, reasons, its devices with their open counts
 * explained, its steps. Invariant: every string that came from a host is escaped.
 */
#include <stdio.h>
#include <string.h>

#include "review.h"
#include "snapstate/cleanup.h"
#include "table.h"

/* ---- wrapping ---- */

/* A command with a quoted path, "`umount '/mnt/a b'`", around `at`: a line break in it
 * would be a part of the path. NULL: there is none. *ret_end is behind it. */
static const char *quoted_around(const char *text, const char *at, const char **ret_end)
{
	for (const char *quote = strstr(text, " '"); quote;
		quote = strstr(quote + 1, " '")) {
		const char *begin = memrchr(text, '\x60', (size_t)(quote - text));
		const char *end = strstr(quote, "'\x60");

		if (!begin || !end || begin > at || end < at)
			continue;
		*ret_end = end + 2;
		return begin;
	}
	return NULL;
}

/* The length of what still fits into `room`, up to a blank; a longer word is not cut. */
static size_t fitting(const char *text, size_t room)
{
	const char *blank, *begin, *end;

	if (strnlen(text, room + 1) <= room)
		return strlen(text);
	blank = memrchr(text, ' ', room + 1);
	if (!blank)
		return strcspn(text, " ");
	begin = quoted_around(text, blank, &end);
	if (!begin)
		return (size_t)(blank - text);
	blank = memrchr(text, ' ', (size_t)(begin - text));
	return blank ? (size_t)(blank - text)
		     : (size_t)(end - text) + strcspn(end, " ");
}

void print_wrapped(
	struct buf *output, const char *lead, const char *text, const char *tail)
{
	cleanup_buf struct buf escaped = BUF_INIT;
	const char *rest;

	buf_prose(&escaped, text);
	buf_puts(&escaped, tail);
	rest = buf_text(&escaped);
	while (*rest) {
		size_t len = fitting(rest, REVIEW_WIDTH - REVIEW_INDENT);

		buf_puts(output, "  ");
		table_add_line(output, REVIEW_INDENT - 2, lead, rest, len);
		rest += len + strspn(rest + len, " ");
		lead = "";
	}
}

void print_wrapped_behind(struct buf *output, const char *text)
{
	cleanup_buf struct buf rest = BUF_INIT;

	print_wrapped(&rest, "", text, "");
	buf_puts(output, buf_text(&rest) + strspn(buf_text(&rest), " "));
}

/* ---- parts of a subject ---- */

static void print_reasons(struct buf *text, const struct report_subject *told)
{
	for (size_t i = 0; i < told->subject->n_reasons; i++) {
		cleanup_buf struct buf tail = BUF_INIT;

		buf_printf(&tail, " [%s]", rule_text(told->reasons[i]->rule)->name);
		print_wrapped(text, i ? "" : "because", told->reasons[i]->text,
			buf_text(&tail));
	}
}

void print_steps(struct buf *text, const struct plan *plan, size_t first, size_t count)
{
	for (size_t i = first; i < first + count; i++) {
		buf_printf(text, "  %-*s%zu  ", REVIEW_INDENT - 2,
			i == first ? "steps" : "", i + 1);
		plan_step_command(&plan->steps[i], text);
		buf_puts(text, "\n");
	}
}

/* What a person must do, each with the reasons that it answers. */
static void print_remedy(struct buf *text, const struct remedy *remedy)
{
	for (size_t i = 0; i < remedy->n_actions; i++) {
		cleanup_buf struct buf tail = BUF_INIT;

		buf_puts(&tail, " [");
		remedy_print_rules(&remedy->actions[i], &tail);
		buf_puts(&tail, "]");
		print_wrapped(
			text, i ? "" : "to do", remedy->actions[i].text, buf_text(&tail));
	}
}

/* ---- all of it ---- */

void print_subject(struct buf *text, const struct report_host *host,
	const struct report_subject *told)
{
	const struct subject *subject = told->subject;
	const struct rule_text *rule = rule_text(subject->decisive);
	cleanup_buf struct buf class = BUF_INIT, asked = BUF_INIT;

	buf_printf(text, "\n%-*s", REVIEW_INDENT, report_verdict(subject->verdict));
	buf_word(text, subject->label);
	buf_puts(text, "\n");
	buf_printf(&class, "%s: %s", rule->name, rule->meaning);
	print_wrapped(text, "class", buf_text(&class), "");
	print_outlook(text, told);
	if (subject->is_selected && subject->rule) {
		buf_printf(&asked, "selected by rule %s", subject->rule->name);
		print_wrapped(text, "asked", buf_text(&asked), "");
	}
	print_reasons(text, told);
	print_remedy(text, &told->remedy);
	print_stack(text, &host->story, subject);
	print_steps(text, host->member->whole, subject->first_step, subject->n_steps);
	print_would(text, told);
}
