/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does the planner miss anything? On random hosts, everything that can be removed at all
 * is removed by trial: any mount unmounted, any swap area turned off, any array stopped,
 * any loop device detached, any device and any snapshot's volume removed, in any order,
 * as long as the prover's rules allow the single step, until nothing more goes. A removal
 * never forbids another one, so one such order is as good as all. What is gone then, the
 * planner must have judged removable, with one exception: see has_sibling_left().
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
#include "prove.h"
#include "random_host.h"
#include "sample_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/swap.h"
#include "snapstate/lvm_names.h"

#define STATES_DEFAULT 1000

/* ---- trial ---- */

/* That no configuration names it has to last, that nothing else is around its mounts, and
 * where its COW is: each volume that there is. */
static void name_volumes(const struct host *host, struct plan *plan)
{
	for (size_t i = 0; i < host->n_devices; i++) {
		char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
		const char *layer;
		struct condition condition = {
			.kind = CONDITION_NOT_CONFIGURED, .argument = ""};

		if (!lvm_dm_uuid_split(host->devices[i].uuid, vg, lv, &layer))
			continue;
		condition.vg_uuid = arena_strdup(plan->strings, vg);
		condition.lv_uuid = arena_strdup(plan->strings, lv);
		scope_add_condition(&plan->scope, &condition);
		condition.kind = CONDITION_MOUNT_POINTS;
		scope_add_condition(&plan->scope, &condition);
		condition.kind = CONDITION_STORAGE;
		scope_add_condition(&plan->scope, &condition);
	}
	scope_unite(&plan->scope);
}

/* true: the step was allowed, and *now is the host after it. */
static bool try_step(const struct host *before, struct host **now, struct plan *plan)
{
	struct err err = ERR_INIT;
	cleanup_free bool *has_good_group = xcalloc(before->n_vgs, sizeof(bool));
	cleanup_free bool *has_held = NULL;
	int gone_is_known = 0;
	const struct proof_plan alone = {0, plan};
	const struct proof_fleet fleet = {.hosts = &before,
		.now = now,
		.n_hosts = 1,
		.plans = &alone,
		.n_plans = 1};
	struct proof proof = {.fleet = &fleet,
		.before = before,
		.now = host_clone(*now),
		.plan = plan,
		.step = &plan->steps[0],
		.number = 1,
		.has_good_group = has_good_group,
		.ground = proof_ground_new(before),
		.gone_is_known = &gone_is_known,
		.err = &err};
	int r;

	name_volumes(before, plan);
	has_held = xcalloc(plan->scope.n_conditions, sizeof(bool));
	proof.has_held = has_held;
	r = proof_apply(&proof);
	proof_ground_free(proof.ground);
	if (r < 0) {
		host_free(proof.now);
		return false;
	}
	host_free(*now);
	*now = proof.now;
	return true;
}

static void set(char **string, const char *text)
{
	free(*string);
	*string = xstrdup(text);
}

static const char *const places[] = {RANDOM_HOST_PLACES};
static const char *leftover[] = {RANDOM_HOST_LEFTOVER};

static void name_group(struct scope *scope, const char *vg_uuid)
{
	scope_add_group_condition(scope, CONDITION_HOSTS, vg_uuid);
	scope_add_group_condition(scope, CONDITION_LOCAL, vg_uuid);
	scope_add_group_condition(scope, CONDITION_GROUND, vg_uuid);
}

/* Also those that only the kernel knows. */
static void name_groups(const struct host *host, struct plan *plan)
{
	for (size_t i = 0; i < host->n_vgs; i++)
		name_group(&plan->scope, host->vgs[i].uuid);
	for (size_t i = 0; i < host->n_devices; i++) {
		char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
		const char *layer;

		if (lvm_dm_uuid_split(host->devices[i].uuid, vg, lv, &layer))
			name_group(&plan->scope, arena_strdup(plan->strings, vg));
	}
	scope_unite(&plan->scope);
}

/* Every volume is asked for: what keeps it is something else. */
static struct plan *plan_of_all(const struct host *host)
{
	struct plan *plan = plan_new();

	name_groups(host, plan);
	scope_add_condition(
		&plan->scope, &(struct condition){.kind = CONDITION_QUIET,
				      .vg_uuid = "",
				      .lv_uuid = "",
				      .argument = ""});
	scope_unite(&plan->scope);
	*array_add(&plan->select, &plan->n_select) = xstrdup("*/*");
	plan->min_age = MIN_AGE_DEFAULT;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		*array_add(&plan->select_mounts, &plan->n_select_mounts) =
			xstrdup(places[i]);
	*array_add(&plan->leftover_mounts, &plan->n_leftover_mounts) =
		xstrdup(leftover[0]);
	return plan;
}

