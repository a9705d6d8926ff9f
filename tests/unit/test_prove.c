/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prover against a planner that was told to look away: each row changes the made-up
 * host in one way, switches off the planner's rule for it, and the prover must refuse the
 * plan that comes out. And the reverse: the plans of a planner that sees everything are
 * proven.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "judge.h"
#include "planning.h"
#include "proof.h"
#include "reports.h"
#include "sample_host.h"
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

static const char *select_all[] = {SELECT_DEFAULT};

#define OFF(rule) (1ull << (rule))

/* Surveys, orders, writes and reads back. NULL: the planner's own replay refused. */
static struct plan *plan_host(struct host *host, uint64_t rules_off, bool has_refresh)
{
	struct request request = {.select = select_all,
		.n_select = 1,
		.min_age = MIN_AGE_DEFAULT,
		.has_refresh_origin = has_refresh,
		.rules_off = rules_off};
	cleanup_survey struct survey survey = {0};
	cleanup_with(plan_free_fn) struct plan *plan = plan_new();
	cleanup_buf struct buf text = BUF_INIT;
	struct plan *again = NULL;
	struct err err = ERR_INIT;

	survey_collect(host, &request, &survey);
	classify_survey(&survey);
	*array_add(&plan->select, &plan->n_select) = xstrdup(SELECT_DEFAULT);
	plan->min_age = MIN_AGE_DEFAULT;
	plan->has_refresh_origin = has_refresh;
	memset(plan->capture_sha256, '0', SHA256_HEX_LEN);
	if (order_survey(&survey, plan, &err) < 0)
		return NULL;
	plan_write(plan, &text);
	if (plan_read(buf_text(&text), text.len, "plan", &again, &err) < 0)
		fail_msg("%s", err.msg);
	return again;
}

/* ---- what a planner that looks away would remove ---- */

static struct lv *snapshot_volume(struct host *host)
{
	return host_lv(host, SAMPLE_VG, SAMPLE_SNAP);
}

static void merging(struct host *host)
{
	snapshot_volume(host)->is_merging = true;
}

static void young(struct host *host)
{
	snapshot_volume(host)->created = SAMPLE_TAKEN - 59;
}

static void future(struct host *host)
{
	snapshot_volume(host)->created = SAMPLE_TAKEN + 59;
}

static void process_inside(struct host *host)
{
	sample_add_use(host, 4711, "bash", USE_CWD, 4);
}

static void backup_inside(struct host *host)
{
	sample_add_use(host, 4711, "tar", USE_FILE, 4);
}

static void swap(struct host *host)
{
	struct swap *entry = array_add(&host->swaps, &host->n_swaps);

	*entry = (struct swap){.path = "/dev/dm-3", .devno = {254, 3}};
}

static void loop(struct host *host)
{
	struct block *block = array_add(&host->blocks, &host->n_blocks);

	*block = (struct block){.transport = "",
		.devno = {7, 1},
		.kname = "loop1",
		.kind = BLOCK_LOOP,
		.backing_file = "/mnt/backup/image"};
}

static void suspended(struct host *host)
{
	sample_device(host, 3)->flags = DEVICE_SUSPENDED;
}

static void pending(struct host *host)
{
	sample_device(host, 3)->flags = DEVICE_HAS_INACTIVE;
}

static void neighbour_has_inactive(struct host *host)
{
	sample_add_neighbour(host)->flags = DEVICE_HAS_INACTIVE;
}

static void neighbour_inactive(struct host *host)
{
	sample_add_neighbour(host);
	host_device_by_devno(host, (struct devno){254, 1})->open_count--;
	sample_device(host, 9)->is_gone = true;
	sample_device(host, 8)->is_gone = true;
}

static void neighbour_linear(struct host *host)
{
	sample_add_neighbour(host);
	sample_device(host, 9)->targets[0].type = "linear";
	sample_device(host, 9)->targets[0].params = "254:8 0";
}

static void neighbour_with_own_table(struct host *host)
{
	sample_add_neighbour(host);
	sample_device(host, 9)->targets[0].params = "254:1 254:8 PO 8";
}

static void neighbour_merging(struct host *host)
{
	sample_add_neighbour(host);
	host_lv(host, SAMPLE_VG, SAMPLE_NEIGHBOUR)->is_merging = true;
}

static void on_the_layer(struct host *host)
{
	sample_add_device(host, 9, "handmade", "", "linear", "254:1 0", 2048);
	host_sort(host);
}

