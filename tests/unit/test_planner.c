/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The planner's judgement and order, on a made-up host of which each test changes one
 * thing. Every rule that keeps something has a row in `rules`: with the rule it stays,
 * with the rule switched off it would have gone.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "judge.h"
#include "planning.h"
#include "proof.h"
#include "reports.h"
#include "checks.h"
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
#include "snapstate/host/shown.h"

static const char *select_all[] = {SELECT_DEFAULT};

static struct request default_request(void)
{
	return (struct request){
		.select = select_all, .n_select = 1, .min_age = MIN_AGE_DEFAULT};
}

static struct plan *plan_of(struct survey *survey)
{
	struct plan *plan = plan_new();
	struct err err = ERR_INIT;

	plan->has_refresh_origin = survey->request->has_refresh_origin;
	if (order_survey(survey, plan, &err) < 0)
		fail_msg("%s", err.msg);
	return plan;
}

static void survey_host(struct host *host, struct request *request, struct survey *survey)
{
	survey_collect(host, request, survey);
	classify_survey(survey);
}

static void assert_steps(
	const struct plan *plan, const char *const commands[], size_t count)
{
	for (size_t i = 0; i < plan->n_steps && i < count; i++) {
		cleanup_buf struct buf command = BUF_INIT;

		plan_step_command(&plan->steps[i], &command);
		assert_string_equal(buf_text(&command), commands[i]);
	}
	assert_int_equal(plan->n_steps, count);
}
#define ASSERT_STEPS(plan, ...)                                                          \
	do {                                                                             \
		static const char *const commands_[] = {__VA_ARGS__};                    \
		assert_steps(plan, commands_, sizeof(commands_) / sizeof(commands_[0])); \
	} while (0)

/* Surveys, asserts the one selected subject's class, and orders. */
static struct plan *plan_class(
	struct host *host, struct request *request, const char *class)
{
	cleanup_survey struct survey survey = {0};

	survey_host(host, request, &survey);
	assert_int_equal(survey.n_subjects, 1);
	assert_string_equal(rule_text(survey.subjects[0].decisive)->name, class);
	assert_int_equal(survey.subjects[0].verdict, VERDICT_REMOVE);
	return plan_of(&survey);
}

/* ---- what goes ---- */

/* Before Linux 5.15. */
static void test_without_diskseq(void **state)
{
	static const char words[] = "has no disk sequence numbers";
	cleanup_host struct host *host = sample_host(), *imported = sample_host();
	struct request request = default_request();
	cleanup_with(plan_free_fn) struct plan *plan = NULL;

	(void)state;
	assert_null(host_known_by(host));
	for (size_t i = 0; i < host->n_devices; i++)
		host->devices[i].diskseq = imported->devices[i].diskseq = 0;
	plan = plan_class(host, &request, "leftover");
	assert_non_null(strstr(host_known_by(host), words));
	for (size_t i = 0; i < plan->n_steps; i++)
		assert_int_equal(i == 0,
			strstr(plan->steps[i].reasons[plan->steps[i].n_reasons - 1],
				words) != NULL);
	sample_device(host, 3)->diskseq = 7; /* it tells of one: it does of all */
	assert_null(host_known_by(host));
	host_document_add(imported, IMPORT_DOCUMENT, "", 0);
	assert_null(host_known_by(imported));
}

static void test_mapped_and_mounted(void **state)
{
	cleanup_host struct host *host = sample_host();
	struct request request = default_request();
	cleanup_with(plan_free_fn) struct plan *plan =
		plan_class(host, &request, "leftover");

	(void)state;
	ASSERT_STEPS(plan, "umount /mnt/backup",
		"dmsetup remove -u part1-LVM-" SAMPLE_VG SAMPLE_SNAP,
		"lvremove -y onapp-aaaa/backup-dddd");
	assert_true(facts_has(&plan->steps[0].new,
		"device 254:4 name onapp--aaaa-backup--ddddX1 uuid part1-LVM-" SAMPLE_VG
			SAMPLE_SNAP " diskseq 44 open 0 flags - size 32768"));
	assert_true(facts_has(
		&plan->steps[2].new, "volume " SAMPLE_VG "/" SAMPLE_SNAP " absent"));
	assert_true(facts_has(
		&plan->steps[2].maybe_new, "table 254:0 0 131072 linear 7:0 2048"));
}

/* A guest's root and its /boot below it, each on a mapping of its own. */
static void test_nested_mounts(void **state)
{
	cleanup_host struct host *host = sample_host();
	struct request request = default_request();

	(void)state;
	sample_add_device(host, 5, "onapp--aaaa-backup--ddddX2",
		"part2-LVM-" SAMPLE_VG SAMPLE_SNAP, "linear", "254:3 40000", 100);
	sample_device(host, 5)->open_count = 1;
	sample_add_mount(host, SAMPLE_NS, 45, 44, 5, "/mnt/backup/boot");
	host_sort(host);
	cleanup_with(plan_free_fn) struct plan *plan =
		plan_class(host, &request, "leftover");
	ASSERT_STEPS(plan, "umount /mnt/backup/boot", "umount /mnt/backup",
		"dmsetup remove -u part1-LVM-" SAMPLE_VG SAMPLE_SNAP,
		"dmsetup remove -u part2-LVM-" SAMPLE_VG SAMPLE_SNAP,
		"lvremove -y onapp-aaaa/backup-dddd");
}

static void test_idle(void **state)
{
	cleanup_host struct host *host = sample_host_idle();
	struct request request = default_request();
	cleanup_with(plan_free_fn) struct plan *plan =
		plan_class(host, &request, "leftover");

	(void)state;
	ASSERT_STEPS(plan, "lvremove -y onapp-aaaa/backup-dddd");
}

static void test_invalid(void **state)
{
	cleanup_host struct host *host = sample_host_idle();
	struct request request = default_request();

	(void)state;
	sample_device(host, 3)->targets[0].status = "Invalid";
	cleanup_with(plan_free_fn) struct plan *plan =
		plan_class(host, &request, "invalid");
	ASSERT_STEPS(plan, "lvremove -y onapp-aaaa/backup-dddd");
}

/* lvreduce made the COW smaller than what it holds. */
static void test_shrunk(void **state)
{
	cleanup_host struct host *host = sample_host_idle();
	struct request request = default_request();

	(void)state;
	sample_device(host, 3)->targets[0].status = "40000/32768 16";
	cleanup_with(plan_free_fn) struct plan *plan =
		plan_class(host, &request, "shrunk");
	ASSERT_STEPS(plan, "lvremove -y onapp-aaaa/backup-dddd");
}

