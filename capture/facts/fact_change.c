/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of fact lines that change by a line, and one without the lines of another. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/facts.h"

void facts_minus(const struct facts *a, const struct facts *b, struct facts *ret_facts)
{
	size_t at = 0;

	for (size_t i = 0; i < a->count; i++) {
		int order = 1;

		while (at < b->count && (order = strcmp(b->lines[at], a->lines[i])) < 0)
			at++;
		if (at == b->count || order != 0)
			facts_add(ret_facts, a->lines[i]);
	}
}

void facts_minus_both(const struct facts *a, const struct facts *b, const struct facts *c,
	struct facts *ret_facts)
{
	cleanup_facts struct facts rest = FACTS_INIT;

	facts_minus(a, b, &rest);
	facts_minus(&rest, c, ret_facts);
}

bool facts_remove(struct facts *facts, const char *line)
{
	size_t i = facts_place(facts, line);

	if (i == facts->count || strcmp(facts->lines[i], line) != 0)
		return false;
	free(facts->lines[i]);
	memmove(&facts->lines[i], &facts->lines[i + 1],
		(facts->count - i - 1) * sizeof(char *));
	facts->count--;
	return true;
}

bool facts_insert(struct facts *facts, const char *line)
{
	size_t i = facts_place(facts, line);

	if (i < facts->count && strcmp(facts->lines[i], line) == 0)
		return false;
	array_add(&facts->lines, &facts->count);
	memmove(&facts->lines[i + 1], &facts->lines[i],
		(facts->count - i - 1) * sizeof(char *));
	facts->lines[i] = xstrdup(line);
	return true;
}
