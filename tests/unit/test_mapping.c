/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be on a snapshot and go with it. Each row puts one thing onto the made-up
 * host. What is proven to be remains goes: the planner says so, and the prover agrees.
 * What is not stays, with words that say what it is; and with the planner's rule switched
 * off, the prover refuses the plan.
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
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/facts.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"

#define GUEST_VG "GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG"
#define GUEST_LV "LVM-" GUEST_VG "RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR"
#define OTHER_LV "LVM-" GUEST_VG "QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ"
#define SNAP	 "LVM-" SAMPLE_VG SAMPLE_SNAP
#define LUKS2	 "CRYPT-LUKS2-0123456789abcdef0123456789abcdef-secret"
#define KEY	 "aes-xts-plain64 00000000 0 "

static void add(struct host *host, unsigned minor, const char *name, const char *uuid,
	const char *type, const char *params)
{
	sample_add_device(host, minor, name, uuid, type, params, 1024);
}

static void add_target(
	struct device *device, const char *type, const char *params, struct devno dep)
{
	*array_add(&device->targets, &device->n_targets) =
		(struct dm_target){.start = 1024,
			.length = 1024,
			.type = type,
			.params = params,
			.status = ""};
	if (!devno_is_none(dep))
		*array_add(&device->deps, &device->n_deps) = dep;
}

/* A second partition, 254:5, beside the first, 254:4. */
static void add_partition(struct host *host)
{
	add(host, 5, "onapp--aaaa-backup--ddddX2", "part2-" SNAP, "linear",
		"254:3 40000");
}

/* ---- what goes ---- */

static void on_partition(struct host *host)
{
	add(host, 7, "guest-root", GUEST_LV, "linear", "254:4 2048");
}

static void on_snapshot(struct host *host)
{
	add(host, 7, "guest-root", GUEST_LV, "linear", "254:3 2048");
}

static void of_two_segments(struct host *host)
{
	add_partition(host);
	add(host, 7, "guest-root", GUEST_LV, "linear", "254:4 2048");
	add_target(sample_device(host, 7), "linear", "254:5 0", (struct devno){254, 5});
	sample_device(host, 5)->open_count++;
}

static void striped(struct host *host)
{
	add_partition(host);
	add(host, 7, "guest-root", GUEST_LV, "striped", "2 128 254:4 2048 254:5 2048");
}

static void named_like_a_backup(struct host *host)
{
	add(host, 7, "onapp--bbbb-backup--eeee", GUEST_LV, "linear", "254:4 2048");
}

static void mounted(struct host *host)
{
	on_partition(host);
	sample_device(host, 7)->open_count = 1;
	sample_add_mount(host, SAMPLE_NS, 46, 1, 7, "/mnt/root");
}

static void partition_of_a_guest_volume(struct host *host)
{
	on_partition(host);
	add(host, 8, "guest-root1", "part1-" GUEST_LV, "linear", "254:7 2048");
}

static void without_uuid(struct host *host)
{
	add(host, 7, "rescue", "", "linear", "254:3 2048");
}

static void with_a_uuid_of_its_own(struct host *host)
{
	add(host, 7, "rescue", "4f1c6a52-d84b-4f9a-8be4-d06c8f271511", "linear",
		"254:3 2048");
}

static void with_a_word_for_uuid(struct host *host)
{
	add(host, 7, "rescue", "rescue1", "linear", "254:3 2048");
}

static void partition_by_number(struct host *host)
{
	without_uuid(host);
	add(host, 8, "rescue1", "part1-devnode_254:7_Wh5pYvM", "linear", "254:7 63");
}

static void luks2(struct host *host)
{
	add(host, 7, "secret", LUKS2, "crypt", KEY "254:4 32768");
}

static void luks1(struct host *host)
{
	add(host, 7, "secret", "CRYPT-LUKS1-0123456789abcdef0123456789abcdef-secret",
		"crypt", KEY "254:4 4096");
}

static void plain_crypt(struct host *host)
{
	add(host, 7, "secret", "CRYPT-PLAIN-secret", "crypt",
		KEY "254:4 0 1 allow_discards");
}

static void guest_volume_on_luks(struct host *host)
{
	luks2(host);
	add(host, 8, "guest-root", GUEST_LV, "linear", "254:7 2048");
}

