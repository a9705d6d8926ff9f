/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "To make it removable": on a host on which all the listed actions are done, the subject
 * is removed; on one on which all but one are done, it is not. On hosts with one or two
 * named troubles, and on random ones. What an action does to a host is modelled here,
 * apart from the planner.
 *
 * RANDOM_STATES and RANDOM_SEED as in test_random.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge.h"
#include "planning.h"
#include "proof.h"
#include "reports.h"
#include "checks.h"
#include "random_host.h"
#include "remedy.h"
#include "sample_host.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/change.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"
#include "snapstate/ledger.h"

#define STATES_DEFAULT 1000
#define ACTIONS_MAX    64

static const char *select_all[] = {SELECT_DEFAULT};
static const struct request request = {.select = select_all,
	.n_select = 1,
	.min_age = MIN_AGE_DEFAULT,
	.select_mounts = select_default_mounts,
	.n_select_mounts = SELECT_DEFAULT_MOUNTS};

/* ---- what actions do ---- */

#define REMOVE_AT(array, count, at)                                                      \
	memmove(&(array)[at], &(array)[(at) + 1], (--(count) - (at)) * sizeof((array)[0]))

/* `count` opens of a device end. Where more holders were found than the kernel counts, it
 * counts those that remain. */
static void close_device(struct host *host, struct devno devno, uint32_t count)
{
	struct device *device = host_device_by_devno(host, devno);
	struct ledger ledger;
	int64_t explained, open;

	if (!device)
		return;
	ledger_of_device(host, device, &ledger);
	explained = ledger.open - ledger.unexplained;
	open = (int64_t)device->open_count - count;
	device->open_count = (uint32_t)(open > explained ? open : explained);
}

static bool has_user(const struct host *host, struct devno devno)
{
	if (devno_is_none(devno))
		return false;
	for (size_t i = 0; i < host->n_uses; i++)
		if (host->uses[i].kind != USE_NODE &&
			devno_is_equal(host->uses[i].devno, devno))
			return true;
	for (size_t i = 0; i < host->n_blocks; i++)
		if (*host->blocks[i].backing_file &&
			devno_is_none(
				host_path_devno(host, host->blocks[i].backing_file)) &&
			devno_is_equal(host_loop_devno(host, &host->blocks[i]), devno))
			return true;
	for (size_t i = 0; i < host->n_swaps; i++)
		if (devno_is_equal(host_swap_file_devno(host, &host->swaps[i]), devno))
			return true;
	for (size_t i = 0; i < host->n_kernel_holders; i++)
		if (holder_is_of_file(host->kernel_holders[i].kind) &&
			devno_is_equal(host->kernel_holders[i].devno, devno))
			return true;
	return false;
}

static bool has_mount_or_user(const struct host *host, struct devno devno)
{
	for (size_t i = 0; i < host->n_mounts; i++)
		if (devno_is_equal(host_mount_devno(host, &host->mounts[i]), devno))
			return true;
	return has_user(host, devno);
}

/* With its last mount and user a file system ends. Where /sys/fs showed nothing of it,
 * its open was explained by its mount, or not at all. */
static void end_unused_fs(struct host *host, struct devno devno)
{
	struct device *device = host_device_by_devno(host, devno);
	struct ledger ledger;
	bool has_superblock = false;

	if (!device || has_mount_or_user(host, devno))
		return;
	for (size_t i = 0; i < host->n_superblocks;) {
		if (!devno_is_equal(host->superblocks[i].devno, devno)) {
			i++;
			continue;
		}
		has_superblock = true;
		REMOVE_AT(host->superblocks, host->n_superblocks, i);
	}
	ledger_of_device(host, device, &ledger);
	if (has_superblock || ledger.unexplained > 0)
		close_device(host, devno, 1);
}

static void end_process(struct host *host, uint32_t pid)
{
	for (size_t i = 0; i < host->n_uses;) {
		struct use use = host->uses[i];

		if (use.pid != pid) {
			i++;
			continue;
		}
		REMOVE_AT(host->uses, host->n_uses, i);
		if (use.kind == USE_NODE)
			close_device(host, use.devno, use.count);
		else
			end_unused_fs(host, use.devno);
	}
	for (size_t i = 0; i < host->n_processes; i++)
		if (host->processes[i].pid == pid) {
			REMOVE_AT(host->processes, host->n_processes, i);
			return;
		}
}

static void remove_mount(struct host *host, size_t at)
{
	struct devno devno = host_mount_devno(host, &host->mounts[at]);

	REMOVE_AT(host->mounts, host->n_mounts, at);
	end_unused_fs(host, devno);
}

static void end_namespace(struct host *host, uint64_t id)
{
	for (size_t i = 0; i < host->n_processes;)
		if (host->processes[i].mount_namespace == id) {
			end_process(host, host->processes[i].pid);
			i = 0;
		} else {
			i++;
		}
	for (size_t i = 0; i < host->n_mounts;)
		if (host->mounts[i].namespace_id == id)
			remove_mount(host, i);
		else
			i++;
	for (size_t i = 0; i < host->n_namespaces; i++)
		if (host->namespaces[i].id == id) {
			REMOVE_AT(host->namespaces, host->n_namespaces, i);
			return;
		}
}

/* The kernel refuses it while a file is open. */
static void unmount(struct host *host, uint64_t namespace_id, uint32_t id)
{
	for (size_t i = 0; i < host->n_mounts;)
		if (host->mounts[i].namespace_id == namespace_id &&
			host->mounts[i].parent_id == id) {
			unmount(host, namespace_id, host->mounts[i].id);
			i = 0;
		} else {
			i++;
		}
	for (size_t i = 0; i < host->n_mounts; i++)
		if (host->mounts[i].namespace_id == namespace_id &&
			host->mounts[i].id == id &&
			!has_user(host, host_mount_devno(host, &host->mounts[i]))) {
			remove_mount(host, i);
			return;
		}
}

static bool has_mount_below(const struct host *host, uint64_t namespace_id, uint32_t id)
{
	for (size_t i = 0; i < host->n_mounts; i++)
		if (host->mounts[i].namespace_id == namespace_id &&
			host->mounts[i].parent_id == id)
			return true;
	return false;
}

static void free_block(struct host *host, struct devno devno)
{
	for (size_t i = 0; i < host->n_blocks; i++) {
		struct block block = host->blocks[i];
		struct devno file;

		if (!devno_is_equal(block.devno, devno))
			continue;
		file = host_loop_devno(host, &block);
		REMOVE_AT(host->blocks, host->n_blocks, i);
		for (size_t b = 0; b < block.n_below; b++)
			close_device(host, block.below[b], 1);
		free(block.below);
		if (*block.backing_file &&
			!devno_is_none(host_path_devno(host, block.backing_file)))
			close_device(host, file, 1);
		else if (*block.backing_file)
			end_unused_fs(host, file);
		return;
	}
}

