/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that went through terminals, mails and web pages; see clean.c. */
#ifndef SNAPSTATE_IMPORT_CLEAN_H
#define SNAPSTATE_IMPORT_CLEAN_H

#include "snapstate/buf.h"

/* As many lines as the text has, each ended by a newline. */
void text_clean(const char *text, size_t len, struct buf *ret_text);

#endif
