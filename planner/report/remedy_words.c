/* SPDX-License-Identifier: Apache-2.0 */
/* What a person does about one reason, in words; see remedy.h. Names of the host are not
 * escaped here: who prints them does. */
#include <string.h>

#include "remedy.h"
#include "snapstate/advice.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"
#include "snapstate/stamp.h"

void remedy_process_words(const struct process *process, struct buf *text)
{
	buf_sentence(text, "process %u (%s)", process->pid,
		*process->comm ? process->comm : "?");
}

/* ---- processes ---- */

/* A file system in user space: its process ends with its mount. */
static const struct mount *served_mount(const struct host *host,
	const struct subject *subject, const struct process *process)
{
	cleanup_holders struct holders uses =
		subject_holders(host, subject, HELD_BY_PROCESS, SIZE_MAX);
	struct holders mounts;
	struct devno opened = DEVNO_NONE;

	for (struct holder holder; holders_next(&uses, &holder);)
		if (holder.use->pid == process->pid && holder.use->kind == USE_NODE)
			opened = holder.use->devno;
	mounts = host_holders_by(host, opened, HELD_BY_MOUNT);
	for (struct holder holder;
		!devno_is_none(opened) && holders_next(&mounts, &holder);)
		if (strcmp(holder.mount->type, "fuseblk") == 0)
			return holder.mount;
	return NULL;
}

static void end_process(const struct survey *survey, const struct subject *subject,
	const struct process *process, struct buf *text)
{
	const struct mount *served = served_mount(survey->host, subject, process);

	if (served) {
		buf_sentence(text, "unmount %s: ", served->target);
		remedy_process_words(process, text);
		buf_puts(text, " serves it, and ends when it is unmounted");
		return;
	}
	if (remedy_service_words(process, text)) {
		remedy_manager_of(survey->host, subject, text);
		return;
	}
	buf_puts(text, "stop ");
	remedy_process_words(process, text);
}

static void await_command(const struct process *process, struct buf *text)
{
	if (process_is_udev(process)) {
		buf_puts(text, "wait until udev has handled its events (udevadm settle); "
			       "if ");
		remedy_process_words(process, text);
		buf_puts(text, " does not end, a rule of udev hangs: look at "
			       "systemd-udevd");
		return;
	}
	buf_puts(text, "wait until ");
	remedy_process_words(process, text);
	buf_puts(text,
		" has ended; if it hangs, `systemctl restart systemd-udevd`; only if it "
		"hangs then, find its cookie with `dmsetup udevcookies`, and `dmsetup "
		"udevcomplete` that one");
}

static enum action_kind words_of_process(const struct survey *survey,
	const struct subject *subject, const struct reason *reason, struct buf *text)
{
	const struct process *process = reason->about.it;

	if (reason->rule == RULE_COMMAND_RUNNING) {
		await_command(process, text);
		return ACTION_WAIT;
	}
	if (reason->rule == RULE_BACKUP_RUNNING) {
		buf_puts(text, "wait until the backup of ");
		remedy_process_words(process, text);
		buf_puts(text, " has ended; if it is stuck, stop it");
		return ACTION_WAIT;
	}
	if (reason->rule == RULE_VM_RUNNING) {
		buf_puts(text, "detach it from the virtual machine of ");
		remedy_process_words(process, text);
		buf_puts(text, ", or, if it is the machine's only disk, shut that down");
		remedy_tapdisk_words(process, text);
		remedy_manager_of(survey->host, subject, text);
		return ACTION_DO;
	}
	end_process(survey, subject, process, text);
	return ACTION_DO;
}

/* ---- mounts ---- */

/* Nothing that a capture could show decides this. */
static enum action_kind ask_about_mount(
	const struct subject *subject, const struct mount *mount, struct buf *text)
{
	buf_sentence(text,
		"ask whether a service uses %s, and whether the origin of %s is to be "
		"used again: until that is known, neither unmount nor remove it; if the "
		"answer to both is no, plan again with --leftover-mount %s",
		mount->target, subject->label, mount->target);
	return ACTION_SUPPLY;
}

static enum action_kind words_of_mount(
	const struct subject *subject, const struct reason *reason, struct buf *text)
{
	const struct mount *mount = reason->about.it;

	if (reason->rule == RULE_MOUNTED_AS_SYSTEM)
		buf_sentence(text,
			"find out which volume belongs on %s; if this is not it, mount "
			"the right one there",
			mount->target);
	else if (reason->rule == RULE_HELD)
		buf_sentence(text,
			"take %s out of the automounter's map, and let it expire or "
			"unmount it",
			mount->target);
	else if (reason->rule == RULE_MOUNTED_READ_WRITE)
		return ask_about_mount(subject, mount, text);
	else
		buf_sentence(text, "unmount %s, and what is below it", mount->target);
	return ACTION_DO;
}

