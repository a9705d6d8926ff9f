/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which file is what. Input: a path within the evidence. Output: its role.
 * Names come from sos (sos/report/plugins: devicemapper, lvm2, block, process, filesys,
 * host), from lvmdump (lvm2 scripts/lvmdump.sh.in), and from what support asks customers
 * to type. etc/lvm/archive is left out: it is old by its nature.
 */
#include <fnmatch.h>
#include <string.h>

#include "evidence.h"
#include "snapstate/buf.h"

static const struct {
	enum role role;
	/* Globs. The folder is of as many parts of the path as it has itself; "" = any.
	 */
	const char *folder;
	const char *name;
} patterns[] = {
	{ROLE_DM_INFO, "", "dmsetup_info_c.txt"},
	{ROLE_DM_INFO, "sos_commands/devicemapper", "dmsetup_info_-c"},
	{ROLE_DM_INFO, "", "dmsetup_info"},
	{ROLE_DM_TABLE, "", "dmsetup_table.txt"},
	{ROLE_DM_TABLE, "sos_commands/devicemapper", "dmsetup_table"},
	{ROLE_DM_TABLE, "", "dmsetup_table"},
	{ROLE_DM_STATUS, "", "dmsetup_status.txt"},
	{ROLE_DM_STATUS, "sos_commands/devicemapper", "dmsetup_status"},
	{ROLE_DM_STATUS, "", "dmsetup_status"},
	{ROLE_DM_DEPS, "", "dmsetup_deps.txt"},
	{ROLE_DM_DEPS, "sos_commands/devicemapper", "dmsetup_deps"},
	{ROLE_VG_METADATA, "", "vgcfgbackup.txt"},
	{ROLE_VG_BACKUP, "etc/lvm/backup", "*"},
	{ROLE_VG_BACKUP, "lvm/backup", "*"},
	{ROLE_LVM_REPORT, "", "lvs_reportformat_json.txt"},
	{ROLE_LVM_REPORT, "", "report.json"},
	{ROLE_VGDISPLAY, "", "vgdisplay.txt"},
	{ROLE_VGDISPLAY, "sos_commands/lvm2", "vgdisplay_*"},
	{ROLE_LVM_TEXT, "", "lvs.txt"},
	{ROLE_LVM_TEXT, "", "lvs_v.txt"},
	{ROLE_LVM_TEXT, "", "lvscan.txt"},
	{ROLE_LVM_TEXT, "", "vgs.txt"},
	{ROLE_LVM_TEXT, "", "pvs.txt"},
	{ROLE_LVM_TEXT, "sos_commands/lvm2", "lvs_*"},
	{ROLE_LVM_TEXT, "sos_commands/lvm2", "vgs_*"},
	{ROLE_LVM_TEXT, "sos_commands/lvm2", "pvs_*"},
	{ROLE_LVM_TEXT, "sos_commands/lvm2", "pvscan_*"},
	{ROLE_LVM_TEXT, "sos_commands/lvm2", "lvscan*"},
	{ROLE_MOUNTINFO, "", "mountinfo.txt"},
	{ROLE_MOUNTINFO, "proc/[0-9]*", "mountinfo"},
	{ROLE_MOUNTS, "", "proc_mounts.txt"},
	{ROLE_MOUNTS, "", "mount.txt"},
	{ROLE_MOUNTS, "proc", "mounts"},
	{ROLE_MOUNTS, "sos_commands/filesys", "mount_-l"},
	{ROLE_SWAPS, "", "proc_swaps.txt"},
	{ROLE_SWAPS, "proc", "swaps"},
	{ROLE_PARTITIONS, "proc", "partitions"},
	{ROLE_MACHINE_ID, "etc", "machine-id"},
	{ROLE_BOOT_ID, "proc/sys/kernel/random", "boot_id"},
	{ROLE_HOSTNAME, "proc/sys/kernel", "hostname"},
	{ROLE_HOSTNAME, "sos_commands/host", "hostname"},
	{ROLE_HOSTNAME, "etc", "hostname"},
	{ROLE_OSRELEASE, "proc/sys/kernel", "osrelease"},
	{ROLE_UNAME, "sos_commands/kernel", "uname_-a"},
	{ROLE_HOSTNAMECTL, "sos_commands/host", "hostnamectl*"},
	{ROLE_DATE, "sos_commands/date", "date*"},
	{ROLE_DATE, "sos_commands/systemd", "timedatectl"},
	{ROLE_LSBLK, "", "lsblk.txt"},
	{ROLE_LOSETUP, "", "losetup_a.txt"},
	{ROLE_BLOCK_TEXT, "", "blkid.txt"},
	{ROLE_LSBLK, "sos_commands/block", "lsblk"},
	{ROLE_BLOCK_TEXT, "sos_commands/block", "lsblk_*"},
	{ROLE_LOSETUP, "sos_commands/block", "losetup_-a"},
	{ROLE_BLOCK_TEXT, "sos_commands/block", "blkid*"},
	{ROLE_PROCESS_TEXT, "", "lsof.txt"},
	{ROLE_PROCESS_TEXT, "", "ps.txt"},
	{ROLE_PROCESS_TEXT, "", "ps_info"},
	{ROLE_PROCESS_TEXT, "sos_commands/process", "lsof*"},
	{ROLE_PROCESS_TEXT, "sos_commands/process", "ps_*"},
	/* what these programs pack; path_packed_suffix() is left out. Of sos that is one
	 * host or, of "sos collect", one archive for each (sos/collector/__init__.py) */
	{ROLE_CAPTURE, "", "FORMAT"},
	{ROLE_ARCHIVE, "", "sosreport-*.tar*"},
	{ROLE_ARCHIVE, "", "sosreport-*.t[gxb]z*"},
	{ROLE_ARCHIVE, "", "sos-collector-*.tar*"},
	{ROLE_ARCHIVE, "", "lvmdump-*.t*"},
	{ROLE_ARCHIVE, "", "scc_*.t[gxb]z"},
	{ROLE_ARCHIVE, "", "nts_*.t[gxb]z"},
	{ROLE_ARCHIVE, "", "insights-*.tar*"},
	{ROLE_ARCHIVE, "", "bug-report-*.tar*"},
	{ROLE_ARCHIVE, "", "bug-report-*.zip"},
	/* sos before 3.0 had LVM's outputs there */
	{ROLE_VGDISPLAY, "sos_commands/devicemapper", "vgdisplay*"},
	{ROLE_TEXT, "sos_commands/devicemapper", "*"},
	{ROLE_TEXT, "sos_commands/multipath", "multipath*-ll"},
	{ROLE_TEXT, "sos_commands/kernel", "dmesg*"},
	{ROLE_TEXT, "sos_commands/filesys", "lsof*"},
	{ROLE_TEXT, "sos_commands/virsh", "virsh*"},
	{ROLE_HOSTNAME, "sos_commands/general", "hostname"},
	{ROLE_UNAME, "sos_commands/general", "uname*"},
	{ROLE_DATE, "sos_commands/general", "date*"},
	/* insights-client (insights_commands) */
	{ROLE_DM_INFO, "insights_commands", "dmsetup_info_-C"},
	{ROLE_DM_TABLE, "insights_commands", "dmsetup_table"},
	{ROLE_DM_STATUS, "insights_commands", "dmsetup_status"},
	{ROLE_LSBLK, "insights_commands", "lsblk"},
	{ROLE_HOSTNAME, "insights_commands", "hostname"},
	{ROLE_UNAME, "insights_commands", "uname_-a"},
	{ROLE_DATE, "insights_commands", "date"},
	{ROLE_VGDISPLAY, "insights_commands", "vgdisplay*"},
	{ROLE_TEXT, "insights_commands", "lv*"},
	{ROLE_TEXT, "insights_commands", "vgs*"},
	{ROLE_TEXT, "insights_commands", "pvs*"},
	{ROLE_TEXT, "insights_commands", "lsblk*"},
	{ROLE_TEXT, "insights_commands", "blkid*"},
	{ROLE_TEXT, "insights_commands", "mount*"},
	{ROLE_TEXT, "insights_commands", "df_*"},
	{ROLE_TEXT, "insights_commands", "ps_*"},
	{ROLE_TEXT, "insights_commands", "multipath*"},
	{ROLE_TEXT, "insights_commands", "dmsetup_*"},
	/* lvmdump (scripts/lvmdump.sh.in): -a, and what every one has */
	{ROLE_LVM_TEXT, "", "lvs"},
	{ROLE_LVM_TEXT, "", "vgs"},
	{ROLE_LVM_TEXT, "", "pvs"},
	{ROLE_TEXT, "", "dmsetup_ls_tree"},
	{ROLE_TEXT, "", "dev_listing"},
	{ROLE_TEXT, "", "sysblock_listing"},
	/* supportconfig: sections of commands in texts */
	{ROLE_SUPPORT, "scc_*", "*.txt"},
	{ROLE_SUPPORT, "nts_*", "*.txt"},
	/* xen-bugtool */
	{ROLE_SUPPORT, "bug-report-*", "*.out"},
	{ROLE_TEXT, "sos_commands/lvm2", "lvdisplay*"},
	{ROLE_TEXT, "sos_commands/filesys", "df_*"},
	{ROLE_TEXT, "sos_commands/filesys", "findmnt*"},
	{ROLE_TEXT, "sos_commands/filesys", "mount"},
	{ROLE_TEXT, "etc", "fstab"},
	{ROLE_TEXT, "proc", "mdstat"},
};

