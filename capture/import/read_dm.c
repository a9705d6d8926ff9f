/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dmsetup's outputs, each alone, by name: what import_dm() wants together, and more
 * strictly, to make devices of the model. Input: ls, ls --tree, info in both forms,
 * table, status, deps. Output: mappings with their numbers, uuids, open counts and
 * tables.
 */
#include <ctype.h>
#include <string.h>

#include "dm.h"
#include "format.h"

/* ---- ls ---- */

static bool is_dm_name(struct line name)
{
	return name.len > 0 && !memchr(name.at, '/', name.len);
}

/* "vg-lv	(253:4)", "vg-lv (253, 4)" */
bool read_dm_ls(struct reading *reading, struct line line)
{
	struct line name = line_trim(line);
	const char *thing;
	struct devno devno;

	if (line_is(name, "No devices found"))
		return true;
	if (!line_cut_number(&name, &devno) || !is_dm_name(name) ||
		memchr(name.at, ' ', name.len))
		return false;
	thing = thing_mapping(reading->findings, name);
	tie(reading, TIE_SAME, thing, thing_number(reading->findings, devno));
	return true;
}

/* Below a device what it is on: " `-vg-lv-real (253:3)", and " `- (8:16)". */
bool read_dm_tree(struct reading *reading, struct line line)
{
	size_t column = line_cut_tree(&line);
	const char *thing, *number, *above;
	struct line name = line;
	struct devno devno;

	if (!line_cut_number(&name, &devno))
		return false;
	number = thing_number(reading->findings, devno);
	thing = name.len ? thing_mapping(reading->findings, name) : number;
	if (name.len)
		tie(reading, TIE_SAME, thing, number);
	above = tree_parent(reading, column, thing);
	if (above)
		tie(reading, TIE_ON, above, thing);
	return true;
}

/* ---- info ---- */

static const struct column info_columns[] = {
	{"Name", "name", CELL_NAME, true},
	{"Maj", "major", CELL_MAJOR, true},
	{"Min", "minor", CELL_MINOR, true},
	{"Stat", "attr", CELL_STATE, true},
	{"Open", "open", CELL_OPEN, true},
	{"Targ", "segments", CELL_NUMBER, true},
	{"Event", "events", CELL_NUMBER, true},
	{"UUID", "uuid", CELL_UUID, false},
	{"MangledName", "mangled_name", CELL_WORD, true},
	{"BlkDevName", "blkdevname", CELL_KNAME, true},
	{"#Devs", "device_count", CELL_NUMBER, true},
	{"DevNos", "devnos_used", CELL_WORD, false},
	{"DevNames", "devs_used", CELL_WORD, false},
	{"Suspended", "suspended", CELL_WORD, true},
	{"L", "tables_loaded", CELL_WORD, true},
	{0},
};
static const char info_usual[] = "Name Maj Min Stat Open Targ Event UUID";

static void info_found(struct reading *reading, const struct row *row)
{
	const char *thing = thing_mapping(reading->findings, row->cells[CELL_NAME]);
	uint64_t major, minor;

	if (parse_u64(row->cells[CELL_MAJOR].at, row->cells[CELL_MAJOR].len, 10,
		    &major) == 0 &&
		parse_u64(row->cells[CELL_MINOR].at, row->cells[CELL_MINOR].len, 10,
			&minor) == 0 &&
		major <= UINT32_MAX && minor <= UINT32_MAX)
		tie(reading, TIE_SAME, thing,
			thing_number(reading->findings,
				(struct devno){(uint32_t)major, (uint32_t)minor}));
	if (row->cells[CELL_OPEN].len)
		found(reading, thing, SHOWN_OPEN, row->cells[CELL_OPEN]);
	if (row->cells[CELL_UUID].len)
		found(reading, thing, SHOWN_UUID, row->cells[CELL_UUID]);
	if (row->cells[CELL_KNAME].len)
		tie(reading, TIE_SAME, thing,
			thing_kname(reading->findings, row->cells[CELL_KNAME]));
}

/* A row of the default columns shows by itself what it is: also cut out by grep. */
bool read_dm_info(struct reading *reading, struct line line)
{
	struct line option = command_option(&reading->command, 'o', "--options");
	struct line separator = command_option(&reading->command, '\0', "--separator");
	struct columns columns = reading->columns;
	struct row row;

	if (line_is(line_trim(line), "No devices found"))
		return true;
	if (columns_read(info_columns, line, &reading->columns))
		return true;
	if (!columns.count && !columns_from_option(info_columns, option, info_usual,
				      separator.len ? *separator.at : '\0', &columns))
		return false;
	if (!columns_split(&columns, line, &row) || !row.cells[CELL_NAME].len)
		return false;
	info_found(reading, &row);
	return true;
}

/* "Name:              vg-lv", "Open count:        1", "Major, minor:      253, 4" */
bool read_dm_info_long(struct reading *reading, struct line line)
{
	struct line rest = line_trim(line);
	cleanup_buf struct buf pair = BUF_INIT;
	struct devno devno;

	if (line_is(rest, "No devices found"))
		return true;
	if (line_cut_label(&rest, "Name:")) {
		reading->about = thing_mapping(reading->findings, rest);
		return reading->about != NULL;
	}
	if (!reading->about)
		return false;
	if (line_cut_label(&rest, "Open count:"))
		found(reading, reading->about, SHOWN_OPEN, rest);
	else if (line_cut_label(&rest, "UUID:"))
		found(reading, reading->about, SHOWN_UUID, rest);
	else if (line_cut_label(&rest, "Major, minor:")) {
		buf_puts(&pair, "(");
		buf_add(&pair, rest.at, rest.len);
		buf_puts(&pair, ")");
		rest = (struct line){pair.data, pair.len};
		if (!line_cut_number(&rest, &devno))
			return false;
		tie(reading, TIE_SAME, reading->about,
			thing_number(reading->findings, devno));
	} else {
		return line_begins(&rest, "State:") ||
		       line_begins(&rest, "Read Ahead:") ||
		       line_begins(&rest, "Tables present:") ||
		       line_begins(&rest, "Event number:") ||
		       line_begins(&rest, "Number of targets:");
	}
	return true;
}

