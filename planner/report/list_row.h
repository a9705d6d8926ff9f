/* SPDX-License-Identifier: Apache-2.0 */
/* What a list has lines of, for its writers: list.c and rows.c. */
#ifndef SNAPSTATE_LIST_ROW_H
#define SNAPSTATE_LIST_ROW_H

#include <json-c/json.h>

#include "list.h"

struct list_row {
	const struct report_host *host;
	const struct subject *subject;
	bool is_exact; /* for programs: seconds, bytes, per cent without a sign */
};

/* The next snapshot, or what is left of one, of all hosts; false: that was the last one.
 * From {0} on. */
struct list_walk {
	size_t host, subject;
};
bool list_next(const struct report *report, struct list_walk *walk, struct list_row *row);

/* A snapshot, or what is left of one. */
bool list_has(const struct subject *subject);
/* Who holds it. Processes first, once each (many descriptors of one are one user): they
 * are what is in the way; then mounts. What is on it is in the subject's layers. */
typedef void (*list_visitor)(
	void *context, const struct host *host, const struct holder *holder);
void list_holders(const struct list_row *row, list_visitor visit, void *context);
/* "512K", "1.5G", as lsblk(8) writes sizes. */
void list_size_words(struct buf *text, uint64_t bytes);
/* The value of a column that there is; NULL: not known. */
struct json_object *list_value(const struct list_row *row, const char *column);

#endif