/* ---- block devices ---- */

static void swap_words_of(
	const struct reason *reason, const struct swap *swap, struct buf *text)
{
	buf_sentence(text, "`swapoff %s`", swap->path);
	if (reason->rule == RULE_UNPLACED)
		buf_puts(text, ", if that name still leads to the file; otherwise only a "
			       "restart of the host removes it");
}

/* A partition of a loop device outlives it where the kernel was told of it by hand
 * (partx(8)); then it is told again. */
static void partition_words(
	const struct host *host, const struct block *partition, struct buf *text)
{
	const struct block *disk =
		partition->n_below == 1 ? host_block_by_devno(host, partition->below[0])
					: NULL;

	if (!disk || disk->kind != BLOCK_LOOP)
		buf_sentence(text, "release %s, once nothing is on it", partition->kname);
	else
		buf_sentence(text,
			"remove the partitions of %s from the kernel (`partx -d "
			"/dev/%s`), once nothing is on them",
			disk->kname, disk->kname);
}

static void block_words_of(
	const struct host *host, const struct block *block, struct buf *text)
{
	switch (block->kind) {
	case BLOCK_LOOP:
		buf_sentence(text,
			"detach %s (`losetup -d /dev/%s`), once nothing is on it",
			block->kname, block->kname);
		return;
	case BLOCK_MD:
		buf_sentence(text,
			"stop %s (`mdadm --stop /dev/%s`), once nothing is on it",
			block->kname, block->kname);
		return;
	case BLOCK_PARTITION:
		partition_words(host, block, text);
		return;
	case BLOCK_DISK:
	case BLOCK_OTHER:
		buf_sentence(text, "release %s, once nothing is on it", block->kname);
		return;
	}
}

static void overlay_words_of(const struct host *host, const struct reason *reason,
	const struct kernel_holder *holder, struct buf *text)
{
	const struct mount_namespace *there = host_namespace(host, holder->namespace_id);

	if (!holder->namespace_id) {
		buf_sentence(text, "stop what uses the overlay, then `umount %s`",
			holder->name);
	} else {
		buf_sentence(text,
			"stop the container or service whose overlay is mounted on %s in "
			"mount namespace %llu",
			holder->name, (unsigned long long)holder->namespace_id);
		if (there && there->pid)
			buf_sentence(text, " (that of process %u)", there->pid);
	}
	if (reason->rule == RULE_UNPLACED)
		buf_puts(text, ", or unmount the snapshot by hand: if its file system "
			       "then disappears from /sys/fs, the overlay is not on it");
}

static void holder_words_of(const struct host *host, const struct subject *subject,
	const struct reason *reason, struct buf *text)
{
	const struct kernel_holder *holder = reason->about.it;
	const struct holder_row *row = holder_row(HELD_BY_KERNEL, holder->kind);

	if (holder->kind == HOLDER_OVERLAY) {
		overlay_words_of(host, reason, holder, text);
	} else if (holder->kind == HOLDER_NFSD) {
		buf_sentence(text, "`exportfs -u %s`", holder->name);
	} else {
		buf_puts(text, row->end);
		buf_sentence(text, "%s", holder->name);
		buf_puts(text, row->end_behind);
		if (row->is_of_guest)
			remedy_manager_of(host, subject, text);
	}
}

/* By the prefix that each subsystem gives its uuids; an LVM one by its uuid, since
 * vgchange may take the other copy of the same volume group. */
static void close_mapping(const struct device *device, struct buf *text)
{
	buf_sentence(text,
		"close %s (" DEVNO_FMT "), once nothing is on it: ", device->name,
		DEVNO_ARGS(device->devno));
	if (strncmp(device->uuid, "CRYPT-", 6) == 0)
		buf_sentence(text, "`cryptsetup close %s`", device->name);
	else if (strncmp(device->uuid, "mpath-", 6) == 0)
		buf_sentence(text, "`multipath -f %s`, and blacklist it", device->name);
	else if (strncmp(device->uuid, "LVM-", 4) == 0)
		buf_sentence(text,
			"`dmsetup remove -u %s` (not vgchange or lvremove, which may act "
			"on the live copy of that group), if nobody needs it",
			device->uuid);
	else if (*device->uuid)
		buf_sentence(text, "`dmsetup remove -u %s`", device->uuid);
	else
		buf_sentence(text,
			"with the program that made it; of one that was made by hand, if "
			"nobody needs it: `dmsetup remove %s`",
			device->name);
}

