/* SPDX-License-Identifier: Apache-2.0 */
/* A set of lines of facts; facts.h has what is in them. */
#ifndef SNAPSTATE_FACT_SET_H
#define SNAPSTATE_FACT_SET_H

#include <stdbool.h>
#include <stddef.h>

/* A set of facts: sorted by bytes, no duplicates. */
struct facts {
	char **lines;
	size_t count;
};

#define FACTS_INIT ((struct facts){0})
void facts_add(
	struct facts *facts, const char *line); /* copies; call facts_sort() at the end */
void facts_sort(struct facts *facts);
/* The place of the first line that is not before `line`; count = none. */
size_t facts_place(const struct facts *facts, const char *line);
bool facts_has(const struct facts *facts, const char *line);
void facts_free(struct facts *facts);
static inline void facts_free_fn(struct facts *facts)
{
	facts_free(facts);
}
#define cleanup_facts cleanup_with(facts_free_fn)

#endif
