/* SPDX-License-Identifier: Apache-2.0 */
/* What differs, as a person says it. */
#ifndef SNAPSTATE_COMPARE_WORDS_H
#define SNAPSTATE_COMPARE_WORDS_H

#include "snapstate/difference.h"

#define COMPARE_WORDS_MOST 40 /* of what comes then only the number is told */

/*
 * A sentence for each thing that differs ("process 917 (sleep) now has its working
 * directory on /mnt/backup"), what is about one device or volume together; appended, not
 * sorted. `expected` are all facts of the plan, which name what the lines are about.
 */
void compare_words(const struct facts *expected, const struct difference *difference,
	struct facts *ret_sentences);

#endif