static void settle_device(
	const struct subject *subject, const struct device *device, struct buf *text)
{
	if (remedy_is_suspended(device))
		remedy_resume_words(device, subject, text);
	else if (device->flags & DEVICE_HAS_INACTIVE)
		buf_sentence(text,
			"find out who left an inactive table in %s (" DEVNO_FMT
			"); if nobody is working on it, `dmsetup clear %s` drops that "
			"table and keeps the live one",
			device->name, DEVNO_ARGS(device->devno), device->name);
	else if (device->flags & DEVICE_DEFERRED)
		buf_sentence(text,
			"wait until the last user of %s (" DEVNO_FMT
			") closes it, which removes it",
			device->name, DEVNO_ARGS(device->devno));
	else
		buf_sentence(text,
			"remove %s (" DEVNO_FMT "), which has no table: its creation "
			"stopped midway. If `dmsetup info -c -o name,open %s` shows 0 "
			"opens and nobody is working on it: `dmsetup remove %s`",
			device->name, DEVNO_ARGS(device->devno), device->name,
			device->name);
}

/* ---- what is about nobody ---- */

static enum action_kind words_of_age(
	const struct survey *survey, const struct subject *subject, struct buf *text)
{
	if (!subject->lv->created) {
		buf_puts(text, "nothing: LVM does not record when it was created, so its "
			       "age cannot be shown");
		return ACTION_NOTHING;
	}
	buf_puts(text, "wait until ");
	stamp_print(
		subject->lv->created + subject_min_age(survey->request, subject), text);
	buf_puts(text, ", when it is old enough, and capture again");
	return ACTION_WAIT;
}

static void add_part(struct buf *text, const char *words)
{
	buf_sentence(text, "%s%s", text->len ? "; " : "", words);
}

/* Of a group that texts alone show. */
static enum action_kind words_of_shown_group(
	const struct subject *subject, struct buf *text)
{
	const char *state = subject_shown(subject, SHOWN_GROUP_STATE);

	buf_sentence(text,
		"repair the volume group %.*s, so that LVM can change it: it is %s, as "
		"the output above shows",
		(int)strcspn(subject->label, "/"), subject->label,
		state ? state : "not as it should be");
	return ACTION_DO;
}

static enum action_kind words_of_group(
	const struct host *host, const struct subject *subject, struct buf *text)
{
	const struct vg *vg = host_vg(host, subject->vg_uuid);
	cleanup_places struct places places =
		host_places(host, PLACES_PVS, places_text(subject->vg_uuid));
	bool is_missing = false, is_duplicate = false;

	if (!vg)
		return words_of_shown_group(subject, text);
	is_missing = vg->is_partial;
	for (size_t i; places_next(&places, &i);) {
		if (strcmp(host->pvs[i].vg_uuid, subject->vg_uuid) != 0)
			continue;
		is_missing |= host->pvs[i].is_missing;
		is_duplicate |= host->pvs[i].is_duplicate;
	}
	if (is_missing)
		add_part(text, "bring back the missing physical volume (never vgreduce "
			       "--removemissing)");
	if (is_duplicate)
		add_part(text, "let LVM see each physical volume on one device only");
	if (vg->is_exported) {
		add_part(text, "import the volume group: ");
		buf_sentence(text, "`vgimport %s`", vg->name);
	}
	if (!vg->is_writable)
		add_part(text, "ask who made the volume group read-only, and why: no LVM "
			       "command makes it writable, only vgcfgrestore of a "
			       "metadata text with \"WRITE\" in the group's status");
	if (vg->is_foreign)
		add_part(text, "work on the host whose system ID owns the volume group");
	return ACTION_DO;
}

/* Where the rule's own words say it all. */
static enum action_kind kind_of_rule(enum rule rule)
{
	static const struct {
		enum rule rule;
		enum action_kind kind;
	} kinds[] = {
		{RULE_EVIDENCE_MISSING, ACTION_SUPPLY},
		{RULE_NOT_ACTIVE_HERE, ACTION_SUPPLY},
		{RULE_HOST_MISSING, ACTION_SUPPLY},
		{RULE_ACTIVE_ELSEWHERE, ACTION_NOTHING},
		{RULE_SHARED_VG, ACTION_SUPPLY},
		{RULE_UNSETTLED, ACTION_SUPPLY},
		{RULE_NOT_LVM, ACTION_NOTHING},
		{RULE_GUEST_VOLUME, ACTION_NOTHING},
		{RULE_NOT_A_SNAPSHOT, ACTION_NOTHING},
		{RULE_ORIGIN, ACTION_NOTHING},
		{RULE_VIRTUAL_ORIGIN, ACTION_NOTHING},
		{RULE_NO_ORIGIN, ACTION_NOTHING},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].rule == rule)
			return kinds[i].kind;
	return ACTION_DO;
}