static void test_stale(void **state)
{
	cleanup_host struct host *host = sample_host();
	struct request request = default_request();

	(void)state;
	sample_make_stale(host);
	cleanup_with(plan_free_fn) struct plan *plan =
		plan_class(host, &request, "stale");
	ASSERT_STEPS(plan, "umount /mnt/backup",
		"dmsetup remove -u part1-LVM-" SAMPLE_VG SAMPLE_SNAP,
		"dmsetup remove -u LVM-" SAMPLE_VG SAMPLE_SNAP,
		"dmsetup remove -u LVM-" SAMPLE_VG SAMPLE_SNAP "-cow");
}

static void test_stale_refresh(void **state)
{
	cleanup_host struct host *host = sample_host_idle();
	struct request request = default_request();

	(void)state;
	sample_make_stale(host);
	request.has_refresh_origin = true;
	cleanup_with(plan_free_fn) struct plan *plan =
		plan_class(host, &request, "stale");
	ASSERT_STEPS(plan, "dmsetup remove -u LVM-" SAMPLE_VG SAMPLE_SNAP,
		"dmsetup remove -u LVM-" SAMPLE_VG SAMPLE_SNAP "-cow",
		"lvchange --refresh onapp-aaaa/disk1");
	assert_true(
		facts_has(&plan->steps[2].new, "table 254:0 0 131072 linear 7:0 2048"));
}

static void test_corrupting_comes_first(void **state)
{
	cleanup_host struct host *host = sample_host_idle();
	struct request request = default_request();
	cleanup_survey struct survey survey = {0};

	(void)state;
	sample_make_stale(host);
	sample_add_victim(host);
	/* its label sorts before the stale one's */
	sample_add_device(host, 9, "backup-0", "", "linear", "8:0 0", 100);
	host_sort(host);
	survey_host(host, &request, &survey);
	assert_int_equal(survey.n_subjects, 2);
	assert_string_equal(survey.subjects[0].label, "onapp-aaaa/backup-dddd");
	assert_int_equal(survey.subjects[0].decisive, RULE_STALE_CORRUPTING);
	assert_non_null(strstr(survey.subjects[0].reasons[1].text, "onapp-aaaa/victim"));
	assert_int_equal(survey.subjects[1].decisive, RULE_NOT_LVM);
}

static void make_orphan_cow(struct host *host)
{
	sample_make_stale(host);
	sample_device(host, 1)->open_count--;
	sample_device(host, 2)->open_count--;
	sample_device(host, 3)->is_gone = true;
	/* what is gone is in no capture */
	free(host->devices[3].targets);
	free(host->devices[3].deps);
	host->n_devices = 3;
}

static void test_orphan_cow(void **state)
{
	cleanup_host struct host *host = sample_host_idle();
	struct request request = default_request();

	(void)state;
	make_orphan_cow(host);
	cleanup_with(plan_free_fn) struct plan *plan =
		plan_class(host, &request, "orphan-store");
	ASSERT_STEPS(plan, "dmsetup remove -u LVM-" SAMPLE_VG SAMPLE_SNAP "-cow");
}

static void test_old_kpartx_name_without_uuid(void **state)
{
	cleanup_host struct host *host = sample_host_idle();
	struct request request = default_request();

	(void)state;
	sample_add_device(host, 4, "backup-ddddX1", "", "linear", "254:3 2048", 32768);
	host_sort(host);
	cleanup_with(plan_free_fn) struct plan *plan =
		plan_class(host, &request, "leftover");
	ASSERT_STEPS(plan, "dmsetup remove backup-ddddX1",
		"lvremove -y onapp-aaaa/backup-dddd");
}

static void test_mount_copies_that_propagate(void **state)
{
	cleanup_host struct host *host = sample_host();
	struct request request = default_request();
	struct mount_namespace *other = array_add(&host->namespaces, &host->n_namespaces);

	(void)state;
	other->id = SAMPLE_NS + 1;
	other->pid = 77;
	host_source_set(host, "mounts/4026531842", OUTCOME_READ, "%s", "");
	sample_add_mount(host, SAMPLE_NS + 1, 101, 0, 99, "/");
	sample_add_mount(host, SAMPLE_NS + 1, 144, 101, 4, "/mnt/backup");
	for (size_t i = 0; i < host->n_mounts; i++) {
		if (host->mounts[i].id == 1)
			host->mounts[i].shared = 5;
		if (host->mounts[i].id == 101)
			host->mounts[i].master = 5;
	}
	host_sort(host);
	cleanup_with(plan_free_fn) struct plan *plan =
		plan_class(host, &request, "leftover");
	assert_int_equal(plan->n_steps, 3);
	/* what goes along with the host's mount is no fact: services come and go */
	for (size_t i = 0; i < plan->expect.count; i++)
		assert_null(strstr(plan->expect.lines[i], "mount 4026531842"));
}

/* ---- what stays: one row per rule ---- */

static void make_merging(struct host *host)
{
	host_lv(host, SAMPLE_VG, SAMPLE_SNAP)->is_merging = true;
}

static void make_young(struct host *host)
{
	host_lv(host, SAMPLE_VG, SAMPLE_SNAP)->created = SAMPLE_TAKEN - 59;
}

static void make_from_the_future(struct host *host)
{
	host_lv(host, SAMPLE_VG, SAMPLE_SNAP)->created = SAMPLE_TAKEN + 59;
}

static void make_ageless(struct host *host)
{
	host_lv(host, SAMPLE_VG, SAMPLE_SNAP)->created = 0;
}

static void make_backup_running(struct host *host)
{
	sample_add_use(host, 4711, "tar", USE_CWD, 4);
}

static void make_in_use(struct host *host)
{
	sample_add_use(host, 4711, "bash", USE_NODE, 3);
}

static void make_mapped_file(struct host *host)
{
	sample_add_use(host, 4711, "bash", USE_MAP, 4);
}

static void make_unexplained(struct host *host)
{
	sample_device(host, 3)->open_count++;
}

static void make_cow_open(struct host *host)
{
	sample_device(host, 2)->open_count++;
}

static void make_suspended(struct host *host)
{
	sample_device(host, 0)->flags = DEVICE_SUSPENDED;
}

static void make_inactive(struct host *host)
{
	sample_device(host, 3)->flags = DEVICE_HAS_INACTIVE;
}

static void make_inactive_neighbour(struct host *host)
{
	sample_add_neighbour(host)->flags = DEVICE_HAS_INACTIVE;
}

static void make_neighbour_inactive(struct host *host)
{
	sample_add_neighbour(host);
	host_device_by_devno(host, (struct devno){254, 1})->open_count--;
	sample_device(host, 9)->is_gone = true;
	sample_device(host, 8)->is_gone = true;
}

static void make_neighbour_linear(struct host *host)
{
	sample_add_neighbour(host);
	sample_device(host, 9)->targets[0].type = "linear";
	sample_device(host, 9)->targets[0].params = "254:8 0";
}

