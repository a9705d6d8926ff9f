/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One subject of the review: verdict, class, reasons, its devices with their open counts
 * explained, its steps. Invariant: every string that came from a host is escaped.
 */
#include <stdio.h>
#include <string.h>

#include "remedy.h"
#include "review.h"
#include "snapstate/cleanup.h"
#include "snapstate/ledger.h"
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

/* ---- parts of a subject ---- */

static const char *verdict_heading(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_REMOVE:
		return "REMOVE   ";
	case VERDICT_UNDECIDED:
		return "UNDECIDED";
	case VERDICT_REFUSE:
		return "REFUSE   ";
	}
	return "";
}

/* What decides comes before what only describes. */
static void print_reasons(struct buf *text, const struct subject *subject)
{
	const char *lead = "because";

	for (int is_mild = 0; is_mild < 2; is_mild++) {
		for (size_t i = 0; i < subject->n_reasons; i++) {
			const struct rule_text *rule =
				rule_text(subject->reasons[i].rule);
			cleanup_buf struct buf tail = BUF_INIT;

			if ((rule->verdict == subject->verdict) == (is_mild == 1))
				continue;
			buf_printf(&tail, " [%s]", rule->name);
			print_wrapped(
				text, lead, subject->reasons[i].text, buf_text(&tail));
			lead = "";
		}
	}
}

static void add_opens(struct buf *text, uint32_t count, const char *by)
{
	if (count)
		buf_printf(text, "%s%u by %s", text->len ? ", " : "", count, by);
}

void print_ledger(struct buf *text, const struct host *host, const struct device *device)
{
	cleanup_buf struct buf parts = BUF_INIT;
	struct ledger ledger;

	ledger_of_device(host, device, &ledger);
	add_opens(&parts, ledger.tables, "mapping");
	add_opens(&parts, ledger.file_systems, "file system");
	add_opens(&parts, ledger.swaps, "swap");
	add_opens(&parts, ledger.blocks, "block device");
	add_opens(&parts, ledger.nodes, "process");
	if (ledger.rest)
		buf_printf(&parts, "%s%lld UNEXPLAINED", parts.len ? ", " : "",
			(long long)ledger.rest);
	buf_printf(text, "open %u%s%s", ledger.open, parts.len ? ": " : "",
		buf_text(&parts));
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
static void print_remedy(
	struct buf *text, const struct story *story, const struct subject *subject)
{
	cleanup_remedy struct remedy remedy = {0};

	remedy_collect(story->survey, subject, &remedy);
	for (size_t i = 0; i < remedy.n_actions; i++) {
		cleanup_buf struct buf tail = BUF_INIT;

		buf_puts(&tail, " [");
		remedy_print_rules(&remedy.actions[i], &tail);
		buf_puts(&tail, "]");
		print_wrapped(
			text, i ? "" : "to do", remedy.actions[i].text, buf_text(&tail));
	}
}

/* ---- all of them ---- */

static void print_subject(
	struct buf *text, const struct story *story, const struct subject *subject)
{
	const struct rule_text *rule = rule_text(subject->decisive);
	cleanup_buf struct buf class = BUF_INIT, asked = BUF_INIT;

	buf_printf(text, "\n%s  ", verdict_heading(subject->verdict));
	buf_word(text, subject->label);
	buf_puts(text, "\n");
	buf_printf(&class, "%s: %s", rule->name, rule->meaning);
	print_wrapped(text, "class", buf_text(&class), "");
	if (subject->is_selected && subject->rule) {
		buf_printf(&asked, "selected by rule %s", subject->rule->name);
		print_wrapped(text, "asked", buf_text(&asked), "");
	}
	print_reasons(text, subject);
	print_remedy(text, story, subject);
	print_stack(text, story, subject);
	print_steps(text, story->plan, subject->first_step, subject->n_steps);
}

void print_subjects(struct buf *text, const struct story *story, enum verdict verdict,
	bool is_selected)
{
	const struct survey *survey = story->survey;

	for (size_t i = 0; i < survey->n_subjects; i++)
		if (survey->subjects[i].verdict == verdict &&
			survey->subjects[i].is_selected == is_selected)
			print_subject(text, story, &survey->subjects[i]);
}
