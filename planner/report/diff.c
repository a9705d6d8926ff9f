/* SPDX-License-Identifier: Apache-2.0 */
/* Two captures, fact by fact: "- " only in the first, "+ " only in the second. */
#include <string.h>

#include "reports.h"
#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"

static void print_lines(struct buf *text, char sign, const struct facts *facts,
	const char *subject, size_t len)
{
	for (size_t i = 0; i < facts->count; i++)
		if (fact_is_about(facts->lines[i], subject, len))
			buf_printf(text, "%c %s\n", sign, facts->lines[i]);
}

/* Subjects in the order in which they first appear; what is gone before what is new. */
static void collect_subjects(const struct facts *facts, struct facts *subjects)
{
	for (size_t i = 0; i < facts->count; i++) {
		const char *subject;
		size_t len;
		char *copy;

		if (fact_subject(facts->lines[i], &subject, &len) < 0)
			continue;
		copy = xstrndup(subject, len);
		facts_insert(subjects, copy);
		free(copy);
	}
}

void diff_print(const struct host *a, const struct host *b, struct buf *ret_text)
{
	cleanup_facts struct facts facts_a = FACTS_INIT, facts_b = FACTS_INIT;
	cleanup_facts struct facts gone = FACTS_INIT, new = FACTS_INIT,
				   subjects = FACTS_INIT;

	host_facts(a, NULL, &facts_a);
	host_facts(b, NULL, &facts_b);
	facts_minus(&facts_a, &facts_b, &gone);
	facts_minus(&facts_b, &facts_a, &new);
	collect_subjects(&gone, &subjects);
	collect_subjects(&new, &subjects);
	for (size_t i = 0; i < subjects.count; i++) {
		size_t len = strlen(subjects.lines[i]);

		print_lines(ret_text, '-', &gone, subjects.lines[i], len);
		print_lines(ret_text, '+', &new, subjects.lines[i], len);
	}
}