static void make_neighbour_with_own_table(struct host *host)
{
	sample_add_neighbour(host);
	sample_device(host, 9)->targets[0].params = "254:1 254:8 PO 8";
}

static void make_neighbour_merging(struct host *host)
{
	sample_add_neighbour(host);
	host_lv(host, SAMPLE_VG, SAMPLE_NEIGHBOUR)->is_merging = true;
}

static void make_neighbour_merging_here(struct host *host)
{
	sample_add_neighbour(host);
	sample_device(host, 9)->targets[0].type = "snapshot-merge";
}

/* On the origin's layer, and nobody's: LVM could not dissolve that. */
static void make_handmade_snapshot(struct host *host)
{
	sample_add_device(host, 10, "handmade-cow", "", "linear", "7:0 400000", 32768);
	sample_add_device(
		host, 11, "handmade", "", "snapshot", "254:1 254:10 P 8", 131072)
		->targets[0]
		.status = "16/32768 16";
	host_sort(host);
}

static void make_moving(struct host *host)
{
	host_change_add(host, (struct devno){254, 4}, CHANGE_GONE, "");
	host_source_set(host, "again", OUTCOME_CHANGED, "%s", "");
}

static void make_moving_origin(struct host *host)
{
	host_change_add(host, (struct devno){254, 0}, CHANGE_FLAGS, "");
	host_source_set(host, "again", OUTCOME_CHANGED, "%s", "");
}

/* not even the second look came to rest */
static void make_restless(struct host *host)
{
	host_source_set(host, "again", OUTCOME_CHANGED, "%s", "mounts");
}

static void make_command_running(struct host *host)
{
	struct process *process = array_add(&host->processes, &host->n_processes);

	*process = (struct process){.pid = 5, .comm = "lvcreate", .exe = ""};
}

static void make_unread_processes(struct host *host)
{
	host_source_set(host, "processes", OUTCOME_DENIED, "3 processes");
}

static void make_changed_devices(struct host *host)
{
	host_source_set(host, "dm", OUTCOME_CHANGED, "%s", "");
}

static void make_unread_namespace(struct host *host)
{
	host_source_set(host, "mounts/4026531841", OUTCOME_HUNG, "%s", "");
}

static void make_virtual_origin(struct host *host)
{
	host_lv(host, SAMPLE_VG, SAMPLE_SNAP)->has_virtual_origin = true;
}

static void make_partial(struct host *host)
{
	host->vgs[0].is_partial = true;
}

static void make_foreign(struct host *host)
{
	host->vgs[0].is_foreign = true;
}

static void make_duplicate(struct host *host)
{
	host->pvs[0].is_duplicate = true;
}

static void make_shared(struct host *host)
{
	host->vgs[0].lock_type = "sanlock";
}

static void make_swap(struct host *host)
{
	struct swap *swap = array_add(&host->swaps, &host->n_swaps);

	*swap = (struct swap){.path = "/dev/dm-3", .devno = {254, 3}};
	sample_device(host, 3)->open_count += 2;
}

static void make_loop(struct host *host)
{
	struct block *loop = array_add(&host->blocks, &host->n_blocks);

	*loop = (struct block){.transport = "",
		.devno = {7, 1},
		.kname = "loop1",
		.kind = BLOCK_LOOP,
		.backing_file = "/dev/dm-3"};
	sample_device(host, 3)->open_count++;
}

static void make_kernel_holder(struct host *host, enum holder_kind kind, unsigned minor)
{
	*array_add(&host->kernel_holders, &host->n_kernel_holders) =
		(struct kernel_holder){.devno = {254, minor}, .kind = kind, .name = "name of it"};
	if (!holder_is_of_file(kind))
		sample_device(host, minor)->open_count++;
}

static void make_scsi_target(struct host *host)
{
	make_kernel_holder(host, HOLDER_LIO, 3);
}

static void make_scsi_target_of_file(struct host *host)
{
	make_kernel_holder(host, HOLDER_LIO_FILE, 4);
}

static void make_guest_disk(struct host *host)
{
	make_kernel_holder(host, HOLDER_XEN, 3);
}

static void make_claimed(struct host *host)
{
	make_kernel_holder(host, HOLDER_OTHER, 2);
}

static void make_bcache(struct host *host)
{
	struct block *block = array_add(&host->blocks, &host->n_blocks);

	*block = (struct block){.transport = "",
		.devno = {252, 0},
		.kname = "bcache0",
		.kind = BLOCK_OTHER,
		.backing_file = ""};
	*array_add(&block->below, &block->n_below) = (struct devno){254, 3};
	sample_device(host, 3)->open_count++;
}

static void make_unread_holders(struct host *host)
{
	host_source_set(host, "holders", OUTCOME_DENIED, "%s", "");
}

static void make_unread_physical_volumes(struct host *host)
{
	host_source_set(host, "lvm/pvs.json", OUTCOME_TIMED_OUT, "%s", "");
}

/* Nobody lives there, and nobody could look. */
static void make_unread_kept_namespace(struct host *host)
{
	*array_add(&host->namespaces, &host->n_namespaces) =
		(struct mount_namespace){.id = SAMPLE_NS + 1, .pin_path = "/run/keep"};
	host_source_set(host, "mounts/4026531842", OUTCOME_DENIED, "%s", "");
}

static void make_user_space_fs(struct host *host)
{
	for (size_t i = 0; i < host->n_mounts; i++)
		if (host->mounts[i].id == 44)
			host->mounts[i].type = "fuseblk";
	host->n_superblocks = 0;
	sample_add_use(host, 4711, "ntfs-3g", USE_NODE, 4);
}

/* One leg on the snapshot, one on the origin. */
static void make_guest_volume(struct host *host)
{
	sample_add_device(host, 7, "guest-root",
		"LVM-GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR",
		"striped", "2 128 254:3 4096 254:0 4096", 100);
	host_sort(host);
}

static void make_hidden_fs(struct host *host)
{
	struct superblock *superblock =
		array_add(&host->superblocks, &host->n_superblocks);

	*superblock = (struct superblock){.devno = {254, 3}, .type = "xfs"};
	sample_device(host, 3)->open_count++;
}

static void make_mounted_elsewhere(struct host *host)
{
	struct mount_namespace *other = array_add(&host->namespaces, &host->n_namespaces);

	other->id = SAMPLE_NS + 1;
	other->pid = 77;
	host_source_set(host, "mounts/4026531842", OUTCOME_READ, "%s", "");
	sample_add_mount(host, SAMPLE_NS + 1, 144, 101, 4, "/mnt/backup");
	host_sort(host);
}

static void make_mounted_below(struct host *host)
{
	sample_add_mount(host, SAMPLE_NS, 45, 44, 98, "/mnt/backup/proc");
	host_sort(host);
}

