/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is mounted where, by path: mount, /proc/mounts, findmnt, df; and /etc/fstab.
 * Input: lines of a device and a mount point, in either order. Output: mount points.
 * Mount points may hold blanks, where the program prints them as they are (mount, df).
 */
#include <string.h>

#include "format.h"

/* "rw,relatime", "(ro)"; anything else says nothing of it. */
static void options_found(struct reading *reading, const char *thing, struct line place,
	struct line options)
{
	bool is_read_only;

	if (options.len && *options.at == '(') {
		options.at++;
		options.len--;
	}
	is_read_only = line_begins(&options, "ro");
	if ((is_read_only || line_begins(&options, "rw")) &&
		(options.len == 2 || strchr(",)", options.at[2])))
		found(reading, thing, is_read_only ? SHOWN_READ_ONLY : SHOWN_READ_WRITE,
			place);
}

/* "lowerdir=/a:/b,upperdir=/c,workdir=/d": the file systems of these are in use. */
static void layers_found(struct reading *reading, struct line place, struct line options)
{
	static const char *const names[] = {"lowerdir=", "upperdir=", "workdir="};
	cleanup_buf struct buf text = BUF_INIT;

	if (!options.len)
		return; /* a cell that the row does not have is NULL */
	buf_printf(&text, "an overlay, on %.*s,", (int)place.len, place.at);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *at =
			memmem(options.at, options.len, names[i], strlen(names[i]));
		const char *end = options.at + options.len;

		at = at ? at + strlen(names[i]) : end;
		while (at < end && *at != ',' && *at != ')') {
			struct line path = {at, 0};

			while (at < end && !strchr(":,)", *at))
				at++;
			path.len = (size_t)(at - path.at);
			found_text(reading, thing_file(reading->findings, path),
				SHOWN_HELD, buf_text(&text));
			at += at < end && *at == ':';
		}
	}
}

/* Remote and made-up file systems: one that hides a volume's mount, or is below it, has
 * to go before it. */
static void other_found(struct reading *reading, struct line source, struct line place,
	struct line options)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_printf(&text, "a mount of %.*s on %.*s,", (int)source.len, source.at,
		(int)place.len, place.at);
	if (place.len > 1)
		found_text(reading, thing_place(reading->findings, place), SHOWN_HELD,
			buf_text(&text));
	layers_found(reading, place, options);
}

static bool mount_found(struct reading *reading, struct line source, struct line place,
	struct line options)
{
	const char *thing;

	if (!source.len || !place.len || *place.at != '/')
		return false;
	if (*source.at != '/') {
		other_found(reading, source, place, options);
		return true;
	}
	thing = thing_path(reading->findings, source);
	found(reading, thing, SHOWN_MOUNTED, place);
	options_found(reading, thing, place, options);
	tie(reading, TIE_ON, thing_place(reading->findings, place), thing);
	return true;
}

/* "/dev/mapper/vg-lv on /mnt/a b type ext4 (rw,relatime)" */
bool read_mount(struct reading *reading, struct line line)
{
	struct line text = line_trim(line);
	const char *end = text.at + text.len;
	const char *on = memmem(text.at, text.len, " on /", 5), *type = NULL;
	struct line options;

	if (!on)
		return false;
	for (const char *at = on; at && at < end;
		at = memmem(at + 1, (size_t)(end - at - 1), " type ", 6))
		if (at != on)
			type = at;
	if (!type)
		return false;
	options = (struct line){type + 6, (size_t)(end - type - 6)};
	line_word(&options);
	return mount_found(reading, (struct line){text.at, (size_t)(on - text.at)},
		(struct line){on + 4, (size_t)(type - on - 4)}, line_word(&options));
}

/* "SOURCE PLACE TYPE OPTIONS 0 0" */
bool read_proc_mounts(struct reading *reading, struct line line)
{
	struct line source = line_word(&line), place = line_word(&line);
	struct line type = line_word(&line), options = line_word(&line);
	struct line dump = line_word(&line), pass = line_word(&line);
	const char *colon;

	if (!type.len || !options.len || !is_number(dump) || !is_number(pass) ||
		line_trim(line).len)
		return false;
	/* what grep prints of several files has the file's name in front */
	colon = memmem(source.at, source.len, "/mounts:", 8);
	if (colon)
		source = (struct line){
			colon + 8, (size_t)(source.at + source.len - colon - 8)};
	return mount_found(reading, source, place, options);
}