/* Another snapshot of the origin, which lvremove of this one would change
 * (check_neighbours.c).
 */
static enum action_kind words_of_lv(const struct survey *survey,
	const struct subject *subject, const struct reason *reason, struct buf *text)
{
	const struct host *host = survey->host;
	const struct lv *other = reason->about.it;
	const struct lv *origin = host_lv(host, other->vg_uuid, other->origin_uuid);
	const struct vg *vg = host_vg(host, other->vg_uuid);
	const struct device *device =
		host_device_of_lv(host, other->vg_uuid, other->uuid, "");
	const char *group = vg ? vg->name : "?";

	(void)subject;
	if (reason->rule == RULE_MERGING) {
		buf_sentence(text,
			"wait until %s/%s is merged into the same origin and gone: an "
			"lvremove of this one would begin that merge",
			group, other->name);
		return ACTION_WAIT;
	}
	if (!device)
		buf_sentence(text,
			"decide about %s/%s first. It may be active on another host: "
			"capture on each host that sees %s. If it is active on none, its "
			"contents are wrong wherever the origin was written since; if it "
			"is a leftover too: `lvremove -y %s/%s`",
			group, other->name, group, group, other->name);
	else
		buf_sentence(text,
			"find out who changed the table of %s (`dmsetup table %s`), and "
			"whether somebody needs it: `lvchange --refresh %s/%s` replaces "
			"it with what LVM's metadata says",
			device->name, device->name, group,
			origin ? origin->name : "ORIGIN");
	return ACTION_DO;
}

/* Of a volume that no metadata has: what saves it, or how it goes. */
static void words_of_stale_volume(const struct host *host, const struct subject *subject,
	enum rule rule, struct buf *text)
{
	const struct vg *vg = host_vg(host, subject->vg_uuid);
	const char *vg_name = subject->label;
	int len = vg ? (int)strlen(vg->name) : (int)strcspn(vg_name, "/");

	if (vg)
		vg_name = vg->name;
	if (rule == RULE_LOST_VOLUME)
		buf_sentence(text,
			"never remove it, and do not restart the host; make and extend "
			"no "
			"volume on its disk (no lvcreate, no lvextend) until it is safe; "
			"copy its data to another disk now, or restore its metadata: "
			"`vgcfgrestore --list %.*s` on each host that had the group "
			"shows what /etc/lvm/archive keeps",
			len, vg_name);
	else if (subject->snapshot)
		buf_sentence(text,
			"ask on every host that has %.*s whether its data is still "
			"wanted (`lvs -a`, `vgcfgrestore --list %.*s`, and who created "
			"it): if so, copy it; if not, `dmsetup remove -u %s`",
			len, vg_name, len, vg_name, subject->snapshot->uuid);
	else /* known by its name alone */
		buf_sentence(text,
			"ask on every host that has %.*s whether its data is still "
			"wanted (`lvs -a`, `vgcfgrestore --list %.*s`, and who created "
			"it), and for its uuid (`dmsetup info -c`)",
			len, vg_name, len, vg_name);
}

static enum action_kind words_of_rule(const struct survey *survey,
	const struct subject *subject, const struct reason *reason, struct buf *text)
{
	if (reason->rule == RULE_TOO_YOUNG)
		return words_of_age(survey, subject, text);
	if (reason->rule == RULE_VG_UNSAFE)
		return words_of_group(survey->host, subject, text);
	if (reason->rule == RULE_LOST_VOLUME || reason->rule == RULE_STALE_VOLUME) {
		words_of_stale_volume(survey->host, subject, reason->rule, text);
		remedy_manager_of(survey->host, subject, text);
		return reason->rule == RULE_LOST_VOLUME ? ACTION_KEEP : ACTION_DO;
	}
	if (reason->rule == RULE_HALF_REMOVED)
		return remedy_remains_words(survey->host, subject, text);
	if (reason->rule == RULE_ORPHAN_LAYER)
		return remedy_layer_words(survey->host, subject, text);
	if (reason->rule == RULE_THIN)
		return remedy_thin_words(survey->host, subject, text);
	if (reason->rule == RULE_MERGING)
		return remedy_merge_words(survey->host, subject, text);
	if (reason->rule == RULE_NOT_SELECTED) {
		buf_sentence(text, "if it is a leftover too, select it: --select %s",
			subject->label);
		return ACTION_SUPPLY;
	}
	if (reason->rule == RULE_UNSETTLED) /* what changed meanwhile */
		buf_puts(text, "capture again when nobody is working on it");
	else
		buf_puts(text, rule_text(reason->rule)->remedy);
	return kind_of_rule(reason->rule);
}

