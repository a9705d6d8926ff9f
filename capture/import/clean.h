/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that went through terminals, mails and web pages; see clean.c. */
#ifndef SNAPSTATE_IMPORT_CLEAN_H
#define SNAPSTATE_IMPORT_CLEAN_H

#include "evidence.h"
#include "snapstate/buf.h"

struct text_line {
	struct line line;
	/* wrapped.c */
	bool is_full; /* as long as its terminal is wide: its last word may go on */
	bool is_cut;  /* a mark says that it goes on */
};

struct text_lines {
	struct text_line *items;
	size_t count;
	struct arena *strings; /* of lines that are not as they were */
};

/* As many lines as the text has, which must stay, and ends in a NUL byte. */
void text_clean(const char *text, size_t len, struct text_lines *ret_lines);
/* A line that is not as the text has it. */
struct line text_lines_keep(struct text_lines *lines, const char *bytes, size_t len);
void text_lines_free(struct text_lines *lines);
#define cleanup_text_lines cleanup_with(text_lines_free)

/* encoding.c: a text that is not in UTF-8. */
bool text_is_utf16(const char *bytes, size_t len);
void text_from_utf16(const char *bytes, size_t len, struct buf *ret_text);

#endif