/* The first is the snapshot's own second partition, which the plan unmounts. */
static void make_two_mounted_below(struct host *host)
{
	sample_add_device(host, 5, "onapp--aaaa-backup--ddddX2",
		"part2-LVM-" SAMPLE_VG SAMPLE_SNAP, "linear", "254:3 40000", 100);
	sample_device(host, 5)->open_count = 1;
	sample_add_mount(host, SAMPLE_NS, 45, 44, 5, "/mnt/backup/boot");
	sample_add_mount(host, SAMPLE_NS, 46, 44, 98, "/mnt/backup/proc");
	host_sort(host);
}

/* The snapshot's file system has the file of a loop device, and is mounted once more in
 * the file system on that. */
static void make_knotted(struct host *host)
{
	sample_add_loop(host, 11, "/mnt/backup/image", "partscan")->transport = "";
	sample_add_mount(host, SAMPLE_NS, 45, 1, 98, "/mnt/image");
	host->mounts[host->n_mounts - 1].devno = (struct devno){7, 11};
	sample_add_mount(host, SAMPLE_NS, 46, 45, 4, "/mnt/image/again");
	host_sort(host);
}

static void make_machine(struct host *host)
{
	sample_add_use(host, 4711, "qemu-system-x86", USE_NODE, 4);
	host_sort(host);
}

static void make_system_mount(struct host *host)
{
	for (size_t i = 0; i < host->n_mounts; i++)
		if (strcmp(host->mounts[i].target, "/mnt/backup") == 0)
			host->mounts[i].target = "/home";
}

static void add_fstab(
	struct host *host, const char *source, const char *target, bool is_automatic)
{
	*array_add(&host->fstab, &host->n_fstab) = (struct fstab_entry){.line = 7,
		.is_automatic = is_automatic,
		.source = source,
		.target = target,
		.type = "ext4"};
}

static void make_rival(struct host *host)
{
	add_fstab(host, "UUID=0f3c", "/mnt/backup", true);
}

static struct mount *backup_mount(struct host *host)
{
	for (size_t i = 0; i < host->n_mounts; i++)
		if (strcmp(host->mounts[i].target, "/mnt/backup") == 0)
			return &host->mounts[i];
	fail_msg("no mount");
	return NULL;
}

static void make_mounted_read_write(struct host *host)
{
	backup_mount(host)->options = backup_mount(host)->super_options = "rw,relatime";
}

static void make_swap_out_of_sight(struct host *host)
{
	struct swap *swap = sample_add_swap(host, DEVNO_NONE);

	swap->path = "/swapfile";
	swap->file = (struct file_at){FILE_FOUND, {254, 4}};
}

static void make_swap_nowhere(struct host *host)
{
	make_swap_out_of_sight(host);
	host->swaps[0].file = (struct file_at){FILE_UNPLACED, DEVNO_NONE};
}

static void make_loop_nowhere(struct host *host)
{
	sample_add_loop(host, 7, "/img", "")->file.place = FILE_UNPLACED;
	host_sort(host);
}

static void make_automounted(struct host *host)
{
	struct mount *autofs;

	sample_add_mount(host, SAMPLE_NS, 70, 1, 9070, "/mnt");
	autofs = &host->mounts[host->n_mounts - 1];
	autofs->type = "autofs";
	autofs->devno = (struct devno){0, 70};
	backup_mount(host)->parent_id = 70;
}

static void make_overlaid(struct host *host)
{
	make_kernel_holder(host, HOLDER_OVERLAY, 4);
}

static void make_exported(struct host *host)
{
	make_kernel_holder(host, HOLDER_NFSD, 4);
}

static void make_overlay_nowhere(struct host *host)
{
	make_kernel_holder(host, HOLDER_OVERLAY, 4);
	host->kernel_holders[0].devno = DEVNO_NONE;
}

static void make_cow_elsewhere(struct host *host)
{
	sample_device(host, 2)->targets[0].params = "7:0 200000";
}

