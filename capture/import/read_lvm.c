/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LVM's tables: lvs, vgs, pvs, pvscan, lvscan. Input: rows in any column set, of any
 * version, with --separator, --nameprefixes or as JSON. Output: which volumes there are,
 * and what their attributes say (lvs(8), lv_attr). Nothing else of a row is believed: a
 * volume's Data% and origin are taken with the attributes that they belong to.
 */
#include <ctype.h>
#include <string.h>

#include "format.h"

const struct column lvs_columns[] = {
	{"LV", "lv_name", CELL_NAME, true},
	{"VG", "vg_name", CELL_VG, true},
	{"Attr", "lv_attr", CELL_ATTR, true},
	{"Attr", "attr", CELL_ATTR, true},
	{"LSize", "lv_size", CELL_SIZE, true},
	{"LSize", "size", CELL_SIZE, true},
	{"Pool", "pool_lv", CELL_POOL, false},
	{"Origin", "origin", CELL_ORIGIN, false},
	{"Snap%", "snap_percent", CELL_PERCENT, false},
	{"Data%", "data_percent", CELL_PERCENT, false},
	{"Meta%", "metadata_percent", CELL_PERCENT, false},
	{"Copy%", "copy_percent", CELL_PERCENT, false},
	{"Cpy%Sync", "sync_percent", CELL_PERCENT, false},
	{"Move", "move_pv", CELL_PATH, false},
	{"Log", "mirror_log", CELL_WORD, false},
	{"Convert", "convert_lv", CELL_WORD, false},
	{"LV UUID", "lv_uuid", CELL_UUID, true},
	{"LV Tags", "lv_tags", CELL_WORD, false},
	{"VG Tags", "vg_tags", CELL_WORD, false},
	{"LV Profile", "lv_profile", CELL_WORD, false},
	{"Seg Tags", "seg_tags", CELL_WORD, false},
	{"VG UUID", "vg_uuid", CELL_WORD, true},
	{"Path", "lv_path", CELL_PATH, false},
	{"DMPath", "lv_dm_path", CELL_PATH, false},
	{"Devices", "devices", CELL_DEVICES, false},
	{"PE Ranges", "seg_pe_ranges", CELL_WORD, false},
	{"#Seg", "seg_count", CELL_NUMBER, true},
	{"#Str", "stripes", CELL_NUMBER, false},
	{"Type", "segtype", CELL_TYPE, true},
	{"SSize", "seg_size", CELL_SIZE, false},
	{"Start", "seg_start", CELL_SIZE, false},
	{"Open", "lv_device_open", CELL_OPEN, false},
	{"Time", "lv_time", CELL_TIME, true},
	{"CTime", "lv_time", CELL_TIME, true},
	{"KMaj", "lv_kernel_major", CELL_MAJOR, true},
	{"KMin", "lv_kernel_minor", CELL_MINOR, true},
	{"Maj", "lv_major", CELL_NUMBER, true},
	{"Min", "lv_minor", CELL_NUMBER, true},
	{0},
};
static const char lv_usual[] =
	"LV VG Attr LSize Pool Origin Data% Meta% Move Log Cpy%Sync Convert";

/* With its heading, or by the command where it was told to print none. */
static bool columns_know(struct reading *reading, const struct column *known,
	struct line line, const char *usual)
{
	const struct command *command = &reading->command;
	struct line separator = command_option(command, '\0', "--separator");
	struct line option = command_option(command, 'o', "--options");
	char mark = '\0';

	if (reading->columns.count)
		return true;
	if (!command->n_words || line_has(line, "\""))
		return false;
	for (size_t i = 0; i < separator.len && !mark; i++)
		if (!strchr("'\"", separator.at[i]))
			mark = separator.at[i];
	return columns_from_option(known, option, usual, mark, &reading->columns);
}

/* Hidden ones are in brackets. */
static struct line unbracketed(struct line name)
{
	if (name.len > 2 && *name.at == '[' && name.at[name.len - 1] == ']')
		return (struct line){name.at + 1, name.len - 2};
	return name;
}

static struct line origin_name(struct line origin)
{
	const char *slash;

	origin = unbracketed(origin);
	slash = origin.len ? memrchr(origin.at, '/', origin.len) : NULL;
	return slash ? (struct line){slash + 1,
			       (size_t)(origin.at + origin.len - slash - 1)}
		     : origin;
}