/* ---- device-mapper ---- */

static const char *sibling_label(const struct survey *survey, const struct device *device)
{
	size_t subject = survey_base(survey, device)->subject;

	return subject ? survey->subjects[subject - 1].label : device->name;
}

static enum action_kind words_of_device(const struct survey *survey,
	const struct subject *subject, const struct reason *reason, struct buf *text)
{
	const struct device *device = reason->about.it;

	if (reason->rule == RULE_FOREIGN_MAPPING) {
		close_mapping(device, text);
	} else if (reason->rule == RULE_UNSETTLED) {
		settle_device(subject, device, text);
	} else if (reason->rule == RULE_STALE_SIBLING) {
		buf_sentence(text, "first resolve %s", sibling_label(survey, device));
	} else if (reason->rule == RULE_TOO_MUCH) {
		buf_sentence(text,
			"remove some of the mappings on %s (" DEVNO_FMT
			") by hand, then capture again",
			device->name, DEVNO_ARGS(device->devno));
	} else if (reason->rule == RULE_HIDDEN_FS) {
		buf_sentence(text,
			"stop what still uses the file system on %s (" DEVNO_FMT
			"), although no process shows it: `" OUT_OF_SIGHT_COMMAND
			"` lists processes that may hold a hidden descriptor of it; if "
			"none does, restart the host",
			device->name, DEVNO_ARGS(device->devno));
	} else if (reason->rule == RULE_OPENS_UNEXPLAINED) {
		buf_sentence(text,
			"find what has %s (" DEVNO_FMT
			") open (`fuser -v /dev/dm-%u`; `grep -ls ' %u:%u ' "
			"/proc/[0-9]*/mountinfo`; `" OUT_OF_SIGHT_COMMAND
			"`), stop that, and capture again%s",
			device->name, DEVNO_ARGS(device->devno), device->devno.minor,
			DEVNO_ARGS(device->devno),
			host_source_is_read(survey->host, "processes")
				? ""
				: " as root on the host itself");
		return ACTION_SUPPLY;
	} else {
		return words_of_rule(survey, subject, reason, text);
	}
	return ACTION_DO;
}

/* To capture again shows the same: LVM is not let near it. lsblk asks udev's records. */
static void words_of_unread(const struct about *about, struct buf *text)
{
	const struct device *device = about->it;
	const struct block *block = about->it;

	buf_puts(text, "check whether the physical volume is on a device that LVM did "
		       "not scan (LVM2_member in `lsblk -o NAME,FSTYPE ");
	if (about->kind == ABOUT_DEVICE)
		buf_sentence(text, "/dev/dm-%u", device->devno.minor);
	else
		buf_sentence(text, "/dev/%s", block->kname);
	buf_puts(text, "`, for each of them): if so, nothing is missing, and LVM itself "
		       "can remove the snapshot; no plan is made for such a group");
}

enum action_kind remedy_words(const struct survey *survey, const struct subject *subject,
	const struct reason *reason, struct buf *text)
{
	if (reason->rule == RULE_EVIDENCE_MISSING &&
		reason->about.kind != ABOUT_NOTHING) {
		words_of_unread(&reason->about, text);
		return ACTION_SUPPLY;
	}
	switch (reason->about.kind) {
	case ABOUT_PROCESS:
		return words_of_process(survey, subject, reason, text);
	case ABOUT_MOUNT:
		return words_of_mount(subject, reason, text);
	case ABOUT_DEVICE:
		return words_of_device(survey, subject, reason, text);
	case ABOUT_BLOCK:
		block_words_of(survey->host, reason->about.it, text);
		return ACTION_DO;
	case ABOUT_SWAP:
		swap_words_of(reason, reason->about.it, text);
		return ACTION_DO;
	case ABOUT_KERNEL_HOLDER:
		holder_words_of(survey->host, subject, reason, text);
		return ACTION_DO;
	case ABOUT_LV:
		return words_of_lv(survey, subject, reason, text);
	case ABOUT_FSTAB:
	case ABOUT_CONFIG:
		return remedy_config_words(subject, reason, text);
	case ABOUT_CHANGE:
	case ABOUT_NOTHING:
		return words_of_rule(survey, subject, reason, text);
	}
	return ACTION_DO;
}
