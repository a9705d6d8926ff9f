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
	{.name = "lvs",
		.commands = "lvs|lvs *",
		.headings = {"LV VG ", "LVM2_LV_NAME=", "VG LV "},
		.is_whole = true,
		.is_strict = true,
		.read = read_lvs,
		.source = "lvm/report.json",
		.role = ROLE_LVM_REPORT},
	{.name = "vgs",
		.commands = "vgs|vgs *",
		.headings = {"VG #PV", "VG #LV", "LVM2_VG_NAME="},
		.is_whole = true,
		.is_strict = true,
		.read = read_vgs,
		.source = "lvm/report.json"},
	{.name = "pvs",
		.commands = "pvs|pvs *|pvscan|pvscan *",
		.headings = {"PV VG ", "LVM2_PV_NAME="},
		.is_whole = true,
		.is_strict = true,
		.read = read_pvs,
		.source = "lvm/pvs.json"},
	{.name = "lvscan",
		.commands = "lvscan|lvscan *",
		.is_plain = true,
		.is_whole = true,
		.read = read_lvscan,
		.source = "lvm/report.json"},
	{.name = "lvdisplay",
		.commands = "lvdisplay|lvdisplay *|vgdisplay|vgdisplay "
			    "*|pvdisplay|pvdisplay *",
		.headings = {"--- Logical volume ---", "--- Volume group ---",
			"--- Physical volume ---"},
		.is_whole = true,
		.read = read_lvdisplay,
		.source = "lvm/report.json",
		.role = ROLE_VGDISPLAY},
	{.name = "kpartx",
		.commands = "kpartx|kpartx *",
		.is_plain = true,
		.read = read_kpartx,
		.source = "dm"},
	{.name = "dmsetup tree",
		.commands = "dmsetup ls *--tree*|dmsetup ls tree*",
		.is_whole = true,
		.read = read_dm_tree,
		.source = "dm"},
	{.name = "dmsetup ls",
		.commands = "dmsetup ls|dmsetup ls *",
		.is_plain = true,
		.is_whole = true,
		.read = read_dm_ls,
		.source = "dm"},
	{.name = "dmsetup info -c",
		.commands = "dmsetup info* -c*|dmsetup info c*|dmsetup info* -C*",
		.headings = {"Name Maj Min"},
		.is_plain = true,
		.is_whole = true,
		.is_strict = true,
		.read = read_dm_info,
		.source = "dm",
		.role = ROLE_DM_INFO},
	{.name = "dmsetup info",
		.commands = "dmsetup info|dmsetup info *|dmsetup -v*",
		.headings = {"Name: "},
		.is_whole = true,
		.read = read_dm_info_long,
		.source = "dm",
		.role = ROLE_DM_INFO},
	{.name = "dmsetup status",
		.commands = "dmsetup status|dmsetup status *",
		.is_whole = true,
		.is_strict = true,
		.read = read_dm_status,
		.source = "dm",
		.role = ROLE_DM_STATUS},
	{.name = "dmsetup table",
		.commands = "dmsetup table|dmsetup table *",
		.is_plain = true,
		.is_whole = true,
		.is_strict = true,
		.read = read_dm_table,
		.source = "dm",
		.role = ROLE_DM_TABLE},
	{.name = "dmsetup deps",
		.commands = "dmsetup deps|dmsetup deps *",
		.is_plain = true,
		.is_whole = true,
		.read = read_dm_deps,
		.source = "dm",
		.role = ROLE_DM_DEPS},
	{.name = "lsblk",
		.commands = "lsblk|lsblk *",
		.headings = {"NAME MAJ:MIN", "NAME KNAME", "NAME FSTYPE", "NAME=\""},
		.is_whole = true,
		.is_strict = true,
		.read = read_lsblk,
		.source = "blocks",
		.role = ROLE_LSBLK},
	{.name = "swaps",
		.commands = "swapon|swapon *|swaps",
		.paths = "*/swaps",
		.headings = {"Filename Type Size", "NAME TYPE SIZE USED"},
		.is_whole = true,
		.is_strict = true,
		.read = read_swaps,
		.source = "swaps",
		.role = ROLE_SWAPS},
	{.name = "losetup",
		.commands = "losetup|losetup *",
		.headings = {"NAME SIZELIMIT"},
		.is_plain = true,
		.is_whole = true,
		.is_strict = true,
		.read = read_losetup,
		.source = "blocks",
		.role = ROLE_LOSETUP},
	{.name = "findmnt",
		.commands = "findmnt|findmnt *",
		.headings = {"TARGET SOURCE", "SOURCE TARGET", "TARGET=\""},
		.read = read_findmnt,
		.source = "mounts"},
	{.name = "mount",
		.commands = "mount|mount -l|mount -t*|mount l",
		.is_plain = true,
		.read = read_mount,
		.source = "mounts"},
	{.name = "/etc/fstab",
		.commands = "fstab|fstab *",
		.paths = "*/fstab",
		.is_whole = true,
		.read = read_fstab},
	{.name = "/proc/mounts",
		.commands = "mounts|proc mounts|mtab",
		.paths = "*/mounts|*/mtab",
		.is_plain = true,
		.read = read_proc_mounts,
		.source = "mounts"},
	{.name = "mountinfo",
		.commands = "mountinfo",
		.paths = "*/mountinfo",
		.is_plain = true,
		.read = read_mountinfo,
		.source = "mounts",
		.role = ROLE_MOUNTINFO},
	{.name = "df",
		.commands = "df|df *",
		.headings = {"Filesystem 1K", "Filesystem Size", "Filesystem Type",
			"Filesystem 1024", "Filesystem 512", "Filesystem Inodes"},
		.is_plain = true,
		.read = read_df,
		.source = "mounts"},
	{.name = "fuser",
		.commands = "fuser|fuser *",
		.headings = {"USER PID ACCESS"},
		.read = read_fuser,
		.source = "processes"},
	{.name = "lsof",
		.commands = "lsof|lsof *",
		.headings = {"COMMAND PID"},
		.read = read_lsof,
		.source = "processes"},
	{.name = "ps",
		.commands = "ps|ps *",
		.headings = {"PID TTY", "USER PID", "UID PID", "F S UID", "F UID"},
		.read = read_ps,
		.source = "processes"},
	{.name = "multipath -ll",
		.commands = "multipath*-l*|multipath l*|multipathd *",
		.read = read_multipath,
		.source = "blocks"},
	{.name = "blkid",
		.commands = "blkid|blkid *",
		.read = read_blkid,
		.source = "superblocks"},
	{.name = "lvmdiskscan",
		.commands = "lvmdiskscan|lvmdiskscan *",
		.read = read_lvmdiskscan,
		.source = "blocks"},
	{.name = "/proc/partitions",
		.commands = "partitions|proc partitions",
		.paths = "*/partitions",
		.headings = {"major minor #blocks name"},
		.is_whole = true,
		.read = read_partitions,
		.source = "blocks",
		.role = ROLE_PARTITIONS},
	{.name = "LVM's metadata",
		.commands = "vgcfgbackup*",
		.paths = "*/lvm/backup/*|*/lvm/archive/*",
		.headings = {"# Generated by LVM2"},
		.read = read_metadata,
		.source = "lvm/report.json",
		.role = ROLE_VG_BACKUP},
	{.name = "date",
		.commands = "date|date -u|date -R|timedatectl|timedatectl status",
		.read = read_identity,
		.role = ROLE_DATE},
	{.name = "uname",
		.commands = "uname -a",
		.read = read_identity,
		.role = ROLE_UNAME},
	{.name = "hostname",
		.commands = "hostname|hostname -s|hostname -f",
		.paths = "*/hostname",
		.read = read_identity,
		.role = ROLE_HOSTNAME},
	{.name = "hostnamectl",
		.commands = "hostnamectl|hostnamectl status",
		.read = read_identity,
		.role = ROLE_HOSTNAMECTL},
	{.name = "machine-id",
		.paths = "*/machine-id",
		.read = read_identity,
		.role = ROLE_MACHINE_ID},
	{.name = "boot_id",
		.paths = "*/boot_id",
		.read = read_identity,
		.role = ROLE_BOOT_ID},
	{.name = "virsh domblklist",
		.commands = "virsh*domblklist*",
		.headings = {"Target Source", "Type Device Target Source"},
		.read = read_domblklist},
	{.name = "a domain's XML",
		.commands = "virsh*dumpxml*",
		.paths = "*/libvirt/qemu/*.xml|*/libvirt/libxl/*.xml",
		.headings = {"<domain"},
		.read = read_domain},
	{.name = "a guest's configuration",
		.commands = "qm config*|pct config*|qm showcmd*",
		.paths = "*/qemu-server/*.conf|*/lxc/*.conf|*/storage.cfg",
		.read = read_qm_config},
	{.name = "a list of guests or storages",
		.commands = "pvesm *|virsh *list*|virsh vol-*|virsh pool-*|qm list*|pct "
			    "list*|"
			    "xl list*|xm list*|xe *",
		.read = read_guest_table},
	{.name = "mdstat",
		.commands = "mdstat",
		.paths = "*/mdstat",
		.headings = {"Personalities :"},
		.is_whole = true,
		.read = read_mdstat,
		.source = "blocks"},
	{.name = "ls -l",
		.commands = "ls|ls *|find *|holders|slaves|ll|ll *",
		.is_plain = true,
		.read = read_links},
	{.name = "messages",
		.commands = "dmesg|dmesg *|journalctl|journalctl "
			    "*|messages|syslog|lvremove*|lvchange*|umount*|lvcreate*|"
			    "dmsetup remove*|vgchange*|mount /*|mount -o*|lvconvert*",
		.paths = "*/messages|*/syslog|*/kern.log",
		.is_plain = true,
		.read = read_message},
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

	line = line_trim(separated(line, copy, sizeof(copy)));
	for (size_t i = 0; line.len && i < n_formats; i++) {
		const char *const *headings = formats[i].headings;

		for (size_t h = 0; h < HEADINGS_MAX && headings[h]; h++)
			if (*headings[h] == *line.at &&
				begins_with_words(line, line_text(headings[h])))
				return &formats[i];
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
