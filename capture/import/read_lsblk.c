/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lsblk in its forms: the tree with any columns, -l, -P, -J. Input: rows, and lines of a
 * mount point alone, which newer ones put below the cell of the row before. Output:
 * numbers of what LVM and others have mapped, mount points, what is on what.
 */
#include <string.h>

#include "format.h"

static const struct column known[] = {
	{"NAME", "name", CELL_NAME, true},
	{"KNAME", "kname", CELL_KNAME, true},
	{"PATH", "path", CELL_PATH, true},
	{"MAJ:MIN", "maj:min", CELL_DEVNO, true},
	{"RM", "rm", CELL_NUMBER, true},
	{"RO", "ro", CELL_NUMBER, true},
	{"SIZE", "size", CELL_SIZE, true},
	{"TYPE", "type", CELL_TYPE, true},
	{"FSTYPE", "fstype", CELL_WORD, false},
	{"LABEL", "label", CELL_WORD, false},
	{"UUID", "uuid", CELL_WORD, false},
	{"FSAVAIL", "fsavail", CELL_SIZE, false},
	{"FSUSE%", "fsuse%", CELL_PERCENT, false},
	{"FSVER", "fsver", CELL_WORD, false},
	{"PKNAME", "pkname", CELL_PARENT, false},
	{"MODEL", "model", CELL_WORD, false},
	{"MOUNTPOINT", "mountpoint", CELL_PLACE, false},
	{"MOUNTPOINTS", "mountpoints", CELL_PLACE, false},
	{0},
};
static const char usual[] = "NAME MAJ:MIN RM SIZE RO TYPE MOUNTPOINT";

static const char *row_thing(struct reading *reading, const struct row *row)
{
	struct line name = row->cells[CELL_NAME], type = row->cells[CELL_TYPE];
	struct findings *findings = reading->findings;
	const char *last;

	if (name.len && *name.at == '/')
		return thing_path(findings, name);
	if (line_is(type, "lvm") || line_is(type, "crypt") || line_is(type, "dm") ||
		line_is(type, "mpath"))
		return thing_mapping(findings, name);
	/* a partition that kpartx mapped: no kernel name ends like a dm name */
	last = name.len ? memchr(name.at, '-', name.len) : NULL;
	if (last && !line_begins(&name, "dm-"))
		return thing_mapping(findings, name);
	return thing_kname(findings, name);
}

static void place_found(struct reading *reading, const char *thing, struct line place)
{
	if (line_is(place, "[SWAP]")) {
		found_text(reading, thing, SHOWN_HELD, "swap");
		return;
	}
	found(reading, thing, SHOWN_MOUNTED, place);
	tie(reading, TIE_ON, thing_place(reading->findings, place), thing);
}

static bool row_found(struct reading *reading, const struct row *row, const char *parent)
{
	const char *thing = row_thing(reading, row);
	struct line number = row->cells[CELL_DEVNO];
	struct devno devno;

	if (!thing)
		return false;
	reading->about = thing;
	if (line_devno(number, &devno))
		tie(reading, TIE_SAME, thing, thing_number(reading->findings, devno));
	if (row->cells[CELL_KNAME].len)
		tie(reading, TIE_SAME, thing,
			thing_kname(reading->findings, row->cells[CELL_KNAME]));
	if (line_is(row->cells[CELL_TYPE], "lvm")) {
		found_text(reading, thing, SHOWN_LISTED, "");
		found_text(reading, thing, SHOWN_ACTIVE, "yes");
	}
	if (row->cells[CELL_PLACE].len)
		place_found(reading, thing, row->cells[CELL_PLACE]);
	if (parent)
		tie(reading, TIE_ON, thing, parent);
	if (row->cells[CELL_PARENT].len)
		tie(reading, TIE_ON, thing,
			thing_kname(reading->findings, row->cells[CELL_PARENT]));
	return true;
}

/* The row that is nearest in front, and less indented: children are in their parent. */
static void row_begin(struct reading *reading, const struct row *row, size_t column)
{
	reading->row = *row;
	reading->parent = tree_parent(reading, column, row_thing(reading, row));
}