/* What grep prints of /proc/PID/mountinfo has its name in front. */
static void cut_file(struct line *line)
{
	const char *colon = memmem(line->at, line->len, "/mountinfo:", 11);

	if (!colon || *line_trim(*line).at != '/')
		return;
	line->len -= (size_t)(colon + 11 - line->at);
	line->at = colon + 11;
}

/* "36 35 98:0 /root /place options shared:1 - type source super-options" */
bool read_mountinfo(struct reading *reading, struct line line)
{
	struct line id, parent, number, root, place, word, options;
	const char *thing;
	struct devno devno;

	cut_file(&line);
	id = line_word(&line);
	parent = line_word(&line);
	number = line_word(&line);
	root = line_word(&line);
	place = line_word(&line);
	if (!is_number(parent) || !line_devno(number, &devno) || !root.len ||
		!place.len || *place.at != '/' || !id.len)
		return false;
	while ((word = line_word(&line)).len && !line_is(word, "-"))
		;
	if (!word.len)
		return false;
	thing = thing_number(reading->findings, devno);
	line_word(&line);
	word = line_word(&line);
	options = line_word(&line); /* the file system's: see mount_is_writable() */
	if (devno.major) {
		found(reading, thing, SHOWN_MOUNTED, place);
		options_found(reading, thing, place, options);
		tie(reading, TIE_ON, thing_place(reading->findings, place), thing);
	}
	return mount_found(reading, word, place, options);
}

static const struct column findmnt_columns[] = {
	{"TARGET", "target", CELL_PLACE, true},
	{"SOURCE", "source", CELL_SOURCE, true},
	{"FSTYPE", "fstype", CELL_TYPE, true},
	{"OPTIONS", "options", CELL_OPTIONS, false},
	{"MAJ:MIN", "maj:min", CELL_DEVNO, true},
	{"PROPAGATION", "propagation", CELL_WORD, false},
	{"UUID", "uuid", CELL_WORD, false},
	{"LABEL", "label", CELL_WORD, false},
	{0},
};
static const char findmnt_usual[] = "TARGET SOURCE FSTYPE OPTIONS";

/* A tree; "SOURCE[/folder]" is a bind mount. */
bool read_findmnt(struct reading *reading, struct line line)
{
	struct line option = command_option(&reading->command, 'o', "--output");
	struct line place, source;
	struct row row = {0};
	const char *bracket;

	if (columns_read(findmnt_columns, line, &reading->columns))
		return true;
	if (!columns_pairs(findmnt_columns, line, &row)) {
		line_cut_tree(&line);
		if (!reading->columns.count &&
			!columns_from_option(findmnt_columns, option, findmnt_usual, '\0',
				&reading->columns))
			return false;
		if (!columns_split(&reading->columns, line, &row))
			return false;
	}
	place = row.cells[CELL_PLACE];
	source = row.cells[CELL_SOURCE];
	bracket = source.len ? memchr(source.at, '[', source.len) : NULL;
	if (bracket)
		source.len = (size_t)(bracket - source.at);
	return mount_found(reading, source, place, row.cells[CELL_OPTIONS]);
}

static bool is_percent(struct line word)
{
	return word.len && word.at[word.len - 1] == '%' &&
	       is_number((struct line){word.at, word.len - 1});
}

/* Cuts the words up to "12%" off. */
static bool cut_percent(struct line *line)
{
	struct line word;

	while ((word = line_word(line)).len)
		if (is_percent(word))
			return true;
	return false;
}

/* "Filesystem [Type] 1K-blocks Used Available Use% Mounted on"; a long name of a device
 * has a line of its own. */
bool read_df(struct reading *reading, struct line line)
{
	struct line all = line, source = line_word(&line);

	if (line_is(source, "Filesystem"))
		return line_has(line, "Mounted");
	if (!line_trim(line).len) {
		reading->name = source;
		return *source.at == '/';
	}
	if (reading->name.len && is_number(source)) {
		source = reading->name;
		line = all;
	}
	reading->name = (struct line){"", 0};
	return cut_percent(&line) &&
	       mount_found(reading, source, line_trim(line), (struct line){"", 0});
}

/* "/dev/vg/lv /mnt ext4 noauto 0 0": names it, and mounts nothing. */
bool read_fstab(struct reading *reading, struct line line)
{
	struct line text = line_trim(line);
	struct line source = line_word(&line), place = line_word(&line);
	struct line type = line_word(&line);

	if (*source.at == '#')
		return true;
	if (!type.len)
		return false;
	if (*source.at == '/')
		found(reading, thing_path(reading->findings, source), SHOWN_CONFIGURED,
			(struct line){text.at, (size_t)(place.at + place.len - text.at)});
	return true;
}
