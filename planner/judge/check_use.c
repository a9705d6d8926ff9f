/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who uses a subject's devices: processes, mounts, other block devices; and whether the
 * open counts agree with what was found.
 */
#include <string.h>

#include "checks.h"
#include "mapping.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/process.h"
#include "snapstate/host/shown.h"
#include "snapstate/ledger.h"

#define NESTED_MOST 16 /* devices on each other */

/* What a visit of one device needs. */
struct visit {
	const struct host *host;
	struct subject *subject;
};

/* ---- processes ---- */

/* A file system in user space: who has the device of a "fuseblk" mount open serves it
 * (ntfs-3g and others), and ends with its umount. NULL: no such mount. */
static const struct mount *mount_served(const struct host *host, const struct use *use)
{
	struct holders mounts = host_holders_by(host, use->devno, HELD_BY_MOUNT);

	for (struct holder holder;
		use->kind == USE_NODE && holders_next(&mounts, &holder);)
		if (strcmp(holder.mount->type, "fuseblk") == 0)
			return holder.mount;
	return NULL;
}

static enum rule rule_of_process(const struct process *process)
{
	if (process_is_udev(process))
		return RULE_COMMAND_RUNNING;
	if (process_is_backup(process))
		return RULE_BACKUP_RUNNING;
	return process_is_hypervisor(process) ? RULE_VM_RUNNING : RULE_IN_USE;
}

/* `first` is the first of its uses, and `behind` are those behind it; all uses of a
 * process stand together. */
static void note_process(const struct visit *visit, const struct process *process,
	const struct holders *behind, const struct holder *first)
{
	cleanup_buf struct buf text = BUF_INIT;
	const char *separator = ": has ";
	struct holders rest = *behind; /* borrowed */
	const struct mount *served = NULL;

	for (struct holder holder = *first; holder.use->pid == process->pid;) {
		buf_puts(&text, separator);
		buf_puts(&text, holder.row->about_device);
		buf_puts(&text, " on ");
		buf_devno(&text, holder.use->devno);
		if (*holder.use->example) {
			buf_puts(&text, " (");
			buf_tail(&text, holder.use->example);
			buf_puts(&text, ")");
		}
		separator = ", ";
		served = served ? served : mount_served(visit->host, holder.use);
		if (!holders_next(&rest, &holder))
			break;
	}
	if (served) {
		buf_puts(&text, "; it serves the file system mounted on ");
		buf_tail(&text, served->target);
		buf_puts(&text, ": unmount that, and capture again");
	}
	cleanup_buf struct buf who = BUF_INIT;
	buf_word(&who, process->comm);
	buf_puts(&who, ", pid ");
	buf_number(&who, process->pid);
	buf_puts(&who, ", user ");
	buf_number(&who, process->uid);
	buf_puts(&who, ", running since ");
	print_age(&who, visit->host, host_process_started(visit->host, process));
	subject_reason(visit->subject, rule_of_process(process), "%s%s", buf_text(&who),
		buf_text(&text));
	subject_about(visit->subject, ABOUT_PROCESS, process);
}

/* ---- the kernel's own holders ---- */

static void note_kernel_holders(const struct visit *visit)
{
	cleanup_holders struct holders holders = subject_holders(
		visit->host, visit->subject, HELD_BY_KERNEL, ALIKE_MOST + 1);
	unsigned count = 0;

	for (struct holder holder; holders_next(&holders, &holder);) {
		if (count++ == ALIKE_MOST) {
			subject_add_words(visit->subject, "; and there are more");
			return;
		}
		subject_reason(visit->subject,
			holder.row->is_of_guest ? RULE_VM_RUNNING : RULE_HELD,
			DEVNO_FMT " %s (%s)", DEVNO_ARGS(holder.kernel->devno),
			holder.row->about_device, holder.kernel->name);
		subject_about(visit->subject, ABOUT_KERNEL_HOLDER, holder.kernel);
	}
}