static void end_export(struct host *host, const struct kernel_holder *holder)
{
	for (size_t i = 0; i < host->n_kernel_holders; i++) {
		struct kernel_holder found = host->kernel_holders[i];

		if (kernel_holder_compare(&found, holder) != 0)
			continue;
		REMOVE_AT(host->kernel_holders, host->n_kernel_holders, i);
		if (holder_is_of_file(found.kind))
			end_unused_fs(host, found.devno);
		else
			close_device(host, found.devno, 1);
		return;
	}
}

/* Random hosts may name one area twice. */
static void end_swap(struct host *host, const char *path)
{
	for (size_t i = 0; i < host->n_swaps;) {
		struct devno devno = host->swaps[i].devno;

		if (strcmp(host->swaps[i].path, path) != 0) {
			i++;
			continue;
		}
		REMOVE_AT(host->swaps, host->n_swaps, i);
		if (!devno_is_none(devno)) /* else a file, whose mount stays */
			close_device(host, devno, 2);
	}
}

static bool is_live(const struct host *host, struct devno devno)
{
	for (size_t i = 0; i < host->n_superblocks; i++)
		if (devno_is_equal(host->superblocks[i].devno, devno))
			return true;
	return false;
}

/* Nobody unmounts that in passing. */
static bool is_place_of_host(const struct host *host, const char *target)
{
	for (size_t i = 0; i < host->n_fstab; i++)
		if (host->fstab[i].is_automatic &&
			strcmp(host->fstab[i].target, target) == 0)
			return true;
	return mount_target_is_system(target);
}

static void survey_host(const struct host *host, struct survey *survey)
{
	survey_collect(host, &request, survey);
	classify_survey(survey);
}

/* A partition, or what looks like one. */
static bool is_window(const struct device *device)
{
	return device->n_targets == 1 && device->n_deps == 1 &&
	       strcmp(device->targets[0].type, "linear") == 0 &&
	       strncmp(device->uuid, "LVM-", 4) != 0;
}

/* A plan takes it away by itself. */
static bool is_undone(const struct host *host, const struct device *device)
{
	cleanup_survey struct survey survey = {0};

	survey_host(host, &survey);
	for (size_t i = 0; i < survey.n_subjects; i++)
		for (size_t r = 0; r < survey.subjects[i].n_reasons; r++) {
			const struct reason *reason = &survey.subjects[i].reasons[r];

			if (reason->rule == RULE_MAPPED_IDLE &&
				reason->about.kind == ABOUT_DEVICE &&
				reason->about.it == device)
				return true;
		}
	return false;
}

/* The kernel refuses to remove what is open; mounts and partition mappings on it are what
 * "after what is on it" speaks of, but for one that is kept: closing that is a thing of
 * its own. */
static void close_mapping(struct host *host, struct devno devno, struct devno kept)
{
	const struct mount_namespace *home = host_namespace_of_host(host);
	struct device *device = host_device_by_devno(host, devno);

	if (devno_is_equal(devno, kept))
		return;
	for (size_t i = 0; i < host->n_devices; i++)
		for (size_t d = 0; d < host->devices[i].n_deps; d++)
			if (devno_is_equal(host->devices[i].deps[d], devno) &&
				is_undone(host, &host->devices[i])) {
				struct devno above = host->devices[i].devno;

				close_mapping(host, above, kept);
				if (!host_device_by_devno(host, above))
					close_mapping(host, devno, kept);
				return; /* else it is in use, and so is this */
			}
	for (size_t i = 0; i < host->n_mounts;)
		if (devno_is_equal(host_mount_devno(host, &host->mounts[i]), devno) &&
			home && host->mounts[i].namespace_id == home->id &&
			!mounts_child(host, &host->mounts[i]) &&
			!is_place_of_host(host, host->mounts[i].target) &&
			!has_user(host, devno))
			remove_mount(host, i);
		else
			i++;
	if (device->open_count || has_mount_or_user(host, devno) || is_live(host, devno))
		return;
	for (size_t i = 0; i < host->n_devices; i++) {
		struct device gone = host->devices[i];

		if (!devno_is_equal(gone.devno, devno))
			continue;
		REMOVE_AT(host->devices, host->n_devices, i);
		for (size_t d = 0; d < gone.n_deps; d++)
			close_device(host, gone.deps[d], 1);
		free(gone.targets);
		free(gone.inactive);
		free(gone.deps);
		return;
	}
}

static void explain_opens(struct host *host, struct devno devno)
{
	struct device *device = host_device_by_devno(host, devno);
	struct ledger ledger;

	ledger_of_device(host, device, &ledger);
	device->open_count = (uint32_t)(ledger.open - ledger.unexplained);
	/* of the layer below an origin nobody is told apart: whoever it is goes, but not
	 * what is listed besides */
	if (strstr(device->uuid, "-real"))
		device->open_count = ledger.tables + ledger.swaps;
}

static void end_hidden_fs(struct host *host, struct devno devno)
{
	for (size_t i = 0; i < host->n_superblocks;)
		if (devno_is_equal(host->superblocks[i].devno, devno)) {
			REMOVE_AT(host->superblocks, host->n_superblocks, i);
			close_device(host, devno, 1);
		} else {
			i++;
		}
}

static void supply_evidence(struct host *host)
{
	for (size_t i = 0; i < host->n_sources; i++)
		host->sources[i].outcome = OUTCOME_READ;
	for (size_t i = 0; i < host->n_vgs; i++)
		host->vgs[i].has_metadata = true;
	host->pvs[0].devno = (struct devno){7, 0};
	for (size_t i = 0; i < host->n_devices; i++)
		if (device_snapshot_state(&host->devices[i]) == SNAPSHOT_UNKNOWN)
			host->devices[i].targets[0].status = "16/32768 16";
}

static void mend_group(struct host *host)
{
	for (size_t i = 0; i < host->n_vgs; i++) {
		struct vg *vg = &host->vgs[i];

		vg->is_partial = vg->is_exported = vg->is_foreign = false;
		vg->is_writable = true;
	}
	for (size_t i = 0; i < host->n_pvs; i++)
		host->pvs[i].is_missing = host->pvs[i].is_duplicate = false;
}

/* ---- actions, told apart on copies of one host ---- */

/* An action by what stays the same while others are done. */
struct deed {
	enum about_kind kind;
	enum rule rule;
	uint32_t pid, mount_id;
	uint64_t namespace_id;
	struct devno devno;
	struct kernel_holder holder;
	const char *path; /* of the first copy */
	int64_t time;
};

static bool has_rule(const struct action *action, enum rule rule)
{
	return action->rules & (1ull << rule);
}

static enum rule first_rule(const struct action *action)
{
	unsigned rule = 0;

	while (!(action->rules & (1ull << rule)))
		rule++;
	return (enum rule)rule;
}

static struct deed deed_of(const struct subject *subject, const struct action *action)
{
	struct deed deed = {.kind = action->about.kind, .rule = first_rule(action)};
	const void *it = action->about.it;

