/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Swap areas, arrays and loop devices on a snapshot. What is idle is ended, in an order
 * that the kernel accepts, and the plan is proven. Each way of not being idle is refused
 * by the planner, and on its own by the prover, which is given the plan of the idle host.
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
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/swap.h"

#define MAPPING ((struct devno){254, 4})

static const char *select_all[] = {SELECT_DEFAULT};

/* A plan, read back from its text; its subject's verdict and reasons. */
static struct plan *plan_host(
	struct host *host, struct buf *ret_words, enum verdict *ret_verdict)
{
	struct request request = {
		.select = select_all, .n_select = 1, .min_age = MIN_AGE_DEFAULT};
	cleanup_survey struct survey survey = {0};
	cleanup_with(plan_free_fn) struct plan *plan = plan_new();
	cleanup_buf struct buf text = BUF_INIT;
	struct plan *again = NULL;
	struct err err = ERR_INIT;

	survey_collect(host, &request, &survey);
	classify_survey(&survey);
	assert_int_equal(survey.n_subjects, 1);
	*ret_verdict = survey.subjects[0].verdict;
	for (size_t i = 0; i < survey.subjects[0].n_reasons; i++)
		buf_printf(ret_words, "%s [%s]\n", survey.subjects[0].reasons[i].text,
			rule_text(survey.subjects[0].reasons[i].rule)->name);
	*array_add(&plan->select, &plan->n_select) = xstrdup(SELECT_DEFAULT);
	plan->min_age = MIN_AGE_DEFAULT;
	memset(plan->capture_sha256, '0', SHA256_HEX_LEN);
	if (order_survey(&survey, plan, &err) < 0)
		fail_msg("order: %s", err.msg);
	plan_write(plan, &text);
	if (plan_read(buf_text(&text), text.len, "plan", &again, &err) < 0)
		fail_msg("%s\n%s", err.msg, buf_text(&text));
	return again;
}

/* ---- hosts ---- */

/* A mapping that nobody uses. */
static struct host *mapped_host(void)
{
	struct host *host = sample_host_idle();

	sample_add_device(host, 4, "onapp--aaaa-backup--ddddX1",
		"part1-LVM-" SAMPLE_VG SAMPLE_SNAP, "linear", "254:3 2048", 32768);
	return host;
}

static struct block *block(struct host *host, const char *kname)
{
	for (size_t i = 0; i < host->n_blocks; i++)
		if (strcmp(host->blocks[i].kname, kname) == 0)
			return &host->blocks[i];
	fail_msg("no %s", kname);
	return NULL;
}

static void mount_block(struct host *host, struct devno devno, unsigned id)
{
	sample_add_mount(host, SAMPLE_NS, id, 1, 999, "/mnt/inner");
	host->mounts[host->n_mounts - 1].devno = devno;
	sample_add_file_system(host, devno);
}

static void use_block(struct host *host, struct devno devno)
{
	sample_add_use(host, 4711, "bash", USE_CWD, devno.minor);
	host->uses[host->n_uses - 1].devno = devno;
}

static void swap(struct host *host)
{
	sample_add_swap(host, MAPPING);
}

static void loop(struct host *host)
{
	sample_add_loop(host, 5, "/dev/dm-4", "");
}

static void mounted_loop(struct host *host)
{
	loop(host);
	mount_block(host, (struct devno){7, 5}, 50);
}

static void autoclear_loop(struct host *host)
{
	mounted_loop(host);
	block(host, "loop5")->state = "autoclear";
}

static void partitioned_loop(struct host *host)
{
	sample_add_loop(host, 5, "/dev/dm-4", "partscan");
	sample_add_partition(host, 1, (struct devno){7, 5});
	mount_block(host, (struct devno){259, 1}, 50);
}

static void mapped_loop(struct host *host)
{
	loop(host);
	sample_add_device(
		host, 8, "loop5p1", "part1-devnode_7:5_Wh5pYvM", "linear", "7:5 8", 64);
	sample_add_file_system(host, (struct devno){254, 8});
	sample_add_mount(host, SAMPLE_NS, 50, 1, 8, "/mnt/inner");
}

static void loop_on_loop(struct host *host)
{
	loop(host);
	sample_add_loop(host, 6, "/dev/loop5", "");
}

