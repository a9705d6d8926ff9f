/* SPDX-License-Identifier: Apache-2.0 */
/* Words for people; see report.h. Input: plan, differences. Output: lines. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "snapstate/cleanup.h"
#include "snapstate/stamp.h"

#define REPORT_LINES_MOST 200 /* more is in the journal, or in a new capture */

/* Names of a host may hold anything, escape sequences of terminals included. */
static void put_line(FILE *to, const char *label, const char *text, size_t len)
{
	fputs(label, to);
	for (size_t i = 0; i < len; i++)
		fputc(text[i] >= ' ' && text[i] <= '~' ? text[i] : '?', to);
	fputs("\n", to);
}

void report_error(FILE *to, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0)
		abort();
	fflush(NULL);
	put_line(to, "snapstate-execute: ", text, (size_t)len);
	free(text);
}

void report_plan(FILE *to, const struct orders *plan, const char *plan_file)
{
	cleanup_buf struct buf taken = BUF_INIT, expires = BUF_INIT;

	stamp_print(plan->taken, &taken);
	put_line(to, "plan ", plan_file, strlen(plan_file));
	fprintf(to, "  sha256 %s\n", plan->digest);
	fprintf(to, "  made from the capture of %s", buf_text(&taken));
	stamp_print(plan->expires, &expires);
	fprintf(to, "%s%s\n", plan->expires ? ", expires on " : "",
		plan->expires ? buf_text(&expires) : "");
}

void report_step(FILE *to, const struct plan_step *step, size_t total, bool has_reasons)
{
	cleanup_buf struct buf text = BUF_INIT;

	plan_step_command(step, &text);
	fprintf(to, "step %zu of %zu  %s\n", step->number, total, buf_text(&text));
	for (size_t i = 0; i < step->n_reasons && has_reasons; i++) {
		text.len = 0;
		buf_tail(&text, step->reasons[i]);
		fprintf(to, "    %s\n", buf_text(&text));
	}
	fflush(to);
}

void report_completed(FILE *to, size_t n_steps, size_t n_skipped)
{
	fprintf(to, "%s%zu step%s completed and verified",
		n_steps > 1 && !n_skipped ? "All " : "", n_steps,
		n_steps == 1 ? "" : "s");
	if (n_skipped)
		fprintf(to, ", %zu skipped: --resume continues with these", n_skipped);
	fputs(".\n", to);
}

void report_output(FILE *to, const struct buf *output)
{
	const char *line = buf_text(output);

	while (*line) {
		size_t len = strcspn(line, "\n");

		put_line(to, "    | ", line, len);
		line += len + (line[len] == '\n');
	}
	fflush(to);
}

/* ---- differences ---- */

static void report_lines(FILE *to, const char *label, const struct facts *lines)
{
	for (size_t i = 0; i < lines->count && i < REPORT_LINES_MOST; i++)
		put_line(to, label, lines->lines[i], strlen(lines->lines[i]));
	if (lines->count > REPORT_LINES_MOST)
		fprintf(to, "  and %zu more\n", lines->count - REPORT_LINES_MOST);
}

void report_difference(FILE *to, const struct difference *difference, bool has_facts)
{
	report_lines(to, "  ", &difference->words);
	if (!has_facts && difference->words.count)
		return;
	report_lines(to, "  expected  ", &difference->missing);
	report_lines(to, "  found     ", &difference->extra);
}
