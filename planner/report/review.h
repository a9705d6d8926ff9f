/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the text review: review.c is the whole, review_subject.c one subject,
 * review_stack.c its devices; and the words that the other reviews share with it. */
#ifndef SNAPSTATE_REVIEW_H
#define SNAPSTATE_REVIEW_H

#include "story.h"

#define REVIEW_WIDTH  100
#define REVIEW_INDENT 11

/* "  LEAD     text TAIL", wrapped with a hanging indent. Escapes `text`; `tail` is ours.
 */
void print_wrapped(
	struct buf *output, const char *lead, const char *text, const char *tail);

void print_subjects(struct buf *text, const struct story *story, enum verdict verdict,
	bool is_selected);
/* review_stack.c */
void print_stack(
	struct buf *text, const struct story *story, const struct subject *subject);
void print_steps(struct buf *text, const struct plan *plan, size_t first, size_t count);

/* "VG/LV VG/LV, tagged TAG,TAG, older than 3 hours" */
void print_rule(struct buf *text, const struct policy_rule *rule);
/* "1 mount", "2 processes" */
void print_counted(struct buf *text, size_t count, const char *noun);
/* "open 2: 1 by mapping, 1 by file system" */
void print_ledger(struct buf *text, const struct host *host, const struct device *device);
size_t count_holding_processes(const struct host *host);
/* Of those that were asked for. */
size_t count_verdicts(const struct survey *survey, enum verdict verdict);

#endif