/* LVM shows the guest's group too. */
static struct pv *add_known_group(struct host *host, struct devno devno)
{
	struct pv *pv = array_add(&host->pvs, &host->n_pvs);

	*array_add(&host->vgs, &host->n_vgs) = (struct vg){
		.uuid = GUEST_VG, .name = "guest", .system_id = "", .lock_type = ""};
	*pv = (struct pv){.vg_uuid = GUEST_VG,
		.uuid = "VVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV",
		.name = "/dev/mapper/v",
		.devno = devno};
	return pv;
}

static void add_known_pv(struct host *host, struct devno devno)
{
	*array_add(&host->pvs, &host->n_pvs) = (struct pv){.vg_uuid = GUEST_VG,
		.uuid = "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
		.name = "/dev/mapper/w",
		.devno = devno};
}

static void known_on_partition(struct host *host)
{
	on_partition(host);
	add_known_group(host, (struct devno){254, 4});
}

static void known_on_snapshot(struct host *host)
{
	on_snapshot(host);
	add_known_group(host, (struct devno){254, 3});
}

/* One of them goes, with its partition, before the other. */
static void known_on_two_partitions(struct host *host)
{
	add_partition(host);
	on_partition(host);
	add(host, 8, "guest-home", OTHER_LV, "linear", "254:5 2048");
	add_known_group(host, (struct devno){254, 4});
	add_known_pv(host, (struct devno){254, 5});
}

static const struct {
	const char *name;
	void (*change)(struct host *host);
	size_t n_steps; /* the sample's own are three */
	const char *words;
} good[] = {
	{"on a partition", on_partition, 4, "volume of a guest guest-root (254:7)"},
	{"on the snapshot", on_snapshot, 4, "volume of a guest guest-root (254:7)"},
	{"two segments", of_two_segments, 5, "volume of a guest guest-root (254:7)"},
	{"known, on a partition", known_on_partition, 4, "volume of a guest guest-root"},
	{"known, on the snapshot", known_on_snapshot, 4, "volume of a guest guest-root"},
	{"known, on two partitions", known_on_two_partitions, 6,
		"volume of a guest guest-root"},
	{"striped", striped, 5, "volume of a guest guest-root (254:7)"},
	{"named like a backup", named_like_a_backup, 4, "volume of a guest onapp--bbbb"},
	{"mounted", mounted, 5, "mounted on /mnt/root"},
	{"partition of a guest's volume", partition_of_a_guest_volume, 5,
		"partition mapping guest-root1 (254:8)"},
	{"without uuid", without_uuid, 4, "partition mapping rescue (254:7)"},
	{"a word", with_a_word_for_uuid, 4, "partition mapping rescue (254:7)"},
	{"by number", partition_by_number, 5, "partition mapping rescue1 (254:8)"},
	{"LUKS 2", luks2, 4, "encrypted mapping secret (254:7)"},
	{"LUKS 1", luks1, 4, "encrypted mapping secret (254:7)"},
	{"plain", plain_crypt, 4, "encrypted mapping secret (254:7)"},
	{"on LUKS", guest_volume_on_luks, 5, "volume of a guest guest-root (254:8)"},
};

/* ---- what stays ---- */

static void nothing(struct host *host)
{
	(void)host;
}

static void on_the_origin_too(struct host *host)
{
	on_partition(host);
	add_target(
		sample_device(host, 7), "linear", "254:0 2048", (struct devno){254, 0});
	sample_device(host, 0)->open_count++;
}

static void on_a_disk_too(struct host *host)
{
	on_partition(host);
	add_target(sample_device(host, 7), "linear", "8:16 2048", (struct devno){8, 16});
}

/* Its table names the disk, its dependencies the partition: one of them lies. */
static void with_deps_that_lie(struct host *host)
{
	on_partition(host);
	sample_device(host, 7)->targets[0].params = "8:16 2048";
}

static void with_a_dep_too_few(struct host *host)
{
	on_partition(host);
	add_target(sample_device(host, 7), "linear", "8:16 2048", DEVNO_NONE);
}