	switch (action->about.kind) {
	case ABOUT_PROCESS:
		deed.pid = ((const struct process *)it)->pid;
		break;
	case ABOUT_DEVICE:
		deed.devno = ((const struct device *)it)->devno;
		break;
	case ABOUT_BLOCK:
		deed.devno = ((const struct block *)it)->devno;
		break;
	case ABOUT_MOUNT:
		deed.namespace_id = ((const struct mount *)it)->namespace_id;
		deed.mount_id = ((const struct mount *)it)->id;
		break;
	case ABOUT_SWAP:
		deed.path = ((const struct swap *)it)->path;
		break;
	case ABOUT_KERNEL_HOLDER:
		deed.holder = *(const struct kernel_holder *)it;
		break;
	case ABOUT_CHANGE:
	case ABOUT_FSTAB:
	case ABOUT_CONFIG:
	case ABOUT_LV:
	case ABOUT_NOTHING:
		break;
	}
	if (deed.rule == RULE_TOO_YOUNG)
		deed.time = subject->lv->created + request.min_age;
	if (has_rule(action, RULE_MOUNTED_ELSEWHERE))
		deed.rule = RULE_MOUNTED_ELSEWHERE;
	return deed;
}

static void do_all_for(struct host *host, struct devno snapshot);

static void do_about_device(struct host *host, const struct deed *deed, struct devno kept)
{
	if (deed->rule == RULE_FOREIGN_MAPPING)
		close_mapping(host, deed->devno, kept);
	else if (deed->rule == RULE_UNSETTLED)
		host_device_by_devno(host, deed->devno)->flags = 0;
	else if (deed->rule == RULE_HIDDEN_FS)
		end_hidden_fs(host, deed->devno);
	else if (deed->rule == RULE_OPENS_UNEXPLAINED)
		explain_opens(host, deed->devno);
	else if (deed->rule == RULE_STALE_SIBLING)
		do_all_for(host, deed->devno);
	else
		fail_msg("no deed for %s", rule_text(deed->rule)->name);
}

static void do_about_nobody(struct host *host, const struct deed *deed)
{
	if (deed->rule == RULE_TOO_YOUNG)
		host->identity.taken = deed->time;
	else if (deed->rule == RULE_VG_UNSAFE)
		mend_group(host);
	else if (deed->rule == RULE_EVIDENCE_MISSING)
		supply_evidence(host);
	else if (deed->rule == RULE_SHARED_VG)
		for (size_t i = 0; i < host->n_vgs; i++)
			host->vgs[i].lock_type = "";
	else if (deed->rule == RULE_UNSETTLED)
		host->n_changes = 0;
	else
		fail_msg("no deed for %s", rule_text(deed->rule)->name);
}

/* The mapping `kept` is not closed in passing. */
static void do_deed(struct host *host, const struct deed *deed, struct devno kept)
{
	switch (deed->kind) {
	case ABOUT_PROCESS:
		end_process(host, deed->pid);
		return;
	case ABOUT_DEVICE:
		do_about_device(host, deed, kept);
		return;
	case ABOUT_BLOCK:
		free_block(host, deed->devno);
		return;
	case ABOUT_MOUNT:
		if (deed->rule == RULE_MOUNTED_ELSEWHERE)
			end_namespace(host, deed->namespace_id);
		else if (deed->rule == RULE_MOUNTED_BELOW ||
			 !has_mount_below(host, deed->namespace_id, deed->mount_id))
			unmount(host, deed->namespace_id, deed->mount_id);
		return;
	case ABOUT_SWAP:
		end_swap(host, deed->path);
		return;
	case ABOUT_KERNEL_HOLDER:
		end_export(host, &deed->holder);
		return;
	case ABOUT_CHANGE:
	case ABOUT_FSTAB:
	case ABOUT_CONFIG:
	case ABOUT_LV:
	case ABOUT_NOTHING:
		do_about_nobody(host, deed);
		return;
	}
}

/* What is told apart from the subject that it is about. */
struct deeds {
	struct deed list[ACTIONS_MAX];
	size_t count;
	bool is_modelled; /* false: no model of a host tells what they do */
};

/* The kernel would not have it; whichever goes makes the other one idle. */
static bool shares_a_member(
	const struct host *host, const struct block *a, const struct block *b)
{
	for (size_t i = 0; a != b && i < a->n_below; i++)
		if (block_stands_on(host, b, a->below[i]))
			return true;
	return false;
}

/* Anything on a block device: what becomes of that when it goes, no model tells. */
static bool is_bare(const struct host *host, const struct block *block)
{
	if (has_mount_or_user(host, block->devno))
		return false;
	for (size_t i = 0; i < host->n_uses; i++)
		if (devno_is_equal(host->uses[i].devno, block->devno))
			return false;
	for (size_t i = 0; i < host->n_swaps; i++)
		if (devno_is_equal(host->swaps[i].devno, block->devno))
			return false;
	for (size_t i = 0; i < host->n_kernel_holders; i++)
		if (devno_is_equal(host->kernel_holders[i].devno, block->devno))
			return false;
	for (size_t i = 0; i < host->n_blocks; i++)
		if (block_stands_on(host, &host->blocks[i], block->devno) ||
			shares_a_member(host, &host->blocks[i], block))
			return false;
	for (size_t i = 0; i < host->n_devices; i++)
		for (size_t d = 0; d < host->devices[i].n_deps; d++)
			if (devno_is_equal(host->devices[i].deps[d], block->devno))
				return false;
	return true;
}

static bool is_modelled(const struct host *host, const struct action *action)
{
	static const enum rule beyond[] = {RULE_DISAGREE, RULE_HALF_REMOVED,
		RULE_NOT_ACTIVE_HERE, RULE_NOT_SELECTED, RULE_MERGING, RULE_ORPHAN_LAYER,
		RULE_THIN, RULE_STALE_VOLUME, RULE_LOST_VOLUME};

	for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
		if (has_rule(action, beyond[i]))
			return false;
	/* what is on a device that LVM is not let near */
	if (has_rule(action, RULE_EVIDENCE_MISSING) &&
		action->about.kind != ABOUT_NOTHING)
		return false;
	if (action->about.kind == ABOUT_BLOCK && !is_bare(host, action->about.it))
		return false;
	return action->kind != ACTION_NOTHING;
}

static bool subject_has(const struct subject *subject, enum rule rule)
{
	for (size_t i = 0; i < subject->n_reasons; i++)
		if (subject->reasons[i].rule == rule)
			return true;
	return false;
}

/* Who uses what stands on the layer below the origin is not of the subject's own stack:
 * "after what is on it" speaks of them. */
static bool is_used_beside(const struct host *host, const struct subject *subject,
	const struct action *action)
{
	const struct device *device = action->about.it;

	return action->about.kind == ABOUT_DEVICE &&
	       has_rule(action, RULE_FOREIGN_MAPPING) &&
	       !subject_owns(subject, device->devno) &&
	       (device->open_count || has_mount_or_user(host, device->devno) ||
		       is_live(host, device->devno));
}

static struct deeds deeds_of(const struct survey *survey, const struct subject *subject)
{
	struct deeds deeds = {.is_modelled = true};
	bool has_nothing = false;
	cleanup_remedy struct remedy remedy = {0};

