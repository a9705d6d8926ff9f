/* SPDX-License-Identifier: Apache-2.0 */
/* What LVM has looked at, and when a group that it does not show is gone: by the model,
 * and by the prover, which share nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
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
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"
#include "snapstate/host/source.h"

#define GONE "GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG"

static struct block *add_disk(struct host *host, unsigned minor, const char *kname)
{
	struct block *disk = array_add(&host->blocks, &host->n_blocks);

	*disk = (struct block){.devno = {8, minor},
		.kname = kname,
		.kind = BLOCK_DISK,
		.size = 65536,
		.backing_file = "",
		.transport = ""};
	return disk;
}

static void nothing(struct host *host)
{
	(void)host;
}

static void a_disk(struct host *host)
{
	add_disk(host, 16, "sdb");
}

static void a_disk_that_lvm_lists(struct host *host)
{
	a_disk(host);
	*array_add(&host->lvm_devices, &host->n_lvm_devices) = (struct devno){8, 16};
}

static void a_disk_with_a_file_system(struct host *host)
{
	a_disk(host);
	sample_add_file_system(host, (struct devno){8, 16});
}

static void a_disk_with_swap(struct host *host)
{
	a_disk(host);
	sample_add_swap(host, (struct devno){8, 16});
}

/* The partition is a device of its own, which LVM must have seen as well. */
static void a_disk_with_a_partition(struct host *host)
{
	a_disk(host);
	sample_add_partition(host, 1, (struct devno){8, 16})->size = 8192;
}

static void a_partition_that_lvm_lists(struct host *host)
{
	a_disk_with_a_partition(host);
	*array_add(&host->lvm_devices, &host->n_lvm_devices) = (struct devno){259, 1};
}

static void a_path_of_a_multipath_device(struct host *host)
{
	a_disk(host);
	sample_add_device(host, 9, "mpatha", "mpath-3600", "multipath", "0 8:16", 8192);
	*array_add(&host->lvm_devices, &host->n_lvm_devices) = (struct devno){254, 9};
}

static void a_multipath_device_without_a_path(struct host *host)
{
	a_disk(host);
	sample_add_device(host, 9, "mpatha", "mpath-3600", "multipath", "0 8:16", 8192);
}

static void a_tiny_disk(struct host *host)
{
	add_disk(host, 16, "sdb")->size = 4095;
}

static void a_cd(struct host *host)
{
	add_disk(host, 16, "sr0");
}

static void a_mapping_on_the_snapshot(struct host *host)
{
	sample_add_device(host, 9, "by-hand", "", "linear", "254:3 0", 8192);
}

static void an_array_on_the_snapshot(struct host *host)
{
	sample_add_array(host, 0, 3)->size = 65536;
}

static void a_delayed_disk(struct host *host)
{
	a_disk_that_lvm_lists(host);
	sample_add_device(host, 9, "slow", "", "delay", "8:16 0 500", 8192);
}

static void a_pulled_disk(struct host *host)
{
	sample_add_device(host, 9, "other-disk", "LVM-" GONE SAMPLE_ORIGIN, "linear",
		"8:48 0", 8192);
}

static void a_clone(struct host *host)
{
	host->pvs[0].is_duplicate = true;
}

/* Its label says that some group has it, and no metadata say which. */
static void a_label_without_metadata(struct host *host)
{
	struct pv *pv = array_add(&host->pvs, &host->n_pvs);

	*pv = (struct pv){.uuid = "QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ",
		.vg_uuid = "",
		.name = "",
		.devno = {7, 0},
		.is_in_use = true};
}

static void no_metadata(struct host *host)
{
	host->vgs[0].has_metadata = false;
}

static void no_report(struct host *host)
{
	host_source_set(host, "lvm/report.json", OUTCOME_TIMED_OUT, "%s", "");
}

static void no_list(struct host *host)
{
	host_source_set(host, "lvm/pvs.json", OUTCOME_HUNG, "%s", "");
}

static void no_blocks(struct host *host)
{
	host_source_set(host, "blocks", OUTCOME_DENIED, "%s", "");
}