static const char *const role_names[] = {
	[ROLE_NONE] = "",
	[ROLE_DM_INFO] = "dmsetup info -c",
	[ROLE_DM_TABLE] = "dmsetup table",
	[ROLE_DM_STATUS] = "dmsetup status",
	[ROLE_DM_DEPS] = "dmsetup deps",
	[ROLE_VG_METADATA] = "metadata by vgcfgbackup",
	[ROLE_VG_BACKUP] = "a metadata backup of LVM",
	[ROLE_LVM_REPORT] = "a report of LVM in JSON",
	[ROLE_VGDISPLAY] = "vgdisplay",
	[ROLE_LVM_TEXT] = "an output of LVM",
	[ROLE_MOUNTINFO] = "mountinfo",
	[ROLE_MOUNTS] = "mounts",
	[ROLE_SWAPS] = "swaps",
	[ROLE_PARTITIONS] = "partitions",
	[ROLE_MACHINE_ID] = "machine-id",
	[ROLE_BOOT_ID] = "boot_id",
	[ROLE_HOSTNAME] = "hostname",
	[ROLE_OSRELEASE] = "osrelease",
	[ROLE_UNAME] = "uname",
	[ROLE_HOSTNAMECTL] = "hostnamectl",
	[ROLE_DATE] = "date",
	[ROLE_LSBLK] = "lsblk",
	[ROLE_LOSETUP] = "losetup",
	[ROLE_BLOCK_TEXT] = "an output about block devices",
	[ROLE_PROCESS_TEXT] = "a list of processes",
	[ROLE_CAPTURE] = "a capture",
	[ROLE_ARCHIVE] = "an archive",
	[ROLE_SUPPORT] = "a text of a collection",
	[ROLE_TEXT] = "a text",
};

