/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See table.h. The output depends on the cells alone: neither on the terminal, nor on the
 * locale, nor on the files for terminal colours.
 *
 * The library measures each character of a cell several times, by mbrtowc(). The last
 * column needs no width: where it has the tree, the library draws that before a stand-in,
 * and the text, the longest of the line, is put in afterwards.
 */
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "table.h"

#define STAND_IN "x"

/* Out of memory, as everywhere in buf.h; the library has no other failure here. */
static void must(bool is_good)
{
	if (!is_good)
		abort();
}

struct libscols_table *table_new(
	const char *const *headings, bool has_headings, bool has_tree)
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
			     has_tree && !headings[i + 1] ? SCOLS_FL_TREE : 0) != NULL);
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

void table_name(struct libscols_line *line, size_t column, const char *text)
{
	struct buf escaped = BUF_INIT;

	buf_tail(&escaped, text);
	must(scols_line_set_userdata(line, escaped.data) == 0 &&
		scols_line_set_data(line, column, STAND_IN) == 0);
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

/* ---- printing ---- */

struct printing {
	struct buf *text;
	int indent;
	const char *lead;
	const char *at; /* what the library made of the next line */
};

static void print_line(struct printing *it, const char *name)
{
	size_t len = strcspn(it->at, "\n");

	table_add_line(it->text, it->indent, it->lead, it->at, name ? len - 1 : len);
	if (name) { /* for its stand-in */
		it->text->len--;
		buf_puts(it->text, name);
		buf_puts(it->text, "\n");
	}
	it->lead = "";
	it->at += len + (it->at[len] == '\n');
}

/* In the library's order: a line, then what belongs to it. */
static void print_tree(struct printing *it, struct libscols_line *line)
{
	struct libscols_iter *children = scols_new_iter(SCOLS_ITER_FORWARD);
	struct libscols_line *child;
	char *name = scols_line_get_userdata(line);

	must(children);
	print_line(it, name);
	free(name);
	while (scols_line_next_child(line, children, &child) == 0)
		print_tree(it, child);
	scols_free_iter(children);
}

void table_print(
	struct libscols_table *table, struct buf *text, int indent, const char *lead)
{
	struct libscols_iter *all = scols_new_iter(SCOLS_ITER_FORWARD);
	struct libscols_line *line;
	cleanup_free char *lines = NULL;
	struct printing it = {text, indent, lead, NULL};

	must(all && scols_print_table_to_string(table, &lines) == 0);
	it.at = lines ? lines : "";
	if (!scols_table_is_noheadings(table) && *it.at)
		print_line(&it, NULL);
	while (scols_table_next_line(table, all, &line) == 0)
		if (!scols_line_get_parent(line))
			print_tree(&it, line);
	scols_free_iter(all);
	scols_unref_table(table);
}
