/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel has on a device, and no process shows: kpartx's mappings, loop devices,
 * arrays. Input: the outputs of kpartx and losetup, /proc/mdstat. Output: what is on
 * what.
 */
#include <string.h>

#include "format.h"

/* kpartx -l: "vg-snap1 : 0 497664 /dev/dm-2 2048"; -av: "add map vg-snap1 (254:5): 0
 * 497664 linear /dev/vg/snap 2048" (multipath-tools kpartx/kpartx.c). */
bool read_kpartx(struct reading *reading, struct line line)
{
	struct line text = line_trim(line), name, word, rest;
	const char *end = text.at + text.len, *colon, *thing;
	struct devno devno;
	bool is_added = line_cut_label(&text, "add map"), has_number = false;

	colon = is_added ? memmem(text.at, text.len, "): ", 3)
			 : memmem(text.at, text.len, " : ", 3);
	if (!colon)
		return line_cut_label(&text, "del devmap :");
	name = (struct line){text.at, (size_t)(colon + is_added - text.at)};
	has_number = line_cut_number(&name, &devno);
	name = line_trim(name);
	rest = (struct line){colon + 2 + is_added, (size_t)(end - colon) - 2 - is_added};
	if (!is_number(line_word(&rest)) || !is_number(line_word(&rest)))
		return false;
	word = line_word(&rest);
	if (line_is(word, "linear"))
		word = line_word(&rest);
	if (!name.len || *word.at != '/' || memchr(name.at, ' ', name.len))
		return false;
	thing = thing_mapping(reading->findings, name);
	tie(reading, TIE_ON, thing, thing_path(reading->findings, word));
	if (is_added) {
		found_text(reading, thing, SHOWN_ACTIVE, "yes");
		if (has_number)
			tie(reading, TIE_SAME, thing,
				thing_number(reading->findings, devno));
	}
	return true;
}

/* ---- losetup ---- */

static const struct column loop_columns[] = {
	{"NAME", "name", CELL_NAME, true},
	{"SIZELIMIT", "sizelimit", CELL_NUMBER, true},
	{"OFFSET", "offset", CELL_NUMBER, true},
	{"AUTOCLEAR", "autoclear", CELL_NUMBER, true},
	{"RO", "ro", CELL_NUMBER, true},
	{"BACK-FILE", "back-file", CELL_PATH, false},
	{"DIO", "dio", CELL_NUMBER, false},
	{"LOG-SEC", "log-sec", CELL_NUMBER, false},
	{0},
};

static bool loop_found(struct reading *reading, struct line loop, struct line file)
{
	const char *below = thing_path(reading->findings, file);

	if (!line_begins(&loop, "/dev/"))
		return false;
	tie(reading, TIE_ON, thing_path(reading->findings, loop),
		below ? below : thing_file(reading->findings, file));
	return true;
}

/* "/dev/loop0: [0005]:1234 (/dev/vg/lv), offset 512", or the table of -l and -a today. */
bool read_losetup(struct reading *reading, struct line line)
{
	struct line text = line_trim(line);
	const char *colon = memmem(text.at, text.len, ": [", 3);
	const char *open =
		colon ? memchr(colon, '(', (size_t)(text.at + text.len - colon)) : NULL;
	const char *close =
		open ? memrchr(open, ')', (size_t)(text.at + text.len - open)) : NULL;
	struct row row = {0};

	if (close)
		return loop_found(reading,
			(struct line){text.at, (size_t)(colon - text.at)},
			(struct line){open + 1, (size_t)(close - open - 1)});
	if (columns_read(loop_columns, line, &reading->columns))
		return true;
	if (columns_pairs(loop_columns, line, &row)) {
		/* of JSON a row may have several lines */
		if (row.cells[CELL_NAME].len)
			reading->row = row;
		else
			reading->row.cells[CELL_PATH] = row.cells[CELL_PATH];
		row = reading->row;
		if (!row.cells[CELL_PATH].len)
			return true;
	} else if (!reading->columns.count ||
		   !columns_split(&reading->columns, line, &row)) {
		return text.len && reading->command.n_words && strchr("{}[]\"", *text.at);
	}
	return loop_found(reading, row.cells[CELL_NAME], row.cells[CELL_PATH]);
}

/* ---- arrays ---- */

/* "md125 : active raid1 dm-1[0] sdb1[1](F)"; other lines say how it is. */
bool read_mdstat(struct reading *reading, struct line line)
{
	struct line array = line_word(&line), rest = line, word = line_word(&line);
	const char *thing;

	if (!line_begins(&array, "md") || !line_is(word, ":"))
		return line_is(array, "Personalities") || line_is(array, "unused") ||
		       line_is(array, "bitmap:") || *array.at == '[' ||
		       line_has(rest, "blocks");
	thing = thing_kname(reading->findings, array);
	while ((word = line_word(&line)).len) {
		const char *bracket = memchr(word.at, '[', word.len);

		if (bracket)
			tie(reading, TIE_ON, thing,
				thing_kname(reading->findings,
					(struct line){
						word.at, (size_t)(bracket - word.at)}));
	}
	return true;
}
