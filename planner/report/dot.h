/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the graph: dot.c draws one host's stacks, dot_hosts.c those of several. */
#ifndef SNAPSTATE_DOT_H
#define SNAPSTATE_DOT_H

#include "story.h"

struct dot_host {
	struct buf *out;
	const struct story *story;
	size_t number;	     /* of several, from 1: part of each name; 0 = the only one */
	struct devno *drawn; /* numbers of everything that is drawn, sorted */
	size_t n_drawn;
};
/* What belongs to a snapshot, with what is directly below and on it. */
void dot_collect(
	const struct story *story, size_t number, struct buf *out, struct dot_host *ret);
void dot_host_free(struct dot_host *host);
bool dot_is_drawn(const struct dot_host *host, struct devno devno);

/* Text of a host, for the inside of double quotes. */
void dot_captured(struct buf *out, const char *text);
/* "254:3", or "2 254:3" on the second of several, in double quotes. */
void dot_name(const struct dot_host *host, struct devno devno);
/* Begins a line, one level deeper within several hosts. */
void dot_line(const struct dot_host *host);
/* Boxes, holders, what is on what, and what is overwritten. */
void dot_stacks(const struct dot_host *host);
/* "digraph stacks {" up to its title, and what ends that. */
void dot_begin(struct buf *out);
void dot_title_end(struct buf *out);

#endif
