/* SPDX-License-Identifier: Apache-2.0 */
/* See remedy.h. Which reasons ask for an action, which of them go with another one, and
 * in what order a person acts; the words are in remedy_words.c. */
#include "remedy.h"

#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/change.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/ledger.h"

#define STACK_DEPTH_MAX 64 /* a hostile capture may have a longer one */

const char *action_kind_name(enum action_kind kind)
{
	switch (kind) {
	case ACTION_DO:
		return "do";
	case ACTION_WAIT:
		return "wait";
	case ACTION_SUPPLY:
		return "supply";
	case ACTION_KEEP:
		return "keep";
	case ACTION_NOTHING:
		return "nothing";
	case ACTION_ADVISE:
		return "advise";
	}
	return "";
}

/* ---- order ---- */

/* Whose turn it is: users before what they use, from the top of the stack down; evidence
 * last, since what was done makes a new capture necessary anyway. */
static unsigned stage_of(enum rule rule)
{
	static const enum rule order[] = {RULE_COMMAND_RUNNING, RULE_BACKUP_RUNNING,
		RULE_VM_RUNNING, RULE_IN_USE, RULE_MOUNTED_ELSEWHERE, RULE_MOUNTED_BELOW,
		RULE_HELD, RULE_MOUNTED_AS_SYSTEM, RULE_MOUNTED_READ_WRITE,
		RULE_CONFIGURED, RULE_UNPLACED, RULE_HIDDEN_FS, RULE_OPENS_UNEXPLAINED,
		RULE_FOREIGN_MAPPING, RULE_UNSETTLED, RULE_STALE_SIBLING, RULE_VG_UNSAFE};

	for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (order[i] == rule)
			return i;
	return sizeof(order) / sizeof(order[0]) + rule;
}

static bool is_about_suspended(const struct reason *reason)
{
	return reason->rule == RULE_UNSETTLED && reason->about.kind == ABOUT_DEVICE &&
	       remedy_is_suspended(reason->about.it);
}

/* A guest that waits comes before all but the command that may be about to resume it;
 * what a device is mapped to is resumed before it. */
static unsigned stage_of_reason(const struct host *host, const struct reason *reason)
{
	if (reason_advises(reason))
		return 3 * RULES_COUNT + STACK_DEPTH_MAX; /* last */
	if (reason->rule == RULE_COMMAND_RUNNING)
		return 0;
	if (!is_about_suspended(reason))
		return STACK_DEPTH_MAX + 1 + stage_of(reason->rule);
	return (unsigned)stack_height(
		host, ((const struct device *)reason->about.it)->devno, STACK_DEPTH_MAX);
}

/* Returns where it is then. */
static struct action *move_down(struct action *actions, size_t at)
{
	for (; at > 0 && actions[at - 1].stage > actions[at].stage; at--) {
		struct action action = actions[at];

		actions[at] = actions[at - 1];
		actions[at - 1] = action;
	}
	return &actions[at];
}

/* ---- what ends the talk ---- */

/* Where these speak, nothing else helps. */
static const struct reason *final_reason(const struct subject *subject)
{
	static const enum rule final[] = {RULE_NOT_SELECTED, RULE_NOT_LVM,
		RULE_GUEST_VOLUME, RULE_NOT_A_SNAPSHOT, RULE_LOST_VOLUME,
		RULE_STALE_VOLUME, RULE_ORIGIN, RULE_ORPHAN_LAYER, RULE_VIRTUAL_ORIGIN,
		RULE_NO_ORIGIN, RULE_THIN, RULE_MERGING, RULE_ACTIVE_ELSEWHERE};

	for (size_t f = 0; f < sizeof(final) / sizeof(final[0]); f++)
		for (size_t i = 0; i < subject->n_reasons; i++)
			if (subject->reasons[i].rule == final[f])
				return &subject->reasons[i];
	for (size_t i = 0; i < subject->n_reasons; i++)
		if (subject->reasons[i].rule == RULE_TOO_YOUNG && !subject->lv->created)
			return &subject->reasons[i]; /* it never becomes older */
	return NULL;
}

/* ---- what goes with something else ---- */

/* true: it has a file system on `devno` in use, and so keeps it alive. */
static bool uses_files(
	const struct host *host, const struct about *about, struct devno devno)
{
	if (about->kind == ABOUT_PROCESS) {
		const struct process *process = about->it;
		struct holders uses = host_holders_by(host, devno, HELD_BY_PROCESS);

		for (struct holder holder; holders_next(&uses, &holder);)
			if (holder.use->pid == process->pid && holder.row->is_of_file)
				return true;
	}
	if (about->kind == ABOUT_BLOCK) {
		const struct block *block = about->it;

		return *block->backing_file &&
		       devno_is_none(host_path_devno(host, block->backing_file)) &&
		       devno_is_equal(host_loop_devno(host, block), devno);
	}
	if (about->kind == ABOUT_KERNEL_HOLDER) {
		const struct kernel_holder *holder = about->it;

		return holder_is_of_file(holder->kind) &&
		       devno_is_equal(holder->devno, devno);
	}
	return false;
}

