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
#include "snapstate/dm_mask.h"
#include "snapstate/lvm_names.h"

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
	{"Suspended", "suspended", CELL_STATE, true},
	{"L", "tables_loaded", CELL_WORD, true},
	{0},
};
static const char info_usual[] = "Name Maj Min Stat Open Targ Event UUID";

/* Behind a uuid of two times 32 characters (lvm2 lib/activate/dev_manager.c). */
static bool is_layer(const char *layer)
{
	static const char *const layers[] = {"", "real", "cow", "pool", "tpool", "tdata",
		"tmeta", "cpool", "cdata", "cmeta", "cvol", "corig", "vpool", "vdata",
		"imeta", "missing"};

	for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++)
		if (strcmp(layer, layers[i]) == 0)
			return true;
	return strncmp(layer, "missing_", 8) == 0;
}

/* Uuids that a terminal cut off, or a mail wrapped, have no whole form. A name that ends
 * in a layer has a uuid that ends in it. */
static bool is_whole_uuid(struct line uuid, struct line name)
{
	cleanup_free char *text = xstrndup(uuid.at, uuid.len);
	cleanup_free char *dm_name = xstrndup(name.at, name.len);
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer, *parent;
	size_t len = strlen(dm_name);
	uint32_t number;

	if (kpartx_uuid_split(text, &number, &parent))
		return is_whole_uuid(line_text(parent), line_text(""));
	if (strncmp(text, "LVM", 3) != 0)
		return uuid.len > 0;
	if (!lvm_dm_uuid_split(text, vg, lv, &layer) || !is_layer(layer))
		return false;
	return *layer || ((len < 4 || strcmp(dm_name + len - 4, "-cow") != 0) &&
				 (len < 5 || strcmp(dm_name + len - 5, "-real") != 0));
}

/* "LIsw": a live table, an inactive one, suspended, writable (lvm2
 * libdm/dm-tools/dmsetup.c, _dm_info_status_disp) */
