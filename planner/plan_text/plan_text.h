/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this library share; its contract is snapstate/plan.h. */
#ifndef SNAPSTATE_PLAN_TEXT_H
#define SNAPSTATE_PLAN_TEXT_H

#include <stdlib.h>

#include "snapstate/plan.h"
#include "snapstate/stamp.h"

/* Longest line: a fact behind the longest keyword ("maybe gone "). */
#define PLAN_LINE_MAX (FACT_LINE_MAX + 16)

/* Entries of a scope are in the order of these comparisons, each once. */
int plan_volume_compare(const struct scope_volume *a, const struct scope_volume *b);
void plan_scope_sort(struct scope *scope);

/* How the block line of such a target begins: fact_block_identity(). */
void plan_block_identity(
	const struct plan_target *target, enum block_kind kind, struct buf *text);

/* ---- reading ---- */

/*
 * A cursor over hostile text, line by line, word by word. All errors are "NAME:LINE:
 * rule" with -EBADMSG. The text outlives it.
 */
struct plan_lines {
	const char *name; /* of the file, for errors */
	const char *next; /* start of the next line */
	const char *end;  /* of the text */
	const char *line; /* the current line and its length without the newline */
	size_t len;
	size_t number;	/* from 1; 0 behind the last line */
	const char *at; /* what is still to be read of the current line */
	struct err *err;
};

/* The rules for all bytes: length, lines, printable ASCII only. Then the first line. */
int plan_lines_open(struct plan_lines *lines, const char *text, size_t len,
	const char *name, struct err *err);
int plan_lines_bad(const struct plan_lines *lines, const char *rule, ...)
	__attribute__((format(printf, 2, 3)));
void plan_lines_advance(struct plan_lines *lines);
/* true: the current line begins with `keyword`. */
bool plan_lines_is(const struct plan_lines *lines, const char *keyword);

/* Each takes something off the current line. */
int plan_take(struct plan_lines *lines, const char *literal);
int plan_take_word(struct plan_lines *lines, char stop, char **ret_word); /* malloc'ed */
int plan_take_tail(struct plan_lines *lines, char **ret_text);
int plan_take_number(struct plan_lines *lines, char stop, uint64_t max, uint64_t *ret);
int plan_take_devno(struct plan_lines *lines, struct devno *ret);
/* The line ends here; goes to the next one. */
int plan_take_end(struct plan_lines *lines);

/* The facts that hold at the point that the reader has reached. */
struct plan_ledger {
	const struct plan *plan; /* its scope */
	struct fact_bag now; /* lines of the plan's expect and of its steps */
	struct fact_bag volumes; /* of the volumes' lines among them, what plan_volume_head()
				  * gives */
	size_t n_lines; /* of all facts in the plan */
};
/* "volume VG-UUID/LV-UUID name VG/LV type ", the begin of such a line; its length, or 0 for
 * another line. */
size_t plan_volume_head(const char *line);
void plan_ledger_free(struct plan_ledger *ledger);

/* The host line, then the others. */
int plan_take_expect(
	struct plan_lines *lines, struct plan_ledger *ledger, struct facts *ret);
/* gone, new, maybe gone, maybe new; all must follow from what holds now. */
int plan_take_changes(
	struct plan_lines *lines, struct plan_ledger *ledger, struct plan_step *step);

/* The rules of policies: plan_rules.c. */
int plan_read_rules(struct plan_lines *lines, struct plan *plan);
void plan_write_rules(const struct plan *plan, struct buf *text);

/* Lines "KEYWORD PATH": places of rules and of the globs, with * and ?; and what the
 * operator asserts, which are paths as they are. */
struct plan_mounts_kind {
	size_t max;
	bool (*is_valid)(const char *path);
};
extern const struct plan_mounts_kind plan_mounts_places, plan_mounts_asserted;
int plan_read_mounts(struct plan_lines *lines, const char *keyword,
	const struct plan_mounts_kind *kind, char ***ret_mounts, size_t *ret_count);
void plan_write_mounts(
	const char *keyword, char *const *mounts, size_t n_mounts, struct buf *text);

/* One step with its empty line. */
int plan_read_step(
	struct plan_lines *lines, struct plan *plan, struct plan_ledger *ledger);

#endif