static void with_a_dep_too_many(struct host *host)
{
	add_partition(host);
	on_partition(host);
	*array_add(&sample_device(host, 7)->deps, &sample_device(host, 7)->n_deps) =
		(struct devno){254, 5};
	sample_device(host, 5)->open_count++;
}

static void two_snapshots(struct host *host)
{
	static const char other[] = "TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT";
	struct lv *lv = array_add(&host->lvs, &host->n_lvs);

	*lv = (struct lv){.vg_uuid = SAMPLE_VG,
		.uuid = other,
		.name = "snap2",
		.role = LV_SNAPSHOT,
		.origin_uuid = SAMPLE_ORIGIN};
	add(host, 8, "onapp--aaaa-snap2-cow",
		"LVM-" SAMPLE_VG "TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT-cow", "linear",
		"7:0 400000");
	add(host, 9, "onapp--aaaa-snap2",
		"LVM-" SAMPLE_VG "TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT", "snapshot",
		"254:1 254:8 P 8");
	sample_device(host, 9)->targets[0].status = "16/1024 16";
	on_partition(host);
	add_target(
		sample_device(host, 7), "linear", "254:9 2048", (struct devno){254, 9});
	sample_device(host, 9)->open_count++;
}

static void on_the_cow(struct host *host)
{
	add(host, 7, "rescue", "", "linear", "254:2 0");
}

static void mirrored(struct host *host)
{
	add(host, 7, "guest-root", GUEST_LV, "mirror",
		"core 2 1024 nosync 2 254:4 2048 254:3 0");
}

static void thin_pool(struct host *host)
{
	add(host, 7, "guest-pool-tpool", GUEST_LV "-tpool", "thin-pool",
		"254:4 254:3 128 0 0");
}

static void thin(struct host *host)
{
	add(host, 7, "guest-root", GUEST_LV, "thin", "254:4 1");
}

static void guest_layer(struct host *host)
{
	add(host, 7, "guest-root-real", GUEST_LV "-real", "linear", "254:4 2048");
}

static void known_group(struct host *host)
{
	struct vg *vg = array_add(&host->vgs, &host->n_vgs);

	on_partition(host);
	*vg = (struct vg){.uuid = GUEST_VG,
		.name = "guest",
		.system_id = "",
		.lock_type = "",
		.is_partial = true};
}

static void known_and_missing(struct host *host)
{
	on_partition(host);
	add_known_group(host, DEVNO_NONE)->is_missing = true;
}

static void known_and_duplicate(struct host *host)
{
	on_partition(host);
	add_known_group(host, (struct devno){254, 4})->is_duplicate = true;
}

static void known_on_the_origin(struct host *host)
{
	on_partition(host);
	add_known_group(host, (struct devno){254, 0});
}

static void known_on_the_cow(struct host *host)
{
	on_partition(host);
	add_known_group(host, (struct devno){254, 2});
}

static void known_on_a_disk_too(struct host *host)
{
	known_on_partition(host);
	add_known_pv(host, (struct devno){8, 16});
}

static void other_partition(struct host *host)
{
	add(host, 7, "strange1", "part1-" OTHER_LV, "linear", "254:3 2048");
}

static void of_multipath(struct host *host)
{
	add(host, 7, "mpatha", "mpath-36001405d5a0f4c2b1e34a5b9c8d7e6f0", "multipath",
		"0 0 1 1 round-robin 0 1 1 254:3 1000");
}

static void of_multipath_linear(struct host *host)
{
	add(host, 7, "mpatha", "mpath-36001405d5a0f4c2b1e34a5b9c8d7e6f0", "linear",
		"254:3 0");
}

static void of_dmraid(struct host *host)
{
	add(host, 7, "isw_a", "DMRAID-isw_a", "linear", "254:3 0");
}

static void of_stratis(struct host *host)
{
	add(host, 7, "stratis-1-private-x", "stratis-1-private-x", "linear", "254:3 0");
}

static void of_verity(struct host *host)
{
	add(host, 7, "root", "CRYPT-VERITY-0123-root", "verity",
		"1 254:3 254:4 4096 4096 1 1 sha256 00 00");
}

static void of_someone(struct host *host)
{
	add(host, 7, "foo", "FOO-1", "linear", "254:3 0");
}

static void crypt_by_hand(struct host *host)
{
	add(host, 7, "secret", "", "crypt", KEY "254:4 0");
}