	remedy_collect(survey, subject, &remedy);
	assert_true(remedy.n_actions <= ACTIONS_MAX);
	/* a loop device goes with its last mount, an array's partitions with it: this
	 * model knows none of that; test_blocks and test_exhaustive do */
	if (subject_has(subject, RULE_HELD_IDLE))
		deeds.is_modelled = false;
	/* whoever closes a mapping ends its mounts, whatever they are: the question
	 * whether they are production comes first all the same */
	if (subject_has(subject, RULE_MOUNTED_READ_WRITE) &&
		subject_has(subject, RULE_FOREIGN_MAPPING))
		deeds.is_modelled = false;
	for (size_t i = 0; i < remedy.n_actions; i++) {
		assert_true(*remedy.actions[i].text);
		if (remedy.actions[i].kind == ACTION_ADVISE)
			continue;
		has_nothing |= remedy.actions[i].kind == ACTION_NOTHING;
		deeds.is_modelled &=
			is_modelled(survey->host, &remedy.actions[i]) &&
			!is_used_beside(survey->host, subject, &remedy.actions[i]);
		deeds.list[deeds.count++] = deed_of(subject, &remedy.actions[i]);
	}
	assert_true(!has_nothing || deeds.count == 1);
	return deeds;
}

/* A sibling whose deeds are beyond the model is left alone. */
static void do_all_for(struct host *host, struct devno snapshot)
{
	cleanup_survey struct survey survey = {0};
	struct deeds deeds = {.count = 0};

	survey_host(host, &survey);
	for (size_t i = 0; i < survey.n_subjects; i++)
		if (survey.subjects[i].snapshot &&
			devno_is_equal(survey.subjects[i].snapshot->devno, snapshot))
			deeds = deeds_of(&survey, &survey.subjects[i]);
	for (size_t i = 0; deeds.is_modelled && i < deeds.count; i++)
		do_deed(host, &deeds.list[i], DEVNO_NONE);
}

/* ---- the law ---- */

#define NONE_LEFT_OUT SIZE_MAX

static const struct subject *find_subject(
	const struct survey *survey, const char *label, const char *lv_uuid)
{
	for (size_t i = 0; i < survey->n_subjects; i++)
		if (strcmp(survey->subjects[i].label, label) == 0 &&
			strcmp(survey->subjects[i].lv_uuid, lv_uuid) == 0)
			return &survey->subjects[i];
	return NULL;
}

typedef struct host *(*host_maker)(uint64_t seed);

static bool is_removable_after(host_maker make, uint64_t seed,
	const struct subject *subject, const struct deeds *deeds, size_t left_out)
{
	cleanup_host struct host *host = make(seed);
	cleanup_survey struct survey survey = {0};
	struct devno kept = DEVNO_NONE;
	const struct subject *now;

	if (left_out != NONE_LEFT_OUT &&
		deeds->list[left_out].rule == RULE_FOREIGN_MAPPING)
		kept = deeds->list[left_out].devno;
	for (size_t i = 0; i < deeds->count; i++)
		if (i != left_out)
			do_deed(host, &deeds->list[i], kept);
	host_sort(host);
	survey_host(host, &survey);
	now = find_subject(&survey, subject->label, subject->lv_uuid);
	if (left_out == NONE_LEFT_OUT && now && now->verdict != VERDICT_REMOVE)
		for (size_t i = 0; i < now->n_reasons; i++)
			print_message("stays: %s [%s]\n", now->reasons[i].text,
				rule_text(now->reasons[i].rule)->name);
	return now && now->verdict == VERDICT_REMOVE;
}

static bool needs_sibling(const struct deeds *deeds)
{
	for (size_t i = 0; i < deeds->count; i++)
		if (deeds->list[i].rule == RULE_STALE_SIBLING)
			return true;
	return false;
}

static void print_actions(const struct survey *survey, const struct subject *subject)
{
	cleanup_remedy struct remedy remedy = {0};

	remedy_collect(survey, subject, &remedy);
	for (size_t i = 0; i < subject->n_reasons; i++)
		print_message("because %s [%s]\n", subject->reasons[i].text,
			rule_text(subject->reasons[i].rule)->name);
	for (size_t i = 0; i < remedy.n_actions; i++)
		print_message("%zu %s\n", i + 1, remedy.actions[i].text);
}

/* Counts what was shown. */
static void check_host_of(host_maker make, uint64_t seed, size_t *ret_shown)
{
	cleanup_host struct host *host = make(seed);
	cleanup_survey struct survey survey = {0};

	survey_host(host, &survey);
	for (size_t s = 0; s < survey.n_subjects; s++) {
		const struct subject *subject = &survey.subjects[s];
		struct deeds deeds = deeds_of(&survey, subject);

		assert_true((deeds.count == 0) == (subject->verdict == VERDICT_REMOVE));
		if (!deeds.count || !deeds.is_modelled || needs_sibling(&deeds) ||
			!host_vg(host, subject->vg_uuid))
			continue; /* a guest's group: its metadata is another story */
		for (size_t i = 0; i < deeds.count; i++) {
			if (!is_removable_after(make, seed, subject, &deeds, i))
				continue;
			print_actions(&survey, subject);
			fail_msg("RANDOM_SEED=%" PRIu64
				 ": %s goes without action %zu of %zu",
				seed, subject->label, i + 1, deeds.count);
		}
		if (!is_removable_after(make, seed, subject, &deeds, NONE_LEFT_OUT)) {
			print_actions(&survey, subject);
			fail_msg("RANDOM_SEED=%" PRIu64 ": %s stays after all of its "
				 "actions",
				seed, subject->label);
		}
		*ret_shown += 1;
	}
}

/* ---- random hosts ---- */

static unsigned random_minor(struct dice *dice, const struct host *host)
{
	unsigned minor = 0;

	/* what stands on a snapshot, or is one: the others are nobody's leftovers */
	for (size_t i = 0; i < 50 && !minor; i++) {
		const struct device *device = &host->devices[roll(dice, host->n_devices)];

		if (device_snapshot_state(device) != SNAPSHOT_NONE || is_window(device))
			minor = device->devno.minor;
	}
	return minor;
}

static const char *text_of(struct host *host, const char *prefix, uint64_t number)
{
	char text[64];

	snprintf(text, sizeof(text), "%s%" PRIu64, prefix, number);
	return host_string(host, text);
}

static void make_live(struct host *host, unsigned minor)
{
	struct devno devno = {254, minor};

	if (is_live(host, devno))
		return;
	*array_add(&host->superblocks, &host->n_superblocks) =
		(struct superblock){.devno = devno, .type = "ext4"};
	sample_device(host, minor)->open_count++;
}