/* What shows that a mount which can be written is none of production's has to last. */
static void name_snapshots(const struct host *host, struct plan *plan)
{
	for (size_t i = 0; i < host->n_devices; i++) {
		char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
		const char *layer;

		if (host->devices[i].n_targets &&
			strcmp(host->devices[i].targets[0].type, "snapshot") == 0 &&
			lvm_dm_uuid_split(host->devices[i].uuid, vg, lv, &layer))
			scope_add_volume_condition(&plan->scope, CONDITION_IN_USE,
				arena_strdup(plan->strings, vg),
				arena_strdup(plan->strings, lv));
	}
	scope_unite(&plan->scope);
}

static bool try_umounts(const struct host *before, struct host **now)
{
	bool has_acted = false;

	for (size_t i = 0; i < (*now)->n_mounts; i++) {
		cleanup_with(plan_free_fn) struct plan *plan = plan_of_all(before);
		const struct mount *mount = &(*now)->mounts[i];
		struct plan_target *target;

		if (mount->is_gone)
			continue;
		target = &plan_step_add(plan, OP_UMOUNT)->target;
		target->namespace_id = mount->namespace_id;
		target->mount_id = mount->id;
		target->devno = host_mount_devno(*now, mount);
		name_snapshots(before, plan);
		has_acted |= try_step(before, now, plan);
	}
	return has_acted;
}

static bool try_dm_removals(const struct host *before, struct host **now)
{
	bool has_acted = false;

	for (size_t i = 0; i < (*now)->n_devices; i++) {
		cleanup_with(plan_free_fn) struct plan *plan = plan_of_all(before);
		const struct device *device = &(*now)->devices[i];
		struct plan_target *target;

		if (device->is_gone)
			continue;
		target = &plan_step_add(plan, OP_DM_REMOVE)->target;
		target->devno = device->devno;
		set(&target->dm_uuid, device->uuid);
		set(&target->dm_name, device->name);
		has_acted |= try_step(before, now, plan);
	}
	return has_acted;
}

static void name_what_lvm_touches(struct plan *plan, const struct plan_target *target)
{
	struct scope *scope = &plan->scope;

	scope_add_volume_condition(
		scope, CONDITION_SIBLINGS, target->vg_uuid, target->origin_uuid);
	scope_add_volume_condition(
		scope, CONDITION_SETTLED, target->vg_uuid, target->origin_uuid);
	scope_add_group_condition(scope, CONDITION_SINGLE, target->vg_uuid);
	scope_unite(scope);
}

static bool try_lv_removals(const struct host *before, struct host **now)
{
	bool has_acted = false;

	for (size_t i = 0; i < (*now)->n_lvs; i++) {
		cleanup_with(plan_free_fn) struct plan *plan = plan_of_all(before);
		const struct lv *lv = &(*now)->lvs[i];
		struct plan_target *target;

		if (lv->is_gone)
			continue;
		target = &plan_step_add(plan, OP_LV_REMOVE)->target;
		set(&target->vg_uuid, lv->vg_uuid);
		set(&target->lv_uuid, lv->uuid);
		set(&target->origin_uuid, lv->origin_uuid);
		set(&target->lv_name, lv->name);
		name_what_lvm_touches(plan, target);
		has_acted |= try_step(before, now, plan);
	}
	return has_acted;
}

static bool try_swap_offs(const struct host *before, struct host **now)
{
	bool has_acted = false;

	for (size_t i = 0; i < (*now)->n_swaps; i++) {
		cleanup_with(plan_free_fn) struct plan *plan = plan_of_all(before);
		const struct swap *swap = &(*now)->swaps[i];
		struct plan_target *target;

		if (swap->is_gone)
			continue;
		target = &plan_step_add(plan, OP_SWAP_OFF)->target;
		target->devno = swap->devno;
		set(&target->swap_path, swap->path);
		has_acted |= try_step(before, now, plan);
	}
	return has_acted;
}

