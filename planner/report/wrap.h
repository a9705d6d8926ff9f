/* SPDX-License-Identifier: Apache-2.0 */
/* Prose in lines of a width. */
#ifndef SNAPSTATE_WRAP_H
#define SNAPSTATE_WRAP_H

#include "snapstate/buf.h"

#define WRAP_WIDTH     80 /* where nobody says how wide */
#define WRAP_WIDTH_MIN 40
#define WRAP_WIDTH_MAX 120 /* longer lines are hard to read */

/*
 * Adds `text`, which is escaped already, with `lead` in the first `indent` columns and
 * blanks in those of the other lines. A line breaks at a blank, but never within the
 * quoted path of a command; a word that is too long for a line is not cut.
 */
void wrap_add(struct buf *output, unsigned width, size_t indent, const char *lead,
	const char *text);

#endif