/* A container: its mounts, and processes that live in it. */
static void add_container(struct dice *dice, struct host *host, unsigned number)
{
	uint64_t id = SAMPLE_NS + 100 + number;
	uint32_t pid = 5000 + 10 * number;
	struct mount_namespace *namespace =
		array_add(&host->namespaces, &host->n_namespaces);

	*namespace = (struct mount_namespace){.id = id};
	if (one_in(dice, 4))
	namespace->pin_pid = pid;
	else if (one_in(dice, 4)) namespace->pin_path = "/run/keep";
	else namespace->pid = pid;
	host_source_set(host, text_of(host, "mounts/", id), OUTCOME_READ, "%s", "");
	for (unsigned i = 0; i < 1 + roll(dice, 2); i++) {
		unsigned minor = random_minor(dice, host);

		if (!minor)
			continue;
		sample_add_mount(host, id, 900 + i, 1, minor, "/srv/copy");
		make_live(host, minor);
		if (namespace->pid && one_in(dice, 2)) {
			sample_add_use(host, pid + i, one_in(dice, 4) ? "tar" : "nginx",
				(enum use_kind)roll(dice, 5), minor);
			host->processes[host->n_processes - 1].mount_namespace = id;
		}
	}
}

static void add_loop(struct dice *dice, struct host *host, unsigned number)
{
	unsigned minor = random_minor(dice, host);
	struct block *block;

	if (!minor)
		return;
	block = array_add(&host->blocks, &host->n_blocks);
	*block = (struct block){.devno = {7, 200 + number},
		.kname = text_of(host, "loop", 200 + number),
		.kind = BLOCK_LOOP,
		.backing_file = text_of(host, "/dev/dm-", minor)};
	if (one_in(dice, 2) && host->n_mounts) {
		block->backing_file = host->mounts[roll(dice, host->n_mounts)].target;
		return; /* a file, or a folder: of the file system there */
	}
	sample_device(host, minor)->open_count++;
}

static void add_array(struct dice *dice, struct host *host, unsigned number)
{
	unsigned a = random_minor(dice, host), b = random_minor(dice, host);
	struct block *block;

	if (!a || !b)
		return;
	block = array_add(&host->blocks, &host->n_blocks);
	*block = (struct block){.devno = {9, 100 + number},
		.kname = text_of(host, "md", 100 + number),
		.kind = BLOCK_MD,
		.backing_file = ""};
	*array_add(&block->below, &block->n_below) = (struct devno){254, a};
	sample_device(host, a)->open_count++;
	if (a == b)
		return;
	*array_add(&block->below, &block->n_below) = (struct devno){254, b};
	sample_device(host, b)->open_count++;
}

static void add_export(struct dice *dice, struct host *host, unsigned number)
{
	unsigned minor = random_minor(dice, host);
	struct kernel_holder *holder;

	if (!minor)
		return;
	holder = array_add(&host->kernel_holders, &host->n_kernel_holders);
	*holder = (struct kernel_holder){.devno = {254, minor},
		.kind = (enum holder_kind)roll(dice, HOLDER_NFSD + 1),
		.name = text_of(host, "target", number)};
	if (!holder_is_of_file(holder->kind))
		sample_device(host, minor)->open_count++;
}

static void add_mount_below(struct dice *dice, struct host *host, unsigned number)
{
	const struct mount *mount = &host->mounts[roll(dice, host->n_mounts)];

	if (mount->namespace_id != SAMPLE_NS || mount->id == 1)
		return;
	sample_add_mount(host, SAMPLE_NS, 700 + number, mount->id, 9000 + number,
		text_of(host, "/mnt/below/", number));
}

/* Lazily unmounted: only its user keeps it; /sys/fs shows not every type. */
static void add_lazy(struct dice *dice, struct host *host, unsigned number)
{
	unsigned minor = random_minor(dice, host);

	if (!minor || has_mount_or_user(host, (struct devno){254, minor}) ||
		is_live(host, (struct devno){254, minor}))
		return;
	if (one_in(dice, 2))
		make_live(host, minor);
	else
		sample_device(host, minor)->open_count++;
	sample_add_use(host, 6000 + number, "bash", USE_CWD, minor);
	if (one_in(dice, 3))
		sample_add_use(host, 6500 + number, "vi", USE_FILE, minor);
}

/* Two processes with one descriptor between them. */
static void add_shared_descriptor(struct dice *dice, struct host *host, unsigned number)
{
	unsigned minor = random_minor(dice, host);

	if (!minor)
		return;
	sample_add_use(host, 7000 + number, "daemon", USE_NODE, minor);
	sample_add_use(host, 7500 + number, "daemon", USE_NODE, minor);
	sample_device(host, minor)->open_count--;
}

static void add_foreign(struct dice *dice, struct host *host, unsigned number)
{
	unsigned base = random_minor(dice, host);
	char params[32];

	if (!base)
		return;
	snprintf(params, sizeof(params), "254:%u 8", base);
	sample_add_device(host, 800 + number, text_of(host, "luks", number),
		text_of(host, "CRYPT-LUKS2-", number), "crypt", params, 1000);
}

static void add_command(struct dice *dice, struct host *host, unsigned number)
{
	struct process *process = array_add(&host->processes, &host->n_processes);

	*process = (struct process){.pid = 8000 + number,
		.start = 8000,
		.comm = one_in(dice, 2) ? "lvremove" : "kpartx",
		.exe = "",
		.mount_namespace = SAMPLE_NS};
}

static void add_change(struct dice *dice, struct host *host, unsigned number)
{
	unsigned minor = random_minor(dice, host);

	(void)number;
	if (minor)
		host_change_add(host, (struct devno){254, minor}, CHANGE_OPENS, "");
}

static void add_system_mount(struct dice *dice, struct host *host, unsigned number)
{
	struct mount *mount = &host->mounts[roll(dice, host->n_mounts)];

	(void)number;
	if (mount->namespace_id == SAMPLE_NS && mount->id != 1)
		mount->target = one_in(dice, 2) ? "/home" : "/usr/local";
}

/* One of the host's own on the mount point of a snapshot. */
static void add_rival(struct dice *dice, struct host *host, unsigned number)
{
	const struct mount *mount = &host->mounts[roll(dice, host->n_mounts)];

	*array_add(&host->fstab, &host->n_fstab) =
		(struct fstab_entry){.line = 1 + number,
			.is_automatic = one_in(dice, 2),
			.source = "UUID=0f3c",
			.target = mount->target,
			.type = "ext4"};
}

static struct host *make_random(uint64_t seed)
{
	static void (*const troubles[])(struct dice * dice, struct host * host,
		unsigned number) = {add_container, add_loop, add_array, add_export,
		add_mount_below, add_lazy, add_shared_descriptor, add_foreign,
		add_command, add_change, add_system_mount, add_rival};
	struct host *host = random_host(seed);
	struct dice dice = dice_of_seed(seed + 77);
	unsigned count = (unsigned)roll(&dice, 6);

	for (unsigned i = 0; i < count; i++)
		troubles[roll(&dice, sizeof(troubles) / sizeof(troubles[0]))](
			&dice, host, i);
	host_sort(host);
	return host;
}

/* Advice is given besides, also for what is removed; and it is no action that is needed.
 */
