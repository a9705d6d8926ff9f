/* SPDX-License-Identifier: Apache-2.0 */
/* The rules by which subjects are judged: one table that code, reviews and README share.
 */
#include "planner.h"

static const struct rule_text rules[RULES_COUNT] = {
	[RULE_LEFTOVER] = {"leftover", VERDICT_REMOVE,
		"an old backup snapshot that nothing uses"},
	[RULE_INVALID] = {"invalid", VERDICT_REMOVE,
		"its exception store is full or damaged: every read gives an I/O error"},
	[RULE_OVERFLOWED] = {"overflowed", VERDICT_REMOVE,
		"its exception store is full: writes to the snapshot fail"},
	[RULE_STALE] = {"stale", VERDICT_REMOVE,
		"removed from the LVM metadata, still active in this kernel"},
	[RULE_STALE_CORRUPTING] = {"stale-corrupting", VERDICT_REMOVE,
		"stale, valid, and its store lies on extents that belong to another "
		"volume now: "
		"every first write to a chunk of the origin overwrites that volume"},
	[RULE_ORPHAN_STORE] = {"orphan-store", VERDICT_REMOVE,
		"an exception store without its snapshot, unknown to the LVM metadata"},
	[RULE_MOUNTED_IDLE] = {"mounted-idle", VERDICT_REMOVE,
		"mounted, but no process uses the mount: the plan unmounts it first"},
	[RULE_MAPPED_IDLE] = {"mapped-idle", VERDICT_REMOVE,
		"held by idle mappings (partitions, a guest's volumes, LUKS) that stand "
		"on it alone: the plan removes those first"},
	[RULE_HELD_IDLE] = {"held-idle", VERDICT_REMOVE,
		"held by an unused swap area, an idle array or loop device: the plan "
		"ends that first"},
	[RULE_ACTIVE_TWICE] = {"active-twice", VERDICT_REMOVE,
		"active on several hosts: its store was written by two kernels"},
	[RULE_EVIDENCE_MISSING] = {"evidence-missing", VERDICT_UNDECIDED,
		"something that must be known could not be read"},
	[RULE_TOO_YOUNG] = {"too-young", VERDICT_UNDECIDED,
		"younger than the minimum age: its backup may just be starting"},
	[RULE_COMMAND_RUNNING] = {"command-running", VERDICT_UNDECIDED,
		"an LVM or device-mapper command was at work while the capture was made"},
	[RULE_UNSETTLED] = {"unsettled", VERDICT_UNDECIDED,
		"a device of its stack is suspended, has a table waiting, or changed "
		"while the capture was made: someone is, or stopped, in the middle of a "
		"change"},
	[RULE_DISAGREE] = {"disagree", VERDICT_UNDECIDED,
		"kernel and LVM metadata tell different stories about it"},
	[RULE_HALF_REMOVED] = {"half-removed", VERDICT_UNDECIDED,
		"an interrupted removal left it as a plain volume over its exception "
		"store"},
	[RULE_NOT_ACTIVE_HERE] = {"not-active-here", VERDICT_UNDECIDED,
		"not active on this host; it may be active on another"},
	[RULE_SHARED_VG] = {"shared-vg", VERDICT_UNDECIDED,
		"its volume group is shared, and evidence from the other hosts is "
		"missing"},
	[RULE_HOST_MISSING] = {"host-missing", VERDICT_UNDECIDED,
		"another host sees its volume group, and no capture of that host was "
		"given"},
	[RULE_OPENS_UNEXPLAINED] = {"opens-unexplained", VERDICT_UNDECIDED,
		"its open count is not explained by the holders that were found"},
	[RULE_STALE_SIBLING] = {"stale-sibling", VERDICT_UNDECIDED,
		"a stale snapshot of the same origin stays: what lvremove would do to "
		"the origin "
		"below it is not known"},
	[RULE_GUEST_VOLUME] = {"guest-volume", VERDICT_REFUSE,
		"a guest's own volume: it, or its volume group, lies on a volume of "
		"another group"},
	[RULE_BACKUP_RUNNING] = {"backup-running", VERDICT_REFUSE,
		"a backup program is using it"},
	[RULE_IN_USE] = {"in-use", VERDICT_REFUSE, "a process is using it"},
	[RULE_HELD] = {"held", VERDICT_REFUSE,
		"swap, a loop device, an array, an exported target or another block "
		"device stands on it"},
	[RULE_FOREIGN_MAPPING] = {"foreign-mapping", VERDICT_REFUSE,
		"a mapping stands on it that is not proven to be remains of this "
		"snapshot alone"},
	[RULE_MOUNTED_ELSEWHERE] = {"mounted-elsewhere", VERDICT_REFUSE,
		"mounted in another mount namespace"},
	[RULE_MOUNTED_BELOW] = {"mounted-below", VERDICT_REFUSE,
		"something else is mounted below its mount point"},
	[RULE_HIDDEN_FS] = {"hidden-fs", VERDICT_REFUSE,
		"a file system on it is live but in no mount table: lazily unmounted, or "
		"mounted "
		"where this capture could not look"},
	[RULE_MERGING] = {"merging", VERDICT_REFUSE,
		"it is being merged into its origin"},
	[RULE_NOT_A_SNAPSHOT] = {"not-a-snapshot", VERDICT_REFUSE,
		"named like a backup snapshot, but an ordinary volume"},
	[RULE_THIN] = {"thin", VERDICT_REFUSE,
		"a thin volume: others may depend on it, and this version does not "
		"remove thin "
		"volumes"},
	[RULE_VIRTUAL_ORIGIN] = {"virtual-origin", VERDICT_REFUSE,
		"a sparse volume: the snapshot itself is the data"},
	[RULE_NO_ORIGIN] = {"no-origin", VERDICT_REFUSE,
		"its origin is not among the volumes: the snapshot may be the only data"},
	[RULE_VG_UNSAFE] = {"vg-unsafe", VERDICT_REFUSE,
		"its volume group is partial, exported, foreign or read-only, or has "
		"duplicate "
		"physical volumes"},
	[RULE_NOT_LVM] = {"not-lvm", VERDICT_REFUSE,
		"looks like a leftover, but does not stand on a backup snapshot of LVM"},
	[RULE_KEPT_ELSEWHERE] = {"kept-elsewhere", VERDICT_REFUSE,
		"active on another host too, and kept there"},
	[RULE_ACTIVE_ELSEWHERE] = {"active-elsewhere", VERDICT_REFUSE,
		"active on another host alone: what becomes of it is said there"},
	[RULE_NOT_SELECTED] = {"not-selected", VERDICT_REFUSE,
		"a snapshot that was not asked for"},
};

const struct rule_text *rule_text(enum rule rule)
{
	return &rules[rule];
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
