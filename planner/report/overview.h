/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One index over many hosts that were judged apart from each other: hazards, a line for
 * each host, what changed since its capture before, and what could not be read.
 *
 * The hosts of one group are judged by a process of its own, which hands over what the
 * index has of them as lines: a word for the kind, then its words, tabulators between
 * them, each escaped as buf_tail() does.
 */
#ifndef SNAPSTATE_OVERVIEW_H
#define SNAPSTATE_OVERVIEW_H

#include "report.h"

enum overview_kind {
	OVERVIEW_HAZARD, /* node, sentence */
	OVERVIEW_HOST,	 /* node, capture, taken, to remove, undecided, refused, hazards,
			  * group
			  */
	OVERVIEW_CHANGE, /* node, taken before, sentence */
	OVERVIEW_BAD,	 /* file, why */
	OVERVIEW_NO_MATCH, /* a glob of --select that takes nothing in this group */
	OVERVIEW_EXIT,	   /* code: the group ended with it */
	OVERVIEW_KINDS,
};
#define OVERVIEW_WORDS_MAX 8

/* ---- what the process of a group writes ---- */

void overview_put(
	struct buf *text, enum overview_kind kind, size_t n, const char *const *words);
void overview_put_bad(struct buf *text, const char *file, const char *why);
/* Of all hosts of the report; `group` is what their folder is called. */
void overview_put_hosts(const struct report *report, const char *group, struct buf *text);

/* What a capture before showed of a host: its snapshots, in words. */
struct history {
	struct history_item *items; /* sorted by key */
	size_t count;
	int64_t taken;
};
void history_take(const struct member *member, struct history *ret);
void history_free(struct history *history);
/* What the newer capture shows otherwise. */
void overview_put_changes(
	const struct member *member, const struct history *before, struct buf *text);

/* ---- what becomes of the lines ---- */

struct overview_line {
	char *words[OVERVIEW_WORDS_MAX]; /* NULL behind the last one */
};
struct overview {
	struct overview_lines {
		struct overview_line *items;
		size_t count;
	} of[OVERVIEW_KINDS];
	size_t n_captures, n_groups; /* that were given; that were judged */
	bool is_incomplete;	     /* --hosts-complete was not taken at its word */
};
/* One line, without its end. false: it is none. */
bool overview_take(struct overview *overview, const char *line, size_t len);
/* Each kind by its words; once all is there. */
void overview_sort(struct overview *overview);
void overview_print(const struct overview *overview, struct buf *ret_text);
void overview_print_page(const struct overview *overview, struct buf *ret_html);
/* true: a glob of --select takes nothing on any host. */
bool overview_has_mistyped(const struct overview *overview);
/* The number in a word of all lines of a kind, together. */
uint64_t overview_sum(
	const struct overview *overview, enum overview_kind kind, size_t word);
void overview_free(struct overview *overview);
#define cleanup_overview cleanup_with(overview_free)

#endif
