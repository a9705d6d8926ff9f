/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the text review: review.c is the whole, review_subject.c one subject,
 * review_stack.c its devices. */
#ifndef SNAPSTATE_REVIEW_H
#define SNAPSTATE_REVIEW_H

#include "report.h"

#define REVIEW_WIDTH  100
#define REVIEW_INDENT 11

/* "  LEAD     text TAIL", wrapped with a hanging indent. Escapes `text`; `tail` is ours.
 */
void print_wrapped(
	struct buf *output, const char *lead, const char *text, const char *tail);

void print_subject(struct buf *text, const struct report_host *host,
	const struct report_subject *told);
/* review_stack.c */
void print_stack(
	struct buf *text, const struct story *story, const struct subject *subject);
void print_steps(struct buf *text, const struct plan *plan, size_t first, size_t count);

#endif