/* "123.45", "123,45" */
static bool is_over_full(struct line percent)
{
	size_t len = 0;
	uint64_t whole;
	bool has_more = false;

	while (len < percent.len && isdigit((unsigned char)percent.at[len]))
		len++;
	for (size_t i = len; i < percent.len; i++)
		has_more |= percent.at[i] >= '1' && percent.at[i] <= '9';
	return parse_u64(percent.at, len, 10, &whole) == 0 &&
	       (whole > 100 || (whole == 100 && has_more));
}

static void role_found(struct reading *reading, const char *volume, const struct row *row)
{
	char role = *row->cells[CELL_ATTR].at;

	if (role == 's' || role == 'S')
		found(reading, volume, SHOWN_SNAPSHOT,
			origin_name(row->cells[CELL_ORIGIN]));
	if (role == 'S' || role == 'O')
		found_text(reading, volume, SHOWN_MERGING, "");
	if (role == 'o' || role == 'O')
		found_text(reading, volume, SHOWN_ORIGIN, "");
	if (role == '-')
		found_text(reading, volume, SHOWN_PLAIN, "");
	if (role == 'V' || role == 't')
		found_text(reading, volume, SHOWN_THIN, "");
	if ((role == 's' || role == 'S') && row->cells[CELL_PERCENT].len) {
		found(reading, volume, SHOWN_FULL, row->cells[CELL_PERCENT]);
		if (is_over_full(row->cells[CELL_PERCENT]))
			found_text(reading, volume, SHOWN_SHRUNK, "");
	}
}

static void attr_found(struct reading *reading, const char *volume, const struct row *row)
{
	struct line attr = row->cells[CELL_ATTR];

	if (attr.len < 5)
		return;
	role_found(reading, volume, row);
	if (strchr("IS", attr.at[4]))
		found_text(reading, volume, SHOWN_INVALID, "");
	if (strchr("mM", attr.at[4]))
		found_text(reading, volume, SHOWN_MERGING, "");
	if (strchr("sSM", attr.at[4]))
		found_text(reading, volume, SHOWN_UNSETTLED, "it is suspended");
	if (strchr("id", attr.at[4]))
		found_text(reading, volume, SHOWN_UNSETTLED,
			attr.at[4] == 'i' ? "it has an inactive table"
					  : "it has no live table");
	found_text(reading, volume, SHOWN_ACTIVE, attr.at[4] == '-' ? "no" : "yes");
	if (attr.len > 8 && attr.at[8] == 'p')
		found_text(reading, volume, SHOWN_GROUP_STATE, "partial");
	if (attr.len > 5 && strchr("o-", attr.at[5]))
		found_text(reading, volume, SHOWN_OPEN, attr.at[5] == 'o' ? "yes" : "no");
}

static void number_found(
	struct reading *reading, const char *volume, const struct row *row)
{
	uint64_t major, minor;
	struct line a = row->cells[CELL_MAJOR], b = row->cells[CELL_MINOR];

	if (parse_u64(a.at, a.len, 10, &major) == 0 && major <= UINT32_MAX &&
		parse_u64(b.at, b.len, 10, &minor) == 0 && minor <= UINT32_MAX)
		tie(reading, TIE_SAME, volume,
			thing_number(reading->findings,
				(struct devno){(uint32_t)major, (uint32_t)minor}));
}

/* "/dev/sda1(0)": a physical volume. Where that is a volume of another group, this one is
 * on it. */
static void devices_found(
	struct reading *reading, const char *volume, struct line devices)
{
	const char *open = devices.len ? memchr(devices.at, '(', devices.len) : NULL;

	if (open)
		tie(reading, TIE_ON, volume,
			thing_path(reading->findings,
				(struct line){devices.at, (size_t)(open - devices.at)}));
}

static bool lv_found(struct reading *reading, const struct row *row)
{
	struct line name = unbracketed(row->cells[CELL_NAME]);
	const char *volume =
		row->cells[CELL_VG].len
			? thing_volume(reading->findings, row->cells[CELL_VG], name)
			: thing_path(reading->findings, row->cells[CELL_PATH]);

	if (!volume)
		return false;
	found_text(reading, volume, SHOWN_LISTED, "");
	attr_found(reading, volume, row);
	number_found(reading, volume, row);
	devices_found(reading, volume, row->cells[CELL_DEVICES]);
	if (is_lvm_uuid(row->cells[CELL_UUID]))
		found(reading, volume, SHOWN_UUID, row->cells[CELL_UUID]);
	if (row->cells[CELL_TIME].len)
		found(reading, volume, SHOWN_CREATED, row->cells[CELL_TIME]);
	return true;
}