static void layer_opened(struct host *host)
{
	sample_device(host, 1)->open_count++;
}

static void on_the_layer_of_two(struct host *host)
{
	sample_add_neighbour(host);
	sample_add_device(host, 10, "handmade", "", "linear", "254:1 0", 2048);
	host_sort(host);
}

static void moving(struct host *host)
{
	host_change_add(host, sample_device(host, 2)->devno, CHANGE_TABLE, "");
}

static void origin_suspended(struct host *host)
{
	sample_device(host, 0)->flags = DEVICE_SUSPENDED;
}

static void state_unknown(struct host *host)
{
	sample_device(host, 3)->targets[0].status = "Unknown";
}

static void swaps_unread(struct host *host)
{
	host_source_set(host, "swaps", OUTCOME_DENIED, "%s", "");
}

static void place_unknown(struct host *host)
{
	host->pvs[0].devno = DEVNO_NONE;
}

static void cow_elsewhere(struct host *host)
{
	sample_device(host, 2)->targets[0].params = "7:0 400000";
}

static void hidden(struct host *host)
{
	struct superblock *superblock =
		array_add(&host->superblocks, &host->n_superblocks);

	*superblock = (struct superblock){.devno = {254, 3}, .type = "xfs"};
}

static void partial(struct host *host)
{
	host->vgs[0].is_partial = true;
}

static void foreign(struct host *host)
{
	host->vgs[0].is_foreign = true;
}

static void shared(struct host *host)
{
	host->vgs[0].lock_type = "sanlock";
}

static void duplicate(struct host *host)
{
	host->pvs[0].is_duplicate = true;
}

static void processes_unread(struct host *host)
{
	host_source_set(host, "processes", OUTCOME_DENIED, "%s", "");
}

static void mounts_unread(struct host *host)
{
	host_source_set(host, "mounts/4026531841", OUTCOME_HUNG, "%s", "");
}

static void sparse(struct host *host)
{
	snapshot_volume(host)->has_virtual_origin = true;
}

/* One leg on the snapshot, one on the origin. */
static void guest_volume(struct host *host)
{
	sample_add_device(host, 7, "guest-root",
		"LVM-GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR",
		"striped", "2 128 254:3 4096 254:0 4096", 100);
	host_sort(host);
}

static void system_mount(struct host *host)
{
	for (size_t i = 0; i < host->n_mounts; i++)
		if (strcmp(host->mounts[i].target, "/mnt/backup") == 0)
			host->mounts[i].target = "/usr/local";
}

static void read_write(struct host *host)
{
	for (size_t i = 0; i < host->n_mounts; i++)
		if (strcmp(host->mounts[i].target, "/mnt/backup") == 0)
			host->mounts[i].super_options = "rw,errors=continue";
}

static void command_at_work(struct host *host)
{
	*array_add(&host->processes, &host->n_processes) = (struct process){
		.pid = 700, .comm = "lvchange", .exe = "", .mount_namespace = SAMPLE_NS};
	host_sort(host);
}

static void another_belongs_there(struct host *host)
{
	*array_add(&host->fstab, &host->n_fstab) = (struct fstab_entry){.line = 4,
		.is_automatic = true,
		.source = "UUID=0c0b0a",
		.target = "/mnt/backup",
		.type = "ext4"};
}

static void loop_nowhere(struct host *host)
{
	sample_add_loop(host, 7, "/image", "")->file.place = FILE_UNPLACED;
	host_sort(host);
}

static void swap_file(struct host *host)
{
	struct swap *swap = sample_add_swap(host, DEVNO_NONE);

	swap->path = "/swapfile";
	swap->file = (struct file_at){FILE_FOUND, {254, 4}};
}

static void swap_nowhere(struct host *host)
{
	swap_file(host);
	host->swaps[0].file = (struct file_at){FILE_UNPLACED, DEVNO_NONE};
}

static void hold_somewhere(struct host *host, struct devno devno, bool is_within)
{
	*array_add(&host->kernel_holders, &host->n_kernel_holders) =
		(struct kernel_holder){.devno = devno,
			.kind = HOLDER_OVERLAY,
			.name = "/mnt/merged",
			.namespace_id = is_within ? SAMPLE_NS : 0,
			.is_within = is_within};
}

static void overlaid(struct host *host)
{
	hold_somewhere(host, (struct devno){254, 4}, false);
}