static void note_mapping(const struct visit *visit, const struct device *device)
{
	const char *type = device->n_targets ? device->targets[0].type : "no";
	cleanup_buf struct buf why = BUF_INIT;
	enum mapping_kind kind = mapping_judge(visit->host, visit->subject, device, &why);

	if (device == subject_merged_into(visit->subject))
		subject_reason(visit->subject, RULE_MERGING,
			"the kernel merges it into %s (" DEVNO_FMT "): its state is %s",
			device->name, DEVNO_ARGS(device->devno),
			snapshot_state_name(device_snapshot_state(device)));
	else if (kind == MAPPING_KEPT)
		subject_reason(visit->subject, RULE_FOREIGN_MAPPING,
			"%s (" DEVNO_FMT ", uuid %s, %s target) is mapped to it: %s",
			device->name, DEVNO_ARGS(device->devno),
			*device->uuid ? device->uuid : "none", type, buf_text(&why));
	else
		subject_reason(visit->subject, RULE_MAPPED_IDLE, "%s %s (" DEVNO_FMT ")",
			mapping_kind_words(kind), device->name,
			DEVNO_ARGS(device->devno));
	subject_about(visit->subject, ABOUT_DEVICE, device);
}

static void note_processes(const struct visit *visit)
{
	cleanup_holders struct holders users = subject_holders(
		visit->host, visit->subject, HELD_BY_PROCESS, PLACES_MOST);
	const struct process *last = NULL;
	unsigned n_users = 0;

	for (struct holder holder; holders_next(&users, &holder);) {
		const struct process *process =
			host_process(visit->host, holder.use->pid);

		if (process && process != last && n_users == USERS_MOST) {
			subject_add_words(visit->subject, "; and more processes use it");
			return;
		}
		if (process && process != last) {
			note_process(visit, process, &users, &holder);
			n_users++;
		}
		last = process;
	}
	if (holders_are_cut(&users))
		subject_reason(visit->subject, RULE_TOO_MUCH,
			"processes use it in more than %d ways", PLACES_MOST);
}

void check_holders(const struct host *host, struct subject *subject)
{
	struct visit visit = {host, subject};

	note_processes(&visit);
	check_blocks(host, subject);
	note_kernel_holders(&visit);
	/* with more it is too much, whatever they are */
	for (size_t i = 0; i < subject->n_above && i <= STACK_MOST; i++)
		note_mapping(&visit, subject->above[i]);
}

/* ---- mounts ---- */

/* The words after "in mount namespace N": who lives there, or what keeps it. */
static void inhabitant_words(struct buf *text, const struct host *host,
	const struct mount_namespace *namespace)
{
	const struct process *process = host_process(host, namespace->pid);
	const char *comm = process ? process->comm : namespace->comm;

	if (namespace->pid)
		buf_printf(text, "that of process %u", namespace->pid);
	else if (namespace->pin_pid)
		buf_printf(text,
			"which has no process and is kept by a descriptor of process %u",
			namespace->pin_pid);
	else
		buf_puts(text, "which has no process and is kept by its bind mount on ");
	if (comm && *comm) {
		buf_puts(text, " (");
		buf_word(text, comm);
		buf_puts(text, ")");
	}
	if (namespace->pid)
		buf_puts(text, ": unmount it there, or stop that service");
	else if (namespace->pin_pid)
		buf_puts(text, ": stop that process");
	else {
		buf_word(text, namespace->pin_path ? namespace->pin_path : "");
		buf_puts(text, ": unmount that");
	}
}

static void note_mount_elsewhere(const struct visit *visit, const struct mount *mount)
{
	const struct host *host = visit->host;
	const struct mount_namespace *there = host_namespace(host, mount->namespace_id);
	cleanup_buf struct buf who = BUF_INIT;

	if (there)
		inhabitant_words(&who, host, there);
	subject_reason(visit->subject, RULE_MOUNTED_ELSEWHERE,
		"mounted on %s in mount namespace %llu, %s", mount->target,
		(unsigned long long)mount->namespace_id, buf_text(&who));
	subject_about(visit->subject, ABOUT_MOUNT, mount);
}