static const struct {
	const char *name;
	void (*change)(struct host *host);
	enum rule rule;
	enum verdict verdict;
} rules[] = {
	{"merging", make_merging, RULE_MERGING, VERDICT_REFUSE},
	{"young", make_young, RULE_TOO_YOUNG, VERDICT_UNDECIDED},
	{"future", make_from_the_future, RULE_TOO_YOUNG, VERDICT_UNDECIDED},
	{"ageless", make_ageless, RULE_TOO_YOUNG, VERDICT_UNDECIDED},
	{"backup", make_backup_running, RULE_BACKUP_RUNNING, VERDICT_REFUSE},
	{"in use", make_in_use, RULE_IN_USE, VERDICT_REFUSE},
	{"mapped file", make_mapped_file, RULE_IN_USE, VERDICT_REFUSE},
	{"unexplained", make_unexplained, RULE_OPENS_UNEXPLAINED, VERDICT_UNDECIDED},
	{"swap file out of sight", make_swap_out_of_sight, RULE_HELD, VERDICT_REFUSE},
	{"swap file nowhere", make_swap_nowhere, RULE_UNPLACED, VERDICT_UNDECIDED},
	{"loop nowhere", make_loop_nowhere, RULE_UNPLACED, VERDICT_UNDECIDED},
	{"automounted", make_automounted, RULE_HELD, VERDICT_REFUSE},
	{"overlaid", make_overlaid, RULE_HELD, VERDICT_REFUSE},
	{"exported by NFS", make_exported, RULE_HELD, VERDICT_REFUSE},
	{"overlay nowhere", make_overlay_nowhere, RULE_UNPLACED, VERDICT_UNDECIDED},
	{"COW open", make_cow_open, RULE_OPENS_UNEXPLAINED, VERDICT_UNDECIDED},
	{"suspended", make_suspended, RULE_UNSETTLED, VERDICT_UNDECIDED},
	{"pending", make_inactive, RULE_UNSETTLED, VERDICT_UNDECIDED},
	{"pending neighbour", make_inactive_neighbour, RULE_UNSETTLED, VERDICT_UNDECIDED},
	{"inactive neighbour", make_neighbour_inactive, RULE_DISAGREE, VERDICT_UNDECIDED},
	{"linear neighbour", make_neighbour_linear, RULE_DISAGREE, VERDICT_UNDECIDED},
	{"neighbour's own table", make_neighbour_with_own_table, RULE_DISAGREE,
		VERDICT_UNDECIDED},
	{"merging neighbour", make_neighbour_merging, RULE_MERGING, VERDICT_REFUSE},
	{"neighbour merging in the kernel", make_neighbour_merging_here, RULE_MERGING,
		VERDICT_REFUSE},
	{"handmade snapshot", make_handmade_snapshot, RULE_FOREIGN_MAPPING,
		VERDICT_REFUSE},
	{"moving", make_moving, RULE_UNSETTLED, VERDICT_UNDECIDED},
	{"moving origin", make_moving_origin, RULE_UNSETTLED, VERDICT_UNDECIDED},
	{"restless", make_restless, RULE_EVIDENCE_MISSING, VERDICT_UNDECIDED},
	{"command", make_command_running, RULE_COMMAND_RUNNING, VERDICT_UNDECIDED},
	{"processes", make_unread_processes, RULE_EVIDENCE_MISSING, VERDICT_UNDECIDED},
	{"namespace", make_unread_namespace, RULE_EVIDENCE_MISSING, VERDICT_UNDECIDED},
	{"virtual", make_virtual_origin, RULE_VIRTUAL_ORIGIN, VERDICT_REFUSE},
	{"partial", make_partial, RULE_VG_UNSAFE, VERDICT_REFUSE},
	{"foreign", make_foreign, RULE_VG_UNSAFE, VERDICT_REFUSE},
	{"duplicate", make_duplicate, RULE_VG_UNSAFE, VERDICT_REFUSE},
	{"shared", make_shared, RULE_SHARED_VG, VERDICT_UNDECIDED},
	{"swap", make_swap, RULE_HELD, VERDICT_REFUSE},
	{"loop", make_loop, RULE_HELD, VERDICT_REFUSE},
	{"target", make_scsi_target, RULE_HELD, VERDICT_REFUSE},
	{"target file", make_scsi_target_of_file, RULE_HELD, VERDICT_REFUSE},
	{"guest disk", make_guest_disk, RULE_VM_RUNNING, VERDICT_REFUSE},
	{"machine", make_machine, RULE_VM_RUNNING, VERDICT_REFUSE},
	{"system mount", make_system_mount, RULE_MOUNTED_AS_SYSTEM, VERDICT_REFUSE},
	{"rival", make_rival, RULE_MOUNTED_AS_SYSTEM, VERDICT_REFUSE},
	{"two below", make_two_mounted_below, RULE_MOUNTED_BELOW, VERDICT_REFUSE},
	{"claimed", make_claimed, RULE_HELD, VERDICT_REFUSE},
	{"bcache", make_bcache, RULE_HELD, VERDICT_REFUSE},
	{"holders", make_unread_holders, RULE_EVIDENCE_MISSING, VERDICT_UNDECIDED},
	{"pvs", make_unread_physical_volumes, RULE_EVIDENCE_MISSING, VERDICT_UNDECIDED},
	{"kept", make_unread_kept_namespace, RULE_EVIDENCE_MISSING, VERDICT_UNDECIDED},
	{"ntfs-3g", make_user_space_fs, RULE_IN_USE, VERDICT_REFUSE},
	{"guest volume", make_guest_volume, RULE_FOREIGN_MAPPING, VERDICT_REFUSE},
	{"hidden fs", make_hidden_fs, RULE_HIDDEN_FS, VERDICT_REFUSE},
	{"elsewhere", make_mounted_elsewhere, RULE_MOUNTED_ELSEWHERE, VERDICT_REFUSE},
	{"read-write", make_mounted_read_write, RULE_MOUNTED_READ_WRITE,
		VERDICT_UNDECIDED},
	{"below", make_mounted_below, RULE_MOUNTED_BELOW, VERDICT_REFUSE},
	{"below what is on a file of its own", make_knotted, RULE_MOUNTED_BELOW,
		VERDICT_REFUSE},
	{"COW elsewhere", make_cow_elsewhere, RULE_DISAGREE, VERDICT_UNDECIDED},
};

static enum verdict verdict_with(
	struct host *host, uint64_t rules_off, enum rule *ret_decisive)
{
	struct request request = default_request();
	cleanup_survey struct survey survey = {0};
	const struct subject *selected = NULL;

	request.rules_off = rules_off;
	survey_host(host, &request, &survey);
	for (size_t i = 0; i < survey.n_subjects; i++) {
		if (!survey.subjects[i].is_selected)
			continue;
		assert_null(selected);
		selected = &survey.subjects[i];
	}
	assert_non_null(selected);
	*ret_decisive = selected->decisive;
	return selected->verdict;
}

static void test_every_rule_matters(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		cleanup_host struct host *host = sample_host();
		enum rule decisive;
		uint64_t off = 1ull << rules[i].rule;

		rules[i].change(host);
		if (verdict_with(host, 0, &decisive) != rules[i].verdict ||
			decisive != rules[i].rule)
			fail_msg("%s: decided by %s", rules[i].name,
				rule_text(decisive)->name);
		if (verdict_with(host, off, &decisive) != VERDICT_REMOVE)
			fail_msg("%s: without its rule, %s still keeps it", rules[i].name,
				rule_text(decisive)->name);
	}
}

static void test_orphan_cow_with_loop(void **state)
{
	cleanup_host struct host *host = sample_host_idle();
	enum rule decisive;

	(void)state;
	make_orphan_cow(host);
	sample_add_loop(host, 5, "/dev/dm-2", "")->transport = "";
	host_sort(host);
	assert_int_equal(verdict_with(host, 0, &decisive), VERDICT_REFUSE);
	assert_int_equal(decisive, RULE_HELD);
}

/* Its lvremove would dissolve the layer that the other one is on in the kernel. */
static void test_neighbour_of_another_origin(void **state)
{
	cleanup_host struct host *host = sample_host();
	enum rule decisive;

	(void)state;
	sample_add_neighbour(host);
	host_lv(host, SAMPLE_VG, SAMPLE_NEIGHBOUR)->origin_uuid = SAMPLE_VICTIM;
	assert_int_equal(verdict_with(host, 0, &decisive), VERDICT_UNDECIDED);
	assert_int_equal(decisive, RULE_STALE_SIBLING);
}

/* Found by random hosts: LVM does not count a volume of another kind when it looks for
 * the last snapshot, and its device is on the layer all the same. */
static void test_neighbour_of_another_kind(void **state)
{
	cleanup_host struct host *host = sample_host();
	enum rule decisive;

	(void)state;
	sample_add_neighbour(host);
	host_lv(host, SAMPLE_VG, SAMPLE_NEIGHBOUR)->role = LV_OTHER;
	host_device_of_lv(host, SAMPLE_VG, SAMPLE_NEIGHBOUR, "")->targets[0].type =
		"snapshot-merge";
	assert_int_equal(verdict_with(host, 0, &decisive), VERDICT_REFUSE);
	assert_int_equal(decisive, RULE_FOREIGN_MAPPING);
}

static void test_merging_and_overflowed(void **state)
{
	cleanup_host struct host *host = sample_host();
	struct dm_target *target = sample_device(host, 3)->targets;
	enum rule decisive;

	(void)state;
	target->type = "snapshot-merge";
	target->status = "Overflow";
	assert_int_equal(verdict_with(host, 0, &decisive), VERDICT_REFUSE);
	assert_int_equal(decisive, RULE_MERGING);
}