static void overlay_nowhere(struct host *host)
{
	hold_somewhere(host, DEVNO_NONE, false);
}

static void overlay_within(struct host *host)
{
	hold_somewhere(host, DEVNO_NONE, true);
}

static void automounted(struct host *host)
{
	for (size_t i = 0; i < host->n_mounts; i++)
		if (strcmp(host->mounts[i].target, "/mnt/backup") == 0)
			host->mounts[i].parent_id = 70;
	sample_add_mount(host, SAMPLE_NS, 70, 1, 9070, "/mnt");
	host->mounts[host->n_mounts - 1].type = "autofs";
	host->mounts[host->n_mounts - 1].devno = (struct devno){0, 70};
}

static const struct {
	const char *name;
	void (*change)(struct host *host);
	uint64_t off; /* the planner's rules that would have seen it */
	int rule;     /* of the prover */
} rows[] = {
	{"merging", merging, OFF(RULE_MERGING), 3},
	{"young", young, OFF(RULE_TOO_YOUNG), 3},
	{"future", future, OFF(RULE_TOO_YOUNG), 3},
	{"process", process_inside, OFF(RULE_IN_USE), 3},
	{"backup", backup_inside, OFF(RULE_BACKUP_RUNNING), 3},
	{"swap", swap, OFF(RULE_HELD) | OFF(RULE_OPENS_UNEXPLAINED), 3},
	{"loop", loop, OFF(RULE_HELD), 3},
	{"overlay", overlaid, OFF(RULE_HELD), 3},
	{"overlay nowhere", overlay_nowhere, OFF(RULE_UNPLACED), 3},
	{"overlay within", overlay_within, OFF(RULE_UNPLACED), 3},
	{"automounted", automounted, OFF(RULE_HELD), 3},
	{"loop nowhere", loop_nowhere, OFF(RULE_UNPLACED), 3},
	{"swap file", swap_file, OFF(RULE_HELD), 3},
	{"swap nowhere", swap_nowhere, OFF(RULE_UNPLACED), 3},
	{"suspended", suspended, OFF(RULE_UNSETTLED), 4},
	{"pending", pending, OFF(RULE_UNSETTLED), 4},
	{"pending neighbour", neighbour_has_inactive, OFF(RULE_UNSETTLED), 4},
	{"inactive neighbour", neighbour_inactive, OFF(RULE_DISAGREE), 1},
	{"linear neighbour", neighbour_linear, OFF(RULE_DISAGREE), 1},
	{"neighbour's own table", neighbour_with_own_table, OFF(RULE_DISAGREE), 1},
	{"merging neighbour", neighbour_merging, OFF(RULE_MERGING), 3},
	{"mapping on the layer", on_the_layer, OFF(RULE_FOREIGN_MAPPING), 1},
	{"the same, of two", on_the_layer_of_two, OFF(RULE_FOREIGN_MAPPING), 1},
	{"layer opened", layer_opened, OFF(RULE_OPENS_UNEXPLAINED), 4},
	{"origin suspended", origin_suspended, OFF(RULE_UNSETTLED), 4},
	{"state unknown", state_unknown, OFF(RULE_EVIDENCE_MISSING), 6},
	{"swaps unread", swaps_unread, OFF(RULE_EVIDENCE_MISSING), 6},
	{"place unknown", place_unknown, OFF(RULE_EVIDENCE_MISSING), 6},
	{"COW elsewhere", cow_elsewhere, OFF(RULE_DISAGREE), 10},
	{"hidden fs", hidden, OFF(RULE_HIDDEN_FS) | OFF(RULE_OPENS_UNEXPLAINED), 4},
	{"partial", partial, OFF(RULE_VG_UNSAFE), 5},
	{"foreign", foreign, OFF(RULE_VG_UNSAFE), 5},
	{"duplicate", duplicate, OFF(RULE_VG_UNSAFE), 5},
	{"shared", shared, OFF(RULE_SHARED_VG), 5},
	{"processes unread", processes_unread, OFF(RULE_EVIDENCE_MISSING), 6},
	{"mounts unread", mounts_unread, OFF(RULE_EVIDENCE_MISSING), 6},
	{"changed meanwhile", moving, OFF(RULE_UNSETTLED), 6},
	{"sparse", sparse, OFF(RULE_VIRTUAL_ORIGIN), 7},
	{"system mount", system_mount, OFF(RULE_MOUNTED_AS_SYSTEM), 7},
	{"read-write", read_write, OFF(RULE_MOUNTED_READ_WRITE), 11},
	{"command", command_at_work, OFF(RULE_COMMAND_RUNNING), 14},
	{"another's mount point", another_belongs_there, OFF(RULE_MOUNTED_AS_SYSTEM), 13},
	{"guest volume", guest_volume, OFF(RULE_FOREIGN_MAPPING), 1},
};

