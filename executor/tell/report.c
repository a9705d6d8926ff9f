/* SPDX-License-Identifier: Apache-2.0 */
/* Words for people; see report.h. Input: plan, differences. Output: lines. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"
#include "snapstate/stamp.h"

/* More is in the journal, or in a new capture. */
#define REPORT_SUBJECTS_MAX 40

/* Names of a host may hold anything, escape sequences of terminals included. */
static void put_plain(FILE *to, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		fputc(text[i] >= ' ' && text[i] <= '~' ? text[i] : '?', to);
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
	fputs("snapstate-execute: ", to);
	put_plain(to, text, (size_t)len);
	fputs("\n", to);
	free(text);
}

void report_plan(FILE *to, const struct plan *plan, const char *plan_file)
{
	cleanup_buf struct buf taken = BUF_INIT, expires = BUF_INIT;

	stamp_print(plan->taken, &taken);
	fputs("plan ", to);
	put_plain(to, plan_file, strlen(plan_file));
	fputs("\n", to);
	fprintf(to, "  sha256 %s\n", plan->digest);
	fprintf(to, "  made from the capture of %s", buf_text(&taken));
	stamp_print(plan->expires, &expires);
	fprintf(to, "%s%s\n", plan->expires ? ", expires on " : "",
		plan->expires ? buf_text(&expires) : "");
}

void report_step(FILE *to, const struct plan_step *step, size_t number, size_t total,
	bool has_reasons)
{
	cleanup_buf struct buf text = BUF_INIT;

	plan_step_command(step, &text);
	fprintf(to, "step %zu of %zu  %s\n", number, total, buf_text(&text));
	for (size_t i = 0; i < step->n_reasons && has_reasons; i++) {
		text.len = 0;
		buf_tail(&text, step->reasons[i]);
		fprintf(to, "    %s\n", buf_text(&text));
	}
	fflush(to);
}

void report_output(FILE *to, const struct buf *output)
{
	const char *line = buf_text(output);

	while (*line) {
		size_t len = strcspn(line, "\n");

		fputs("    | ", to);
		put_plain(to, line, len);
		fputs("\n", to);
		line += len + (line[len] == '\n');
	}
	fflush(to);
}

/* ---- differences ---- */

static void add_subjects(const struct facts *facts, struct facts *ret_subjects)
{
	for (size_t i = 0; i < facts->count; i++) {
		const char *text = "";
		size_t len = 0;

		fact_subject(facts->lines[i], &text, &len);
		cleanup_free char *subject = xstrndup(text, len);
		facts_add(ret_subjects, subject);
	}
}

static bool is_about(const char *line, const char *subject)
{
	const char *text = "";
	size_t len = 0;

	fact_subject(line, &text, &len);
	return len == strlen(subject) && strncmp(text, subject, len) == 0;
}

static bool is_same_kind(const char *a, const char *b)
{
	size_t len = strcspn(a, " ");

	return len == strcspn(b, " ") && strncmp(a, b, len) == 0;
}

/* The first extra line of that subject and kind that was not shown yet; count = none. */
static size_t take_partner(const struct facts *extra, bool *is_shown, const char *subject,
	const char *missing)
{
	for (size_t i = 0; i < extra->count; i++) {
		if (is_shown[i] || !is_about(extra->lines[i], subject) ||
			!is_same_kind(extra->lines[i], missing))
			continue;
		is_shown[i] = true;
		return i;
	}
	return extra->count;
}

/* The place of what was found; behind the last one: nothing was. */
static void report_pair(
	FILE *to, const char *expected, const struct difference *difference, size_t found)
{
	const char *words =
		found < difference->words.count ? difference->words.lines[found] : "";

	fprintf(to, "  expected  %s\n", expected ? expected : "nothing");
	fprintf(to, "  found     %s\n",
		found < difference->extra.count ? difference->extra.lines[found]
						: "nothing");
	if (!*words)
		return;
	fputs("            ", to);
	put_plain(to, words, strlen(words));
	fputs("\n", to);
}

static void report_subject(FILE *to, const struct difference *difference, bool *is_shown,
	const char *subject)
{
	const struct facts *missing = &difference->missing, *extra = &difference->extra;

	for (size_t i = 0; i < missing->count; i++)
		if (is_about(missing->lines[i], subject))
			report_pair(to, missing->lines[i], difference,
				take_partner(
					extra, is_shown, subject, missing->lines[i]));
	for (size_t i = 0; i < extra->count; i++)
		if (!is_shown[i] && is_about(extra->lines[i], subject))
			report_pair(to, NULL, difference, i);
}

void report_difference(FILE *to, const struct difference *difference)
{
	cleanup_free bool *is_shown = xcalloc(difference->extra.count, sizeof(bool));
	cleanup_facts struct facts subjects = FACTS_INIT;

	add_subjects(&difference->missing, &subjects);
	add_subjects(&difference->extra, &subjects);
	facts_sort(&subjects);
	for (size_t i = 0; i < subjects.count && i < REPORT_SUBJECTS_MAX; i++)
		report_subject(to, difference, is_shown, subjects.lines[i]);
	if (subjects.count > REPORT_SUBJECTS_MAX)
		fprintf(to, "  and so on, about %zu things more\n",
			subjects.count - REPORT_SUBJECTS_MAX);
}
