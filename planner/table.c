/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See table.h. The output depends on the cells alone: neither on the terminal, nor on the
 * locale, nor on the files for terminal colours.
 */
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "table.h"

/* Out of memory, as everywhere in buf.h; the library has no other failure here. */
static void must(bool is_good)
{
	if (!is_good)
		abort();
}

struct libscols_table *table_new(
	const char *const *headings, bool has_headings, size_t tree)
{
	struct libscols_table *table = scols_new_table();

	must(table);
	scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	scols_table_enable_ascii(table, 1);
	scols_table_enable_noencoding(table, 1); /* the cells are escaped already */
	scols_table_enable_minout(table, 1);	 /* no blanks at the ends of lines */
	scols_table_enable_noheadings(table, !has_headings);
	must(scols_table_set_column_separator(table, "  ") == 0);
	for (size_t i = 0; headings[i]; i++)
		must(scols_table_new_column(table, headings[i], 0,
			     i == tree ? SCOLS_FL_TREE : 0) != NULL);
	return table;
}

struct libscols_line *table_line(
	struct libscols_table *table, struct libscols_line *parent)
{
	struct libscols_line *line = scols_table_new_line(table, parent);

	must(line);
	return line;
}

void table_cell(struct libscols_line *line, size_t column, const char *text)
{
	struct buf escaped = BUF_INIT;

	if (!*text)
		return;
	buf_tail(&escaped, text);
	must(scols_line_refer_data(line, column, escaped.data) == 0); /* theirs now */
}

void table_add_line(
	struct buf *text, int indent, const char *lead, const char *line, size_t len)
{
	size_t end = text->len + (size_t)indent;

	buf_puts(text, lead);
	while (text->len < end)
		buf_add(text, " ", 1);
	buf_add(text, line, len);
	buf_add(text, "\n", 1);
}

void table_print(
	struct libscols_table *table, struct buf *text, int indent, const char *lead)
{
	cleanup_free char *lines = NULL;
	const char *line;

	must(scols_print_table_to_string(table, &lines) == 0);
	scols_unref_table(table);
	for (line = lines; line && *line; line += strcspn(line, "\n") + 1) {
		size_t len = strcspn(line, "\n");

		table_add_line(text, indent, lead, line, len);
		lead = "";
		if (line[len] == '\0')
			break;
	}
}