const char *role_name(enum role role)
{
	return role_names[role];
}

const char *path_packed_suffix(const char *path)
{
	static const char *const suffixes[] = {".xz", ".gz", ".bz2", ".zst", ".lz4"};
	const char *end = path + strlen(path);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t len = strlen(suffixes[i]);

		if ((size_t)(end - path) > len && strcmp(end - len, suffixes[i]) == 0)
			return end - len;
	}
	return end;
}

#define GLOB_FLAGS (FNM_PATHNAME | FNM_NOESCAPE | FNM_PERIOD)

/* A report has some 100,000 files, and few are of use. */
static bool may_fit(const char *pattern, const char *name)
{
	return *pattern == *name || strchr("*?[", *pattern);
}

static bool name_fits(const char *pattern, const char *name)
{
	return may_fit(pattern, name) &&
	       (strcmp(pattern, "*") == 0 ? *name && *name != '.'
					  : fnmatch(pattern, name, GLOB_FLAGS) == 0);
}

/* Of the `len` bytes of a path as many last parts as the pattern has; NULL: it has fewer.
 */
static const char *last_parts(const char *path, size_t len, const char *pattern)
{
	size_t n_slashes = 1;

	for (; *pattern; pattern++)
		n_slashes += *pattern == '/';
	while (len > 0) {
		if (path[len - 1] == '/' && !--n_slashes)
			return path + len;
		len--;
	}
	return n_slashes == 1 ? path : NULL;
}

