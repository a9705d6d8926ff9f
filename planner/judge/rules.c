/* SPDX-License-Identifier: Apache-2.0 */
/* The rules by which subjects are judged: one table for code, reviews and
 * docs/verdicts.md.
 */
#include "judge.h"

static const struct rule_text rules[RULES_COUNT] = {
	[RULE_LEFTOVER] = {"leftover", VERDICT_REMOVE,
		"an old snapshot that nothing uses",
		"a valid snapshot, in the metadata and in the kernel, old enough; its "
		"only holders are ones that the plan removes",
		"run the plan"},
	[RULE_INVALID] = {"invalid", VERDICT_REMOVE,
		"its COW is full or damaged: every read gives an I/O error",
		"its dm status is Invalid",
		"run the plan; backups made from it are unusable"},
	[RULE_OVERFLOWED] = {"overflowed", VERDICT_REMOVE,
		"its COW is full: writes to the snapshot fail",
		"its dm status is Overflow (lvs does not show it): stale, with a table "
		"that LVM does not load",
		"run the plan; backups made from it are unusable"},
	[RULE_STALE] = {"stale", VERDICT_REMOVE,
		"removed from the LVM metadata, still active in this kernel",
		"a dm device with an LVM uuid that the metadata does not have",
		"run the plan"},
	[RULE_STALE_CORRUPTING] = {"stale-corrupting", VERDICT_REMOVE,
		"stale, valid, and its COW is on extents that belong to another "
		"volume now: every first write to a chunk of the origin overwrites "
		"that volume",
		"stale and valid; its COW maps extents that another volume owns now, "
		"and overwrites them",
		"run the plan at once; then compare the volume that it overwrote with an "
		"older backup"},
	[RULE_SHRUNK] = {"shrunk", VERDICT_REMOVE,
		"its COW holds more than it has room for: it was made smaller, and reads "
		"may return wrong data",
		"its dm status counts more sectors used than the COW has",
		"run the plan; do not trust a backup made from it"},
	[RULE_ORPHAN_COW] = {"orphan-store", VERDICT_REMOVE,
		"a COW without its snapshot, unknown to the LVM metadata",
		"a -cow device that the metadata does not have, without a snapshot",
		"run the plan"},
	[RULE_MOUNTED_IDLE] = {"mounted-idle", VERDICT_REMOVE,
		"mounted, but no process uses the mount: the plan unmounts it first", "",
		""},
	[RULE_MAPPED_IDLE] = {"mapped-idle", VERDICT_REMOVE,
		"held by idle mappings (partitions, a guest's volumes, LUKS) that are on "
		"it alone: the plan removes those first",
		"", ""},
	[RULE_HELD_IDLE] = {"held-idle", VERDICT_REMOVE,
		"held by an unused swap area, an idle array or loop device: the plan "
		"releases that first",
		"", ""},
	[RULE_FSTAB] = {"fstab", VERDICT_REMOVE,
		"an entry of /etc/fstab or a unit of systemd mounts it where leftovers "
		"are mounted, and would mount it again or fail",
		"", "remove the entry"},
	[RULE_LEFTOVER_MOUNT] = {"leftover-mount", VERDICT_REMOVE,
		"mounted read-write, and shown to be a leftover", "", ""},
	[RULE_SHOWN] = {"shown", VERDICT_REMOVE, "what a text says of it", "", ""},
	[RULE_ACTIVE_TWICE] = {"active-twice", VERDICT_REMOVE,
		"active on several hosts: its COW was written by two kernels",
		"a snapshot target of it in the captures of several hosts",
		"run the plans; backups made from it are unusable"},
	[RULE_EVIDENCE_MISSING] = {"evidence-missing", VERDICT_UNDECIDED,
		"something that must be known could not be read",
		"a source's outcome is not \"read\", or what was read does not suffice",
		"capture again with snapstate-capture, as root and on the host itself, "
		"when no command hangs"},
	[RULE_TOO_YOUNG] = {"too-young", VERDICT_UNDECIDED,
		"younger than the minimum age: its backup may just be starting",
		"its creation time in the metadata", "wait until it is old enough"},
	[RULE_COMMAND_RUNNING] = {"command-running", VERDICT_UNDECIDED,
		"an LVM or device-mapper command was running while the capture was made",
		"a process of LVM, dmsetup or kpartx; udev, or a program of its rules, "
		"that has it open for more than 3 seconds",
		"wait until the command has ended; restart udevd if it waits for that"},
	[RULE_UNSETTLED] = {"unsettled", VERDICT_UNDECIDED,
		"a device of its stack is suspended, has an inactive table, or changed "
		"while the capture was made: a change is in progress, or was interrupted",
		"flags of a dm device; differences between the first and the second "
		"reading",
		"resume what was left suspended first of all, once no LVM or dmsetup "
		"command is running"},
	[RULE_DISAGREE] = {"disagree", VERDICT_UNDECIDED,
		"kernel and LVM metadata disagree about it",
		"its tables map other extents than the metadata says",
		"find out which of the two is right"},
	[RULE_HALF_REMOVED] = {"half-removed", VERDICT_UNDECIDED,
		"a removal or a creation stopped midway: the metadata and the kernel do "
		"not agree on whether it is a snapshot",
		"snapshot in the metadata or in the kernel, not in both",
		"finish the removal by hand, with the commands of the review, in their "
		"order"},
	[RULE_NOT_ACTIVE_HERE] = {"not-active-here", VERDICT_UNDECIDED,
		"not active on this host; it may be active on another",
		"in the metadata, without a dm device",
		"capture on the host where it is active"},
	[RULE_SHARED_VG] = {"shared-vg", VERDICT_UNDECIDED,
		"its volume group is shared, and evidence from the other hosts is "
		"missing",
		"a lock type, or the clustered mark, of its volume group",
		"capture on every host that sees the volume group"},
	[RULE_HOST_MISSING] = {"host-missing", VERDICT_UNDECIDED,
		"another host sees its volume group, and no capture of that host was "
		"given",
		"the volume group is known on a host without a capture",
		"capture on that host too, and plan with both"},
	[RULE_OPENS_UNEXPLAINED] = {"opens-unexplained", VERDICT_UNDECIDED,
		"its open count is not explained by the holders that were found",
		"the open count minus every holder found is not zero",
		"find what has it open, stop that, and capture again"},
	[RULE_UNPLACED] = {"unplaced", VERDICT_UNDECIDED,
		"something that the kernel has open is on a file system that was not "
		"found, and may be on the one of this snapshot",
		"a loop device, a swap area, a SCSI target or an export on a file, or an "
		"overlay, on a file system that was not found",
		"release what is named, if nobody needs it, and capture again"},
	[RULE_STALE_SIBLING] = {"stale-sibling", VERDICT_UNDECIDED,
		"a stale snapshot of the same origin stays: what lvremove would do to "
		"the origin below it is not known",
		"another snapshot of that origin that LVM does not know, and that stays",
		"resolve the other snapshot first"},
	[RULE_MOUNTED_READ_WRITE] = {"mounted-read-write", VERDICT_UNDECIDED,
		"mounted read-write while nobody uses its origin: production may run on "
		"it",
		"a mount whose file system is read-write; its origin is neither open nor "
		"mounted",
		"find out whether a service uses the mount, and whether the origin is to "
		"be used again; for a leftover: --leftover-mount PATH"},
	[RULE_CONFIGURED] = {"configured", VERDICT_UNDECIDED,
		"a configuration of this host, or of a guest, names it: it may be meant "
		"for use",
		"a line of /etc/fstab, of a mount or swap unit of systemd, of an "
		"automount map, or of a guest's configuration (libvirt, Xen, Proxmox) "
		"names it, or what is on it",
		"ask who wrote that line; for a leftover: remove the line, and "
		"capture again, or, of a mount: --leftover-mount PATH"},
	[RULE_TOO_MUCH] = {"too-much", VERDICT_UNDECIDED,
		"more is on it, or on its origin's layer, than one plan covers",
		"more than 64 mappings, block devices, mounts and swap areas on it, or "
		"more than 100 mappings on its origin's layer",
		"remove some of them, from the top down, then capture again"},
	[RULE_STALE_VOLUME] = {"stale-volume", VERDICT_UNDECIDED,
		"a plain volume, active here and unknown to the LVM metadata: removed on "
		"another host, or lost",
		"a dm device with an LVM uuid that the metadata does not have, not a "
		"snapshot, not open",
		"find out whether any host still needs its data: if so, copy it; if not, "
		"dmsetup remove -u UUID"},
	[RULE_MESSAGE] = {"message", VERDICT_UNDECIDED,
		"a message of LVM or the kernel about it is not explained by the rest of "
		"the evidence",
		"such a message in a text that was imported",
		"find out what the message is about, with the requested commands"},
	[RULE_LOST_VOLUME] = {"lost-volume", VERDICT_REFUSE,
		"live data that no LVM metadata knows: LVM gives its extents to the next "
		"volume",
		"the same, and open, or the origin of a snapshot",
		"never remove it; no lvcreate and no lvextend on that disk; copy its "
		"data elsewhere, or vgcfgrestore from the archive"},
	[RULE_GUEST_VOLUME] = {"guest-volume", VERDICT_REFUSE,
		"a guest's own volume: it, or its volume group, is on a volume of "
		"another group",
		"its physical volume, or its table, is on a volume of another group",
		"nothing: it is the guest's"},
	[RULE_BACKUP_RUNNING] = {"backup-running", VERDICT_REFUSE,
		"a backup program is using it",
		"tar, rsync, ntfsclone or the like has it, or files on it, open",
		"wait for the backup; stop it if it is stuck"},
	[RULE_VM_RUNNING] = {"vm-running", VERDICT_REFUSE,
		"a virtual machine runs on it: it may be the only copy of its disk",
		"qemu or another hypervisor, or Xen's blkback, has it open",
		"nothing, if it is the machine's disk; else detach it from the machine"},
	[RULE_IN_USE] = {"in-use", VERDICT_REFUSE, "a process is using it",
		"a descriptor, working directory, root or mapped file of a process",
		"stop the process cleanly"},
	[RULE_HELD] = {"held", VERDICT_REFUSE,
		"swap, a loop device, an array, an exported target, an overlay or "
		"another "
		"block device is on it",
		"swap, a loop device, an array, an exported target, an overlay or "
		"another "
		"block device on it, or on a file of it; or an automounter mounted it",
		"swapoff, losetup -d, mdadm --stop, umount of the overlay, or remove the "
		"export"},
	[RULE_FOREIGN_MAPPING] = {"foreign-mapping", VERDICT_REFUSE,
		"a mapping on it is not proven to be left over from this snapshot alone",
		"a dm device on it that keeps its own state, or is on something "
		"else too",
		"close that mapping with the program that made it"},
	[RULE_MOUNTED_AS_SYSTEM] = {"mounted-as-system", VERDICT_REFUSE,
		"mounted where this host's own file systems belong: it may be what the "
		"host really runs on",
		"mounted on /, /usr, /home or the like, or where /etc/fstab puts "
		"something else",
		"find out what should be mounted there, and mount that instead"},
	[RULE_MOUNTED_ELSEWHERE] = {"mounted-elsewhere", VERDICT_REFUSE,
		"mounted in another mount namespace",
		"the mount table of another namespace: a container or a service",
		"unmount it there, or stop that service"},
	[RULE_MOUNTED_BELOW] = {"mounted-below", VERDICT_REFUSE,
		"something else is mounted below its mount point",
		"a mount of something else whose parent is its mount", "unmount that"},
	[RULE_HIDDEN_FS] = {"hidden-fs", VERDICT_REFUSE,
		"a file system on it is live but in no mount table: lazily unmounted, "
		"or mounted where this capture could not look",
		"live in /sys/fs, but in no mount table: lazily unmounted, or mounted "
		"out of sight",
		"stop what still uses it; if nothing is found, restart the host"},
	[RULE_MERGING] = {"merging", VERDICT_REFUSE, "it is being merged into its origin",
		"the merging mark in the metadata, or a snapshot-merge target",
		"wait until it is merged, which removes it"},
	[RULE_NOT_A_SNAPSHOT] = {"not-a-snapshot", VERDICT_REFUSE,
		"named like a backup snapshot, but an ordinary volume",
		"a volume without an origin in the metadata",
		"nothing: it is not a leftover snapshot"},
	[RULE_ORIGIN] = {"origin", VERDICT_REFUSE,
		"named like a backup snapshot, but the origin of one: live data",
		"another volume names it as its origin",
		"nothing: it is not a leftover; select more narrowly"},
	[RULE_ORPHAN_LAYER] = {"orphan-layer", VERDICT_REFUSE,
		"a hidden -real layer that an interrupted removal left: it maps the data "
		"of a volume",
		"a -real device that no table refers to",
		"lvchange --refresh of its volume drops it; no plan touches that layer"},
	[RULE_THIN] = {"thin", VERDICT_REFUSE,
		"a thin volume: others may depend on it, and this version does not "
		"remove thin volumes",
		"a thin or thin-pool segment in the metadata",
		"of a snapshot: lvremove by hand, once its pool is healthy and nobody "
		"has it open; else nothing"},
	[RULE_VIRTUAL_ORIGIN] = {"virtual-origin", VERDICT_REFUSE,
		"a sparse volume: the snapshot itself is the data",
		"its origin is LVM's hidden virtual one",
		"nothing: it is not a leftover"},
	[RULE_NO_ORIGIN] = {"no-origin", VERDICT_REFUSE,
		"its origin is not among the volumes: the snapshot may be the only data",
		"a snapshot whose origin the metadata does not have",
		"nothing: it may be the only data"},
	[RULE_VG_UNSAFE] = {"vg-unsafe", VERDICT_REFUSE,
		"its volume group is partial, exported, foreign or read-only, or has "
		"duplicate physical volumes",
		"the attributes of its volume group and of its physical volumes",
		"repair the volume group first"},
	[RULE_NOT_LVM] = {"not-lvm", VERDICT_REFUSE,
		"looks like a leftover, but is not on a backup snapshot of LVM",
		"a dm device of such a name, without an LVM uuid",
		"nothing: leave it to the program that made it"},
	[RULE_KEPT_ELSEWHERE] = {"kept-elsewhere", VERDICT_REFUSE,
		"active on another host too, and kept there",
		"another capture shows it, with a reason to keep it",
		"follow the advice for that host"},
	[RULE_ACTIVE_ELSEWHERE] = {"active-elsewhere", VERDICT_REFUSE,
		"active only on another host: see the verdict there",
		"another capture shows it active, this one does not",
		"nothing here: see the other host"},
	[RULE_NOT_SELECTED] = {"not-selected", VERDICT_REFUSE,
		"a snapshot outside the selection", "no --select matches its name",
		"select it with --select"},
};

const struct rule_text *rule_text(enum rule rule)
{
	return &rules[rule];
}

const char *rule_hazard(enum rule rule)
{
	if (rule == RULE_STALE_CORRUPTING)
		return "data is being destroyed by";
	return rule == RULE_LOST_VOLUME ? "live data that no LVM metadata protects:"
					: NULL;
}

bool rule_is_hint(enum rule rule)
{
	return rule == RULE_MOUNTED_IDLE || rule == RULE_MAPPED_IDLE ||
	       rule == RULE_HELD_IDLE || rule == RULE_FSTAB ||
	       rule == RULE_LEFTOVER_MOUNT || rule == RULE_SHOWN;
}

const char *verdict_name(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_REMOVE:
		return "remove";
	case VERDICT_UNDECIDED:
		return "undecided";
	case VERDICT_REFUSE:
		return "refuse";
	}
	return "refuse";
}
