/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people and programs read of hosts and their plans: a report (report.h) is built
 * once, then written. Of one host the writers show that host alone; of several the order
 * between them as well, and each under its node.
 *
 *   - review.c: text; html.c: a page; json.c; dot.c: a graph
 *   - reply.c: an answer to who sent the evidence
 *   - explain.c: the story of one device
 *   - rows.c: every snapshot as a line of JSON
 *   - diff.c: two captures, without a report
 *
 * Helpers: remedy.c (what a person must do), story.c (what is told of each device),
 * table.c (columns and trees), page.c (HTML).
 */
#ifndef SNAPSTATE_REPORTS_H
#define SNAPSTATE_REPORTS_H

#include "report.h"

/* Prose is at most `width` columns wide; 0 = 80. With `is_verbose` each snapshot has its
 * details, else one of many that are alike. */
void review_print(const struct report *report, unsigned width, bool is_verbose,
	struct buf *ret_text);
/* The same text with the colours of a terminal. */
void review_paint(const struct buf *text, struct buf *ret_text);
/* What to answer the one who sent the evidence: plain text of 80 columns. */
void reply_print(const struct report *report, struct buf *ret_text);
/* review.schema.json; of several hosts hosts.schema.json. */
void json_print(const struct report *report, struct buf *ret_text);
/* Every snapshot, row.schema.json, a line each; of a host's `is_newest` capture, or of an
 * older one. */
void rows_print(const struct report *report, bool is_newest, struct buf *ret_text);
/* One page for a browser, without script. */
void html_print(const struct report *report, struct buf *ret_text);
/* For dot(1). */
void dot_print(const struct report *report, struct buf *ret_text);
/* The story of one block device, by any of its names; of several hosts "NODE:" and such a
 * name, or on each that has it. -ENOENT: no capture has one of that name. */
int explain_print(const struct report *report, const char *name, struct buf *ret_text,
	struct err *err);
/* What a message of LVM, device-mapper or the kernel means, of whatever host. false: it
 * is none that is known. */
bool explain_message(const char *message, struct buf *ret_text);
void diff_print(const struct host *a, const struct host *b, struct buf *ret_text);

#endif
