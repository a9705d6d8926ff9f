/* SPDX-License-Identifier: Apache-2.0 */
/* Aligned columns and trees of the text review, as lsblk and lvs print them, with their
 * library. */
#ifndef SNAPSTATE_TABLE_H
#define SNAPSTATE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "snapstate/buf.h"

struct table;
struct libscols_line;

/* Ends the program where it is out of memory, as buf.h does: libsmartcols has no other
 * failure here. */
void table_must(bool is_good);

/* `headings` ends with NULL, and is borrowed. With `has_tree` the last column shows what
 * belongs to which line. */
struct table *table_new(const char *const *headings, bool has_headings, bool has_tree);
/* `parent` may be NULL. */
struct libscols_line *table_line(struct table *table, struct libscols_line *parent);
/* Text from a host, once for each cell: escaped as buf_tail() does; "" = nothing. */
void table_cell(struct libscols_line *line, size_t column, const char *text);
/* Adds it to the text, each line behind `indent` blanks; the first one has `lead` there.
 * Frees the table. */
void table_print(struct table *table, struct buf *text, int indent, const char *lead);

#endif
