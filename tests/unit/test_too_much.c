/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one plan does not go through, and what a review does not name one by one: up to a
 * limit all is as always, and behind it it is said that there is more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge.h"
#include "planning.h"
#include "proof.h"
#include "reports.h"
#include "checks.h"
#include "mold.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"
#include "snapstate/text.h"

static const char *select_all[] = {SELECT_DEFAULT};

/* What LVM and the mount tables say, as a capture's reader takes it. */
static struct host *finish(struct mold *mold)
{
	struct host *host = mold_finish(mold);
	struct err err = ERR_INIT;

	if (text_documents_read(host, &err) < 0)
		fail_msg("%s", err.msg);
	host_sort(host);
	host_index_build(host);
	return host;
}

static unsigned count_rule(
	const struct subject *subject, enum rule rule, const char **ret_last)
{
	unsigned count = 0;

	*ret_last = "";
	for (size_t i = 0; i < subject->n_reasons; i++)
		if (subject->reasons[i].rule == rule) {
			*ret_last = subject->reasons[i].text;
			count++;
		}
	return count;
}

static const struct subject *find(const struct survey *survey, const char *label)
{
	for (size_t i = 0; i < survey->n_subjects; i++)
		if (strcmp(survey->subjects[i].label, label) == 0)
			return &survey->subjects[i];
	fail_msg("no %s", label);
	return NULL;
}

/* The snapshot that the hosts below made first is its second volume. */
#define FIRST "onapp-aaaa/backup-000001"

/* How many reasons of a rule it has, and how the last one ends. */
static void assert_reasons(struct host *made, enum rule rule, unsigned count,
	const char *end, enum verdict verdict)
{
	struct request request = {.select = select_all,
		.n_select = 1,
		.min_age = MIN_AGE_DEFAULT,
		.is_single_host = true};
	cleanup_host struct host *host = made;
	cleanup_survey struct survey survey = {0};
	const struct subject *subject;
	const char *last;

	survey_collect(host, &request, &survey);
	classify_survey(&survey);
	subject = find(&survey, FIRST);
	assert_int_equal(count_rule(subject, rule, &last), count);
	if (strlen(last) < strlen(end) ||
		strcmp(last + strlen(last) - strlen(end), end) != 0)
		fail_msg("\"%s\" does not end with \"%s\"", last, end);
	if (subject->verdict != verdict)
		fail_msg("%s: %s", verdict_name(subject->verdict),
			rule_text(subject->decisive)->name);
}

/* ---- what a plan does not go through ---- */

static struct host *siblings(unsigned count)
{
	struct mold mold;
	unsigned origin;

	mold_begin(&mold);
	origin = mold_origin(&mold);
	for (unsigned i = 0; i + 1 < count; i++)
		mold_snapshot(&mold, origin);
	return finish(&mold);
}

static struct host *mappings(unsigned count)
{
	struct mold mold;
	unsigned snapshot;

	mold_begin(&mold);
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	for (unsigned i = 0; i < count; i++)
		mold_mapping_on(&mold, snapshot);
	return finish(&mold);
}

static struct host *mounts(unsigned count)
{
	struct mold mold;
	unsigned snapshot;

	mold_begin(&mold);
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	mold.host->devices[snapshot].open_count = 1;
	for (unsigned i = 0; i < count; i++)
		mold_mount(&mold, MOLD_ROOT_MOUNT, mold_dm(snapshot),
			mold_words(&mold, "/mnt/%u", i));
	return finish(&mold);
}

static struct host *swaps(unsigned count)
{
	struct mold mold;
	unsigned snapshot;

	mold_begin(&mold);
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	for (unsigned i = 0; i < count; i++)
		*array_add(&mold.host->swaps, &mold.host->n_swaps) =
			(struct swap){.path = mold_words(&mold, "/dev/x%03u", i),
				.devno = mold_dm(snapshot),
				.has_used = true};
	mold.host->devices[snapshot].open_count = 2 * count;
	return finish(&mold);
}