static void linear_named_luks(struct host *host)
{
	add(host, 7, "secret", LUKS2, "linear", "254:4 0");
}

static void linear_like_striped(struct host *host)
{
	add(host, 7, "odd", "", "linear", "1 128 254:3 2048");
}

static void two_windows(struct host *host)
{
	without_uuid(host);
	add_target(sample_device(host, 7), "linear", "254:3 9000", DEVNO_NONE);
}

static const struct {
	const char *name;
	void (*change)(struct host *host);
	const char *words;
} kept[] = {
	{"on the origin too", on_the_origin_too, "is also on onapp--aaaa-disk1"},
	{"on a disk too", on_a_disk_too, "is also on 8:16"},
	{"deps that lie", with_deps_that_lie, "its table does not show"},
	{"a dep too few", with_a_dep_too_few, "its table does not show"},
	{"a dep too many", with_a_dep_too_many, "its table does not show"},
	{"two snapshots", two_snapshots, "is also on onapp--aaaa-snap2 (254:9)"},
	{"on the COW", on_the_cow, "is also on onapp--aaaa-backup--dddd-cow"},
	{"mirrored", mirrored, "a mirror, which keeps its own state and may"},
	{"thin pool", thin_pool, "a hidden layer (tpool) of a guest's volume"},
	{"thin", thin, "a thin volume, which keeps its own state and may"},
	{"layer", guest_layer, "a hidden layer (real) of a guest's volume"},
	{"known group", known_group, "a volume of guest, a group that LVM knows"},
	{"known, missing", known_and_missing, "volume /dev/mapper/v is missing"},
	{"known, duplicate", known_and_duplicate, "/dev/mapper/v is on more than one"},
	{"known, on the origin", known_on_the_origin,
		"/dev/mapper/v is not on this snapshot"},
	{"known, on the COW", known_on_the_cow, "/dev/mapper/v is not on this snapshot"},
	{"known, on a disk too", known_on_a_disk_too,
		"/dev/mapper/w is not on this snapshot"},
	{"other partition", other_partition, "kpartx made it for a device other"},
	{"multipath", of_multipath, "multipath -f mpatha"},
	{"multipath's linear", of_multipath_linear, "multipath -f mpatha"},
	{"dmraid", of_dmraid, "dmraid -an isw_a"},
	{"stratis", of_stratis, "a part of a Stratis pool"},
	{"verity", of_verity, "veritysetup close root"},
	{"a uuid", with_a_uuid_of_its_own,
		"another program's, by its uuid (\"4f1c6a52\")"},
	{"someone's", of_someone, "another program's, by its uuid (\"FOO\")"},
	{"crypt by hand", crypt_by_hand, "an encrypted mapping without"},
	{"linear named LUKS", linear_named_luks, "a plan may not remove"},
	{"linear like striped", linear_like_striped, "its table does not show"},
	{"two windows", two_windows, "a plan may not remove"},
};

/* ---- both ways ---- */

static const char *select_all[] = {SELECT_DEFAULT};

static const struct subject *backup_of(const struct survey *survey)
{
	for (size_t i = 0; i < survey->n_subjects; i++)
		if (strcmp(survey->subjects[i].lv_uuid, SAMPLE_SNAP) == 0)
			return &survey->subjects[i];
	return NULL;
}

static bool says(const struct subject *subject, const char *words)
{
	for (size_t i = 0; i < subject->n_reasons; i++)
		if (strstr(subject->reasons[i].text, words))
			return true;
	return false;
}

/* Surveys and orders. NULL: the planner's own replay refused. */
static struct plan *plan_of(struct survey *survey)
{
	cleanup_with(plan_free_fn) struct plan *plan = plan_new();
	struct err err = ERR_INIT;

	*array_add(&plan->select, &plan->n_select) = xstrdup(SELECT_DEFAULT);
	plan->min_age = MIN_AGE_DEFAULT;
	memset(plan->capture_sha256, '0', SHA256_HEX_LEN);
	return order_survey(survey, plan, &err) < 0 ? NULL : take_ptr(plan);
}

static void survey_of(struct host *host, struct request *request, struct survey *ret)
{
	host_sort(host);
	survey_collect(host, request, ret);
	classify_survey(ret);
	assert_non_null(backup_of(ret));
}

