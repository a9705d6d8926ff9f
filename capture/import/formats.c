/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of formats, and how a text is recognised: by its command, else by its
 * heading, else by a line that can be nothing else. See format.h.
 */
#include <fnmatch.h>
#include <string.h>

#include "format.h"

#define HEADING_MAX 200 /* bytes of one that are looked at */

/* The first row that fits counts: "dmsetup ls --tree" before "dmsetup ls", and kpartx's
 * "add map X (253:5): 0 8 linear" before a table's "X: 0 8 linear". */
const struct format formats[] = {
	{"lvs", "lvs|lvs *", NULL, "LV VG |LVM2_LV_NAME=|VG LV ", false, true,
		read_lvs, "lvm/report.json"},
	{"vgs", "vgs|vgs *", NULL, "VG #PV|VG #LV|LVM2_VG_NAME=", false, true, read_vgs,
		"lvm/report.json"},
	{"pvs", "pvs|pvs *|pvscan|pvscan *", NULL, "PV VG |LVM2_PV_NAME=", false, true,
		read_pvs, "lvm/report.json"},
	{"lvscan", "lvscan|lvscan *", NULL, NULL, true, true, read_lvscan,
		"lvm/report.json"},
	{"lvdisplay", "lvdisplay|lvdisplay *|vgdisplay|vgdisplay *|pvdisplay|pvdisplay *",
		NULL,
		"--- Logical volume ---|--- Volume group ---|--- Physical volume ---",
		false, true, read_lvdisplay, "lvm/report.json"},
	{"kpartx", "kpartx|kpartx *", NULL, NULL, true, false, read_kpartx, "dm"},
	{"dmsetup tree", "dmsetup ls *--tree*|dmsetup ls tree*", NULL, NULL, false, true,
		read_dm_tree, "dm"},
	{"dmsetup ls", "dmsetup ls|dmsetup ls *", NULL, NULL, true, true, read_dm_ls,
		"dm"},
	{"dmsetup info -c", "dmsetup info* -c*|dmsetup info c*|dmsetup info* -C*", NULL,
		"Name Maj Min", true, true, read_dm_info, "dm"},
	{"dmsetup info", "dmsetup info|dmsetup info *|dmsetup -v*", NULL, "Name: ", false,
		true, read_dm_info_long, "dm"},
	{"dmsetup status", "dmsetup status|dmsetup status *", NULL, NULL, false, true,
		read_dm_status, "dm"},
	{"dmsetup table", "dmsetup table|dmsetup table *", NULL, NULL, true, true,
		read_dm_table, "dm"},
	{"dmsetup deps", "dmsetup deps|dmsetup deps *", NULL, NULL, true, true,
		read_dm_deps, "dm"},
	{"lsblk", "lsblk|lsblk *", NULL, "NAME MAJ:MIN|NAME KNAME|NAME FSTYPE|NAME=\"",
		false, true, read_lsblk, "blocks"},
	{"swaps", "swapon|swapon *|swaps", "*/swaps",
		"Filename Type Size|NAME TYPE SIZE USED", false, true, read_swaps,
		"swaps"},
	{"losetup", "losetup|losetup *", NULL, "NAME SIZELIMIT|/dev/loop", false, true,
		read_losetup, "blocks"},
	{"findmnt", "findmnt|findmnt *", NULL, "TARGET SOURCE", false, false,
		read_findmnt, "mounts"},
	{"mount", "mount|mount -l|mount -t*|mount l", NULL, NULL, true, false, read_mount,
		"mounts"},
	{"/etc/fstab", "fstab|fstab *", "*/fstab", NULL, false, true, read_fstab, NULL},
	{"/proc/mounts", "mounts|proc mounts|mtab", "*/mounts|*/mtab", NULL, true, false,
		read_proc_mounts, "mounts"},
	{"mountinfo", "mountinfo", "*/mountinfo", NULL, true, false, read_mountinfo,
		"mounts"},
	{"df", "df|df *", NULL,
		"Filesystem 1K|Filesystem Size|Filesystem Type|Filesystem "
		"1024|Filesystem 512|Filesystem Inodes",
		true, false, read_df, "mounts"},
	{"fuser", "fuser|fuser *", NULL, "USER PID ACCESS", false, false, read_fuser,
		"processes"},
	{"lsof", "lsof|lsof *", NULL, "COMMAND PID", false, false, read_lsof,
		"processes"},
	{"ps", "ps|ps *", NULL, "PID TTY|USER PID|UID PID|F S UID|F UID", false, false,
		read_ps, "processes"},
	{"mdstat", "mdstat", "*/mdstat", "Personalities :", false, true, read_mdstat,
		"blocks"},
	{"ls -l", "ls|ls *|find *|holders|slaves|ll|ll *", NULL, NULL, true, false,
		read_links, NULL},
	{"messages",
		"dmesg|dmesg *|journalctl|journalctl "
		"*|messages|syslog|lvremove*|lvchange*|"
		"umount*|lvcreate*|dmsetup remove*|vgchange*|mount /*|mount "
		"-o*|lvconvert*",
		"*/messages|*/syslog|*/kern.log", NULL, true, false, read_message, NULL},
};
const size_t n_formats = sizeof(formats) / sizeof(formats[0]);