/* Whoever loaded "PO" wants to see the COW overflow: LVM loads "P". */
static void test_table_of_its_own(void **state)
{
	cleanup_host struct host *host = sample_host_idle();
	struct dm_target *target = sample_device(host, 3)->targets;
	enum rule decisive;

	(void)state;
	assert_int_equal(verdict_with(host, 0, &decisive), VERDICT_REMOVE);
	target->params = "254:1 254:2 PO 8";
	target->status = "Overflow";
	assert_int_equal(verdict_with(host, 0, &decisive), VERDICT_UNDECIDED);
	assert_int_equal(decisive, RULE_DISAGREE);
}

/* ---- whether production may run on it ---- */

static void open_origin(struct host *host)
{
	sample_device(host, 0)->open_count++;
}

static void mount_origin(struct host *host)
{
	sample_add_mount(host, SAMPLE_NS + 1, 60, 1, 0, "/srv");
}

static void open_origin_by_udev(struct host *host)
{
	struct process *process;

	sample_add_use(host, 800, "(udev-worker)", USE_NODE, 0);
	process = &host->processes[host->n_processes - 1];
	process->exe = "/usr/bin/udevadm";
}

/* Anybody may take that name. */
static void open_origin_as_udev(struct host *host)
{
	open_origin_by_udev(host);
	host->processes[host->n_processes - 1].uid = 1000;
}

static void leave_origin(struct host *host)
{
	(void)host;
}

static const char *const at_backup[] = {"/mnt/back?p"};
static const char *const at_others[] = {"/mnt", "/mnt/backup/*", "/mnt/*/backup", "/*"};
static const char *at_mount[] = {"/mnt/backup"};
static const char *at_glob[] = {"/mnt/*"}; /* an assertion is a path as it is */

static const struct {
	const char *options, *super_options;
	void (*use_origin)(struct host *host);
	const char *const *places;
	size_t n_places;
	const char **asserted;
	bool is_production; /* it may be */
	bool needs_origin;
} productions[] = {
	{"rw", "rw", leave_origin, NULL, 0, NULL, true, false},
	{"ro", "rw", leave_origin, NULL, 0, NULL, true, false},
	{"rw", "ro", leave_origin, NULL, 0, NULL, false, false},
	{"ro", "", leave_origin, NULL, 0, NULL, false, false},
	{"rw", "rw", open_origin, NULL, 0, NULL, false, true},
	{"rw", "rw", mount_origin, NULL, 0, NULL, false, true},
	{"rw", "rw", open_origin_by_udev, NULL, 0, NULL, true, false},
	{"rw", "rw", open_origin_as_udev, NULL, 0, NULL, false, true},
	{"rw", "rw", leave_origin, at_backup, 1, NULL, false, false},
	{"rw", "rw", open_origin, at_backup, 1, NULL, false, false},
	{"rw", "rw", leave_origin, at_others, 4, NULL, true, false},
	{"rw", "rw", leave_origin, NULL, 0, at_mount, false, false},
	{"rw", "rw", leave_origin, NULL, 0, at_glob, true, false},
};

static void test_production(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(productions) / sizeof(productions[0]); i++) {
		cleanup_host struct host *host = sample_host();
		struct request request = default_request();
		cleanup_survey struct survey survey = {0};
		const struct subject *subject;

		backup_mount(host)->options = productions[i].options;
		backup_mount(host)->super_options = productions[i].super_options;
		productions[i].use_origin(host);
		host_source_set(host, "mounts/4026531842", OUTCOME_READ, "%s", "");
		host_sort(host);
		request.select_mounts = productions[i].places;
		request.n_select_mounts = productions[i].n_places;
		request.leftover_mounts = productions[i].asserted;
		request.n_leftover_mounts = productions[i].asserted != NULL;
		survey_host(host, &request, &survey);
		subject = &survey.subjects[0];
		if ((subject->decisive == RULE_MOUNTED_READ_WRITE) !=
				productions[i].is_production ||
			subject->needs_origin_in_use != productions[i].needs_origin)
			fail_msg("row %zu: %s", i, rule_text(subject->decisive)->name);
	}
}

static void test_changes_elsewhere_do_not_matter(void **state)
{
	cleanup_host struct host *host = sample_host();
	enum rule decisive;

	(void)state;
	host_change_add(host, (struct devno){254, 99}, CHANGE_GONE, "");
	host_source_set(host, "again", OUTCOME_CHANGED, "%s", "254:99 it went away");
	assert_int_equal(verdict_with(host, 0, &decisive), VERDICT_REMOVE);
}

/* ---- what a refusal says ---- */

static void assert_says(struct host *host, enum rule rule, const char *words)
{
	struct request request = default_request();
	cleanup_survey struct survey survey = {0};
	const struct subject *subject;

	survey_host(host, &request, &survey);
	assert_int_equal(survey.n_subjects, 1);
	subject = &survey.subjects[0];
	for (size_t i = 0; i < subject->n_reasons; i++)
		if (subject->reasons[i].rule == rule &&
			strstr(subject->reasons[i].text, words))
			return;
	fail_msg("no reason of rule %s says \"%s\"", rule_text(rule)->name, words);
}

static const struct {
	struct mount_namespace namespace;
	const char *words;
} inhabitants[] = {
	{{.pid = 77}, "that of process 77: unmount it there"},
	{{.pid = 77, .comm = "sleep"}, "that of process 77 (sleep): unmount it there"},
	{{.pin_pid = 78, .comm = "agent", .pin_path = ""},
		"kept by a descriptor of process 78 (agent): stop that process"},
	{{.comm = "", .pin_path = "/run/keep"},
		"kept by its bind mount on /run/keep: unmount that"},
};

static void test_a_mount_elsewhere_says_where(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(inhabitants) / sizeof(inhabitants[0]); i++) {
		cleanup_host struct host *host = sample_host();

		make_mounted_elsewhere(host);
		host->namespaces[1] = inhabitants[i].namespace;
		host->namespaces[1].id = SAMPLE_NS + 1;
		assert_says(host, RULE_MOUNTED_ELSEWHERE, inhabitants[i].words);
	}
}

static void test_holders_are_named(void **state)
{
	cleanup_host struct host *target = sample_host(), *ntfs = sample_host();

	(void)state;
	make_scsi_target(target);
	assert_says(target, RULE_HELD, "254:3 is exported as a SCSI target (name of it)");
	make_user_space_fs(ntfs);
	assert_says(ntfs, RULE_IN_USE,
		"it serves the file system mounted on /mnt/backup: unmount that");
}

/* ---- what is not what it looks like ---- */