static void test_advice(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_survey struct survey survey = {0};
	cleanup_remedy struct remedy remedy = {0};

	(void)state;
	*array_add(&host->fstab, &host->n_fstab) = (struct fstab_entry){.line = 7,
		.is_automatic = true,
		.source = "/dev/onapp-aaaa/backup-dddd",
		.target = "/mnt/backup",
		.type = "ext4"};
	survey_host(host, &survey);
	remedy_collect(&survey, &survey.subjects[0], &remedy);
	assert_int_equal(remedy.n_actions, 1);
	assert_int_equal(remedy.actions[0].kind, ACTION_ADVISE);
	assert_int_equal(deeds_of(&survey, &survey.subjects[0]).count, 0);
}

/* ---- words ---- */

/* Of the first subject, all its actions, one a line. */
static void words_of(const struct host *host, struct buf *ret)
{
	cleanup_survey struct survey survey = {0};
	cleanup_remedy struct remedy remedy = {0};

	survey_host(host, &survey);
	assert_true(survey.n_subjects > 0);
	remedy_collect(&survey, &survey.subjects[0], &remedy);
	for (size_t i = 0; i < remedy.n_actions; i++)
		buf_printf(ret, "%s: %s\n", action_kind_name(remedy.actions[i].kind),
			remedy.actions[i].text);
}

/* Each part behind the one before. */
static void assert_words(const struct buf *words, const char *const *parts)
{
	const char *at = buf_text(words);

	for (; *parts; parts++) {
		const char *found = strstr(at, *parts);

		if (!found)
			fail_msg("no \"%s\" in\n%s", *parts, at);
		at = found + strlen(*parts);
	}
}
#define ASSERT_WORDS(words, ...)                                                         \
	assert_words(words, (const char *const[]){__VA_ARGS__, NULL})

static void assert_no_word(const struct buf *words, const char *part)
{
	if (strstr(buf_text(words), part))
		fail_msg("\"%s\" in\n%s", part, buf_text(words));
}

static void add_fstab(struct host *host)
{
	*array_add(&host->fstab, &host->n_fstab) = (struct fstab_entry){.line = 7,
		.is_automatic = true,
		.source = "/dev/onapp-aaaa/backup-dddd",
		.target = "/mnt/backup",
		.type = "ext4"};
}

static struct lv *sample_lv(struct host *host)
{
	return (struct lv *)host_lv(host, SAMPLE_VG, SAMPLE_SNAP);
}

/* A line of fstab goes with what goes, and stays with what stays. */
static void test_words_of_fstab(void **state)
{
	cleanup_host struct host *gone = sample_host(), *used = sample_host(),
				 *live = sample_host();
	cleanup_buf struct buf of_gone = BUF_INIT, of_used = BUF_INIT, of_live = BUF_INIT;

	(void)state;
	add_fstab(gone);
	words_of(gone, &of_gone);
	ASSERT_WORDS(&of_gone, "advise: remove line 7 of /etc/fstab", "daemon-reload");
	add_fstab(used);
	sample_add_use(used, 812, "postgres", USE_FILE, 4);
	words_of(used, &of_used);
	ASSERT_WORDS(&of_used, "do: stop process 812", "advise: leave line 7",
		"Once it is certain that this is a leftover");
	add_fstab(live);
	sample_lv(live)->role = LV_THIN;
	sample_lv(live)->origin_uuid = "";
	words_of(live, &of_live);
	ASSERT_WORDS(&of_live, "nothing: ");
	assert_no_word(&of_live, "fstab");
}

