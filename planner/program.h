/* SPDX-License-Identifier: Apache-2.0 */
/* The files that the program reads and writes, and how it ends. */
#ifndef SNAPSTATE_PLAN_PROGRAM_H
#define SNAPSTATE_PLAN_PROGRAM_H

#include <stdio.h>

#include "fleet.h"
#include "options.h"

/* Says what is wrong; returns `code`. */
int program_fail(const struct err *err, int code);
/* Prints; returns `code`, or EXIT_ENVIRONMENT where that cannot be done. */
int program_print(const struct buf *output, int code);
/* The same, on standard error where an output has standard output. */
int program_print_to(FILE *file, const struct buf *output, int code);
FILE *program_words_to(const struct options *options);
/* Before anything is read: can what is asked for be written? */
int program_check_outputs(const struct options *options, struct err *err);
/* How wide the lines of a list may be: COLUMNS, or the terminal's; 0 = any. */
unsigned program_width(void);
/* The same of prose, within what can be read; without any, WRAP_WIDTH. */
unsigned program_prose_width(void);
/* --color, or whether standard output is a terminal that has any (NO_COLOR, TERM). */
bool program_has_colour(const struct options *options);
/* A new file; `file` NULL = none was asked for. */
int program_publish(
	const char *file, unsigned mode, const struct buf *text, struct err *err);
/* The members are read: all plans, each proven. A plan's text is read back by the
 * executor's own reader, and what that reads is proven. */
int program_make_plans(struct fleet *fleet, struct err *err);
/* -o names a plan, of several hosts, and of many, a folder of them. The folder comes
 * first, since page and graph may be meant for it; of the plans either all are there at
 * the end, or none.
 */
int program_make_folder(
	const struct options *options, const struct fleet *fleet, struct err *err);
int program_publish_plans(
	const struct options *options, const struct fleet *fleet, struct err *err);
/* A capture with its index, and its digest. */
int program_read_capture(const char *name, struct host **ret_host,
	char ret_sha256[SHA256_HEX_LEN + 1], struct err *err);

/* The rules of all policies that were named, in their order; `request` borrows them. */
int program_read_policies(const struct options *options, struct request *request,
	struct policy *ret_policy, struct err *err);

#endif