static void test_what_goes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct request request = {
			.select = select_all, .n_select = 1, .min_age = MIN_AGE_DEFAULT};
		cleanup_host struct host *host = sample_host();
		cleanup_survey struct survey survey = {0};
		cleanup_with(plan_free_fn) struct plan *plan = NULL;
		const struct subject *subject;
		struct err err = ERR_INIT;

		good[i].change(host);
		survey_of(host, &request, &survey);
		subject = backup_of(&survey);
		if (subject->verdict != VERDICT_REMOVE || !says(subject, good[i].words))
			fail_msg("%s: %s, or not the words", good[i].name,
				rule_text(subject->decisive)->name);
		assert_int_equal(survey.n_subjects, 1);
		plan = plan_of(&survey);
		assert_non_null(plan);
		if (plan->n_steps != good[i].n_steps)
			fail_msg("%s: %zu steps", good[i].name, plan->n_steps);
		if (prove_plan(host, plan, &err) < 0)
			fail_msg("%s: %s", good[i].name, err.msg);
	}
}

static void test_what_stays(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		struct request request = {
			.select = select_all, .n_select = 1, .min_age = MIN_AGE_DEFAULT};
		cleanup_host struct host *host = sample_host();
		cleanup_survey struct survey survey = {0}, blind = {0};
		cleanup_with(plan_free_fn) struct plan *plan = NULL;
		const struct subject *subject;
		struct err err = ERR_INIT;

		kept[i].change(host);
		survey_of(host, &request, &survey);
		subject = backup_of(&survey);
		if (subject->decisive != RULE_FOREIGN_MAPPING)
			fail_msg("%s: decided by %s", kept[i].name,
				rule_text(subject->decisive)->name);
		if (!says(subject, kept[i].words))
			fail_msg("%s: says something else", kept[i].name);

		request.rules_off = 1ull << RULE_FOREIGN_MAPPING;
		survey_of(host, &request, &blind);
		assert_int_equal(backup_of(&blind)->verdict, VERDICT_REMOVE);
		plan = plan_of(&blind);
		assert_non_null(plan);
		if (prove_plan(host, plan, &err) != -EPERM ||
			!strstr(err.msg, "breaks rule 1:"))
			fail_msg("%s: proven, or %s", kept[i].name, err.msg);
	}
}

/* The plan is stopped where the guest's group turns up elsewhere; a plan that does not
 * ask for it is not proven. */
static void test_the_group_is_a_fact(void **state)
{
	static void (*const since[])(struct host *) = {known_group, known_and_missing,
		known_and_duplicate, known_on_the_origin, known_on_a_disk_too,
		known_on_partition, nothing};

	(void)state;
	for (size_t i = 0; i < sizeof(since) / sizeof(since[0]); i++) {
		struct request request = {
			.select = select_all, .n_select = 1, .min_age = MIN_AGE_DEFAULT};
		cleanup_host struct host *host = sample_host();
		cleanup_host struct host *later = sample_host();
		cleanup_survey struct survey survey = {0};
		cleanup_with(plan_free_fn) struct plan *plan = NULL;
		cleanup_facts struct facts facts = FACTS_INIT;
		struct err err = ERR_INIT;
		bool is_same = true;

		on_partition(host);
		survey_of(host, &request, &survey);
		plan = plan_of(&survey);
		assert_non_null(plan);
		since[i](later);
		if (since[i] == nothing)
			on_partition(later);
		host_sort(later);
		host_facts(later, &plan->scope, &facts);
		for (size_t line = 0; line < plan->expect.count; line++)
			is_same &= facts_has(&facts, plan->expect.lines[line]);
		if (is_same != (i >= 5))
			fail_msg("%zu: %s", i, is_same ? "not seen" : "stopped");

		plan->scope.n_conditions--;
		assert_int_equal(prove_plan(host, plan, &err), -EPERM);
		assert_non_null(strstr(err.msg, "guest-group"));
		plan->scope.n_conditions++;
	}
}

