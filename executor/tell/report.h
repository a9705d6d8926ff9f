/* SPDX-License-Identifier: Apache-2.0 */
/* What the executor says. Nothing of a plan or a host reaches a terminal unescaped. */
#ifndef SNAPSTATE_REPORT_H
#define SNAPSTATE_REPORT_H

#include <stdio.h>

#include "snapstate/difference.h"
#include "snapstate/orders.h"

#define NEW_CAPTURE "make a new capture (snapstate-capture), and a new plan from it"

/* "snapstate-execute: ..." on stderr */
void report_error(FILE *to, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void report_plan(FILE *to, const struct orders *plan, const char *plan_file);
/* "step 2 of 3  dmsetup remove ...", and with `has_reasons` why. */
void report_step(FILE *to, const struct plan_step *step, size_t total, bool has_reasons);
/* The host is as the plan predicted. */
void report_completed(FILE *to, size_t n_steps, size_t n_skipped);
/* What a command printed, indented. */
void report_output(FILE *to, const struct buf *output);
/* As sentences; `has_facts`, or where there are none: "expected ..." and "found ...". */
void report_difference(FILE *to, const struct difference *difference, bool has_facts);

#endif