/* NULL: the folder with the `len` bytes of the path is another one. */
static const char *folder_fits(const char *pattern, const char *path, size_t len)
{
	const char *parts = len ? last_parts(path, len, pattern) : NULL;
	cleanup_free char *folder = NULL;

	if (!parts || !may_fit(pattern, parts))
		return NULL;
	folder = xstrndup(parts, (size_t)(path + len - parts));
	return fnmatch(pattern, folder, GLOB_FLAGS) == 0 ? parts : NULL;
}

/* *ret_root is the length of what is before the pattern, with its slash. */
static enum role match(const char *path, size_t *ret_root)
{
	cleanup_free char *bare =
		xstrndup(path, (size_t)(path_packed_suffix(path) - path));
	const char *slash = strrchr(bare, '/');
	const char *name = slash ? slash + 1 : bare;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		const char *start = name;

		if (!name_fits(patterns[i].name, name))
			continue;
		if (*patterns[i].folder)
			start = folder_fits(patterns[i].folder, bare,
				slash ? (size_t)(slash - bare) : 0);
		if (!start)
			continue;
		*ret_root = (size_t)(start - bare);
		return patterns[i].role;
	}
	return ROLE_NONE;
}

/* Files that people put beside each other have any name. Those of a copy of a host's own
 * folders do not count: passwords are in some. */
static bool is_loose(const char *path)
{
	static const char *const folders[] = {"boot/", "dev/", "etc/", "home/", "lib/",
		"proc/", "root/", "run/", "sys/", "usr/", "var/", "sos_commands/",
		"sos_logs/", "sos_reports/", "sos_strings/"};
	const char *slash = strchr(path, '/');

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strncmp(path, folders[i], strlen(folders[i])) == 0)
			return false;
	return !slash || !strchr(slash + 1, '/');
}

static bool ends_in(const char *path, const char *end)
{
	size_t len = strlen(path), end_len = strlen(end);

	return len > end_len && strcmp(path + len - end_len, end) == 0;
}

static bool is_archive_name(const char *path)
{
	static const char *const ends[] = {".tar", ".tar.gz", ".tar.xz", ".tar.bz2",
		".tar.zst", ".tar.lz4", ".tgz", ".txz", ".tbz", ".tbz2", ".tzst", ".zip"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends_in(path, ends[i]))
			return true;
	return false;
}

enum role role_of_path(const char *path)
{
	size_t root;
	enum role role = match(path, &root);

	/* sos cuts what is too large to a tar of one file in .xz */
	if (role == ROLE_ARCHIVE && !is_archive_name(path))
		role = ROLE_NONE;
	if (role != ROLE_NONE || !is_loose(path))
		return role;
	return is_archive_name(path) ? ROLE_ARCHIVE : ROLE_TEXT;
}

/* sos has lvmdump write below its own folder of LVM's outputs
 * (sos/report/plugins/lvm2.py, do_lvmdump): one collection. */
size_t path_root_len(const char *path)
{
	static const char within[] = "sos_commands/lvm2/lvmdump/";
	size_t len = 0, within_len = sizeof(within) - 1;
	const char *slash = strrchr(path, '/');

	enum role role = match(path, &len);

	if ((role == ROLE_NONE || role == ROLE_SUPPORT) && slash)
		return (size_t)(slash - path);
	if (len >= within_len &&
		strncmp(path + len - within_len, within, within_len) == 0 &&
		(len == within_len || path[len - within_len - 1] == '/'))
		len -= within_len;
	return len ? len - 1 : 0;
}