/* JSON has a row over several lines, or on one: it ends with the next name. What comes
 * behind the name may tell better what it is. */
static bool pairs_found(struct reading *reading, struct line line)
{
	bool has_some = false;
	size_t column = strspn(line.at, " ");
	struct line object;

	while (columns_object(&line, &object)) {
		struct row row = {0};

		if (!columns_pairs(known, object, &row))
			continue;
		if (row.cells[CELL_NAME].len)
			row_begin(reading, &row, column);
		for (size_t i = 0; i < CELLS; i++)
			if (row.cells[i].len)
				reading->row.cells[i] = row.cells[i];
		if (reading->depth)
			reading->tree[reading->depth - 1].thing =
				row_thing(reading, &reading->row);
		has_some |= row_found(reading, &reading->row, reading->parent);
	}
	return has_some;
}

/* "mountpoints": [ "/a", "/b" ], on one line or on several: each string with a slash. */
static bool strings_found(struct reading *reading, struct line line)
{
	const char *at = memmem(line.at, line.len, "\"mountpoints\":", 14);
	const char *end = line.at + line.len;
	struct line text = line_trim(line);
	bool has_some = false;

	if (!at && (!text.len || *text.at != '"' || memmem(text.at, text.len, "\":", 2)))
		return false;
	at = at ? at + 14 : text.at;
	while (reading->about && at < end && *at != ']') {
		const char *open = memchr(at, '"', (size_t)(end - at));
		const char *close =
			open ? memchr(open + 1, '"', (size_t)(end - open) - 1) : NULL;
		struct line place;

		if (!close)
			break;
		place = (struct line){open + 1, (size_t)(close - open) - 1};
		if (*place.at != '/' && !line_is(place, "[SWAP]"))
			break;
		place_found(reading, reading->about, place);
		has_some = true;
		at = close + 1;
	}
	return has_some;
}

/* "vg-lv (dm-5)   253:5" of lsblk before 2.26: the kernel's name goes. *ret_kname may be
 * empty. */
static void without_kname(struct line line, struct buf *text, struct line *ret_kname)
{
	const char *open = memmem(line.at, line.len, " (dm-", 5);
	const char *end = line.at + line.len;
	const char *close = open ? memchr(open, ')', (size_t)(end - open)) : NULL;

	*ret_kname = (struct line){"", 0};
	if (!close) {
		buf_add(text, line.at, line.len);
		return;
	}
	*ret_kname = (struct line){open + 2, (size_t)(close - open - 2)};
	buf_add(text, line.at, (size_t)(open - line.at));
	buf_add(text, close + 1, (size_t)(end - close - 1));
}

static bool is_mark(struct line line)
{
	line = line_trim(line);
	return line.len && *line.at && strchr("{}[]\"", *line.at);
}

bool read_lsblk(struct reading *reading, struct line line)
{
	struct line option = command_option(&reading->command, 'o', "--output");
	struct line rest, kname, place = line_trim(line);
	cleanup_buf struct buf text = BUF_INIT;
	size_t column;
	struct row row;
	bool has_pairs;

	if (columns_read(known, line, &reading->columns))
		return true;
	has_pairs = pairs_found(reading, line);
	if (strings_found(reading, line) || has_pairs)
		return true;
	if (!reading->columns.count &&
		(!reading->command.n_words || !columns_from_option(known, option, usual,
						      '\0', &reading->columns)))
		return is_mark(line);
	if (reading->about && place.len &&
		(*place.at == '/' || line_is(place, "[SWAP]")) &&
		!memchr(place.at, ' ', place.len)) {
		place_found(reading, reading->about, place);
		return true;
	}
	without_kname(line, &text, &kname);
	rest = (struct line){buf_text(&text), text.len};
	column = line_cut_tree(&rest);
	if (!columns_split(&reading->columns, rest, &row))
		return is_mark(line);
	if (!row.cells[CELL_KNAME].len)
		row.cells[CELL_KNAME] = kname;
	if (!row_thing(reading, &row))
		return false;
	return row_found(
		reading, &row, tree_parent(reading, column, row_thing(reading, &row)));
}
