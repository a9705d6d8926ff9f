/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of fact lines: sorted by bytes, without duplicates. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/facts.h"

void facts_add(struct facts *facts, const char *line)
{
	*array_add(&facts->lines, &facts->count) = xstrdup(line);
}

static int order_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void facts_sort(struct facts *facts)
{
	size_t kept = 0;

	if (!facts->count)
		return;
	qsort(facts->lines, facts->count, sizeof(char *), order_lines);
	for (size_t i = 0; i < facts->count; i++) {
		if (kept && strcmp(facts->lines[kept - 1], facts->lines[i]) == 0)
			free(facts->lines[i]);
		else
			facts->lines[kept++] = facts->lines[i];
	}
	facts->count = kept;
}

size_t facts_place(const struct facts *facts, const char *line)
{
	size_t low = 0, high = facts->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(facts->lines[middle], line) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool facts_has(const struct facts *facts, const char *line)
{
	size_t i = facts_place(facts, line);

	return i < facts->count && strcmp(facts->lines[i], line) == 0;
}

void facts_free(struct facts *facts)
{
	for (size_t i = 0; i < facts->count; i++)
		free(facts->lines[i]);
	free(facts->lines);
	*facts = FACTS_INIT;
}
