/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See table.h. The output depends on the cells alone: neither on the terminal, nor on the
 * locale, nor on the files for terminal colours.
 *
 * The library measures each character of a cell several times, by mbrtowc(). Escaped text
 * is ASCII, as wide as it is long: the columns are aligned here, and the library draws
 * the tree, before a stand-in for the last column's text.
 */
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "table.h"

#define STAND_IN    "x"
#define SEPARATOR   "  "
#define COLUMNS_MAX 8

struct table {
	struct libscols_table *tree; /* its only column is the last one */
	const char *const *headings;
	bool has_headings;
	size_t last;		    /* column */
	size_t widths[COLUMNS_MAX]; /* of its heading at least, shown or not */
};

/* The library keeps it for each of its lines. The cells' texts are one behind another. */
struct row {
	struct table *table;
	struct buf text;
	struct cell {
		size_t at, len;
	} cells[COLUMNS_MAX];
};

void table_must(bool is_good)
{
	if (!is_good)
		abort();
}

struct table *table_new(const char *const *headings, bool has_headings, bool has_tree)
{
	struct table *table = xcalloc(1, sizeof(*table));
	struct libscols_table *tree = scols_new_table();

	table_must(tree);
	scols_table_set_termforce(tree, SCOLS_TERMFORCE_NEVER);
	scols_table_enable_ascii(tree, 1);
	scols_table_enable_noencoding(tree, 1); /* a stand-in has nothing to escape */
	scols_table_enable_minout(tree, 1);	/* no blanks at the ends of lines */
	scols_table_enable_noheadings(tree, 1);
	table_must(scols_table_new_column(tree, NULL, 0, has_tree ? SCOLS_FL_TREE : 0) !=
		   NULL);
	table->tree = tree;
	table->headings = headings;
	table->has_headings = has_headings;
	for (size_t i = 0; headings[i]; i++) {
		table_must(i < COLUMNS_MAX);
		table->widths[i] = strlen(headings[i]);
		table->last = i;
	}
	return table;
}

struct libscols_line *table_line(struct table *table, struct libscols_line *parent)
{
	struct libscols_line *line = scols_table_new_line(table->tree, parent);
	struct row *row = xcalloc(1, sizeof(*row));

	row->table = table;
	table_must(line && scols_line_set_userdata(line, row) == 0);
	return line;
}

void table_cell(struct libscols_line *line, size_t column, const char *text)
{
	struct row *row = scols_line_get_userdata(line);
	struct cell *cell = &row->cells[column];

	if (!*text)
		return;
	cell->at = row->text.len;
	buf_tail(&row->text, text);
	cell->len = row->text.len - cell->at;
	if (cell->len > row->table->widths[column])
		row->table->widths[column] = cell->len;
	if (column == row->table->last)
		table_must(scols_line_set_data(line, 0, STAND_IN) == 0);
}

/* Blanks up to that length. */
static void pad(struct buf *text, size_t end)
{
	static const char blanks[] = "                                ";

	while (text->len < end) {
		size_t more = end - text->len, most = sizeof(blanks) - 1;

		buf_add(text, blanks, more < most ? more : most);
	}
}

static void add_lead(struct buf *text, int indent, const char *lead)
{
	size_t end = text->len + (size_t)indent;

	buf_puts(text, lead);
	pad(text, end);
}

/* ---- printing ---- */

struct printing {
	struct table *table;
	struct buf *text;
	int indent;
	const char *lead;
	const char *at; /* what the library made of the next line */
};

static void print_lead(struct printing *it)
{
	add_lead(it->text, it->indent, it->lead);
	it->lead = ""; /* the first line has it */
}

static void print_cell(struct printing *it, size_t column, const char *cell, size_t len)
{
	size_t end = it->text->len + it->table->widths[column];

	if (len)
		buf_add(it->text, cell, len);
	pad(it->text, end);
	buf_puts(it->text, SEPARATOR);
}

static void print_headings(struct printing *it)
{
	const char *const *headings = it->table->headings;

	print_lead(it);
	for (size_t i = 0; i < it->table->last; i++)
		print_cell(it, i, headings[i], strlen(headings[i]));
	buf_puts(it->text, headings[it->table->last]);
	buf_puts(it->text, "\n");
}

static void print_row(struct printing *it, const struct row *row)
{
	const struct cell *name = &row->cells[it->table->last];
	size_t drawn = strcspn(it->at, "\n"), start;

	print_lead(it);
	start = it->text->len;
	for (size_t i = 0; i < it->table->last; i++)
		print_cell(it, i, buf_text(&row->text) + row->cells[i].at,
			row->cells[i].len);
	if (name->len) {
		buf_add(it->text, it->at, drawn - strlen(STAND_IN));
		buf_add(it->text, row->text.data + name->at, name->len);
	} else {
		buf_add(it->text, it->at, drawn);
	}
	while (it->text->len > start && it->text->data[it->text->len - 1] == ' ')
		it->text->len--; /* no text ends so: see buf_tail() */
	buf_puts(it->text, "\n");
	it->at += drawn + (it->at[drawn] == '\n');
}

/* In the library's order: a line, then what belongs to it. */
static void print_tree(struct printing *it, struct libscols_line *line)
{
	struct libscols_iter *children = scols_new_iter(SCOLS_ITER_FORWARD);
	struct libscols_line *child;
	struct row *row = scols_line_get_userdata(line);

	table_must(children);
	print_row(it, row);
	buf_free(&row->text);
	free(row);
	while (scols_line_next_child(line, children, &child) == 0)
		print_tree(it, child);
	scols_free_iter(children);
}

void table_print(struct table *table, struct buf *text, int indent, const char *lead)
{
	struct libscols_iter *all = scols_new_iter(SCOLS_ITER_FORWARD);
	struct libscols_line *line;
	cleanup_free char *lines = NULL;
	struct printing it = {table, text, indent, lead, NULL};

	table_must(all && scols_print_table_to_string(table->tree, &lines) == 0);
	it.at = lines ? lines : "";
	if (table->has_headings && scols_table_get_nlines(table->tree))
		print_headings(&it);
	while (scols_table_next_line(table->tree, all, &line) == 0)
		if (!scols_line_get_parent(line))
			print_tree(&it, line);
	scols_free_iter(all);
	scols_unref_table(table->tree);
	free(table);
}