/* ---- table, status ---- */

/* Of `dmsetup table NAME` no line has a name. */
static bool target_split(
	struct reading *reading, struct line line, struct target_line *ret_split)
{
	struct line operand = command_operand(&reading->command);
	cleanup_buf struct buf named = BUF_INIT;

	line = line_trim(line);
	if (target_line_split(line, ret_split, NULL) == 0)
		/* kpartx -l has a path there */
		return !ret_split->has_target || isalpha((unsigned char)*ret_split->type);
	if (reading->command.n_words < 3 || !operand.len ||
		!isdigit((unsigned char)*line.at))
		return false;
	buf_puts(&named, "x: ");
	buf_add(&named, line.at, line.len);
	if (target_line_split((struct line){named.data, named.len}, ret_split, NULL) < 0)
		return false;
	ret_split->name = operand;
	if (*operand.at == '/') {
		const char *slash = memrchr(operand.at, '/', operand.len);

		ret_split->name = (struct line){
			slash + 1, (size_t)(operand.at + operand.len - slash - 1)};
	}
	return true;
}

static void target_words(
	const struct target_line *split, const char *params, struct buf *text)
{
	buf_puts(text, split->type);
	if (*params)
		buf_printf(text, " %s", params);
}

/* A snapshot is on its origin's -real and on its COW, as every target prints its
 * devices: MAJOR:MINOR, a word of its own. */
static void params_tie(struct reading *reading, const char *thing, const char *params)
{
	struct line line = line_text(params), word;
	struct devno devno;

	while ((word = line_word(&line)).len)
		if (parse_devno(word.at, word.len, &devno) == 0)
			tie(reading, TIE_ON, thing,
				thing_number(reading->findings, devno));
		else if (*word.at == '/')
			tie(reading, TIE_ON, thing, thing_path(reading->findings, word));
}

static void type_found(struct reading *reading, const char *thing, const char *type)
{
	if (strcmp(type, "snapshot") == 0)
		found_text(reading, thing, SHOWN_SNAPSHOT, "");
	if (strcmp(type, "snapshot-origin") == 0)
		found_text(reading, thing, SHOWN_ORIGIN, "");
	if (strcmp(type, "snapshot-merge") == 0)
		found_text(reading, thing, SHOWN_MERGING, "");
	if (strcmp(type, "thin") == 0)
		found_text(reading, thing, SHOWN_THIN, "");
}

/* Keys of crypt and integrity are left out: dm_params_masked() of capture/facts. */
static bool target_found(struct reading *reading, struct line line, bool is_status)
{
	struct target_line split = {.has_target = false};
	cleanup_buf struct buf text = BUF_INIT;
	const char *thing;
	bool is_split = target_split(reading, line, &split);
	bool has_target = is_split && split.has_target;

	if (has_target) {
		thing = thing_mapping(reading->findings, split.name);
		type_found(reading, thing, split.type);
		if (is_status && strncmp(split.type, "snapshot", 8) == 0) {
			target_words(&split, split.params, &text);
			found_text(reading, thing, SHOWN_STATUS, buf_text(&text));
			if (strcmp(split.params, "Invalid") == 0)
				found_text(reading, thing, SHOWN_INVALID, "");
		}
		if (!is_status) {
			bool is_known = strcmp(split.type, "linear") == 0 ||
					strcmp(split.type, "striped") == 0 ||
					strncmp(split.type, "snapshot", 8) == 0;

			/* others may hold keys */
			target_words(&split, is_known ? split.params : "", &text);
			found_text(reading, thing, SHOWN_TABLE, buf_text(&text));
			params_tie(reading, thing, split.params);
		}
	}
	target_line_free(&split);
	return is_split;
}

bool read_dm_table(struct reading *reading, struct line line)
{
	return line_is(line_trim(line), "No devices found") ||
	       target_found(reading, line, false);
}

bool read_dm_status(struct reading *reading, struct line line)
{
	return line_is(line_trim(line), "No devices found") ||
	       target_found(reading, line, true);
}

/* ---- deps ---- */

/* "vg-lv: 2 dependencies	: (253, 1) (253, 2)" */
bool read_dm_deps(struct reading *reading, struct line line)
{
	static const char word[] = " dependencies";
	const char *at, *colon;
	struct line rest, head = {line.at, 0};
	const char *thing;
	struct devno devno;

	line = line_trim(line);
	if (line_is(line, "No devices found"))
		return true;
	at = memmem(line.at, line.len, word, strlen(word));
	colon = at ? memrchr(line.at, ':', (size_t)(at - line.at)) : NULL;
	if (!colon ||
		!is_number(line_trim((struct line){colon + 1, (size_t)(at - colon - 1)})))
		return false;
	head = line_trim((struct line){line.at, (size_t)(colon - line.at)});
	thing = thing_mapping(reading->findings, head);
	rest = (struct line){
		at + strlen(word), (size_t)(line.at + line.len - at) - strlen(word)};
	while (line_cut_number(&rest, &devno))
		tie(reading, TIE_ON, thing, thing_number(reading->findings, devno));
	return thing != NULL;
}