/* A loop device is on a file in it; of very many holders one may be. */
static bool may_have_loop(const struct host *host, struct devno devno)
{
	struct holders blocks = host_holders_by(host, devno, HELD_BY_BLOCK);
	unsigned count = 0;

	for (struct holder holder; holders_next(&blocks, &holder);)
		if (holder.is_on_file || count++ == PLACES_MOST)
			return true;
	return false;
}

/* The parent's file system is on a file of the child's: the loop device can go when the
 * parent is unmounted, the parent when the child is, and the child's file system, which
 * has the file, when the loop device is gone. */
static bool is_knotted(
	const struct host *host, const struct mount *parent, const struct mount *child)
{
	const struct devno lower = host_mount_devno(host, child);
	struct devno upper = host_mount_devno(host, parent);

	for (unsigned depth = 0; depth < NESTED_MOST; depth++) {
		const struct block *block = host_block_by_devno(host, upper);
		const struct device *device = host_device_by_devno(host, upper);

		if (block && block->kind == BLOCK_LOOP && !block->n_below) {
			upper = host_loop_devno(host, block);
			if (devno_is_equal(upper, lower))
				return true;
		} else if ((block && block->n_below > 1) ||
			   (device && device->n_deps > 1)) {
			return may_have_loop(host, lower);
		} else if (block && block->n_below) {
			upper = block->below[0];
		} else if (device && device->n_deps) {
			upper = device->deps[0];
		} else {
			return false;
		}
	}
	return true;
}

static void note_mounts_below(const struct visit *visit, const struct mount *mount)
{
	const struct host *host = visit->host;
	cleanup_places struct places places = host_places(host, PLACES_MOUNT_CHILDREN,
		places_mount(mount->namespace_id, mount->id));
	unsigned count = 0;

	for (size_t i; places_next(&places, &i);) {
		const struct mount *child = &host->mounts[i];

		if (child->parent_id != mount->id || child == mount ||
			child->namespace_id != mount->namespace_id ||
			(subject_owns(visit->subject, host_mount_devno(host, child)) &&
				!is_knotted(host, mount, child)))
			continue;
		if (count++ == ALIKE_MOST) {
			subject_add_words(visit->subject, "; and more is");
			return;
		}
		subject_reason(visit->subject, RULE_MOUNTED_BELOW,
			"%s is mounted below %s: unmount that first", child->target,
			mount->target);
		subject_about(visit->subject, ABOUT_MOUNT, child);
	}
}

/* The kernel takes the first device with the file system's uuid, and a snapshot has its
 * origin's: a host may run on the copy (lvm2 issue 146). */
static void note_system_mount(const struct visit *visit, const struct mount *mount)
{
	const struct fstab_entry *rival =
		fstab_rival(visit->host, visit->subject, mount->target);

	if (rival) {
		subject_reason(visit->subject, RULE_MOUNTED_AS_SYSTEM,
			"mounted on %s, where line %u of /etc/fstab puts %s: it may be "
			"what the host really runs on",
			mount->target, rival->line, rival->source);
		subject_about(visit->subject, ABOUT_MOUNT, mount);
	}
	if (rival || !mount_target_is_system(mount->target))
		return;
	subject_reason(visit->subject, RULE_MOUNTED_AS_SYSTEM,
		"mounted on %s, where this host's own file systems belong: it may be "
		"what the host really runs on",
		mount->target);
	subject_about(visit->subject, ABOUT_MOUNT, mount);
}

/* It mounts again what is unmounted behind its back. */
static void note_automounter(const struct visit *visit, const struct mount *mount)
{
	const struct mount *parent = mounts_parent(visit->host, mount);

	if (!parent || strcmp(parent->type, "autofs") != 0)
		return;
	subject_reason(visit->subject, RULE_HELD,
		"%s was mounted by an automounter (autofs on %s), which would mount it "
		"again",
		mount->target, parent->target);
	subject_about(visit->subject, ABOUT_MOUNT, mount);
}