/* A guest's snapshot of its own volume, both inside the host's snapshot. */
static void test_a_snapshot_within_the_guest(void **state)
{
	struct request request = {
		.select = select_all, .n_select = 1, .min_age = MIN_AGE_DEFAULT};
	cleanup_host struct host *host = sample_host();
	cleanup_survey struct survey survey = {0};
	struct device *device;

	(void)state;
	guest_layer(host);
	add(host, 8, "onapp--aaaa-backup--eeee-cow", OTHER_LV "-cow", "linear",
		"254:4 9000");
	add(host, 9, "onapp--aaaa-backup--eeee", OTHER_LV, "snapshot", "254:7 254:8 P 8");
	device = sample_device(host, 9);
	device->targets[0].status = "16/1024 16";
	survey_of(host, &request, &survey);
	assert_int_equal(survey.n_subjects, 2);
	for (size_t i = 0; i < survey.n_subjects; i++) {
		bool is_own = survey.subjects[i].snapshot == device;

		assert_int_equal(survey.subjects[i].verdict, VERDICT_REFUSE);
		assert_int_equal(survey.subjects[i].decisive,
			is_own ? RULE_GUEST_VOLUME : RULE_FOREIGN_MAPPING);
	}
}

/* ---- a group that is on a volume of the host ---- */

/* The disk of the group is a loop device on a volume of another group. */
static void nest_by_loop(struct host *host)
{
	add(host, 7, "other-disk", OTHER_LV, "linear", "8:16 2048");
	host->blocks[0].backing_file = "/dev/dm-7";
}

static struct pv *add_pv(struct host *host, struct devno devno)
{
	struct pv *pv = array_add(&host->pvs, &host->n_pvs);

	*pv = (struct pv){.vg_uuid = SAMPLE_VG,
		.uuid = "NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN",
		.name = "/dev/mapper/p",
		.devno = devno};
	return pv;
}

/* A second disk of it is a partition of another group's volume. */
static void nest_by_partition(struct host *host)
{
	add(host, 7, "other-disk", OTHER_LV, "linear", "8:16 2048");
	add(host, 8, "other-disk1", "part1-" OTHER_LV, "linear", "254:7 2048");
	add_pv(host, (struct devno){254, 8});
}

/* Through an array; and what is below it is a snapshot. */
static void nest_by_array(struct host *host)
{
	struct block *array = array_add(&host->blocks, &host->n_blocks);

	*array = (struct block){.devno = {9, 127},
		.kname = "md127",
		.kind = BLOCK_MD,
		.backing_file = ""};
	*array_add(&array->below, &array->n_below) = (struct devno){254, 8};
	add(host, 7, "other-snap", OTHER_LV, "snapshot", "8:16 8:17 P 8");
	add(host, 8, "other-snap1", "part1-" OTHER_LV, "linear", "254:7 2048");
	sample_device(host, 8)->open_count++;
	add_pv(host, (struct devno){9, 127});
}

static void test_a_guests_own_volume(void **state)
{
	static void (*const nests[])(struct host *) = {
		nest_by_loop, nest_by_partition, nest_by_array};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(nests) / sizeof(nests[0]); i++) {
		struct request request = {
			.select = select_all, .n_select = 1, .min_age = MIN_AGE_DEFAULT};
		cleanup_host struct host *host = sample_host_idle();
		cleanup_survey struct survey survey = {0}, blind = {0};
		cleanup_with(plan_free_fn) struct plan *plan = NULL;
		struct err err = ERR_INIT;

		if (i % 2)
			sample_make_stale(host);
		nests[i / 2](host);
		survey_of(host, &request, &survey);
		assert_int_equal(backup_of(&survey)->decisive, RULE_GUEST_VOLUME);
		request.rules_off = 1ull << RULE_GUEST_VOLUME;
		survey_of(host, &request, &blind);
		assert_int_equal(backup_of(&blind)->verdict, VERDICT_REMOVE);
		plan = plan_of(&blind);
		assert_non_null(plan);
		assert_int_equal(prove_plan(host, plan, &err), -EPERM);
		if (!strstr(err.msg, "breaks rule 7:"))
			fail_msg("%zu: %s", i, err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_goes),
		cmocka_unit_test(test_what_stays),
		cmocka_unit_test(test_the_group_is_a_fact),
		cmocka_unit_test(test_a_snapshot_within_the_guest),
		cmocka_unit_test(test_a_guests_own_volume),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
