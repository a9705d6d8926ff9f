/* SPDX-License-Identifier: Apache-2.0 */
/* How a host differs from what a plan says of it. */
#ifndef SNAPSTATE_DIFFERENCE_H
#define SNAPSTATE_DIFFERENCE_H

#include <stdbool.h>

#include "snapstate/fact_set.h"

struct difference {
	struct facts missing; /* expected, not found */
	struct facts extra;   /* found, not expected */
	struct facts words;   /* both, as sentences; in no order of facts */
};
#define DIFFERENCE_INIT ((struct difference){.missing = FACTS_INIT})
static inline bool difference_is_empty(const struct difference *difference)
{
	return difference->missing.count == 0 && difference->extra.count == 0;
}
static inline void difference_free(struct difference *difference)
{
	facts_free(&difference->missing);
	facts_free(&difference->extra);
	facts_free(&difference->words);
}
#define cleanup_difference cleanup_with(difference_free)

#endif