static void test_looks_away(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_host struct host *host = sample_host();
		cleanup_with(plan_free_fn) struct plan *plan = NULL;
		struct err err = ERR_INIT;
		char rule[32];

		if (rows[i].change == state_unknown)
			continue; /* then nothing speaks for its removal either */
		if (rows[i].change == loop)
			continue; /* the plan would end it first: test_blocks.c */
		rows[i].change(host);
		plan = plan_host(host, rows[i].off, false);
		/* below a mount, which is asked about first */
		snprintf(rule, sizeof(rule), "breaks rule %d:",
			rows[i].change == suspended || rows[i].change == pending
				? 13
				: rows[i].rule);
		if (!plan)
			continue; /* the replay refused it, too: test_planner.c */
		if (!plan->n_steps)
			fail_msg("%s: the planner still looks", rows[i].name);
		if (prove_plan(host, plan, &err) == 0)
			fail_msg("%s: proven", rows[i].name);
		if (!strstr(err.msg, rule))
			fail_msg("%s: %s", rows[i].name, err.msg);
	}
}

/* The same changes after the plan was made: the planner's replay has no say here, only
 * the prover. */
static void test_changed_afterwards(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* flags of a device that an earlier step speaks of would break rule 8
		 * first */
		bool is_flag = rows[i].change == suspended || rows[i].change == pending;
		cleanup_host struct host *host =
			is_flag ? sample_host_idle() : sample_host();
		cleanup_with(plan_free_fn) struct plan *plan = plan_host(host, 0, false);
		struct err err = ERR_INIT;
		char rule[32];

		if (rows[i].change == guest_volume)
			continue; /* it would be no part of the plan's scope */
		rows[i].change(host);
		facts_free(&plan->expect);
		host_facts(host, &plan->scope, &plan->expect);
		snprintf(rule, sizeof(rule), "breaks rule %d:", rows[i].rule);
		if (prove_plan(host, plan, &err) == 0 || !strstr(err.msg, rule))
			fail_msg("%s: %s", rows[i].name, err.msg);
	}
}

/* ---- what is proven ---- */

static void assert_proven(struct host *host, bool has_refresh, size_t n_steps)
{
	cleanup_with(plan_free_fn) struct plan *plan = plan_host(host, 0, has_refresh);
	struct err err = ERR_INIT;

	assert_non_null(plan);
	assert_int_equal(plan->n_steps, n_steps);
	if (prove_plan(host, plan, &err) < 0)
		fail_msg("%s", err.msg);
}

static void test_good_plans(void **state)
{
	cleanup_host struct host *mapped = sample_host();
	cleanup_host struct host *idle = sample_host_idle();
	cleanup_host struct host *stale = sample_host();

	(void)state;
	assert_proven(mapped, false, 3);
	assert_proven(idle, false, 1);
	sample_make_stale(stale);
	assert_proven(stale, false, 4);
	assert_proven(stale, true, 5);
}

/* ---- forged plans: no planner makes them, a person might ---- */

static struct plan *stale_plan(struct host *host)
{
	sample_make_stale(host);
	return plan_host(host, 0, false);
}

static void assert_broken(struct host *host, struct plan *plan, const char *rule)
{
	struct err err = ERR_INIT;

	assert_int_equal(prove_plan(host, plan, &err), -EPERM);
	if (!strstr(err.msg, rule))
		fail_msg("%s", err.msg);
}

static void aim_at(struct plan *plan, size_t step, const struct device *device)
{
	struct plan_target *target = &plan->steps[step].target;

	free(target->dm_uuid);
	free(target->dm_name);
	target->dm_uuid = xstrdup(device->uuid);
	target->dm_name = xstrdup(device->name);
	target->devno = device->devno;
}

