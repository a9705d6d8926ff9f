/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One index over many hosts that were judged apart from each other: hazards, what to do
 * first and on which host, a line for each host, what changed since its capture before,
 * and what could not be read.
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
	OVERVIEW_ALIKE,	 /* node, sentence */
	OVERVIEW_BAD,	 /* file, why */
	OVERVIEW_NOW,	 /* urgency, sentence, commands */
	OVERVIEW_NO_MATCH, /* a glob of --select that takes nothing in this group */
	OVERVIEW_EXIT,	   /* code: the group ended with it */
	OVERVIEW_KINDS,
};
#define OVERVIEW_WORDS_MAX 8
#define OVERVIEW_INDENT	   11 /* columns of the text's words at the left */

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
	char *boot_id;
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
	bool has_folder;	     /* plans and reviews were written */
	bool is_incomplete;	     /* --hosts-complete was not taken at its word */
};
/* One line, without its end. false: it is none. */
bool overview_take(struct overview *overview, const char *line, size_t len);
/* Each kind by its words; once all is there. */
void overview_sort(struct overview *overview);
/* Prose is at most `width` columns wide; 0 = 80. */
void overview_print(
	const struct overview *overview, unsigned width, struct buf *ret_text);
void overview_print_page(const struct overview *overview, struct buf *ret_html);
/* true: a glob of --select takes nothing on any host. */
bool overview_has_mistyped(const struct overview *overview);
/* true: there is something to remove. */
bool overview_has_removals(const struct overview *overview);
/* The number in a word of all lines of a kind, together. */
uint64_t overview_sum(
	const struct overview *overview, enum overview_kind kind, size_t word);
void overview_free(struct overview *overview);

/* ---- overview_now.c: what to do first ---- */

void overview_put_now(const struct report *report, const char *group, struct buf *text);
void overview_print_now(
	const struct overview *overview, unsigned width, struct buf *text);
struct page;
void overview_page_now(const struct overview *overview, struct page *page);

#define cleanup_overview cleanup_with(overview_free)

#endif
