/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What LVM, device-mapper, the kernel and umount say, and what that is a sign of: one
 * table, of the English words of many releases. Input: a line. Output: the class of
 * cause. Invariant: no verdict is decided by such words; they are told, and what nothing
 * else in the evidence explains keeps an outlook open.
 *
 * Sources: lvm2 lib/activate/activate.c (lv_check_not_in_use),
 * lib/activate/dev_manager.c, lib/metadata/lv_manip.c, lib/metadata/snapshot_manip.c,
 * lib/device/dev-io.c, lib/cache/lvmcache.c, lib/format_text/format-text.c,
 * lib/locking/lvmlockd.c, libdm libdm-deptree.c and ioctl/libdm-iface.c,
 * daemons/dmeventd/plugins/snapshot; kernel drivers/md/dm-snap.c, fs/buffer.c; util-linux
 * sys-utils/umount.c; and the lab.
 */
#include <string.h>

#include "judge.h"

#define OPENERS (WANTS(DEVICES) | WANTS(OPENERS) | WANTS(SWAPS) | WANTS(LOOPS))

/* The first that fits counts. */
const struct message_cause message_causes[] = {
	/* lvremove, lvchange -an: why not */
	{"is used by another device", "held by another block device",
		"another mapping or an array is on it: a partition map that kpartx left, "
		"a guest's volume that this host activated, LUKS, md",
		MESSAGE_OF_HOLDER, WANTS(HOLDERS) | WANTS(DEVICES)},
	{"contains a filesystem in use", "mounted somewhere",
		"a file system on it is mounted, perhaps in another mount namespace (a "
		"container, a service), or was lazily unmounted and is still live",
		MESSAGE_OF_MOUNT, WANTS(MOUNTS) | WANTS(SUPERBLOCKS)},
	{"Can't remove open logical volume", "open",
		"its open count is not zero: a mount, a mapping on it, a process, swap "
		"or a loop device",
		MESSAGE_OF_OPENER, OPENERS | WANTS(HOLDERS) | WANTS(MOUNTS)},
	{"Can't deactivate*in use", "open", "its open count is not zero",
		MESSAGE_OF_OPENER, OPENERS | WANTS(HOLDERS) | WANTS(MOUNTS)},
	{"ogical volume * in use", "open",
		"something has it open that is neither a mapping nor a mount: a process, "
		"swap, a loop device, an exported target",
		MESSAGE_OF_OPENER, OPENERS},
	{"Unable to deactivate open *-real", "stopped midway",
		"LVM could not remove the layer below the origin: something else is on "
		"it, or the origin was suspended; the removal stopped midway",
		MESSAGE_FORBIDS, WANTS(DEVICES) | WANTS(TABLES) | WANTS(VOLUMES)},
	{"Unable to deactivate open *-cow", "stopped midway",
		"something has the hidden COW open: LVM removed the snapshot from its "
		"metadata, and its COW stays in the kernel",
		MESSAGE_FORBIDS, WANTS(DEVICES) | WANTS(TABLES) | WANTS(VOLUMES)},
	{"Unable to deactivate open", "open", "its open count is not zero",
		MESSAGE_OF_OPENER, OPENERS | WANTS(HOLDERS) | WANTS(MOUNTS)},
	{"Can't remove merging", "merging",
		"it is being merged into its origin, which removes it", MESSAGE_FORBIDS,
		WANTS(VOLUMES) | WANTS(STATUS)},
	{"merging snapshot", "merging", "it is being merged into its origin",
		MESSAGE_FORBIDS, WANTS(VOLUMES) | WANTS(STATUS)},
	{"Failed to resume", "left suspended",
		"a device was not resumed: every read and write of it waits; resume it "
		"before anything is removed",
		MESSAGE_FORBIDS, WANTS(DEVICES) | WANTS(TABLES)},
	{"Problem reactivating", "left suspended", "a device was not resumed",
		MESSAGE_FORBIDS, WANTS(DEVICES) | WANTS(TABLES)},
	{"Failed to suspend", "not suspended",
		"LVM could not suspend a device, and stopped before it changed anything, "
		"or midway",
		MESSAGE_FORBIDS, WANTS(DEVICES) | WANTS(TABLES) | WANTS(COMMANDS)},
	/* the same from device-mapper, and from umount */
	{"remove ioctl*usy", "open",
		"the kernel refuses to remove a mapping whose open count is not zero",
		MESSAGE_OF_OPENER, OPENERS | WANTS(HOLDERS) | WANTS(MOUNTS)},
	{"create ioctl*usy", "its name is taken",
		"a mapping of that name is still in the kernel: the remains of an "
		"interrupted removal, or of one on another host",
		MESSAGE_FORBIDS, WANTS(DEVICES) | WANTS(TABLES) | WANTS(VOLUMES)},
	{"reload ioctl*nvalid", "its table was refused",
		"the kernel refused a table: what it would map is in use by something "
		"else, or is gone",
		MESSAGE_FORBIDS, WANTS(TABLES) | WANTS(EXTENTS) | WANTS(LOG)},
	{"Device or resource busy", "open", "something has it open", MESSAGE_OF_OPENER,
		OPENERS | WANTS(HOLDERS) | WANTS(MOUNTS)},
	{"target is busy", "files of the mount are open",
		"a process has a file, its working directory or its root on the mount, "
		"or something else is mounted below it",
		MESSAGE_OF_USER, WANTS(USERS) | WANTS(MOUNTS)},
	{"device is busy", "files of the mount are open",
		"a process has a file, its working directory or its root on the mount, "
		"or something else is mounted below it",
		MESSAGE_OF_USER, WANTS(USERS) | WANTS(MOUNTS)},
	{"waiting for zero", "udev did not answer",
		"a command of LVM waits for udev, and has no time limit", MESSAGE_FORBIDS,
		WANTS(COMMANDS) | WANTS(DEVICES)},
	/* the snapshot is full, broken or stale */
	{"Invalidating snapshot", "invalid",
		"the kernel invalidated the snapshot: its COW is full, or could not be "
		"written; every read of it fails, and backups made from it since then "
		"are unusable",
		MESSAGE_TELLS, WANTS(STATUS)},
	{"changed state to*nvalid", "invalid",
		"dmeventd saw the snapshot become invalid: its COW is full, and backups "
		"made from it since then are unusable",
		MESSAGE_TELLS, WANTS(STATUS)},
	{"napshot * is now *full", "nearly full",
		"its COW fills up: when it is full, the snapshot is invalid, and so is a "
		"backup that still reads it",
		MESSAGE_TELLS, WANTS(STATUS)},
	{"Logical volume * is full", "full", "its COW is full", MESSAGE_TELLS,
		WANTS(STATUS)},
	{"read failed after", "unreadable",
		"reads fail: an invalid (overflowed) snapshot, one that another host "
		"removed, a mapping on one of these, or a disk with errors",
		MESSAGE_TELLS, WANTS(STATUS) | WANTS(VOLUMES) | WANTS(LOG)},
	{"Buffer I/O error", "unreadable",
		"reads or writes fail: an invalid snapshot, a mapping on one, or a disk "
		"with errors",
		MESSAGE_TELLS, WANTS(STATUS) | WANTS(LOG)},
	{"Input/output error", "unreadable", "reads or writes fail", MESSAGE_TELLS,
		WANTS(STATUS) | WANTS(LOG)},
	{"I/O error", "unreadable", "reads or writes fail", MESSAGE_TELLS,
		WANTS(STATUS) | WANTS(LOG)},
	/* the volume group */
	{"uplicate PV", "physical volume seen twice",
		"LVM finds a physical volume on two devices: a snapshot or a clone of "
		"it is visible to LVM, or a path of a multipath device; which of the two "
		"a command changes is not certain",
		MESSAGE_FORBIDS, WANTS(EXTENTS) | WANTS(DISKS) | WANTS(HOLDERS), true},
	{"was already found on", "physical volume seen twice",
		"LVM finds a physical volume on two devices", MESSAGE_FORBIDS,
		WANTS(EXTENTS) | WANTS(DISKS) | WANTS(HOLDERS), true},
	{"prefers device", "physical volume seen twice",
		"LVM finds a physical volume on two devices", MESSAGE_FORBIDS,
		WANTS(EXTENTS) | WANTS(DISKS) | WANTS(HOLDERS), true},
	{"Not using device", "physical volume seen twice",
		"LVM finds a physical volume on two devices", MESSAGE_FORBIDS,
		WANTS(EXTENTS) | WANTS(DISKS) | WANTS(HOLDERS), true},
	{"excluded by a filter", "hidden from LVM",
		"a filter of lvm.conf, or the devices file, hides that device from LVM, "
		"so LVM does not list its volumes",
		MESSAGE_FORBIDS, WANTS(EXTENTS) | WANTS(HOLDERS)},
	{"rejected by", "hidden from LVM",
		"a filter of lvm.conf, or the devices file, hides that device from LVM",
		MESSAGE_FORBIDS, WANTS(EXTENTS) | WANTS(HOLDERS)},
	{"Couldn't find device", "physical volume missing",
		"a physical volume of the group is not found: bring it back; never "
		"vgreduce --removemissing",
		MESSAGE_FORBIDS, WANTS(EXTENTS) | WANTS(DISKS) | WANTS(LOG), true},
	{"is missing PV", "physical volume missing",
		"a physical volume of the group is not found: bring it back; never "
		"vgreduce --removemissing",
		MESSAGE_FORBIDS, WANTS(EXTENTS) | WANTS(DISKS) | WANTS(LOG), true},
	{"checksum", "metadata damaged",
		"LVM's metadata on a disk is damaged, or something else was written "
		"there",
		MESSAGE_FORBIDS, WANTS(EXTENTS) | WANTS(LOG)},
	{"system ID", "the group of another host",
		"the volume group belongs to another host", MESSAGE_FORBIDS,
		WANTS(HOSTS) | WANTS(VOLUMES)},
	{"held by other host", "locked by another host",
		"another host has the lock of the volume or of its group",
		MESSAGE_FORBIDS, WANTS(HOSTS)},
	{"lock failed", "locked", "LVM could not lock the group", MESSAGE_FORBIDS,
		WANTS(HOSTS) | WANTS(COMMANDS)},
	{"Error locking on node", "locked",
		"another node of the cluster has it active, or does not answer",
		MESSAGE_FORBIDS, WANTS(HOSTS)},
	{"clustered volume group", "shared with other hosts",
		"the volume group is shared with other hosts", MESSAGE_FORBIDS,
		WANTS(HOSTS)},
	{"ransaction", "thin pool damaged",
		"the transaction IDs of a thin pool and of LVM's metadata differ: repair "
		"the pool first",
		MESSAGE_FORBIDS, WANTS(VOLUMES) | WANTS(STATUS)},
	{"free extent", "no room",
		"the group has no free extents: that does not show a leftover, and is no "
		"reason to force a removal",
		MESSAGE_TELLS, WANTS(VOLUMES)},
	{"nsufficient free space", "no room", "the group has no room", MESSAGE_TELLS,
		WANTS(VOLUMES)},
	/* what was done */
	{"successfully removed", "removed from the metadata",
		"LVM removed a volume; its mappings may still be active: a COW that was "
		"open stays",
		MESSAGE_FORBIDS, WANTS(DEVICES) | WANTS(TABLES) | WANTS(VOLUMES)},
	{"Failed to find logical volume", "not in the metadata",
		"LVM does not know the volume: it was removed, perhaps on another host, "
		"and may still be active here",
		MESSAGE_FORBIDS, WANTS(DEVICES) | WANTS(TABLES) | WANTS(VOLUMES)},
	{"ogical volume * not found", "not in the metadata",
		"LVM does not know the volume: it was removed, perhaps on another host, "
		"and may still be active here",
		MESSAGE_FORBIDS, WANTS(DEVICES) | WANTS(TABLES) | WANTS(VOLUMES)},
};
const size_t n_message_causes = sizeof(message_causes) / sizeof(message_causes[0]);

/* Its parts between *, in their order. */
static bool fits(const char *pattern, const char *text)
{
	while (*pattern) {
		size_t len = strcspn(pattern, "*");
		const char *at = memmem(text, strlen(text), pattern, len);

		if (!at)
			return false;
		text = at + len;
		pattern += len + (pattern[len] == '*');
	}
	return true;
}

const struct message_cause *message_cause(const char *text)
{
	for (size_t i = 0; i < n_message_causes; i++)
		if (fits(message_causes[i].pattern, text))
			return &message_causes[i];
	return NULL;
}