static void assert_kept(struct host *host, enum rule rule)
{
	enum rule decisive;

	assert_int_not_equal(verdict_with(host, 0, &decisive), VERDICT_REMOVE);
	assert_string_equal(rule_text(decisive)->name, rule_text(rule)->name);
}

static void test_plain_volume_of_that_name(void **state)
{
	cleanup_host struct host *host = sample_host_idle();
	struct lv *lv = host_lv(host, SAMPLE_VG, SAMPLE_SNAP);

	(void)state;
	lv->role = LV_ORDINARY;
	lv->origin_uuid = "";
	assert_kept(host, RULE_HALF_REMOVED); /* the kernel still has the COW */
	for (size_t i = 2; i < 4; i++) {
		free(host->devices[i].targets);
		free(host->devices[i].deps);
	}
	host->n_devices = 2;
	assert_kept(host, RULE_NOT_A_SNAPSHOT);
}

/* An origin that somebody's glob selects. */
static void test_selected_origin(void **state)
{
	const char *select[] = {"onapp-*/disk1"};
	struct request request = {
		.select = select, .n_select = 1, .min_age = MIN_AGE_DEFAULT};
	cleanup_host struct host *host = sample_host_idle();
	cleanup_survey struct survey survey = {0};
	cleanup_with(plan_free_fn) struct plan *plan = NULL;

	(void)state;
	survey_host(host, &request, &survey);
	assert_int_equal(survey.n_subjects, 2);
	assert_string_equal(survey.subjects[1].label, "onapp-aaaa/disk1");
	assert_int_equal(survey.subjects[1].decisive, RULE_ORIGIN);
	assert_int_equal(survey.subjects[1].verdict, VERDICT_REFUSE);
	plan = plan_of(&survey);
	assert_int_equal(plan->n_steps, 0);
}

static struct request request_with_places(void)
{
	struct request request = default_request();

	request.select_mounts = select_default_mounts;
	request.n_select_mounts = SELECT_DEFAULT_MOUNTS;
	return request;
}

/* A line that names it is a question, unless its mount point decides that it is a
 * leftover; one that names its mount point alone is a hint. */
static void test_fstab(void **state)
{
	static const struct {
		const char *source, *target, *type;
		bool is_automatic, is_hint, is_named;
	} rows[] = {
		{"/dev/mapper/onapp--aaaa-backup--ddddX1", "/mnt/backup", "ext4", true,
			true, false},
		{"/dev/mapper/onapp--aaaa-backup--ddddX1", "/srv/x", "ext4", true, false,
			true},
		{"/dev/onapp-aaaa/backup-dddd", "/somewhere", "ext4", false, false, true},
		{"/dev/mapper/onapp--aaaa-backup--dddd", "none", "swap", true, false,
			true},
		{"LABEL=guest", "/mnt/backup", "ext4", false, true, false},
		{"/dev/onapp-aaaa/disk1", "/srv", "ext4", true, false, false},
		{"LABEL=guest", "/mnt", "ext4", true, false, false},
	};
	const char *leftovers[] = {"/srv/x"};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) * 2; i++) {
		cleanup_host struct host *host = sample_host();
		struct request request = request_with_places();
		cleanup_survey struct survey survey = {0};
		bool is_named = rows[i / 2].is_named;

		/* asserted: /srv/x is no question any more */
		if (i % 2) {
			request.leftover_mounts = leftovers;
			request.n_leftover_mounts = 1;
			is_named &= strcmp(rows[i / 2].target, "/srv/x") != 0;
		}
		add_fstab(host, rows[i / 2].source, rows[i / 2].target,
			rows[i / 2].is_automatic);
		host->fstab[host->n_fstab - 1].type = rows[i / 2].type;
		survey_host(host, &request, &survey);
		assert_int_equal(survey.n_subjects, 1);
		assert_int_equal(survey.subjects[0].verdict,
			is_named ? VERDICT_UNDECIDED : VERDICT_REMOVE);
		assert_int_equal(survey.subjects[0].decisive,
			is_named ? RULE_CONFIGURED : RULE_LEFTOVER);
		if (subject_has_rule(&survey.subjects[0], RULE_FSTAB) !=
			(rows[i / 2].is_named ? !is_named : rows[i / 2].is_hint))
			fail_msg("row %zu", i);
		if (!is_named)
			plan_free(plan_of(&survey));
	}
}

/* A unit of a place of backups' is a hint; on two places, and of a guest, it is asked. */
static void test_configs(void **state)
{
	static const struct {
		enum config_kind kind[2];
		const char *target[2];
		bool is_named;
	} rows[] = {
		{{CONFIG_MOUNT, CONFIG_MOUNT}, {"/mnt/backup", "/mnt/backup"}, false},
		{{CONFIG_MOUNT, CONFIG_MOUNT}, {"/mnt/backup", "/mnt/backup2"}, true},
		{{CONFIG_MOUNT, CONFIG_MOUNT}, {"/mnt/backup", ""}, true},
		{{CONFIG_MOUNT, CONFIG_MOUNT}, {"/srv/x", "/mnt/backup"}, true},
		{{CONFIG_MOUNT, CONFIG_LIBVIRT}, {"/mnt/backup", ""}, true},
		{{CONFIG_XEN, CONFIG_PROXMOX}, {"", ""}, true},
		{{CONFIG_AUTOFS, CONFIG_AUTOFS}, {"", ""}, true},
		{{CONFIG_SWAP, CONFIG_SWAP}, {"", ""}, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_host struct host *host = sample_host();
		struct request request = request_with_places();
		cleanup_survey struct survey survey = {0};

		for (unsigned k = 0; k < 2; k++)
			*array_add(&host->configs, &host->n_configs) =
				(struct config_entry){.file = k ? "/etc/a" : "/etc/b",
					.line = k + 1,
					.kind = rows[i].kind[k],
					.device = "/dev/onapp-aaaa/backup-dddd",
					.target = rows[i].target[k]};
		host_sort(host);
		survey_host(host, &request, &survey);
		assert_int_equal(survey.subjects[0].decisive,
			rows[i].is_named ? RULE_CONFIGURED : RULE_LEFTOVER);
		if (!rows[i].is_named)
			plan_free(plan_of(&survey));
	}
}

/* A -real layer that nothing stands on any more, and a host without snapshots. */
static void test_orphan_layer(void **state)
{
	const char *elsewhere[] = {"other-*/backup-*"};
	struct request request = default_request();
	cleanup_host struct host *host = sample_host_idle();
	cleanup_survey struct survey survey = {0}, not_asked = {0};

	(void)state;
	for (size_t i = 0; i < host->n_devices; i++)
		if (host->devices[i].devno.minor != 1) {
			host->devices[i].is_gone = true;
			host->devices[i].n_deps = 0;
			host->devices[i].uuid = "";
			host->devices[i].n_targets = 0;
			host->devices[i].name = "other";
		}
	sample_make_stale(host);
	survey_host(host, &request, &survey);
	assert_int_equal(survey.n_subjects, 1);
	assert_int_equal(survey.subjects[0].decisive, RULE_ORPHAN_LAYER);
	assert_true(survey.subjects[0].is_selected);
	request.select = elsewhere;
	survey_host(host, &request, &not_asked);
	assert_int_equal(not_asked.subjects[0].decisive, RULE_NOT_SELECTED);
}

static void test_thin(void **state)
{
	cleanup_host struct host *host = sample_host_idle();

	(void)state;
	host_lv(host, SAMPLE_VG, SAMPLE_SNAP)->role = LV_THIN;
	assert_kept(host, RULE_THIN);
}

static void test_no_origin(void **state)
{
	cleanup_host struct host *host = sample_host_idle();

	(void)state;
	host_lv(host, SAMPLE_VG, SAMPLE_SNAP)->origin_uuid = SAMPLE_VICTIM;
	assert_kept(host, RULE_NO_ORIGIN);
}

static void test_not_active_here(void **state)
{
	cleanup_host struct host *host = sample_host_idle();

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		free(host->devices[i].targets);
		free(host->devices[i].deps);
	}
	host->n_devices = 0;
	assert_kept(host, RULE_NOT_ACTIVE_HERE);
}

