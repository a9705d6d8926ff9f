/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Block devices by other lists: multipath -ll, blkid, lvmdiskscan, /proc/partitions.
 * Input: rows. Output: whose mapping a multipath map is, and on which disks; physical
 * volumes on a volume; which number a kernel name has.
 */
#include <string.h>

#include "format.h"

static bool is_dm_kname(struct line word)
{
	return line_begins(&word, "dm-") &&
	       is_number((struct line){word.at + 3, word.len - 3});
}

/* "mpatha (36001405...) dm-3 VENDOR,PRODUCT", or the number alone */
static bool map_found(struct reading *reading, struct line line)
{
	struct line name = line_word(&line), word = line_word(&line);
	struct findings *findings = reading->findings;

	if (word.len && *word.at == '(')
		word = line_word(&line);
	if (!is_dm_kname(word))
		return false;
	reading->about = thing_mapping(findings, name);
	tie_others(reading, reading->about);
	tie(reading, TIE_SAME, reading->about, thing_kname(findings, word));
	return true;
}

/* "| `- 1:0:0:0 sdb 8:16 active ready running" (multipath-tools libmultipath/print.c) */
static bool path_found(struct reading *reading, struct line line)
{
	struct line word, kname, number;
	struct devno devno;

	line_cut_tree(&line);
	word = line_word(&line);
	if (*word.at == '+')
		word = line_word(&line);
	kname = line_word(&line);
	number = line_word(&line);
	if (!reading->about || !memchr(word.at, ':', word.len) ||
		!line_devno(number, &devno))
		return false;
	tie(reading, TIE_ON, reading->about, thing_kname(reading->findings, kname));
	tie(reading, TIE_SAME, thing_kname(reading->findings, kname),
		thing_number(reading->findings, devno));
	return true;
}

bool read_multipath(struct reading *reading, struct line line)
{
	struct line text = line_trim(line);

	return map_found(reading, line) || path_found(reading, line) ||
	       line_begins(&text, "size=") || line_has(text, "policy=") ||
	       line_has(text, "prio=") || line_has(text, "[size=");
}

/* '/dev/mapper/vg-lv: UUID="..." TYPE="LVM2_member"' */
bool read_blkid(struct reading *reading, struct line line)
{
	struct line text = line_trim(line), path = line_word(&text);

	if (path.len < 2 || path.at[path.len - 1] != ':' || *path.at != '/' ||
		!line_has(text, "=\""))
		return false;
	path.len--;
	if (line_has(text, "TYPE=\"LVM2_member\""))
		found_text(reading, thing_path(reading->findings, path), SHOWN_GROUP,
			"(not named)");
	return true;
}

/* "/dev/vg/lv [ 10.00 GiB] LVM physical volume", and counts below */
bool read_lvmdiskscan(struct reading *reading, struct line line)
{
	struct line text = line_trim(line), path = line_word(&text);

	if (is_number(path))
		return line_has(text, "disk") || line_has(text, "partition") ||
		       line_has(text, "volume");
	if (*path.at != '/' || !line_has(text, "["))
		return false;
	if (line_has(text, "LVM physical volume"))
		found_text(reading, thing_path(reading->findings, path), SHOWN_GROUP,
			"(not named)");
	return true;
}

/* "253 4 1048576 dm-4" */
bool read_partitions(struct reading *reading, struct line line)
{
	struct line major = line_word(&line), minor = line_word(&line);
	struct line blocks = line_word(&line), name = line_word(&line);
	cleanup_buf struct buf pair = BUF_INIT;
	struct devno devno;

	if (line_is(major, "major"))
		return true;
	buf_add(&pair, major.at, major.len);
	buf_puts(&pair, ":");
	buf_add(&pair, minor.at, minor.len);
	if (!is_number(blocks) || !name.len || line_trim(line).len ||
		parse_devno(pair.data, pair.len, &devno) < 0)
		return false;
	tie(reading, TIE_SAME, thing_kname(reading->findings, name),
		thing_number(reading->findings, devno));
	return true;
}