static void test_words_of_thin(void **state)
{
	static const struct {
		enum lv_role role;
		const char *origin, *pool_status;
		const char *words[4];
		const char *never;
	} rows[] = {
		{LV_THIN_POOL, "", NULL, {"nothing: a thin pool holds the data of all"},
			"lvremove"},
		{LV_THIN, "", NULL, {"nothing: it has no origin", "machine's disk"},
			"lvremove"},
		{LV_THIN, SAMPLE_ORIGIN, "2 1/9 0/9 - rw discard_passdown - - 256",
			{"do: remove it by hand", "lv_health_status",
				"`lvremove onapp-aaaa/backup-dddd`. The data of"},
			NULL},
		{LV_THIN, SAMPLE_ORIGIN, "Fail",
			{"nothing before its pool is repaired", "\"Fail\"", "lvmthin(7)"},
			"lvremove"},
		{LV_THIN, SAMPLE_ORIGIN,
			"2 1/9 0/9 - rw discard_passdown - needs_check 9",
			{"nothing before its pool is repaired"}, "lvremove"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_host struct host *host = sample_host_idle();
		cleanup_buf struct buf words = BUF_INIT;
		struct device *thin = sample_device(host, 3);
		struct device *pool = sample_device(host, 1);

		sample_lv(host)->role = rows[i].role;
		sample_lv(host)->origin_uuid = rows[i].origin;
		if (rows[i].pool_status) {
			pool->targets[0].type = "thin-pool";
			pool->targets[0].status = rows[i].pool_status;
			thin->targets[0] = (struct dm_target){.length = 8,
				.type = "thin",
				.params = "254:1 1",
				.status = ""};
			thin->deps[0] = pool->devno;
			thin->n_deps = 1;
		}
		words_of(host, &words);
		assert_words(&words, rows[i].words);
		if (rows[i].never)
			assert_no_word(&words, rows[i].never);
		assert_no_word(&words, "dmsetup remove");
	}
}

/* A person types them: what a quoted path cannot carry is no command. */
static void test_words_of_paths(void **state)
{
	static const struct {
		const char *path, *words;
	} rows[] = {
		{"/mnt/backup/swap", "`swapoff /mnt/backup/swap`"},
		{"/mnt/a b $(x)/-s", "`swapoff '/mnt/a b $(x)/-s'`"},
		{"/mnt/it's", "`swapoff '/mnt/it'\\''s'`"},
		{"/mnt/a\\b", "`swapoff '/mnt/a\\b'`"},
		{"/mnt/a\nb", "`swapoff $'/mnt/a\\x0ab'`"},
		{"/mnt/`b`", "`swapoff '/mnt/`b`'`"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_host struct host *host = sample_host();
		cleanup_buf struct buf words = BUF_INIT;
		struct swap *swap = sample_add_swap(host, DEVNO_NONE);

		swap->path = rows[i].path;
		swap->file = (struct file_at){FILE_FOUND, {254, 4}};
		words_of(host, &words);
		ASSERT_WORDS(&words, rows[i].words);
	}
}

static void test_words_of_holders(void **state)
{
	static const struct {
		struct kernel_holder holder;
		const char *words;
	} rows[] = {
		{{.devno = {254, 4}, .kind = HOLDER_OVERLAY, .name = "/mnt/m"},
			"stop what uses the overlay, then `umount /mnt/m`"},
		{{.devno = {254, 4},
			 .kind = HOLDER_OVERLAY,
			 .name = "/mnt/m",
			 .namespace_id = SAMPLE_NS},
			"stop the container or service whose overlay is mounted on "
			"/mnt/m in mount namespace 4026531841"},
		{{.kind = HOLDER_OVERLAY, .name = "/mnt/m"},
			"or unmount the snapshot by hand"},
		{{.devno = {254, 4}, .kind = HOLDER_NFSD, .name = "*:/mnt/a b"},
			"`exportfs -u '*:/mnt/a b'`"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_host struct host *host = sample_host();
		cleanup_buf struct buf words = BUF_INIT;

		*array_add(&host->kernel_holders, &host->n_kernel_holders) =
			rows[i].holder;
		words_of(host, &words);
		ASSERT_WORDS(&words, rows[i].words);
	}
}

/* Ending it does harm, or helps nothing; a name that a user chose is no service's. */
static void test_words_of_services(void **state)
{
	static const struct {
		const char *comm;
		uint32_t uid;
		const char *words;
	} rows[] = {
		{"sanlock", 0,
			"close it, but never kill it: a watchdog would reset the host"},
		{"wdmd", 0, "never kill it"},
		{"lvmlockd", 0, "`vgchange --lockstop VG`"},
		{"multipathd", 0, "`multipath -ll`"},
		{"tgtd", 0, "`tgtadm --lld iscsi --mode target --op show`"},
		{"sanlock", 1000, NULL},
		{"sleep", 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct process process = {
			.pid = 7, .comm = rows[i].comm, .exe = "", .uid = rows[i].uid};
		cleanup_buf struct buf words = BUF_INIT;

		assert_int_equal(
			remedy_service_words(&process, &words), rows[i].words != NULL);
		if (rows[i].words)
			ASSERT_WORDS(&words, rows[i].words);
	}
}

static void test_words_of_tapdisk(void **state)
{
	const struct process tapdisk = {.pid = 7, .comm = "tapdisk", .exe = ""};
	const struct process other = {.pid = 7, .comm = "qemu-kvm", .exe = ""};
	cleanup_buf struct buf words = BUF_INIT;

	(void)state;
	remedy_tapdisk_words(&other, &words);
	assert_int_equal(words.len, 0);
	remedy_tapdisk_words(&tapdisk, &words);
	ASSERT_WORDS(&words, "`tap-ctl list`");
}

#define A_UUID "11111111-2222-3333-4444-555555555555"

static void test_words_of_managers(void **state)
{
	static const struct {
		const char *label, *words; /* NULL: it tells nobody */
	} rows[] = {
		{"VG_XenStorage-" A_UUID "/VHD-" A_UUID, "`xe vdi-list uuid=" A_UUID "`"},
		{"VG_XenStorage-" A_UUID "/LV-" A_UUID,
			"`xe vbd-list vdi-uuid=" A_UUID "`"},
		{"pve/vm-104-disk-0", "`qm config 104`"},
		{"pve/base-9000-disk-1", "`pct config 9000`"},
		{"cinder-volumes/volume-" A_UUID, "`openstack volume show " A_UUID "`"},
		{"cinder-volumes/_snapshot-" A_UUID,
			"`openstack volume snapshot show " A_UUID "`"},
		{"nova/" A_UUID "_disk", "`openstack server show " A_UUID "`"},
		{A_UUID "/" A_UUID, "ask the engine about image " A_UUID},
		{"onapp-aaaa/backup-1f", "control panel knows it as 1f"},
		{"onapp-aaaa/ekwqx3d1vtkp0s", "control panel knows it as ekwqx3d1vtkp0s"},
		{"pve/vm-disk-0", NULL},
		{"cinder-volumes/volume-1", NULL},
		{"VG_XenStorage-" A_UUID "/MGT", NULL},
		{"vg/" A_UUID, NULL},
		{"VHD-1111", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_buf struct buf words = BUF_INIT;

		assert_int_equal(remedy_manager_words(rows[i].label, &words),
			rows[i].words != NULL);
		if (rows[i].words)
			ASSERT_WORDS(&words, rows[i].words);
		else
			assert_int_equal(words.len, 0);
	}
}

/* LVM's own parts of other volumes are not what a wide glob means. */
static void test_hidden_parts_are_no_subjects(void **state)
{
	static const char *const names[] = {
		"pool_tdata", "pool_tmeta", "disk_rimage_0", "disk_rmeta_0", "pvmove0"};
	static const char *wide[] = {"*/*"};
	const struct request all = {.select = wide, .n_select = 1};
	cleanup_host struct host *host = sample_host_idle();
	cleanup_survey struct survey survey = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		*array_add(&host->lvs, &host->n_lvs) = (struct lv){.vg_uuid = SAMPLE_VG,
			.uuid = names[i],
			.name = names[i],
			.role = LV_ORDINARY,
			.origin_uuid = ""};
	host_sort(host);
	survey_collect(host, &all, &survey);
	classify_survey(&survey);
	assert_true(survey.n_subjects > 0);
	for (size_t i = 0; i < survey.n_subjects; i++)
		for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
			assert_null(strstr(survey.subjects[i].label, names[n]));
}

/* A guest waits: before all else, but behind the removal of what would turn its writes
 * against another volume. */
static void test_words_of_suspended(void **state)
{
	cleanup_host struct host *held = sample_host(), *merging = sample_host_idle(),
				 *stale = sample_host(), *loaded = sample_host_idle();
	cleanup_buf struct buf of_held = BUF_INIT, of_merging = BUF_INIT,
			       of_stale = BUF_INIT, of_loaded = BUF_INIT;
	const char *resume = "`dmsetup resume onapp--aaaa-disk`";

	(void)state;
	sample_device(held, 0)->flags = sample_device(held, 1)->flags = DEVICE_SUSPENDED;
	sample_add_use(held, 812, "vi", USE_FILE, 4);
	words_of(held, &of_held);
	resume = sample_device(held, 0)->name;
	ASSERT_WORDS(&of_held, "`dmsetup resume ", sample_device(held, 1)->name,
		"a guest's too", "`dmsetup resume ", resume, "do: stop process 812");

	sample_device(merging, 0)->flags = DEVICE_SUSPENDED;
	sample_lv(merging)->is_merging = true;
	words_of(merging, &of_merging);
	ASSERT_WORDS(&of_merging, "advise: `dmsetup resume ", "every read and write of ",
		"keep: wait until it is merged");

	sample_make_stale(stale);
	sample_add_victim(stale);
	sample_device(stale, 0)->flags = DEVICE_SUSPENDED;
	words_of(stale, &of_stale);
	ASSERT_WORDS(&of_stale, "do not resume it yet", "close ",
		"`dmsetup remove -u LVM-" SAMPLE_VG SAMPLE_SNAP "`",
		"`dmsetup remove -u LVM-" SAMPLE_VG SAMPLE_SNAP "-cow`",
		"`dmsetup resume ", "check onapp-aaaa/victim");

	sample_device(loaded, 0)->flags = DEVICE_SUSPENDED | DEVICE_HAS_INACTIVE;
	words_of(loaded, &of_loaded);
	ASSERT_WORDS(&of_loaded, "`dmsetup table --inactive ", "`dmsetup clear ",
		"`dmsetup resume ");
}

/* Half-way through lvremove: what is mapped goes before the volume that owns its extents.
 */
static void test_words_of_half_removed(void **state)
{
	cleanup_host struct host *active = sample_host_idle(),
				 *linear = sample_host_idle(),
				 *unloaded = sample_host_idle();
	cleanup_buf struct buf of_active = BUF_INIT, of_linear = BUF_INIT,
			       of_unloaded = BUF_INIT;
	const struct dm_target plain = {
		.length = 8192, .type = "linear", .params = "7:0 272384", .status = ""};

	(void)state;
	sample_lv(active)->role = LV_ORDINARY;
	sample_lv(active)->origin_uuid = "";
	words_of(active, &of_active);
	ASSERT_WORDS(&of_active, "Check first", "`lvs -o lv_name,origin,lv_time",
		"`dmsetup info", "0 opens",
		"Then `dmsetup remove -u LVM-" SAMPLE_VG SAMPLE_SNAP "`",
		"`dmsetup remove -u LVM-" SAMPLE_VG SAMPLE_SNAP "-cow`",
		"`lvremove -y onapp-aaaa/backup-dddd`",
		"`lvchange --refresh onapp-aaaa/");

	sample_lv(linear)->role = LV_ORDINARY;
	sample_lv(linear)->origin_uuid = "";
	sample_device(linear, 3)->targets[0] = plain;
	words_of(linear, &of_linear);
	ASSERT_WORDS(&of_linear,
		"Then `dmsetup remove -u LVM-" SAMPLE_VG SAMPLE_SNAP "-cow`",
		"`lvremove -y onapp-aaaa/backup-dddd`");
	assert_no_word(&of_linear, "SSSS`");

	sample_device(unloaded, 3)->targets[0] = plain;
	words_of(unloaded, &of_unloaded);
	ASSERT_WORDS(&of_unloaded, "0 opens", "`lvchange --refresh onapp-aaaa/",
		"do not use them");
}

static void test_words_of_victims_and_backups(void **state)
{
	static const char *const spoilt[] = {"Invalid", "Overflow", "99999/32768 16"};
	cleanup_host struct host *stale = sample_host(), *over = sample_host();
	cleanup_buf struct buf of_stale = BUF_INIT, of_over = BUF_INIT;

	(void)state;
	sample_make_stale(stale);
	sample_add_victim(stale);
	((struct lv *)host_lv(stale, SAMPLE_VG, SAMPLE_VICTIM))->created =
		SAMPLE_TAKEN - 86400;
	words_of(stale, &of_stale);
	ASSERT_WORDS(&of_stale,
		"advise: when this snapshot is gone, check onapp-aaaa/victim",
		"not before its creation (2026-11-22 ",
		"fsck finds damaged metadata only", "restore",
		"Backups made from this snapshot since then are unusable");
	/* it has overflowed since: what it wrote until then is there */
	sample_make_stale(over);
	sample_add_victim(over);
	sample_device(over, 3)->targets[0].status = "Invalid";
	words_of(over, &of_over);
	ASSERT_WORDS(&of_over,
		"check onapp-aaaa/victim: before it stopped writing, this snapshot may "
		"have damaged it",
		"mark the backup made from it as failed");
	for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
		cleanup_host struct host *host = sample_host_idle();
		cleanup_buf struct buf words = BUF_INIT;

		sample_device(host, 3)->targets[0].status = spoilt[i];
		words_of(host, &words);
		ASSERT_WORDS(&words, "advise: mark the backup made from it as failed");
	}
}

/* Whatever is known of it: the origin, which has the kernel's target now, is never to be
 * closed. */
static void test_words_of_merges(void **state)
{
	static const struct {
		const char *status, *words; /* status NULL: marked only */
		bool is_stale;
	} rows[] = {
		{"16/32768 16", "keep: wait until it is merged", false},
		{"16/32768 16", "keep: wait until it is merged", true},
		{"Merge failed", "`lvchange -an onapp-aaaa/disk1`", false},
		{"Merge failed", "`lvchange -an onapp-aaaa/disk1`", true},
		{NULL, "The merge has not begun", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_host struct host *host = sample_host_idle();
		cleanup_buf struct buf words = BUF_INIT;

		sample_lv(host)->is_merging = true;
		if (rows[i].status)
			sample_make_merging(host, rows[i].status);
		if (rows[i].is_stale)
			sample_make_stale(host);
		words_of(host, &words);
		ASSERT_WORDS(&words, rows[i].words);
		assert_no_word(&words, "dmsetup remove");
	}
}

/* A container's process that uses files there and keeps the mount: one thing to do. The
 * mapping and its opens go with it. */
static void test_container(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_survey struct survey survey = {0};
	cleanup_remedy struct remedy remedy = {0};
	struct mount_namespace *namespace =
		array_add(&host->namespaces, &host->n_namespaces);

	(void)state;
	*namespace = (struct mount_namespace){.id = SAMPLE_NS + 1, .pid = 812};
	host_source_set(host, "mounts/4026531842", OUTCOME_READ, "%s", "");
	host->mounts[host->n_mounts - 1].namespace_id = SAMPLE_NS + 1;
	sample_add_use(host, 812, "nginx", USE_CWD, 4);
	host->processes[0].mount_namespace = SAMPLE_NS + 1;
	host_sort(host);
	survey_host(host, &survey);
	assert_true(subject_has_rule(&survey.subjects[0], RULE_IN_USE));
	assert_true(subject_has_rule(&survey.subjects[0], RULE_MOUNTED_ELSEWHERE));
	remedy_collect(&survey, &survey.subjects[0], &remedy);
	assert_int_equal(remedy.n_actions, 1);
	assert_non_null(strstr(remedy.actions[0].text, "stop process 812 (nginx)"));
	assert_int_equal(remedy.actions[0].rules,
		1ull << RULE_IN_USE | 1ull << RULE_MOUNTED_ELSEWHERE);
}

static void test_random_states(void **state)
{
	uint64_t first = number_from_environment("RANDOM_SEED", 1);
	uint64_t count = number_from_environment("RANDOM_STATES", STATES_DEFAULT);
	size_t shown = 0;

	(void)state;
	for (uint64_t seed = first; seed < first + count; seed++)
		check_host_of(make_random, seed, &shown);
	print_message("%" PRIu64 " random hosts from seed %" PRIu64
		      ": the actions of %zu subjects suffice, and none is one too many\n",
		count, first, shown);
	assert_true(count < 1000 || shown > count / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_advice),
		cmocka_unit_test(test_words_of_fstab),
		cmocka_unit_test(test_words_of_thin),
		cmocka_unit_test(test_hidden_parts_are_no_subjects),
		cmocka_unit_test(test_words_of_paths),
		cmocka_unit_test(test_words_of_holders),
		cmocka_unit_test(test_words_of_services),
		cmocka_unit_test(test_words_of_tapdisk),
		cmocka_unit_test(test_words_of_managers),
		cmocka_unit_test(test_words_of_suspended),
		cmocka_unit_test(test_words_of_half_removed),
		cmocka_unit_test(test_words_of_victims_and_backups),
		cmocka_unit_test(test_words_of_merges),
		cmocka_unit_test(test_container),
		cmocka_unit_test(test_random_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
