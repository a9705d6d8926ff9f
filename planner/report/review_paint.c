/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The colours of the text review on a terminal: lines that begin with a hazard or a
 * verdict, and headings. Invariant: only what the review itself begins a line with is
 * looked at. What came from a host is escaped, and is never in the first columns.
 */
#include <string.h>

#include "reports.h"
#include "snapstate/cleanup.h"

#define OFF "\033[0m"

/* `is_whole`: all of its line, not only the word. */
static const struct paint {
	const char *begin, *on;
	bool is_whole;
} paints[] = {
	{"HAZARD ", "\033[1;31m", true},
	{"SUSPENDED ", "\033[1;31m", true},
	{"NO MATCH ", "\033[1;31m", true},
	{"REMOVE ", "\033[1;32m", false},
	{"UNDECIDED ", "\033[1;33m", false},
	{"REFUSE ", "\033[1;35m", false},
	{"  REMOVE ", "\033[1;32m", false},
	{"  UNDECIDED ", "\033[1;33m", false},
	{"  REFUSE ", "\033[1;35m", false},
	{"  against ", "\033[35m", false},
	{"  for ", "\033[32m", false},
	{"  unknown ", "\033[33m", false},
	{"HOST ", "\033[1m", false},
	{"RESULT ", "\033[1m", false},
	{"NOW ", "\033[1m", false},
	{"PLAN ", "\033[1m", false},
	{"EVIDENCE ", "\033[1m", false},
	{"OUTLOOK ", "\033[1m", false},
	{"ASK ", "\033[1m", false},
	{"==== ", "\033[1m", true},
	{"Not touched", "\033[1m", true},
	{"Plans", "\033[1m", true},
};

static const struct paint *find_paint(const char *line)
{
	for (size_t i = 0; i < sizeof(paints) / sizeof(paints[0]); i++)
		if (strncmp(line, paints[i].begin, strlen(paints[i].begin)) == 0)
			return &paints[i];
	return NULL;
}

static void paint_line(const char *line, size_t len, struct buf *out)
{
	const struct paint *paint = find_paint(line);
	size_t end = len;

	if (paint && !paint->is_whole)
		end = strlen(paint->begin) - 1;
	if (paint)
		buf_puts(out, paint->on);
	buf_add(out, line, end);
	if (paint)
		buf_puts(out, OFF);
	buf_add(out, line + end, len - end);
}

void review_paint(const struct buf *text, struct buf *ret_text)
{
	const char *line = buf_text(text);

	while (*line) {
		size_t len = strcspn(line, "\n");

		paint_line(line, len, ret_text);
		line += len;
		if (*line == '\n') {
			buf_puts(ret_text, "\n");
			line++;
		}
	}
}