static void state_found(struct reading *reading, const char *thing, struct line state)
{
	if (line_is(state, "Suspended") || (state.len == 4 && state.at[2] == 's'))
		found_text(reading, thing, SHOWN_UNSETTLED, "it is suspended");
	if (state.len == 4 && state.at[1] == 'I')
		found_text(reading, thing, SHOWN_UNSETTLED, "it has an inactive table");
	if (state.len == 4 && *state.at == '-')
		found_text(reading, thing, SHOWN_UNSETTLED, "it has no live table");
}

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
	if (is_whole_uuid(row->cells[CELL_UUID], row->cells[CELL_NAME]))
		found(reading, thing, SHOWN_UUID, row->cells[CELL_UUID]);
	if (row->cells[CELL_KNAME].len)
		tie(reading, TIE_SAME, thing,
			thing_kname(reading->findings, row->cells[CELL_KNAME]));
	state_found(reading, thing, row->cells[CELL_STATE]);
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
		reading->name = rest;
		found_text(reading, reading->about, SHOWN_ACTIVE, "yes");
		return reading->about != NULL;
	}
	if (!reading->about)
		return false;
	if (line_cut_label(&rest, "Open count:")) {
		found(reading, reading->about, SHOWN_OPEN, rest);
	} else if (line_cut_label(&rest, "UUID:")) {
		if (is_whole_uuid(rest, reading->name))
			found(reading, reading->about, SHOWN_UUID, rest);
	} else if (line_cut_label(&rest, "State:")) {
		if (line_begins(&rest, "SUSPENDED"))
			found_text(reading, reading->about, SHOWN_UNSETTLED,
				"it is suspended");
	} else if (line_cut_label(&rest, "Tables present:")) {
		if (line_has(rest, "INACTIVE"))
			found_text(reading, reading->about, SHOWN_UNSETTLED,
				"it has an inactive table");
		if (line_begins(&rest, "None"))
			found_text(reading, reading->about, SHOWN_UNSETTLED,
				"it has no live table");
	} else if (line_cut_label(&rest, "Major, minor:")) {
		buf_puts(&pair, "(");
		buf_add(&pair, rest.at, rest.len);
		buf_puts(&pair, ")");
		rest = (struct line){pair.data, pair.len};
		if (!line_cut_number(&rest, &devno))
			return false;
		tie(reading, TIE_SAME, reading->about,
			thing_number(reading->findings, devno));
	} else {
		return line_begins(&rest, "Read Ahead:") ||
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

/* Without blanks at its end, which some terminals add. */
static const char *line_trimmed(struct reading *reading, const char *text)
{
	struct line line = line_trim(line_text(text));

	return arena_strndup(reading->findings->strings, line.at, line.len);
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

/* ---- what a target has behind its type ---- */

static bool cut_number_word(struct line *line)
{
	return is_number(line_word(line));
}

static bool cut_device(struct line *line)
{
	struct line word = line_word(line);
	struct devno devno;

	return line_devno(word, &devno) || (word.len > 1 && *word.at == '/');
}

/* As the kernel prints it (drivers/md, STATUSTYPE_TABLE of each): a line that was cut
 * off, or has more than it should, has not that form. Of other types it is not known. */
static bool is_whole_table(const char *type, const char *params)
{
	struct line line = line_text(params), word;

	if (strcmp(type, "linear") == 0)
		return cut_device(&line) && cut_number_word(&line) &&
		       !line_trim(line).len;
	if (strcmp(type, "snapshot-origin") == 0)
		return cut_device(&line) && !line_trim(line).len;
	if (strcmp(type, "snapshot") == 0 || strcmp(type, "snapshot-merge") == 0) {
		if (!cut_device(&line) || !cut_device(&line))
			return false;
		word = line_word(&line);
		return (line_is(word, "P") || line_is(word, "PO") ||
			       line_is(word, "N")) &&
		       cut_number_word(&line);
	}
	return true;
}

/* Sectors used and all of them, in the order in which they are printed. */
static bool cut_usage(struct line *line, uint64_t *ret_used, uint64_t *ret_total)
{
	struct line word = line_word(line);
	const char *slash = word.len ? memchr(word.at, '/', word.len) : NULL;
	size_t used = slash ? (size_t)(slash - word.at) : 0;

	return slash && parse_u64(word.at, used, 10, ret_used) == 0 &&
	       parse_u64(slash + 1, word.len - used - 1, 10, ret_total) == 0;
}

/* drivers/md/dm-snap.c, snapshot_status(); before 3.0 without the metadata's count. */
static bool snapshot_status_found(
	struct reading *reading, const char *thing, const char *status)
{
	struct line line = line_text(status), word;
	uint64_t used, total;

	if (strcmp(status, "Invalid") == 0)
		found_text(reading, thing, SHOWN_INVALID, "");
	else if (strcmp(status, "Overflow") == 0)
		found_text(reading, thing, SHOWN_OVERFLOWED, "");
	else if (strcmp(status, "Merge failed") == 0)
		found_text(reading, thing, SHOWN_MERGING, "");
	else if (strcmp(status, "Unknown") == 0)
		return true;
	else if (!cut_usage(&line, &used, &total))
		return false;
	else if (used > total)
		found_text(reading, thing, SHOWN_SHRUNK, "");
	word = line_word(&line);
	return !isdigit((unsigned char)*status) ||
	       ((!word.len || is_number(word)) && !line_trim(line).len);
}

static void type_found(struct reading *reading, const char *thing, const char *type)
{
	if (strcmp(type, "multipath") == 0 || strcmp(type, "crypt") == 0)
		tie_others(reading, thing);
	if (strcmp(type, "snapshot") == 0)
		found_text(reading, thing, SHOWN_SNAPSHOT, "");
	if (strcmp(type, "snapshot-origin") == 0)
		found_text(reading, thing, SHOWN_ORIGIN, "");
	if (strcmp(type, "snapshot-merge") == 0)
		found_text(reading, thing, SHOWN_MERGING, "");
	if (strcmp(type, "thin") == 0 || strcmp(type, "thin-pool") == 0)
		found_text(reading, thing, SHOWN_THIN, "");
}

static bool status_found(
	struct reading *reading, const char *thing, const struct target_line *split)
{
	cleanup_buf struct buf text = BUF_INIT;
	const char *status = line_trimmed(reading, split->params);
	bool is_snapshot = strcmp(split->type, "snapshot") == 0 ||
			   strcmp(split->type, "snapshot-merge") == 0;

	if (reading->is_cut)
		return true;
	if (is_snapshot && !snapshot_status_found(reading, thing, status))
		return false;
	if (!*status)
		return true;
	buf_printf(&text, "%s ", split->type);
	dm_status_mask(split->type, status, &text);
	found_text(reading, thing, SHOWN_STATUS, buf_text(&text));
	return true;
}

static bool table_found(
	struct reading *reading, const char *thing, const struct target_line *split)
{
	cleanup_buf struct buf text = BUF_INIT;
	const char *params = line_trimmed(reading, split->params);
	bool is_known = strcmp(split->type, "linear") == 0 ||
			strcmp(split->type, "striped") == 0 ||
			strncmp(split->type, "snapshot", 8) == 0;

	if (!reading->is_cut && !is_whole_table(split->type, params))
		return false;
	params_tie(reading, thing, params);
	if (reading->is_cut)
		return true;
	/* others may hold keys */
	buf_printf(&text, "%s%s%s", split->type, is_known && *params ? " " : "",
		is_known ? params : "");
	found_text(reading, thing, SHOWN_TABLE, buf_text(&text));
	return true;
}

/* Keys of crypt and integrity are left out: dm_params_mask() of capture/facts. */
static bool target_found(struct reading *reading, struct line line, bool is_status)
{
	struct target_line split = {.has_target = false};
	const char *thing;
	bool is_split = target_split(reading, line, &split);

	if (is_split && split.has_target) {
		thing = thing_mapping(reading->findings, split.name);
		is_split = is_status ? status_found(reading, thing, &split)
				     : table_found(reading, thing, &split);
		if (is_split)
			type_found(reading, thing, split.type);
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
