/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Areas to swap on: an example of a reader. Its row of the table in formats.c is
 *
 *	{.name = "swaps",
 *		.commands = "swapon|swapon *|swaps",
 *		.paths = "*" "/swaps",
 *		.headings = "Filename Type Size|NAME TYPE SIZE USED",
 *		.is_whole = true,
 *		.is_strict = true,
 *		.read = read_swaps,
 *		.source = "swaps",
 *		.role = ROLE_SWAPS},
 *
 * so it gets the lines behind a command `swapon`, of a file called swaps.txt, of
 * `cat /proc/swaps`, and behind either heading; not a line that stands alone, and the
 * output is all that there is; the model's reader of proc/swaps gets it too. It reads:
 *
 *	Filename	Type		Size	Used	Priority
 *	/dev/dm-5	partition	524284	0	-2
 *	NAME      TYPE       SIZE USED PRIO		(swapon --show)
 *	/dev/dm-5 partition  512M   0B   -2
 *	/dev/vg/swap: ...				(errors, which messages.c reads)
 *
 * It joins nothing: that /dev/dm-5 is a volume, and which one, is found by shown.c from
 * what other texts say.
 */
#include "format.h"

/* `heading` is what the text says, `field` what an option -o may say, `cell` what such a
 * word looks like; `true`: the column is never empty. */
static const struct column known[] = {
	{"Filename", NULL, CELL_NAME, true},
	{"NAME", "name", CELL_NAME, true},
	{"Type", "type", CELL_TYPE, true},
	{"Size", "size", CELL_SIZE, true},
	{"Used", "used", CELL_SIZE, true},
	{"Priority", NULL, CELL_SIZE, true},
	{"Prio", "prio", CELL_SIZE, true},
	{0},
};

bool read_swaps(struct reading *reading, struct line line)
{
	const char *thing;
	struct row row;

	/* the heading comes first, and may come again */
	if (columns_read(known, line, &reading->columns))
		return true;
	/* a row: `false` says that the line was not understood */
	if (!reading->columns.count || !columns_split(&reading->columns, line, &row))
		return false;
	/* a path names no device if the area is a file */
	thing = thing_path(reading->findings, row.cells[CELL_NAME]);
	if (!thing)
		thing = thing_file(reading->findings, row.cells[CELL_NAME]);
	found_text(reading, thing, SHOWN_HELD, "swap");
	return true;
}