static bool is_json_mark(struct line line)
{
	line = line_trim(line);
	return line.len && *line.at && strchr("{}[]\"", *line.at) &&
	       (line.len <= 16 || line_has(line, "\":"));
}

/* Of a whole report in JSON also rows that are of no volume. */
static bool lv_pairs_found(struct reading *reading, struct line line)
{
	bool has_some = false;
	struct line object;

	while (columns_object(&line, &object)) {
		struct row row = {0};

		if (!columns_pairs(lvs_columns, object, &row))
			continue;
		has_some = true;
		if (row.cells[CELL_NAME].len)
			lv_found(reading, &row);
	}
	return has_some;
}

bool read_lvs(struct reading *reading, struct line line)
{
	struct row row = {0};

	if (columns_read(lvs_columns, line, &reading->columns) ||
		lv_pairs_found(reading, line) || is_json_mark(line))
		return true;
	return columns_know(reading, lvs_columns, line, lv_usual) &&
	       columns_split(&reading->columns, line, &row) && lv_found(reading, &row);
}

/* ---- groups and physical volumes ---- */

static const struct column vg_columns[] = {
	{"VG", "vg_name", CELL_VG, true},
	{"#PV", "pv_count", CELL_NUMBER, true},
	{"#LV", "lv_count", CELL_NUMBER, true},
	{"#SN", "snap_count", CELL_NUMBER, true},
	{"#Ext", "vg_extent_count", CELL_NUMBER, true},
	{"Free", "vg_free_count", CELL_NUMBER, true},
	{"Attr", "vg_attr", CELL_ATTR, true},
	{"Ext", "vg_extent_size", CELL_SIZE, true},
	{"VSize", "vg_size", CELL_SIZE, true},
	{"VFree", "vg_free", CELL_SIZE, true},
	{"VG UUID", "vg_uuid", CELL_UUID, true},
	{"VG Tags", "vg_tags", CELL_WORD, false},
	{"PV", "pv_name", CELL_PATH, true},
	{"LV", "lv_name", CELL_NAME, false},
	{0},
};
static const char vg_usual[] = "VG #PV #LV #SN Attr VSize VFree";

/* "rzxpnc": read-only, exported, partial; clustered or shared (man/vgs.8_end) */
static void group_found(struct reading *reading, const struct row *row)
{
	static const struct {
		size_t place;
		char letter;
		const char *words;
	} states[] = {{0, 'r', "read-only"}, {2, 'x', "exported"}, {3, 'p', "partial"},
		{5, 'c', "shared"}, {5, 's', "shared"}};
	struct line attr = row->cells[CELL_ATTR];

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (attr.len > states[i].place &&
			attr.at[states[i].place] == states[i].letter)
			found_text(reading,
				thing_group(reading->findings, row->cells[CELL_VG]),
				SHOWN_GROUP_STATE, states[i].words);
}

bool read_vgs(struct reading *reading, struct line line)
{
	struct row row = {0};

	if (columns_read(vg_columns, line, &reading->columns) || is_json_mark(line))
		return true;
	if (!columns_pairs(vg_columns, line, &row) &&
		(!columns_know(reading, vg_columns, line, vg_usual) ||
			!columns_split(&reading->columns, line, &row)))
		return false;
	group_found(reading, &row);
	return true;
}

static const struct column pv_columns[] = {
	{"PV", "pv_name", CELL_NAME, true},
	{"VG", "vg_name", CELL_VG, false},
	{"Fmt", "pv_fmt", CELL_TYPE, false},
	{"Attr", "pv_attr", CELL_PV_ATTR, true},
	{"PSize", "pv_size", CELL_SIZE, true},
	{"PFree", "pv_free", CELL_SIZE, true},
	{"Used", "pv_used", CELL_SIZE, true},
	{"DevSize", "dev_size", CELL_SIZE, true},
	{"PV UUID", "pv_uuid", CELL_UUID, true},
	{"PV Tags", "pv_tags", CELL_WORD, false},
	{"Start", "pvseg_start", CELL_NUMBER, false},
	{"SSize", "pvseg_size", CELL_NUMBER, false},
	{"LV", "lv_name", CELL_NAME, false},
	{0},
};
static const char pv_usual[] = "PV VG Fmt Attr PSize PFree";

