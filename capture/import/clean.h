/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that went through terminals, mails and web pages; see clean.c. */
#ifndef SNAPSTATE_IMPORT_CLEAN_H
#define SNAPSTATE_IMPORT_CLEAN_H

#include <stdbool.h>

#include "snapstate/buf.h"

/* As many lines as the text has, each ended by a newline. */
void text_clean(const char *text, size_t len, struct buf *ret_text);

/* encoding.c: a text that is not in UTF-8. */
bool text_is_utf16(const char *bytes, size_t len);
void text_from_utf16(const char *bytes, size_t len, struct buf *ret_text);

#endif