static void test_the_origin_and_its_layer(void **state)
{
	for (unsigned minor = 0; minor < 2; minor++) {
		cleanup_host struct host *host = sample_host();
		cleanup_with(plan_free_fn) struct plan *plan = stale_plan(host);

		(void)state;
		aim_at(plan, 3, sample_device(host, minor));
		sample_device(host, minor)->open_count = 0;
		assert_broken(host, plan, "breaks rule 1:");
	}
}

static void test_a_snapshot_that_lvm_knows(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_host struct host *other = sample_host();
	cleanup_with(plan_free_fn) struct plan *plan = stale_plan(other);

	(void)state;
	/* the plan of a host where it is stale, on one where it is not */
	facts_free(&plan->expect);
	host_facts(host, &plan->scope, &plan->expect);
	assert_broken(host, plan, "breaks rule 1:");
}

static void test_the_wrong_order(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_with(plan_free_fn) struct plan *plan = stale_plan(host);
	struct plan_step first = plan->steps[1];

	(void)state;
	plan->steps[1] = plan->steps[2];
	plan->steps[2] = first;
	assert_broken(host, plan, "breaks rule 4:");
}

static void test_a_refresh_that_nobody_asked_for(void **state)
{
	cleanup_host struct host *host = sample_host_idle();
	cleanup_with(plan_free_fn) struct plan *plan = NULL;

	(void)state;
	sample_make_stale(host);
	plan = plan_host(host, 0, true);
	plan->has_refresh_origin = false;
	assert_broken(host, plan, "breaks rule 1:");
}

/* Whatever is taken off a snapshot is taken off because the snapshot goes. */
static void test_a_snapshot_that_stays(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_with(plan_free_fn) struct plan *plan = plan_host(host, 0, false);
	size_t n_steps = plan->n_steps;

	(void)state;
	for (plan->n_steps = 1; plan->n_steps < n_steps; plan->n_steps++)
		assert_broken(host, plan, "breaks rule 1:");
}

/* What may change before the plan is carried out has to be asked for by then. */
static void test_a_condition_is_left_out(void **state)
{
	static const struct {
		enum condition_kind kind;
		const char *broken;
	} wanted[] = {
		{CONDITION_SIBLINGS, "breaks rule 10:"},
		{CONDITION_SETTLED, "breaks rule 10:"},
		{CONDITION_SINGLE, "breaks rule 10:"},
		{CONDITION_NOT_CONFIGURED, "breaks rule 12:"},
		{CONDITION_MOUNT_POINTS, "breaks rule 13:"},
		{CONDITION_QUIET, "breaks rule 14:"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		cleanup_host struct host *host = sample_host();
		cleanup_with(plan_free_fn) struct plan *plan = plan_host(host, 0, false);
		struct scope *scope = &plan->scope;
		size_t count = scope->n_conditions, kept = 0;

		for (size_t c = 0; c < count; c++)
			if (scope->conditions[c].kind != wanted[i].kind)
				scope->conditions[kept++] = scope->conditions[c];
		assert_int_equal(kept, count - 1);
		scope->n_conditions = kept;
		facts_free(&plan->expect);
		host_facts(host, scope, &plan->expect);
		assert_broken(host, plan, wanted[i].broken);
	}
}

static void test_predictions(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_with(plan_free_fn) struct plan *missing = stale_plan(host);
	cleanup_with(plan_free_fn) struct plan *extra = plan_host(host, 0, false);

	(void)state;
	facts_remove(&missing->steps[1].gone, "table 254:4 0 32768 linear 254:3 2048");
	assert_broken(host, missing, "breaks rule 8:");
	facts_insert(&extra->steps[1].new, "holder 254:3 swap");
	assert_broken(host, extra, "breaks rule 8:");
}

static void test_expectations(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_with(plan_free_fn) struct plan *plan = stale_plan(host);

	(void)state;
	sample_device(host, 3)->diskseq++;
	assert_broken(host, plan, "expects what the capture does not show");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_looks_away),
		cmocka_unit_test(test_changed_afterwards),
		cmocka_unit_test(test_good_plans),
		cmocka_unit_test(test_the_origin_and_its_layer),
		cmocka_unit_test(test_a_snapshot_that_lvm_knows),
		cmocka_unit_test(test_the_wrong_order),
		cmocka_unit_test(test_a_refresh_that_nobody_asked_for),
		cmocka_unit_test(test_a_snapshot_that_stays),
		cmocka_unit_test(test_a_condition_is_left_out),
		cmocka_unit_test(test_predictions),
		cmocka_unit_test(test_expectations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
