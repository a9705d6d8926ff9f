/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lvdisplay, and what vgdisplay and pvdisplay print in the same form (lvm2
 * lib/display/display.c). Input: lines of a label and its value. Output: what each says
 * of the volume that was named last. Before 2.02.89 "LV Name" is a path; later it is
 * "LV Path". Labels are known by their first words, whatever blanks are behind them.
 */
#include <string.h>

#include "format.h"

static void name_found(struct reading *reading, struct line value)
{
	const char *volume = thing_path(reading->findings, value);

	if (!volume) {
		reading->name = value; /* its group comes with the next line */
		return;
	}
	reading->about = volume;
	reading->name = (struct line){"", 0};
	found_text(reading, volume, SHOWN_LISTED, "");
}

static void group_found(struct reading *reading, struct line value)
{
	if (!reading->name.len)
		return;
	reading->about = thing_volume(reading->findings, value, reading->name);
	reading->name = (struct line){"", 0};
	found_text(reading, reading->about, SHOWN_LISTED, "");
}

/* "active destination for vmdisk7", "INACTIVE destination for vmdisk7", "source of" and
 * below it "/dev/vg/snap [active]" for each. */
static void snapshot_found(struct reading *reading, struct line value)
{
	struct line state = line_word(&value);
	const char *slash;

	if (line_is(state, "source")) {
		found_text(reading, reading->about, SHOWN_ORIGIN, "");
		return;
	}
	if (line_is(state, "INACTIVE"))
		found_text(reading, reading->about, SHOWN_INVALID, "");
	if (!line_cut_label(&value, "destination for"))
		return;
	slash = value.len ? memrchr(value.at, '/', value.len) : NULL;
	if (slash)
		value = (struct line){
			slash + 1, (size_t)(value.at + value.len - slash - 1)};
	found(reading, reading->about, SHOWN_SNAPSHOT, value);
}

/* One that a terminal cut off is none. */
static void uuid_found(struct reading *reading, struct line value)
{
	if (is_lvm_uuid(value))
		found(reading, reading->about, SHOWN_UUID, value);
}

static void state_found(struct reading *reading, struct line value)
{
	found_text(reading, reading->about, SHOWN_ACTIVE,
		line_begins(&value, "NOT") ? "no" : "yes");
	if (line_begins(&value, "suspended"))
		found_text(reading, reading->about, SHOWN_UNSETTLED, "it is suspended");
}

static bool value_found(struct reading *reading, struct line line)
{
	struct devno devno;

	if (line_cut_label(&line, "LV snapshot status"))
		snapshot_found(reading, line);
	else if (line_cut_label(&line, "LV UUID"))
		uuid_found(reading, line);
	else if (line_cut_label(&line, "# open"))
		found(reading, reading->about, SHOWN_OPEN, line);
	else if (line_cut_label(&line, "Allocated to snapshot"))
		found(reading, reading->about, SHOWN_FULL, line);
	else if (line_cut_label(&line, "LV Pool name"))
		found_text(reading, reading->about, SHOWN_THIN, "");
	else if (line_cut_label(&line, "LV merging to"))
		found_text(reading, reading->about, SHOWN_MERGING, "");
	else if (line_cut_label(&line, "LV Creation host, time"))
		found(reading, reading->about, SHOWN_CREATED, line);
	else if (line_cut_label(&line, "LV Status"))
		state_found(reading, line);
	else if (line_cut_label(&line, "Block device") && line_devno(line, &devno))
		tie(reading, TIE_SAME, reading->about,
			thing_number(reading->findings, devno));
	else
		return false;
	return true;
}

/* "/dev/vg0/lv:vg0:3:1:-1:1:2097152:256:-1:0:-1:253:5" of lvdisplay -c */
static bool colons_found(struct reading *reading, struct line line)
{
	const char *end, *at;
	struct line fields[13];
	struct devno devno;
	size_t n = 0;

	line = line_trim(line);
	end = line.at + line.len;
	for (at = line.at; at <= end && n < 13; n++) {
		const char *colon = memchr(at, ':', (size_t)(end - at));

		fields[n] = (struct line){at, (size_t)((colon ? colon : end) - at)};
		at += fields[n].len + 1;
	}
	if (n < 13 || *fields[0].at != '/')
		return false;
	reading->about = thing_path(reading->findings, fields[0]);
	found_text(reading, reading->about, SHOWN_LISTED, "");
	if (parse_devno(fields[11].at,
		    (size_t)(fields[12].at + fields[12].len - fields[11].at),
		    &devno) == 0)
		tie(reading, TIE_SAME, reading->about,
			thing_number(reading->findings, devno));
	return reading->about != NULL;
}

/* Lines that say nothing of a single volume, or nothing that is used. */
static bool is_label(struct line line)
{
	static const char *const first[] = {"LV", "VG", "PV", "Current", "Allocation",
		"Read", "Segments", "Mirrored", "COW-table", "COW-chunk", "Snapshot",
		"Allocated", "Total", "Alloc", "Free", "Metadata", "Format", "System",
		"MAX", "Cur", "Open", "Max", "Act", "PE", "Allocatable", "---", "-", "#",
		"Thin", "Clustered", "Shared", "Logical", "Physical", "Persistent",
		"Volume"};
	struct line word = line_word(&line);

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		if (line_is(word, first[i]))
			return true;
	/* what an origin is the source of */
	return word.len > 3 && line_is(line_trim(line), "[active]");
}

bool read_lvdisplay(struct reading *reading, struct line line)
{
	struct line rest = line_trim(line);

	if (line_begins(&rest, "---")) {
		reading->about = NULL;
		reading->name = (struct line){"", 0};
		return true;
	}
	if (line_cut_label(&rest, "LV Path")) {
		name_found(reading, rest);
		return true;
	}
	if (line_cut_label(&rest, "LV Name")) { /* behind a path it says it again */
		if (!reading->about || memchr(rest.at, '/', rest.len))
			name_found(reading, rest);
		return true;
	}
	if (line_cut_label(&rest, "VG Name")) {
		group_found(reading, rest);
		return true;
	}
	return (reading->about && value_found(reading, rest)) ||
	       colons_found(reading, line) || is_label(rest);
}