static bool has_user_of_files(
	const struct host *host, const struct subject *subject, struct devno devno)
{
	for (size_t i = 0; i < subject->n_reasons; i++)
		if (uses_files(host, &subject->reasons[i].about, devno))
			return true;
	return false;
}

/* The plan unmounts it; what is mounted elsewhere, or hidden, a person ends. */
static bool has_mount_at_home(const struct host *host, struct devno devno)
{
	const struct mount_namespace *home = host_namespace_of_host(host);
	struct holders mounts = host_holders_by(host, devno, HELD_BY_MOUNT);

	for (struct holder holder; home && holders_next(&mounts, &holder);)
		if (holder.mount->namespace_id == home->id)
			return true;
	return false;
}

/* A file system that only its users keep (lazily unmounted) ends with them, and closes
 * its device: also one of which /sys/fs shows nothing, as vfat. A descriptor that two
 * processes share is counted by the kernel once: so where more was found than the kernel
 * counts, and all of it is to end, nothing is left to explain. */
static bool is_explained_by_users(const struct host *host, const struct subject *subject,
	const struct device *device)
{
	struct ledger ledger;

	ledger_of_device(host, device, &ledger);
	if (ledger.unexplained < 0)
		return -ledger.unexplained <= (int64_t)ledger.nodes + ledger.swaps +
					       ledger.blocks +
					       (has_mount_at_home(host, device->devno)
							       ? 0
							       : ledger.file_systems);
	return ledger.unexplained == 1 && ledger.file_systems == 0 &&
	       has_user_of_files(host, subject, device->devno);
}

static bool is_to_be_closed(const struct subject *subject, const struct device *device)
{
	for (size_t i = 0; i < subject->n_reasons; i++)
		if (subject->reasons[i].rule == RULE_FOREIGN_MAPPING &&
			subject->reasons[i].about.it == device)
			return true;
	return false;
}

/* Each device is looked at once, however many ways lead to it. */
static bool stands_on_closed(const struct host *host, const struct subject *subject,
	const struct device *device, unsigned depth, bool *seen)
{
	if (!device || depth > STACK_DEPTH_MAX || seen[device - host->devices])
		return false;
	seen[device - host->devices] = true;
	if (is_to_be_closed(subject, device))
		return true;
	for (size_t i = 0; i < device->n_deps; i++)
		if (stands_on_closed(host, subject,
			    host_device_by_devno(host, device->deps[i]), depth + 1, seen))
			return true;
	return false;
}

/* It is to be closed anyway, or is on what is. */
static bool is_closed_by_hand(const struct host *host, const struct subject *subject,
	const struct device *device)
{
	cleanup_free bool *seen = NULL;

	if (!subject_has_rule(subject, RULE_FOREIGN_MAPPING))
		return false;
	seen = xcalloc(host->n_devices, sizeof(*seen));
	return stands_on_closed(host, subject, device, 0, seen);
}

/* What is to be done for a creation that stopped midway gives it its table. */
static bool is_loaded_by_refresh(
	const struct subject *subject, const struct device *device)
{
	return device == subject->snapshot && (device->flags & DEVICE_NO_TABLE) &&
	       subject->lv && subject_has_rule(subject, RULE_HALF_REMOVED);
}

static bool is_implied(const struct host *host, const struct subject *subject,
	const struct reason *reason)
{
	const struct device *device = reason->about.it;

	if (reason->rule == RULE_HIDDEN_FS && reason->about.kind == ABOUT_BLOCK)
		return has_user_of_files(
			host, subject, ((const struct block *)reason->about.it)->devno);
	if (reason->about.kind == ABOUT_CHANGE)
		return is_closed_by_hand(host, subject,
			host_device_by_devno(
				host, ((const struct change *)reason->about.it)->devno));
	if (reason->about.kind != ABOUT_DEVICE)
		return false;
	if (reason->rule == RULE_HIDDEN_FS)
		return has_user_of_files(host, subject, device->devno);
	if (reason->rule == RULE_UNSETTLED)
		return is_closed_by_hand(host, subject, device) ||
		       is_loaded_by_refresh(subject, device);
	return reason->rule == RULE_OPENS_UNEXPLAINED &&
	       is_explained_by_users(host, subject, device);
}

/* ---- collecting ---- */

/* The mount by which the subject is kept in the namespace where the process lives:
 * the two end together. NULL: it lives elsewhere. */
static const struct mount *mount_of_home(
	const struct subject *subject, const struct process *process)
{
	for (size_t i = 0; i < subject->n_reasons; i++) {
		const struct mount *mount = subject->reasons[i].about.it;

		if (subject->reasons[i].rule == RULE_MOUNTED_ELSEWHERE &&
			process->mount_namespace == mount->namespace_id)
			return mount;
	}
	return NULL;
}