/* One of the globs between bars. */
static bool any_glob(const char *globs, const char *text)
{
	while (globs && *globs) {
		cleanup_free char *glob = xstrndup(globs, strcspn(globs, "|"));

		if (fnmatch(glob, text, FNM_NOESCAPE) == 0)
			return true;
		globs += strcspn(globs, "|");
		globs += *globs == '|';
	}
	return false;
}

static bool is_printer(struct line word)
{
	static const char *const names[] = {"cat", "grep", "egrep", "zgrep", "head",
		"tail", "more", "less", "zcat", "sed", "awk", "nl"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (line_is(word, names[i]))
			return true;
	return false;
}

static bool is_of_paths(const struct format *format, const struct command *command)
{
	for (size_t i = 1; format->paths && i < command->n_words; i++) {
		cleanup_free char *path =
			xstrndup(command->words[i].at, command->words[i].len);

		if (any_glob(format->paths, path))
			return true;
	}
	return false;
}

const struct format *format_of_command(const struct command *command)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (!command->n_words)
		return NULL;
	for (size_t i = 0; i < command->n_words; i++) {
		buf_puts(&text, i ? " " : "");
		buf_add(&text, command->words[i].at, command->words[i].len);
	}
	for (size_t i = 0; i < n_formats; i++)
		if (is_printer(command->words[0])
				? is_of_paths(&formats[i], command)
				: any_glob(formats[i].commands, buf_text(&text)))
			return &formats[i];
	return NULL;
}

/* Words against words: blanks do not count. The last word may go on. */
static bool begins_with_words(struct line line, struct line words)
{
	struct line word;

	while ((word = line_word(&words)).len) {
		struct line other = line_word(&line);
		bool is_last = !line_trim(words).len && words.len == 0;

		if (other.len < word.len || memcmp(other.at, word.at, word.len) != 0 ||
			(other.len != word.len && !is_last))
			return false;
	}
	return true;
}

/* "LV:VG:Attr" of --separator is a heading too. */
static struct line separated(struct line line, char *copy, size_t size)
{
	struct line text = line_trim(line);
	size_t len = text.len < size ? text.len : size;

	if (!len || memchr(text.at, ' ', text.len))
		return line;
	for (size_t i = 0; i < len; i++)
		copy[i] = memchr(":;,|", text.at[i], 4) ? ' ' : text.at[i];
	return (struct line){copy, len};
}

const struct format *format_of_heading(struct line line)
{
	char copy[HEADING_MAX];

	line = separated(line, copy, sizeof(copy));
	for (size_t i = 0; i < n_formats; i++)
		for (const char *at = formats[i].headings; at && *at;) {
			size_t len = strcspn(at, "|");

			if (begins_with_words(line, (struct line){at, len}))
				return &formats[i];
			at += len + (at[len] == '|');
		}
	return NULL;
}

/* Each reader tries it, and what it finds is thrown away. */
const struct format *format_of_line(struct reading *reading, struct line line)
{
	const struct format *format = NULL;
	struct findings findings;

	findings_init(&findings);
	for (size_t i = 0; i < n_formats && !format; i++) {
		struct reading trial = {.findings = &findings,
			.format = &formats[i],
			.file = reading->file};

		findings.n_items = findings.n_ties = 0;
		if (formats[i].is_plain && formats[i].read(&trial, line) &&
			(findings.n_items || findings.n_ties))
			format = &formats[i];
	}
	findings_free(&findings);
	return format;
}