static void loop_in_mount(struct host *host)
{
	sample_add_file_system(host, MAPPING);
	sample_add_mount(host, SAMPLE_NS, 44, 1, 4, "/mnt/backup");
	sample_add_loop(host, 5, "/mnt/backup/a b.img", "");
	/* in front of the mount below it */
	mount_block(host, (struct devno){7, 5}, 50);
	struct mount first = host->mounts[host->n_mounts - 1];

	host->mounts[host->n_mounts - 1] = host->mounts[host->n_mounts - 2];
	host->mounts[host->n_mounts - 2] = first;
}

static void array(struct host *host)
{
	sample_add_array(host, 127, 4);
}

static void array_of_two(struct host *host)
{
	sample_add_device(host, 5, "onapp--aaaa-backup--ddddX2",
		"part2-LVM-" SAMPLE_VG SAMPLE_SNAP, "linear", "254:3 34816", 32768);
	array(host);
	sample_add_member(host, block(host, "md127"), 5);
}

static void mounted_array(struct host *host)
{
	array(host);
	mount_block(host, (struct devno){9, 127}, 50);
}

static void unwritten_array(struct host *host)
{
	array(host);
	block(host, "md127")->state = "read-auto";
	block(host, "md127")->missing = 1;
}

static void array_that_never_ran(struct host *host)
{
	array(host);
	block(host, "md127")->state = "inactive";
	block(host, "md127")->level = "1";
	block(host, "md127")->sync = NULL;
}

static void striped_array(struct host *host)
{
	array(host);
	block(host, "md127")->level = "raid0";
	block(host, "md127")->sync = NULL;
}

static void swap_on_array(struct host *host)
{
	array(host);
	sample_add_swap(host, (struct devno){9, 127});
}

/* ---- what is idle ---- */

