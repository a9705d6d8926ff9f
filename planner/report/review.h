/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the text review: review.c is the whole, review_subject.c one subject,
 * review_stack.c its devices, review_outlook.c how it opens. */
#ifndef SNAPSTATE_REVIEW_H
#define SNAPSTATE_REVIEW_H

#include "report.h"

#define REVIEW_WIDTH  100
#define REVIEW_INDENT 11

/* "  LEAD     text TAIL", wrapped with a hanging indent. Escapes `text`; `tail` is ours.
 */
void print_wrapped(
	struct buf *output, const char *lead, const char *text, const char *tail);
/* The same behind a lead of REVIEW_INDENT bytes that is there. */
void print_wrapped_behind(struct buf *output, const char *text);

/* review_outlook.c */
#define REVIEW_OUTLOOKS 20 /* that are told at the top */
void print_opening(struct buf *text, const struct report_host *host);
void print_outlook(struct buf *text, const struct report_subject *told);
void print_would(struct buf *text, const struct report_subject *told);
/* What it means, and the facts that it is made of. */
void outlook_words(const struct report_subject *told, struct buf *text);

/* Each with its number, and what it decides. */
void review_asks(struct buf *text, const struct asks *asks);
void print_subject(struct buf *text, const struct report_host *host,
	const struct report_subject *told);
/* review_stack.c */
void print_stack(
	struct buf *text, const struct story *story, const struct subject *subject);
void print_steps(struct buf *text, const struct plan *plan, size_t first, size_t count);

#endif
