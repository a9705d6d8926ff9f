/* SPDX-License-Identifier: Apache-2.0 */
/* Questions about a plan are put; see compare.h. The other side is compare_asked.c. */
#include <string.h>

#include "snapstate/compare.h"

const char *const compare_whats[COMPARE_WHATS] = {
	[COMPARE_HOST] = "host",
	[COMPARE_WHOLE] = "plan",
	[COMPARE_BEFORE] = "before",
	[COMPARE_AFTER] = "after",
	[COMPARE_METADATA] = "metadata",
};

const char *const compare_hows[COMPARE_HOWS] = {
	[COMPARE_PLAINLY] = "-",
	[COMPARE_TO_BEGIN] = "begin",
	[COMPARE_TO_GO_ON] = "go-on",
	[COMPARE_FAILED] = "failed",
	[COMPARE_FREE] = "free",
	[COMPARE_HELD] = "held",
	[COMPARE_KEPT] = "kept",
};

/* Each line behind a word; what has no newline behind another one. */
static void write_lines(const char *word, const char *word_cut, const char *text,
	size_t len, struct buf *ret_question)
{
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *next = newline ? newline : end;

		buf_puts(ret_question, newline ? word : word_cut);
		buf_add(ret_question, text, (size_t)(next - text));
		buf_puts(ret_question, "\n");
		text = next + 1;
	}
	buf_puts(ret_question, OBSERVE_END);
}

void compare_plan_write(const char *text, size_t len, struct buf *ret_question)
{
	write_lines(COMPARE_PLAN, COMPARE_PLAN, text, len, ret_question);
}

void compare_journal_write(
	const char *how, const char *text, size_t len, struct buf *ret_question)
{
	buf_printf(ret_question, COMPARE_JOURNAL "%s\n", how);
	write_lines(COMPARE_LINE, COMPARE_CUT, text, len, ret_question);
}

void compare_question_write(
	const struct compare_question *question, struct buf *ret_question)
{
	buf_printf(ret_question, COMPARE_WORD "%s %llu %s %s\n",
		compare_whats[question->what], (unsigned long long)question->n_done,
		question->is_begun ? "begun" : "idle", compare_hows[question->how]);
	for (size_t i = 0; i < question->names.count; i++)
		buf_printf(ret_question, "name %s\n", question->names.items[i]);
	buf_puts(ret_question, OBSERVE_END);
}
