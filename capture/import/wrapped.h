/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that a terminal, a pager or a mail cut off or wrapped; see wrapped.c. */
#ifndef SNAPSTATE_IMPORT_WRAPPED_H
#define SNAPSTATE_IMPORT_WRAPPED_H

#include "evidence.h"

struct text_line {
	struct line line;
	bool is_full; /* as long as its terminal is wide: its last word may go on */
	bool is_cut;  /* a mark says that it goes on */
};

struct text_lines {
	struct text_line *items;
	size_t count;
};

/* The lines of a text, which is not copied. */
void text_lines_make(const char *text, struct text_lines *ret_lines);
void text_lines_free(struct text_lines *lines);
#define cleanup_text_lines cleanup_with(text_lines_free)

/* Without the word that ends it. */
struct line line_without_last(struct line line);

#endif
