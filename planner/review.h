/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the text review: review.c is the whole, review_subject.c one subject. */
#ifndef SNAPSTATE_REVIEW_H
#define SNAPSTATE_REVIEW_H

#include "planner.h"

#define REVIEW_WIDTH  100
#define REVIEW_INDENT 11

/* "  LEAD     text TAIL", wrapped with a hanging indent. Escapes `text`; `tail` is ours.
 */
void print_wrapped(
	struct buf *output, const char *lead, const char *text, const char *tail);

void print_subjects(struct buf *text, const struct survey *survey,
	const struct plan *plan, enum verdict verdict, bool is_selected);
void print_steps(struct buf *text, const struct plan *plan, size_t first, size_t count);

#endif