static const struct {
	const char *name;
	void (*change)(struct host *host);
	bool is_whole;
} rows[] = {
	{"as it is", nothing, true},
	{"a disk", a_disk, false},
	{"a disk that LVM lists", a_disk_that_lvm_lists, true},
	{"a disk with a file system", a_disk_with_a_file_system, true},
	{"a disk with swap", a_disk_with_swap, true},
	{"a disk with a partition", a_disk_with_a_partition, false},
	{"a partition that LVM lists", a_partition_that_lvm_lists, true},
	{"a path of a multipath device", a_path_of_a_multipath_device, true},
	{"a multipath device", a_multipath_device_without_a_path, false},
	{"a tiny disk", a_tiny_disk, true},
	{"a CD", a_cd, true},
	{"a mapping on the snapshot", a_mapping_on_the_snapshot, true},
	{"an array on the snapshot", an_array_on_the_snapshot, true},
	{"a delayed disk", a_delayed_disk, false},
	{"a pulled disk", a_pulled_disk, false},
	{"a clone", a_clone, false},
	{"a label without metadata", a_label_without_metadata, false},
	{"no metadata", no_metadata, false},
	{"no report", no_report, false},
	{"no list of devices", no_list, false},
	{"no block devices", no_blocks, false},
};

static void test_whole_or_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_host struct host *host = sample_host();

		rows[i].change(host);
		host_sort(host);
		for (int has_index = 0; has_index < 2; has_index++) {
			if (has_index)
				host_index_build(host);
			if (host_lvm_is_whole(host) != rows[i].is_whole)
				fail_msg("%s: the model is wrong", rows[i].name);
			if (proof_lvm_is_whole(host) != rows[i].is_whole)
				fail_msg("%s: the prover is wrong", rows[i].name);
			assert_int_equal(
				host_group_is_gone(host, GONE), rows[i].is_whole);
			assert_false(host_group_is_gone(host, SAMPLE_VG));
		}
	}
}

/* Both find the same on hosts that nobody thought of. */
static void test_the_two_agree(void **state)
{
	uint64_t first = number_from_environment("RANDOM_SEED", 1);
	uint64_t count = number_from_environment("RANDOM_STATES", 2000);
	size_t n_whole = 0;

	(void)state;
	for (uint64_t seed = first; seed < first + count; seed++) {
		cleanup_host struct host *host = random_host(seed);
		bool is_whole;

		host_sort(host);
		host_index_build(host);
		is_whole = host_lvm_is_whole(host);
		if (is_whole != proof_lvm_is_whole(host))
			fail_msg("RANDOM_SEED=%llu: model and prover differ",
				(unsigned long long)seed);
		n_whole += is_whole;
	}
	print_message("%zu of %llu hosts read as a whole\n", n_whole,
		(unsigned long long)count);
}

/* The stack of the sample host, whose group was made anew on the same disk; `lv_uuid`
 * is a volume of the new one, on the extents of the old COW. */
static struct host *host_of_recreated_group(const char *lv_uuid)
{
	struct host *host = sample_host_idle();

	sample_make_stale(host);
	host->vgs[0].uuid = GONE;
	host->pvs[0].vg_uuid = GONE;
	sample_add_victim(host);
	for (size_t i = 0; i < host->n_lvs; i++) {
		host->lvs[i].vg_uuid = GONE;
		if (strcmp(host->lvs[i].uuid, SAMPLE_VICTIM) == 0)
			host->lvs[i].uuid = lv_uuid;
	}
	host_source_set(host, "lvm/" GONE ".vg", OUTCOME_READ, "%s", "");
	host_sort(host);
	host_index_build(host);
	return host;
}

static void assert_snapshot(struct host *host, enum rule rule)
{
	static const char *select[] = {SELECT_DEFAULT};
	const struct request request = {
		.select = select, .n_select = 1, .min_age = MIN_AGE_DEFAULT};
	cleanup_survey struct survey survey = {0};
	bool is_found = false;

	survey_collect(host, &request, &survey);
	classify_survey(&survey);
	for (size_t i = 0; i < survey.n_subjects; i++) {
		if (strcmp(survey.subjects[i].lv_uuid, SAMPLE_SNAP) != 0)
			continue;
		is_found = true;
		assert_string_equal(rule_text(survey.subjects[i].decisive)->name,
			rule_text(rule)->name);
	}
	assert_true(is_found);
}

/* By sectors, whatever group owns them; a volume of the same uuid is the same volume, of
 * a group that was split or merged meanwhile. */
static void test_whose_extents_they_are_now(void **state)
{
	cleanup_host struct host *host = host_of_recreated_group(SAMPLE_VICTIM);
	cleanup_host struct host *moved = host_of_recreated_group(SAMPLE_SNAP);
	cleanup_host struct host *unread = host_of_recreated_group(SAMPLE_VICTIM);

	(void)state;
	assert_snapshot(host, RULE_STALE_CORRUPTING);
	assert_snapshot(moved, RULE_DISAGREE);
	unread->n_lvm_devices = 0;
	host_index_build(unread);
	assert_snapshot(unread, RULE_EVIDENCE_MISSING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_or_not),
		cmocka_unit_test(test_the_two_agree),
		cmocka_unit_test(test_whose_extents_they_are_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