static void test_unread_metadata_is_not_stale(void **state)
{
	cleanup_host struct host *host = sample_host_idle();

	(void)state;
	sample_make_stale(host);
	host->vgs[0].has_metadata = false;
	host_source_set(host, "lvm/" SAMPLE_VG ".vg", OUTCOME_TIMED_OUT, "%s", "");
	assert_kept(host, RULE_EVIDENCE_MISSING);
}

static void test_unread_devices_are_not_nothing(void **state)
{
	cleanup_host struct host *host = host_new();

	(void)state;
	host_source_set(host, "dm", OUTCOME_DENIED, "not root");
	assert_kept(host, RULE_EVIDENCE_MISSING);
}

static void test_changed_devices(void **state)
{
	cleanup_host struct host *host = sample_host_idle();
	struct request request = default_request();
	cleanup_survey struct survey survey = {0};

	(void)state;
	make_changed_devices(host);
	survey_host(host, &request, &survey);
	for (size_t i = 0; i < survey.n_subjects; i++)
		assert_int_equal(survey.subjects[i].verdict, VERDICT_UNDECIDED);
}

static void test_not_selected(void **state)
{
	cleanup_host struct host *host = sample_host_idle();
	static const char *other[] = {"vm-*/snap-*"};
	struct request request = {.select = other, .n_select = 1, .min_age = 1};
	cleanup_survey struct survey survey = {0};
	cleanup_with(plan_free_fn) struct plan *plan = NULL;

	(void)state;
	survey_host(host, &request, &survey);
	assert_int_equal(survey.n_subjects, 1);
	assert_int_equal(survey.subjects[0].decisive, RULE_NOT_SELECTED);
	assert_false(survey_has_kept(&survey)); /* it was not asked for */
	plan = plan_of(&survey);
	assert_int_equal(plan->n_steps, 0);
}

/* ---- the replay knows the kernel ---- */

static void test_replay_refuses_the_wrong_order(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_host struct host *clone = host_clone(host);
	cleanup_with(plan_free_fn) struct plan *plan = NULL;
	struct request request = default_request();
	cleanup_survey struct survey survey = {0};
	struct err err = ERR_INIT;

	(void)state;
	sample_make_stale(host);
	survey_host(host, &request, &survey);
	plan = plan_of(&survey);
	for (size_t i = plan->n_steps; i-- > 1;)
		assert_int_equal(replay_step(clone, &plan->steps[i], &err), -EBUSY);
	for (size_t i = 0; i < plan->n_steps; i++)
		assert_int_equal(replay_step(clone, &plan->steps[i], &err), 0);
	assert_int_equal(replay_step(clone, &plan->steps[0], &err), -ENOENT);
}

static void test_review_escapes(void **state)
{
	cleanup_host struct host *host = sample_host();
	struct request request = default_request();
	cleanup_survey struct survey survey = {0};
	cleanup_with(plan_free_fn) struct plan *plan = NULL;
	cleanup_report struct report report = {0};
	cleanup_buf struct buf review = BUF_INIT;
	struct member member = {.file = "capture", .host = host};
	struct fleet fleet = {.request = &request, .members = &member, .n_members = 1};

	(void)state;
	for (size_t i = 0; i < host->n_mounts; i++)
		if (host->mounts[i].id == 44)
			host->mounts[i].target = "/mnt/a\033[2J\nREMOVE everything";
	survey_host(host, &request, &survey);
	plan = plan_of(&survey);
	member.survey = survey;
	member.whole = plan;
	report_collect(&fleet, NULL, &report);
	review_print(&report, 0, false, &review);
	assert_null(strchr(buf_text(&review), '\033'));
	assert_null(strstr(buf_text(&review), "\nREMOVE everything"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_diskseq),
		cmocka_unit_test(test_mapped_and_mounted),
		cmocka_unit_test(test_nested_mounts),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_shrunk),
		cmocka_unit_test(test_selected_origin),
		cmocka_unit_test(test_orphan_layer),
		cmocka_unit_test(test_fstab),
		cmocka_unit_test(test_configs),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_stale_refresh),
		cmocka_unit_test(test_corrupting_comes_first),
		cmocka_unit_test(test_orphan_cow),
		cmocka_unit_test(test_orphan_cow_with_loop),
		cmocka_unit_test(test_neighbour_of_another_origin),
		cmocka_unit_test(test_neighbour_of_another_kind),
		cmocka_unit_test(test_merging_and_overflowed),
		cmocka_unit_test(test_table_of_its_own),
		cmocka_unit_test(test_old_kpartx_name_without_uuid),
		cmocka_unit_test(test_mount_copies_that_propagate),
		cmocka_unit_test(test_every_rule_matters),
		cmocka_unit_test(test_production),
		cmocka_unit_test(test_changes_elsewhere_do_not_matter),
		cmocka_unit_test(test_a_mount_elsewhere_says_where),
		cmocka_unit_test(test_holders_are_named),
		cmocka_unit_test(test_plain_volume_of_that_name),
		cmocka_unit_test(test_thin),
		cmocka_unit_test(test_no_origin),
		cmocka_unit_test(test_not_active_here),
		cmocka_unit_test(test_unread_metadata_is_not_stale),
		cmocka_unit_test(test_unread_devices_are_not_nothing),
		cmocka_unit_test(test_changed_devices),
		cmocka_unit_test(test_not_selected),
		cmocka_unit_test(test_replay_refuses_the_wrong_order),
		cmocka_unit_test(test_review_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