/* Every block device, as an array and as a loop device. */
static bool try_block_ends(const struct host *before, struct host **now, enum plan_op op)
{
	bool has_acted = false;

	for (size_t i = 0; i < (*now)->n_blocks; i++) {
		cleanup_with(plan_free_fn) struct plan *plan = plan_of_all(before);
		const struct block *block = &(*now)->blocks[i];
		struct plan_target *target;

		if (block->is_gone)
			continue;
		target = &plan_step_add(plan, op)->target;
		target->devno = block->devno;
		target->diskseq = block->diskseq;
		set(&target->kname, block->kname);
		set(&target->array_uuid, block->uuid ? block->uuid : "");
		set(&target->file, block->backing_file);
		for (size_t b = 0; b < block->n_below; b++)
			*array_add(&target->below, &target->n_below) = block->below[b];
		if (*block->backing_file)
			*array_add(&target->below, &target->n_below) =
				host_loop_devno(*now, block);
		has_acted |= try_step(before, now, plan);
	}
	return has_acted;
}

static struct host *remove_all(const struct host *before)
{
	struct host *now = host_clone(before);
	bool has_acted = true;

	while (has_acted) {
		has_acted = try_umounts(before, &now);
		has_acted |= try_swap_offs(before, &now);
		has_acted |= try_block_ends(before, &now, OP_MD_STOP);
		has_acted |= try_block_ends(before, &now, OP_LOOP_DETACH);
		has_acted |= try_dm_removals(before, &now);
		has_acted |= try_lv_removals(before, &now);
	}
	return now;
}

/* ---- the planner's verdicts ---- */

static bool is_gone(const struct host *now, const struct subject *subject)
{
	const struct device *snapshot = subject->snapshot, *cow = subject->cow;

	return (snapshot || cow) &&
	       !(snapshot && host_device_by_devno(now, snapshot->devno)) &&
	       !(cow && host_device_by_devno(now, cow->devno));
}

/* A snapshot of the same origin that LVM does not know as one stays, or goes only in
 * part, since its COW is held; the planner does nothing by halves. */
static bool has_sibling_left(const struct survey *survey, const struct host *now,
	const struct subject *subject)
{
	for (size_t i = 0; i < survey->n_subjects; i++) {
		const struct subject *other = &survey->subjects[i];

		bool is_unknown = other->kind == SUBJECT_STALE ||
				  (other->lv && other->lv->role != LV_SNAPSHOT);

		if (is_unknown && other->real == subject->real && !is_gone(now, other))
			return true;
	}
	return false;
}

static bool is_missed(const struct survey *survey, const struct host *now,
	const struct subject *subject)
{
	return subject->verdict != VERDICT_REMOVE &&
	       !(subject->decisive == RULE_STALE_SIBLING &&
		       has_sibling_left(survey, now, subject));
}

static const char *words_of(const struct subject *subject)
{
	for (size_t i = 0; i < subject->n_reasons; i++)
		if (subject->reasons[i].rule == subject->decisive)
			return subject->reasons[i].text;
	return "";
}

static void compare(const struct host *host, uint64_t seed, size_t *ret_found)
{
	const char *select[] = {"*/*"}; /* as the trial does */
	struct request request = {.select = select,
		.n_select = 1,
		.min_age = MIN_AGE_DEFAULT,
		.select_mounts = places,
		.n_select_mounts = sizeof(places) / sizeof(places[0]),
		.leftover_mounts = leftover,
		.n_leftover_mounts = 1};
	cleanup_survey struct survey survey = {0};
	cleanup_host struct host *now = remove_all(host);

	survey_collect(host, &request, &survey);
	classify_survey(&survey);
	for (size_t i = 0; i < survey.n_subjects; i++) {
		const struct subject *subject = &survey.subjects[i];

		if (!is_gone(now, subject))
			continue;
		*ret_found += 1;
		if (is_missed(&survey, now, subject))
			fail_msg("RANDOM_SEED=%" PRIu64 ": %s is kept (%s: %s) and could "
				 "go",
				seed, subject->label, rule_text(subject->decisive)->name,
				words_of(subject));
	}
}

static void test_nothing_is_missed(void **state)
{
	uint64_t first = number_from_environment("RANDOM_SEED", 1);
	uint64_t count = number_from_environment("RANDOM_STATES", STATES_DEFAULT);
	size_t found = 0;

	(void)state;
	for (uint64_t seed = first; seed < first + count; seed++) {
		cleanup_host struct host *host = random_host(seed);

		compare(host, seed, &found);
	}
	print_message("%" PRIu64 " random hosts from seed %" PRIu64
		      ": %zu snapshots could go, none was missed\n",
		count, first, found);
	assert_true(count < 1000 || found > count / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