static void test_idle(void **state)
{
	static const struct {
		const char *name;
		void (*make)(struct host *host);
		const char *steps;
	} rows[] = {
		{"swap", swap, "swap-off dm-remove lv-remove "},
		{"loop", loop, "loop-detach dm-remove lv-remove "},
		{"mounted loop", mounted_loop, "umount loop-detach dm-remove lv-remove "},
		{"autoclear", autoclear_loop, "umount dm-remove lv-remove "},
		{"partitioned loop", partitioned_loop,
			"umount loop-detach dm-remove lv-remove "},
		{"mapped loop", mapped_loop,
			"umount dm-remove loop-detach dm-remove lv-remove "},
		{"loop on loop", loop_on_loop,
			"loop-detach loop-detach dm-remove lv-remove "},
		{"loop in mount", loop_in_mount,
			"umount loop-detach umount dm-remove lv-remove "},
		{"array", array, "md-stop dm-remove lv-remove "},
		{"array of two", array_of_two, "md-stop dm-remove dm-remove lv-remove "},
		{"mounted array", mounted_array, "umount md-stop dm-remove lv-remove "},
		{"unwritten array", unwritten_array, "md-stop dm-remove lv-remove "},
		{"array that never ran", array_that_never_ran,
			"md-stop dm-remove lv-remove "},
		{"striped array", striped_array, "md-stop dm-remove lv-remove "},
		{"swap on array", swap_on_array, "swap-off md-stop dm-remove lv-remove "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_host struct host *host = mapped_host();
		cleanup_with(plan_free_fn) struct plan *plan = NULL;
		cleanup_buf struct buf words = BUF_INIT, steps = BUF_INIT;
		enum verdict verdict;
		struct err err = ERR_INIT;

		rows[i].make(host);
		host_sort(host);
		plan = plan_host(host, &words, &verdict);
		if (verdict != VERDICT_REMOVE)
			fail_msg("%s: %s", rows[i].name, buf_text(&words));
		for (size_t s = 0; s < plan->n_steps; s++)
			buf_printf(&steps, "%s ", plan_op_name(plan->steps[s].op));
		if (strcmp(buf_text(&steps), rows[i].steps) != 0)
			fail_msg("%s: %s", rows[i].name, buf_text(&steps));
		if (prove_plan(host, plan, &err) < 0)
			fail_msg("%s: %s", rows[i].name, err.msg);
	}
}

/* ---- what is not ---- */

static void pages(struct host *host)
{
	host->swaps[0].used = 4;
}

static void pages_unread(struct host *host)
{
	host->swaps[0].has_used = false;
}

static void swap_file(struct host *host)
{
	*array_add(&host->swaps, &host->n_swaps) =
		(struct swap){.path = "/mnt/backup/swap", .has_used = true};
}

static void flags_unread(struct host *host)
{
	block(host, "loop5")->state = NULL;
}

static void waits_for_nobody(struct host *host)
{
	block(host, "loop5")->state = "autoclear";
}

static void used_loop(struct host *host)
{
	use_block(host, (struct devno){7, 5});
}

static void claimed_loop(struct host *host)
{
	*array_add(&host->kernel_holders, &host->n_kernel_holders) =
		(struct kernel_holder){.devno = {7, 5}, .kind = HOLDER_OTHER, .name = "bcache0"};
}

static void hidden_on_loop(struct host *host)
{
	sample_add_file_system(host, (struct devno){7, 5});
}

static void ghost(struct host *host)
{
	sample_add_partition(host, 1, (struct devno){7, 5});
}

static void used_ghost(struct host *host)
{
	ghost(host);
	block(host, "loop5")->state = "partscan";
	use_block(host, (struct devno){259, 1});
}

/* More on the snapshot than is looked at of what is on something else too. */
static void array_and_partitions(struct host *host)
{
	array(host);
	for (unsigned i = 0; i < 2 * BEYOND_MOST; i++)
		sample_add_device(host, 20 + i, "onapp--aaaa-backup--ddddX2", "",
			"linear", "254:3 2048", 64);
}

static void on_cow(struct host *host)
{
	free(block(host, "md127")->below);
	block(host, "md127")->below = NULL;
	block(host, "md127")->n_below = 0;
	sample_add_member(host, block(host, "md127"), 2);
	sample_device(host, 4)->open_count--;
}

static void on_cow_and_origin(struct host *host)
{
	on_cow(host);
	sample_add_member(host, block(host, "md127"), 0);
}

static void member_elsewhere(struct host *host)
{
	struct block *md = block(host, "md127");

	*array_add(&md->below, &md->n_below) = (struct devno){259, 7};
}

static void member_on_cow(struct host *host)
{
	sample_add_member(host, block(host, "md127"), 2);
}

static void resync(struct host *host)
{
	block(host, "md127")->sync = "resync";
}

static void written_without_member(struct host *host)
{
	block(host, "md127")->missing = 1;
}

static void active(struct host *host)
{
	block(host, "md127")->state = "active";
}

static void array_unread(struct host *host)
{
	block(host, "md127")->state = NULL;
}

static void redundancy_unread(struct host *host)
{
	block(host, "md127")->sync = NULL;
}

static void container(struct host *host)
{
	block(host, "md127")->level = "container";
}

static void shared_member(struct host *host)
{
	struct block *other = sample_add_array(host, 126, 4);

	other->state = "inactive";
}

static void used_array(struct host *host)
{
	use_block(host, (struct devno){9, 127});
}

static void test_not_idle(void **state)
{
	static const struct {
		const char *name;
		void (*make)(struct host *host);
		void (*spoil)(struct host *host);
		const char *words; /* of the planner */
		int rule;	   /* of the prover */
	} rows[] = {
		{"pages", swap, pages, "4 KiB in use", 9},
		{"pages unread", swap, pages_unread, "was not recorded [held]", 9},
		{"swap file", loop_in_mount, swap_file,
			"swap file /mnt/backup/swap is active [held]", 3},
		{"flags unread", loop, flags_unread, "was not recorded [held]", 6},
		{"autoclear", loop, waits_for_nobody,
			"something that was not found still has it open", 4},
		{"used loop", loop, used_loop, "[in-use]", 3},
		{"used file system", mounted_loop, used_loop, "[in-use]", 3},
		{"claimed loop", loop, claimed_loop, "claimed by the kernel", 4},
		{"hidden", loop, hidden_on_loop, "[hidden-fs]", 4},
		{"ghost", loop, ghost, "it may remain when that is detached", 3},
		{"used ghost", loop, used_ghost, "[in-use]", 3},
		{"on the COW", array, on_cow, "the COW [held]", 1},
		{"also on the COW of many", array_and_partitions, on_cow_and_origin,
			"the COW [held]", 1},
		{"member elsewhere", array, member_elsewhere, "members elsewhere", 1},
		{"member on the COW", array, member_on_cow, "members elsewhere", 1},
		{"resync", array, resync, "being synchronised", 9},
		{"written to", array, written_without_member, "members were missing", 9},
		{"active", array, active, "was written to and is not clean", 9},
		{"array unread", array, array_unread, "was not recorded [held]", 6},
		{"redundancy unread", array, redundancy_unread, "was not recorded [held]",
			9},
		{"container", array, container, "its RAID level is unknown", 9},
		{"shared member", array, shared_member, "has the same member", 9},
		{"used array", array, used_array, "[in-use]", 3},
		{"used mounted array", mounted_array, used_array, "[in-use]", 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_host struct host *host = mapped_host();
		cleanup_with(plan_free_fn) struct plan *good = NULL, *none = NULL;
		cleanup_buf struct buf ignored = BUF_INIT, words = BUF_INIT;
		enum verdict verdict;
		struct err err = ERR_INIT;
		char rule[32];

		rows[i].make(host);
		host_sort(host);
		good = plan_host(host, &ignored, &verdict);
		assert_int_equal(verdict, VERDICT_REMOVE);
		rows[i].spoil(host);
		host_sort(host);
		none = plan_host(host, &words, &verdict);
		if (verdict != VERDICT_REFUSE || none->n_steps ||
			!strstr(buf_text(&words), rows[i].words))
			fail_msg("%s: %s", rows[i].name, buf_text(&words));
		/* the targets are as the host has them now: only rules can object */
		for (size_t s = 0; s < good->n_steps; s++) {
			struct plan_target *target = &good->steps[s].target;
			const struct block *now =
				host_block_by_devno(host, target->devno);

			if (good->steps[s].op != OP_MD_STOP || !now)
				continue;
			target->n_below = 0;
			for (size_t b = 0; b < now->n_below; b++)
				*array_add(&target->below, &target->n_below) =
					now->below[b];
		}
		facts_free(&good->expect);
		host_facts(host, &good->scope, &good->expect);
		snprintf(rule, sizeof(rule), "breaks rule %d:", rows[i].rule);
		if (prove_plan(host, good, &err) == 0 || !strstr(err.msg, rule))
			fail_msg("%s: %s", rows[i].name, err.msg);
	}
}

/* ---- forged targets ---- */

static void forge_devno(struct plan_target *target)
{
	target->devno.minor++;
}
static void forge_diskseq(struct plan_target *target)
{
	target->diskseq++;
}
static void forge_name(struct plan_target *target)
{
	target->kname[0] = 'x';
}
static void forge_file(struct plan_target *target)
{
	target->file[0] = 'x';
}
static void forge_uuid(struct plan_target *target)
{
	target->array_uuid[0] = 'x';
}
static void forge_member(struct plan_target *target)
{
	target->below[0].minor++;
}
static void forge_path(struct plan_target *target)
{
	target->swap_path[1] = 'x';
}

static void test_forged_targets(void **state)
{
	static const struct {
		void (*make)(struct host *host);
		void (*forge)(struct plan_target *target);
	} rows[] = {
		{loop, forge_devno},
		{loop, forge_diskseq},
		{loop, forge_name},
		{loop, forge_file},
		{loop, forge_member},
		{array, forge_devno},
		{array, forge_diskseq},
		{array, forge_name},
		{array, forge_uuid},
		{array, forge_member},
		{swap, forge_path},
		{swap, forge_devno},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_host struct host *host = mapped_host();
		cleanup_with(plan_free_fn) struct plan *plan = NULL;
		cleanup_buf struct buf words = BUF_INIT;
		enum verdict verdict;
		struct err err = ERR_INIT;

		rows[i].make(host);
		host_sort(host);
		plan = plan_host(host, &words, &verdict);
		rows[i].forge(&plan->steps[0].target);
		assert_int_equal(prove_plan(host, plan, &err), -EPERM);
		if (!strstr(err.msg, "breaks rule 1:"))
			fail_msg("%zu: %s", i, err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_not_idle),
		cmocka_unit_test(test_forged_targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
