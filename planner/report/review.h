/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the text review: review.c is the whole, review_screen.c what a reader sees
 * first, review_outlook.c what is not known, review_many.c the snapshots,
 * review_subject.c one of them, review_stack.c its devices, review_paint.c its colours.
 */
#ifndef SNAPSTATE_REVIEW_H
#define SNAPSTATE_REVIEW_H

#include "report.h"

#define REVIEW_INDENT 11

/* Where it is printed, and how wide its prose may be. */
struct review {
	struct buf *text;
	unsigned width;
	bool is_verbose; /* each snapshot with its details */
};

/* "  LEAD     text TAIL", wrapped with a hanging indent. Escapes `text`; `tail` is ours.
 */
void print_wrapped(
	const struct review *to, const char *lead, const char *text, const char *tail);
/* The same with a lead in the first column: "LEAD       text". */
void print_titled(const struct review *to, const char *lead, const char *text);
void print_asserted(const struct review *to, const struct report *report);

/* review_screen.c: hazards, what to do now, a line for each snapshot. */
void print_hazard(const struct review *to, const struct report_hazard *hazard,
	const char *node, const char *end);
void print_now(const struct review *to, const struct report_to_do *now);
void print_screen(const struct review *to, const struct report *report,
	const struct report_host *host);

/* review_outlook.c */
#define REVIEW_OUTLOOKS 20 /* that are told at the top */
void print_opening(const struct review *to, const struct report_host *host);
void print_outlook(const struct review *to, const struct report_subject *told);
void print_would(const struct review *to, const struct report_subject *told);
/* What it means, and the facts that it is made of. */
void outlook_words(const struct report_subject *told, struct buf *text);
/* Each with its number, and what it decides. */
void review_asks(const struct review *to, const struct asks *asks);

/* review_many.c: those from `first` to `end` of what is told, each with its details, or,
 * of many that are alike, one of them and a line for each other. */
void print_subjects(const struct review *to, const struct report_host *host, size_t first,
	size_t end);

/* review_subject.c */
void print_subject(const struct review *to, const struct report_host *host,
	const struct report_subject *told);
void print_steps(struct buf *text, const struct plan *plan, size_t first, size_t count);
/* review_stack.c */
void print_stack(
	struct buf *text, const struct story *story, const struct subject *subject);

#endif