static void note_mount(const struct visit *visit, const struct mount *mount)
{
	const struct mount_namespace *home = host_namespace_of_host(visit->host);
	struct home_mounts mounts;

	if (!home)
		return;
	if (mount->namespace_id != home->id) {
		host_mounts_of(
			visit->host, host_mount_devno(visit->host, mount), &mounts);
		if (!mount_goes_along(visit->host, &mounts, mount))
			note_mount_elsewhere(visit, mount);
		return;
	}
	subject_reason(visit->subject, RULE_MOUNTED_IDLE, "mounted on %s (%s)",
		mount->target, mount->type);
	note_system_mount(visit, mount);
	note_automounter(visit, mount);
	note_mounts_below(visit, mount);
}

static void note_about_devno(const struct visit *visit, struct devno devno)
{
	const struct device *device = host_device_by_devno(visit->host, devno);
	const struct block *block = host_block_by_devno(visit->host, devno);

	if (device)
		subject_about(visit->subject, ABOUT_DEVICE, device);
	else if (block)
		subject_about(visit->subject, ABOUT_BLOCK, block);
}

static void note_hidden(const struct visit *visit, struct devno devno)
{
	struct holders live = host_holders_by(visit->host, devno, HELD_BY_SUPERBLOCK);

	if (host_is_held_by(visit->host, devno, HELD_BY_MOUNT))
		return;
	for (struct holder holder; holders_next(&live, &holder);) {
		subject_reason(visit->subject, RULE_HIDDEN_FS,
			"%s on " DEVNO_FMT
			" is live, but in no mount table that was read",
			holder.superblock->type, DEVNO_ARGS(devno));
		note_about_devno(visit, devno);
	}
}

static bool note_hidden_on(void *context, const struct device *device)
{
	note_hidden(context, device->devno);
	return true;
}

void check_mounts(const struct host *host, struct subject *subject)
{
	struct visit visit = {host, subject};
	unsigned n_mounts = 0;
	cleanup_holders struct holders mounts =
		subject_holders(host, subject, HELD_BY_MOUNT, PLACES_MOST);

	for (struct holder holder;
		n_mounts <= STACK_MOST && holders_next(&mounts, &holder);) {
		note_mount(&visit, holder.mount);
		n_mounts++;
	}
	if (n_mounts > STACK_MOST || holders_are_cut(&mounts))
		subject_reason(subject, RULE_TOO_MUCH, "more than %d mounts are on it",
			STACK_MOST);
	subject_devices(subject, note_hidden_on, &visit);
	for (size_t i = 0; i < subject->n_layers; i++)
		if (subject->layers[i].block)
			note_hidden(&visit, subject->layers[i].block->devno);
}

/* ---- open counts ---- */

static void add_opens(struct buf *text, uint32_t count, const char *by)
{
	if (count)
		buf_printf(text, "%s%u by %s", text->len ? ", " : "", count, by);
}

void ledger_words(struct buf *text, const struct ledger *ledger)
{
	add_opens(text, ledger->tables, "mapping");
	add_opens(text, ledger->file_systems, "file system");
	add_opens(text, ledger->swaps, "swap");
	add_opens(text, ledger->blocks, "block device");
	add_opens(text, ledger->nodes, "process");
}

static bool note_ledger(void *context, const struct device *device)
{
	const struct visit *visit = context;
	cleanup_buf struct buf found = BUF_INIT;
	struct ledger ledger;

	ledger_of_device(visit->host, device, &ledger);
	if (ledger.unexplained == 0)
		return true;
	ledger_words(&found, &ledger);
	subject_reason(visit->subject, RULE_OPENS_UNEXPLAINED,
		"%s (" DEVNO_FMT ") has open count %u, but %s%s", device->name,
		DEVNO_ARGS(device->devno), ledger.open,
		found.len ? "the opens that were found are: " : "no holder was found",
		found.len ? buf_text(&found) : "");
	subject_about(visit->subject, ABOUT_DEVICE, device);
	/* a text without device numbers shows what has it open */
	if (!visit->host->n_namespaces && ledger.unexplained == 1 &&
		subject_shown(visit->subject, SHOWN_MOUNTED))
		subject_unknown(visit->subject, WANTS(MOUNTS));
	return true;
}

void check_ledger(const struct host *host, struct subject *subject)
{
	struct visit visit = {host, subject};

	subject_devices(subject, note_ledger, &visit);
}
