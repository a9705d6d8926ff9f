/* SPDX-License-Identifier: Apache-2.0 */
/* Text of lines and words, as plans, and what the observer is asked and answers. */
#ifndef SNAPSTATE_LINES_H
#define SNAPSTATE_LINES_H

#include "snapstate/buf.h"
#include "snapstate/err.h"
#include "snapstate/limits.h"

/* Longest line: a fact behind the longest keyword ("maybe gone "). */
#define LINES_LINE_MAX (FACT_LINE_MAX + 16)

/* What is read, for messages ("a plan"), and its most bytes. */
struct lines_kind {
	const char *what;
	size_t bytes_max;
};
/*
 * A cursor over hostile text, line by line, word by word. All errors are "NAME:LINE:
 * rule" with -EBADMSG. The text outlives it.
 */
struct lines {
	const char *name; /* of the file, for errors */
	const struct lines_kind *kind;
	const char *next; /* start of the next line */
	const char *end;  /* of the text */
	const char *line; /* the current line and its length without the newline */
	size_t len;
	size_t number;	/* from 1; 0 behind the last line */
	const char *at; /* what is still to be read of the current line */
	struct err *err;
};

/* The rules for all bytes: length, lines, printable ASCII only. Then the first line. */
int lines_open(struct lines *lines, const char *text, size_t len,
	const struct lines_kind *kind, const char *name, struct err *err);
int lines_bad(const struct lines *lines, const char *rule, ...)
	__attribute__((format(printf, 2, 3)));
void lines_advance(struct lines *lines);
/* true: the current line begins with `keyword`. */
bool lines_is(const struct lines *lines, const char *keyword);

/* Each takes something off the current line. */
int lines_take(struct lines *lines, const char *literal);
int lines_take_word(struct lines *lines, char stop, char **ret_word); /* malloc'ed */
int lines_take_tail(struct lines *lines, char **ret_text);
int lines_take_number(struct lines *lines, char stop, uint64_t max, uint64_t *ret);
int lines_take_devno(struct lines *lines, struct devno *ret);
/* The line ends here; goes to the next one. */
int lines_take_end(struct lines *lines);

#endif