/* "dxm": a duplicate, exported, missing (man/pvs.8_end); "[unknown]" is missing too. */
static void pv_attr_found(struct reading *reading, const struct row *row)
{
	struct line attr = row->cells[CELL_PV_ATTR], vg = row->cells[CELL_VG];
	const char *group = vg.len ? thing_group(reading->findings, vg) : NULL;

	if (attr.len == 3 && *attr.at == 'd')
		found_text(reading, group, SHOWN_GROUP_STATE,
			"on a physical volume that is seen on several devices");
	if (attr.len == 3 && attr.at[1] == 'x')
		found_text(reading, group, SHOWN_GROUP_STATE, "exported");
	if ((attr.len == 3 && attr.at[2] == 'm') ||
		line_begins(&row->cells[CELL_NAME], "[unknown]") ||
		line_begins(&row->cells[CELL_NAME], "unknown"))
		found_text(reading, group, SHOWN_GROUP_STATE, "partial");
}

static bool pv_found(struct reading *reading, struct line path, struct line group)
{
	const char *below = thing_path(reading->findings, path);

	if (group.len && !line_is(group, "lvm2"))
		found(reading, below, SHOWN_GROUP, group);
	return path.len > 0;
}

static bool pv_row_found(struct reading *reading, const struct row *row)
{
	pv_attr_found(reading, row);
	return pv_found(reading, row->cells[CELL_NAME], row->cells[CELL_VG]);
}

/* "PV /dev/sda2   VG vg0   lvm2 [19.51 GiB / 0    free]" */
static bool pvscan_row(struct reading *reading, struct line line)
{
	struct line word = line_word(&line), path = line_word(&line);
	struct line label = line_word(&line), group = line_word(&line);

	return line_is(word, "PV") && path.len && *path.at == '/' &&
	       pv_found(reading, path,
		       line_is(label, "VG") ? group : (struct line){"", 0});
}

static bool pv_pairs_found(struct reading *reading, struct line line)
{
	bool has_some = false;
	struct line object;

	while (columns_object(&line, &object)) {
		struct row row = {0};

		if (columns_pairs(pv_columns, object, &row))
			has_some |= pv_row_found(reading, &row);
	}
	return has_some;
}

bool read_pvs(struct reading *reading, struct line line)
{
	struct row row = {0};

	if (columns_read(pv_columns, line, &reading->columns) ||
		pv_pairs_found(reading, line) || pvscan_row(reading, line) ||
		is_json_mark(line))
		return true;
	if (line_begins(&line, "  Total: "))
		return true;
	return columns_know(reading, pv_columns, line, pv_usual) &&
	       columns_split(&reading->columns, line, &row) &&
	       pv_row_found(reading, &row);
}

/* ---- lvscan ---- */

/* "ACTIVE   Snapshot '/dev/vg/lv' [10.00 GiB] inherit" (lvm2 tools/lvscan.c) */
bool read_lvscan(struct reading *reading, struct line line)
{
	struct line state = line_word(&line), word = line_word(&line);
	const char *volume;
	bool is_snapshot = line_is(word, "Snapshot"),
	     is_origin = line_is(word, "Original");

	if (!line_is(state, "ACTIVE") && !line_is(state, "inactive"))
		return false;
	if (is_snapshot || is_origin)
		word = line_word(&line);
	if (word.len < 3 || *word.at != '\'' || word.at[word.len - 1] != '\'')
		return false;
	volume = thing_path(reading->findings, (struct line){word.at + 1, word.len - 2});
	if (!volume)
		return false;
	found_text(reading, volume, SHOWN_LISTED, "");
	found_text(reading, volume, SHOWN_ACTIVE, *state.at == 'A' ? "yes" : "no");
	if (is_snapshot)
		found_text(reading, volume, SHOWN_SNAPSHOT, "");
	if (is_origin)
		found_text(reading, volume, SHOWN_ORIGIN, "");
	return true;
}