/* What stands for all that one action ends: of a namespace, its first mount. */
static struct about key_of(const struct subject *subject, const struct reason *reason)
{
	struct about key = reason->about;

	if (reason->about.kind == ABOUT_CHANGE)
		return (struct about){ABOUT_NOTHING, NULL}; /* one new capture for all */
	if (reason_advises(reason))
		return remedy_advice_key(reason);
	if (reason->rule == RULE_MOUNTED_ELSEWHERE)
		for (size_t i = 0; i < subject->n_reasons; i++) {
			const struct mount *first = subject->reasons[i].about.it;
			const struct mount *mount = reason->about.it;

			if (subject->reasons[i].rule == RULE_MOUNTED_ELSEWHERE &&
				first->namespace_id == mount->namespace_id)
				return subject->reasons[i].about;
		}
	if (reason->about.kind == ABOUT_PROCESS && reason->rule != RULE_COMMAND_RUNNING) {
		const struct mount *mount = mount_of_home(subject, reason->about.it);

		if (mount)
			key = (struct about){ABOUT_MOUNT, mount};
	}
	return key;
}

static bool answers(
	const struct action *action, struct about key, const struct reason *reason)
{
	if (action->about.kind != key.kind || action->about.it != key.it)
		return false;
	/* a process is ended once; what is about one device may be many things */
	return key.kind == ABOUT_PROCESS || key.kind == ABOUT_MOUNT ||
	       key.kind == ABOUT_LV || (key.kind == ABOUT_NOTHING && key.it) ||
	       (action->rules & (1ull << reason->rule));
}

static struct action *find_action(
	struct remedy *remedy, struct about key, const struct reason *reason)
{
	for (size_t i = 0; i < remedy->n_actions; i++)
		if (answers(&remedy->actions[i], key, reason))
			return &remedy->actions[i];
	return NULL;
}

static struct action *add_action(const struct survey *survey,
	const struct subject *subject, const struct reason *reason, struct remedy *remedy)
{
	struct about key = key_of(subject, reason);
	struct action *action = find_action(remedy, key, reason);
	struct buf text = BUF_INIT;

	if (action) {
		action->rules |= 1ull << reason->rule;
		return action;
	}
	action = array_add(&remedy->actions, &remedy->n_actions);
	action->about = key;
	action->rules = 1ull << reason->rule;
	action->stage = stage_of_reason(survey->host, reason);
	if (reason_advises(reason)) {
		action->kind = ACTION_ADVISE;
		remedy_advice_words(survey, subject, reason, &text);
	} else if (key.kind == ABOUT_MOUNT && reason->rule != RULE_MOUNTED_BELOW &&
		   reason->rule != RULE_MOUNTED_AS_SYSTEM &&
		   reason->rule != RULE_HELD &&
		   reason->rule != RULE_MOUNTED_READ_WRITE) {
		action->kind = remedy_namespace_words(survey, subject, key.it, &text);
	} else {
		action->kind = remedy_words(survey, subject, reason, &text);
	}
	action->text = xstrdup(buf_text(&text));
	buf_free(&text);
	return move_down(remedy->actions, remedy->n_actions - 1);
}

void remedy_collect(const struct survey *survey, const struct subject *subject,
	struct remedy *ret_remedy)
{
	const struct reason *final = final_reason(subject);
	struct remedy remedy = {.n_actions = 0};
	struct action *action;

	for (size_t i = 0; i < subject->n_reasons; i++) {
		const struct reason *reason = &subject->reasons[i];
		bool keeps = rule_text(reason->rule)->verdict != VERDICT_REMOVE;
		bool is_besides =
			reason_advises(reason) || (final && is_about_suspended(reason));

		if (!is_besides && (!keeps || (final && reason != final)))
			continue;
		if (final && reason->rule == RULE_FSTAB)
			continue; /* what stays for good keeps its entry */
		if (is_implied(survey->host, subject, reason))
			continue;
		action = add_action(survey, subject, reason, &remedy);
		if (is_besides)
			action->kind = ACTION_ADVISE;
	}
	*ret_remedy = remedy;
}

void remedy_free(struct remedy *remedy)
{
	for (size_t i = 0; i < remedy->n_actions; i++)
		free(remedy->actions[i].text);
	free(remedy->actions);
}

void remedy_print_rules(const struct action *action, struct buf *text)
{
	bool is_first = true;

	for (unsigned rule = 0; rule < RULES_COUNT; rule++) {
		if (!(action->rules & (1ull << rule)))
			continue;
		buf_printf(text, "%s%s", is_first ? "" : ", ",
			rule_text((enum rule)rule)->name);
		is_first = false;
	}
}
