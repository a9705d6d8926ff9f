/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every snapshot of the hosts, a line each, as lsblk(8) and lvs(8) list what they know:
 * those that were asked for and all others, with what their verdict would be if they
 * were (struct subject, `otherwise`).
 */
#ifndef SNAPSTATE_LIST_H
#define SNAPSTATE_LIST_H

#include "report.h"

/* All that there are, in the order of their table, for --help. */
#define LIST_COLUMNS                                                                     \
	"NAME, HOST, ORIGIN, AGE, CREATED, SIZE, FULL, STATE, USED-BY, PRODUCER, "       \
	"VERDICT, OUTLOOK, CLASS, UUID, DEVICE, SELECT"
#define LIST_COLUMNS_MOST 32 /* columns of one list */

struct list_layout {
	/* "NAME,AGE"; "+UUID,DEVICE": behind the usual ones; NULL = these. In any case.
	 */
	const char *columns;
	bool has_no_headings;
	bool is_raw;	/* one blank between two columns; a value's blanks are \x20 */
	unsigned width; /* columns of the terminal; 0 = as wide as the values are */
};

/* -EINVAL: err names the column that is none, and those that there are. */
int list_check(const char *columns, struct err *err);
/* Nothing where no host has a snapshot. */
void list_print(
	const struct report *report, const struct list_layout *layout, struct buf *text);
/* {"snapshots": [{"name": ...}]}: the same columns as keys in small letters, numbers as
 * numbers (ages in seconds, sizes in bytes, how full in per cent), null for what is not
 * known. */
void list_print_json(const struct report *report, const char *columns, struct buf *text);
/* report->mistyped, once its hosts are there. */
void list_mistyped(struct report *report);

#endif
