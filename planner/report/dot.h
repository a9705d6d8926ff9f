/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the graph: dot.c draws the stacks of each host, dot_groups.c what they share. */
#ifndef SNAPSTATE_DOT_H
#define SNAPSTATE_DOT_H

#include "report.h"

struct dot_host {
	struct buf *out;
	const struct story *story;
	size_t number;	     /* of several, from 1: part of each name; 0 = the only one */
	struct devno *drawn; /* numbers of everything that is drawn, sorted */
	size_t n_drawn;
};
bool dot_is_drawn(const struct dot_host *host, struct devno devno);

struct dot {
	struct buf *out;
	const struct report *report;
	struct dot_host *hosts; /* one for each of the report's */
};

/* Text of a host, for the inside of double quotes. */
void dot_captured(struct buf *out, const char *text);
/* "254:3", or "2 254:3" on the second of several, in double quotes. */
void dot_name(const struct dot_host *host, struct devno devno);
/* Volume groups that several hosts see, and what of them is drawn. */
void dot_groups(const struct dot *dot);

#endif