static void test_too_much(void **state)
{
	static const struct {
		struct host *(*make)(unsigned count);
		unsigned most;
		const char *end;
	} rows[] = {
		{siblings, SIBLINGS_MOST,
			"the layer below its origin, and a plan covers at most 100"},
		{mappings, STACK_MOST, "are on it, and a plan covers at most 64"},
		{mounts, STACK_MOST, "more than 64 mounts are on it"},
		{swaps, STACK_MOST, "more than 64 swap areas are on it"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_reasons(
			rows[i].make(rows[i].most), RULE_TOO_MUCH, 0, "", VERDICT_REMOVE);
		assert_reasons(rows[i].make(rows[i].most + 1), RULE_TOO_MUCH, 1,
			rows[i].end, VERDICT_UNDECIDED);
	}
}

/* One process that uses it in more ways than are looked at. */
static void test_too_many_uses(void **state)
{
	(void)state;
	for (unsigned more = 0; more < 2; more++) {
		struct mold mold;
		unsigned snapshot;

		mold_begin(&mold);
		snapshot = mold_snapshot(&mold, mold_origin(&mold));
		mold_use(&mold, USE_FILE, mold_dm(snapshot));
		while (mold.host->n_uses < PLACES_MOST + more) {
			struct use use = mold.host->uses[0];

			*array_add(&mold.host->uses, &mold.host->n_uses) = use;
		}
		assert_reasons(finish(&mold), RULE_TOO_MUCH, more,
			more ? "in more than 256 ways" : "", VERDICT_REFUSE);
	}
}

/* ---- what is not named one by one ---- */

#define SOME 40

/* What a plan would undo is named as a whole where there is a plan, and no further where
 * there is none. */
static void test_what_a_plan_would_undo(void **state)
{
	static const struct {
		struct host *(*make)(unsigned count);
		enum rule rule;
	} rows[] = {
		{mappings, RULE_MAPPED_IDLE},
		{mounts, RULE_MOUNTED_IDLE},
		{swaps, RULE_HELD_IDLE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_reasons(
			rows[i].make(SOME), rows[i].rule, SOME, "", VERDICT_REMOVE);
		assert_reasons(rows[i].make(STACK_MOST + 1), rows[i].rule, ALIKE_MOST,
			" more like it", VERDICT_UNDECIDED);
	}
}

/* Each of them is a thing to do: the first ones, and that there are more. */
static void test_swaps_in_use(void **state)
{
	struct mold mold;
	unsigned snapshot;

	(void)state;
	mold_begin(&mold);
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	for (unsigned i = 0; i < SOME; i++)
		*array_add(&mold.host->swaps, &mold.host->n_swaps) =
			(struct swap){.path = mold_words(&mold, "/dev/x%03u", i),
				.devno = mold_dm(snapshot),
				.has_used = true,
				.used = 4};
	assert_reasons(finish(&mold), RULE_HELD, ALIKE_MOST + 1,
		"; `swapon --show` lists any others", VERDICT_REFUSE);
}

static void test_suspended_neighbours(void **state)
{
	struct mold mold;
	unsigned origin;

	(void)state;
	mold_begin(&mold);
	origin = mold_origin(&mold);
	for (unsigned i = 0; i < SOME; i++)
		mold_snapshot(&mold, origin);
	for (size_t i = 0; i < mold.host->n_devices; i++)
		mold.host->devices[i].flags = DEVICE_SUSPENDED;
	/* itself, its COW, the layer and the origin are named always */
	assert_reasons(finish(&mold), RULE_UNSETTLED, 4 + NEIGHBOURS_MOST,
		"; more of its origin's snapshots, or their COWs, are unsettled",
		VERDICT_UNDECIDED);
}

static void test_inactive_neighbours(void **state)
{
	struct mold mold;
	unsigned origin;
	size_t kept = 0;

	(void)state;
	mold_begin(&mold);
	origin = mold_origin(&mold);
	for (unsigned i = 0; i < SOME; i++)
		mold_snapshot(&mold, origin);
	for (size_t i = 0; i < mold.host->n_devices; i++)
		if (i < 4)
			mold.host->devices[kept++] = mold.host->devices[i];
		else {
			free(mold.host->devices[i].targets);
			free(mold.host->devices[i].deps);
		}
	mold.host->n_devices = kept;
	mold.host->devices[1].open_count = 2;
	assert_reasons(finish(&mold), RULE_DISAGREE, NEIGHBOURS_MOST,
		"; more of its origin's snapshots are not as LVM would load them",
		VERDICT_UNDECIDED);
}

static void test_stale_neighbours_that_stay(void **state)
{
	struct mold mold;
	unsigned origin;

	(void)state;
	mold_begin(&mold);
	origin = mold_origin(&mold);
	mold_snapshot(&mold, origin);
	for (unsigned i = 0; i < SOME; i++)
		mold_use(&mold, USE_NODE, mold_dm(mold_stale(&mold, origin)));
	assert_reasons(finish(&mold), RULE_STALE_SIBLING, NEIGHBOURS_MOST,
		"; and so do more of them", VERDICT_UNDECIDED);
}

static void test_mappings_on_the_layer(void **state)
{
	struct mold mold;
	unsigned origin;

	(void)state;
	mold_begin(&mold);
	origin = mold_origin(&mold);
	mold_snapshot(&mold, origin);
	for (unsigned i = 0; i < SOME; i++)
		mold_mapping_on(&mold, origin + 1);
	assert_reasons(finish(&mold), RULE_FOREIGN_MAPPING, NEIGHBOURS_MOST,
		"; and so are more mappings", VERDICT_REFUSE);
}

static void test_unread_mount_tables(void **state)
{
	struct mold mold;

	(void)state;
	mold_begin(&mold);
	mold_snapshot(&mold, mold_origin(&mold));
	for (unsigned i = 0; i < SOME; i++) {
		*array_add(&mold.host->namespaces, &mold.host->n_namespaces) =
			(struct mount_namespace){.id = 4026540000u + i};
		host_source_set(mold.host,
			mold_words(&mold, "mounts/%u", 4026540000u + i), OUTCOME_DENIED,
			"%s", "");
	}
	assert_reasons(finish(&mold), RULE_EVIDENCE_MISSING, ALIKE_MOST,
		"; and more mount tables were not read", VERDICT_UNDECIDED);
}

static void test_missing_disks(void **state)
{
	struct mold mold;

	(void)state;
	mold_begin(&mold);
	mold_snapshot(&mold, mold_origin(&mold));
	for (unsigned i = 0; i < SOME; i++)
		mold_missing_pv(&mold);
	/* and the group itself is partial */
	assert_reasons(finish(&mold), RULE_VG_UNSAFE, 1 + ALIKE_MOST,
		"; and the same is true of more physical volumes", VERDICT_REFUSE);
}

static void test_configurations(void **state)
{
	struct mold mold;
	unsigned snapshot;

	(void)state;
	mold_begin(&mold);
	host_source_set(mold.host, "configs", OUTCOME_READ, "%s", "");
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	for (unsigned i = 0; i < SOME; i++)
		*array_add(&mold.host->configs, &mold.host->n_configs) =
			(struct config_entry){
				.file = mold_words(&mold, "/etc/xen/%03u", i),
				.line = 1,
				.kind = CONFIG_XEN,
				.device = mold_words(&mold, "/dev/dm-%u", snapshot),
				.target = ""};
	assert_reasons(finish(&mold), RULE_CONFIGURED, 17, "more than 16 lines name it",
		VERDICT_UNDECIDED);
}

/* A plan's step has at most PLAN_REASONS_MAX reasons. */
static void test_lines_of_one_mount_point(void **state)
{
	struct mold mold;
	unsigned snapshot;

	(void)state;
	mold_begin(&mold);
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	mold_mount(&mold, MOLD_ROOT_MOUNT, mold_dm(snapshot), "/mnt/a");
	mold.host->devices[snapshot].open_count = 1;
	for (unsigned i = 0; i < 2 * PLAN_REASONS_MAX; i++)
		*array_add(&mold.host->fstab, &mold.host->n_fstab) =
			(struct fstab_entry){.line = i + 1,
				.source = mold_words(&mold, "/dev/mapper/none%u", i),
				.target = "/mnt/a",
				.type = "ext4"};
	assert_reasons(finish(&mold), RULE_FSTAB, ALIKE_MOST, "; and so do more lines",
		VERDICT_REMOVE);
}

/* All of them are of the kernel, none of a process. */
static void test_holders_in_the_kernel(void **state)
{
	struct mold mold;
	unsigned snapshot;

	(void)state;
	mold_begin(&mold);
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	for (unsigned i = 0; i < SOME; i++)
		*array_add(&mold.host->kernel_holders, &mold.host->n_kernel_holders) =
			(struct kernel_holder){.devno = mold_dm(snapshot),
				.kind = HOLDER_XEN,
				.name = mold_words(&mold, "vbd-%03u-51712", i)};
	assert_reasons(finish(&mold), RULE_VM_RUNNING, ALIKE_MOST, "; and there are more",
		VERDICT_REFUSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_too_many_uses),
		cmocka_unit_test(test_what_a_plan_would_undo),
		cmocka_unit_test(test_swaps_in_use),
		cmocka_unit_test(test_suspended_neighbours),
		cmocka_unit_test(test_inactive_neighbours),
		cmocka_unit_test(test_stale_neighbours_that_stay),
		cmocka_unit_test(test_mappings_on_the_layer),
		cmocka_unit_test(test_unread_mount_tables),
		cmocka_unit_test(test_missing_disks),
		cmocka_unit_test(test_configurations),
		cmocka_unit_test(test_lines_of_one_mount_point),
		cmocka_unit_test(test_holders_in_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
