/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that a terminal, a pager or a mail cut off or wrapped; see wrapped.c. */
#ifndef SNAPSTATE_IMPORT_WRAPPED_H
#define SNAPSTATE_IMPORT_WRAPPED_H

#include "clean.h"

void text_lines_mark(struct text_lines *lines);

/* Without the word that ends it. */
struct line line_without_last(struct line line);

#endif
