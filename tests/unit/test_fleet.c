/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several hosts that share one volume group: where a snapshot is active, who removes it,
 * in which order; and the prover against a planner that was told to look away.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checks.h"
#include "random_host.h"
#include "sample_fleet.h"
#include "sample_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"

#define OFF(rule) (1ull << (rule))

static const struct subject *subject_on(const struct trial *trial, size_t member)
{
	const struct survey *survey = &trial->fleet.members[member].survey;

	for (size_t i = 0; i < survey->n_subjects; i++)
		if (strcmp(survey->subjects[i].lv_uuid, SAMPLE_SNAP) == 0)
			return &survey->subjects[i];
	fail_msg("no subject on host %zu", member);
	return NULL;
}

static void assert_class(const struct trial *trial, size_t member, const char *class)
{
	assert_string_equal(rule_text(subject_on(trial, member)->decisive)->name, class);
}

/* "dm-remove dm-remove lv-remove" */
static void assert_steps(const struct trial *trial, size_t plan, const char *steps)
{
	cleanup_buf struct buf text = BUF_INIT;
	const struct plan *of = trial->fleet.plans[plan].plan;

	for (size_t i = 0; i < of->n_steps; i++)
		buf_printf(&text, "%s%s", i ? " " : "", plan_op_name(of->steps[i].op));
	assert_string_equal(buf_text(&text), steps);
}

/* Its volume was removed, here or elsewhere, and nothing is left of it here. */
static struct host *clean_host(void)
{
	struct host *host = sample_host_stale();

	sample_drop_devices(host);
	return host;
}

/* A member's steps, all in one, are those of its plans, one plan behind the other. */
static void assert_whole_is_plans(const struct fleet *fleet)
{
	for (size_t m = 0; m < fleet->n_members; m++) {
		const struct plan *whole = fleet->members[m].whole;
		size_t n_steps = 0, plan, step;

		for (size_t i = 0; i < fleet->n_plans; i++)
			if (fleet->plans[i].member == m)
				n_steps += fleet->plans[i].plan->n_steps;
		assert_int_equal(n_steps, whole->n_steps);
		for (size_t i = 0; i < whole->n_steps; i++) {
			cleanup_buf struct buf of_whole = BUF_INIT, of_plan = BUF_INIT;

			assert_true(fleet_find_step(fleet, m, i, &plan, &step));
			assert_int_equal(fleet->plans[plan].member, m);
			plan_step_target(&whole->steps[i], &of_whole);
			plan_step_target(&fleet->plans[plan].plan->steps[step], &of_plan);
			assert_string_equal(buf_text(&of_whole), buf_text(&of_plan));
		}
		assert_false(fleet_find_step(fleet, m, whole->n_steps, &plan, &step));
	}
}

/* ---- where it is active ---- */

static void test_active_on_one_host(void **state)
{
	cleanup_with(trial_end) struct trial trial;

	(void)state;
	trial_begin(&trial);
	trial_add(&trial, sample_host_inactive(), "hva", 'a');
	trial_add(&trial, sample_host(), "hvb", 'b');
	trial_must_run(&trial);
	assert_class(&trial, 0, "active-elsewhere");
	assert_class(&trial, 1, "leftover");
	assert_int_equal(trial.fleet.n_plans, 1);
	assert_int_equal(trial.fleet.plans[0].member, 1);
	assert_string_equal(trial.fleet.plans[0].file, "1-hvb.snapplan");
	assert_steps(&trial, 0, "umount dm-remove lv-remove");
	assert_false(fleet_has_kept(&trial.fleet));
}

static void test_active_nowhere(void **state)
{
	cleanup_with(trial_end) struct trial trial;

	(void)state;
	trial_begin(&trial);
	trial_add(&trial, sample_host_inactive(), "hva", 'a');
	trial_add(&trial, sample_host_inactive(), "hvb", 'b');
	trial_must_run(&trial);
	assert_class(&trial, 0, "not-active-here");
	assert_class(&trial, 1, "not-active-here");
	assert_int_equal(trial.fleet.n_plans, 0);
	assert_true(fleet_has_kept(&trial.fleet));
}

/* The order is that of the hosts, whichever way they are given. */
static void active_twice(struct trial *trial, bool is_reversed)
{
	trial_begin(trial);
	trial_add(trial, sample_host(), is_reversed ? "hvb" : "hva",
		is_reversed ? 'b' : 'a');
	trial_add(trial, sample_host(), is_reversed ? "hva" : "hvb",
		is_reversed ? 'a' : 'b');
}

static void test_active_on_two_hosts(void **state)
{
	(void)state;
	for (int is_reversed = 0; is_reversed < 2; is_reversed++) {
		cleanup_with(trial_end) struct trial trial;
		const struct plan *second;

		active_twice(&trial, is_reversed);
		trial_must_run(&trial);
		assert_class(&trial, 0, "active-twice");
		assert_class(&trial, 1, "active-twice");
		assert_int_equal(trial.fleet.n_plans, 2);
		assert_string_equal(trial.fleet.plans[0].file, "1-hva.snapplan");
		assert_string_equal(trial.fleet.plans[1].file, "2-hvb.snapplan");
		assert_steps(&trial, 0, "umount dm-remove dm-remove dm-remove");
		assert_steps(&trial, 1, "umount dm-remove lv-remove");
		second = trial.fleet.plans[1].plan;
		assert_int_equal(trial.fleet.plans[0].plan->n_after, 0);
		assert_int_equal(second->n_after, 1);
		assert_string_equal(second->after[0].node, "hva");
		assert_string_equal(
			second->after[0].digest, trial.fleet.plans[0].plan->digest);
	}
}

static void test_held_on_one_is_kept_on_all(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	struct host *held = sample_host();

	(void)state;
	sample_add_use(held, 4711, "tar", USE_FILE, 4);
	trial_begin(&trial);
	trial_add(&trial, held, "hva", 'a');
	trial_add(&trial, sample_host(), "hvb", 'b');
	trial_must_run(&trial);
	assert_class(&trial, 0, "backup-running");
	assert_class(&trial, 1, "kept-elsewhere");
	assert_int_equal(trial.fleet.n_plans, 0);
}

static void test_held_where_it_is_active(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	struct host *held = sample_host();

	(void)state;
	sample_add_use(held, 4711, "vi", USE_FILE, 4);
	trial_begin(&trial);
	trial_add(&trial, held, "hvb", 'b');
	trial_add(&trial, sample_host_inactive(), "hva", 'a');
	trial_must_run(&trial);
	assert_class(&trial, 0, "active-elsewhere");
	assert_class(&trial, 1, "in-use");
	assert_true(fleet_has_kept(&trial.fleet));
}

/* LVM would make it active again when it reloads the origin for the other one. */
static void test_active_twice_beside_another_snapshot(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	struct host *first = sample_host_idle();

	(void)state;
	sample_add_device(first, 8, "onapp--aaaa-backup--eeee-cow",
		"LVM-" SAMPLE_VG "EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE-cow", "linear",
		"7:0 272384", 8192);
	sample_add_device(first, 9, "onapp--aaaa-backup--eeee",
		"LVM-" SAMPLE_VG "EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE", "snapshot",
		"254:1 254:8 P 8", 131072);
	trial_begin(&trial);
	trial_add(&trial, first, "hva", 'a');
	trial_add(&trial, sample_host_idle(), "hvb", 'b');
	trial_must_run(&trial);
	assert_class(&trial, 0, "stale-sibling");
	assert_class(&trial, 1, "kept-elsewhere");
}

/* ---- stale ---- */

static void test_stale_on_one(void **state)
{
	cleanup_with(trial_end) struct trial trial;

	(void)state;
	trial_begin(&trial);
	trial_add(&trial, clean_host(), "hva", 'a');
	trial_add(&trial, sample_host_stale(), "hvb", 'b');
	trial_must_run(&trial);
	assert_class(&trial, 1, "stale");
	assert_int_equal(trial.fleet.n_plans, 1);
	assert_steps(&trial, 0, "dm-remove dm-remove");
}

/* The other host has already given the extents to another volume. */
static void test_a_victim_that_only_the_other_host_knows(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	struct host *newer = clean_host();

	(void)state;
	sample_add_victim(newer);
	newer->vgs[0].seqno = 9;
	newer->pvs[0].devno = (struct devno){8, 16}; /* its own number of that disk */
	trial_begin(&trial);
	trial_add(&trial, newer, "hva", 'a');
	trial_add(&trial, sample_host_stale(), "hvb", 'b');
	trial_must_run(&trial);
	assert_class(&trial, 1, "stale-corrupting");
	assert_steps(&trial, 0, "dm-remove dm-remove");
}

static void test_mappings_everywhere_before_any_volume(void **state)
{
	cleanup_with(trial_end) struct trial trial;

	(void)state;
	trial_begin(&trial);
	trial_add_two_rounds(&trial);
	trial_must_run(&trial);
	assert_int_equal(trial.fleet.n_plans, 4);
	assert_steps(&trial, 0, "dm-remove dm-remove");
	assert_steps(&trial, 1, "dm-remove dm-remove");
	assert_steps(&trial, 2, "lv-remove");
	assert_steps(&trial, 3, "lv-remove");
	assert_string_equal(trial.fleet.plans[2].file, "3-hva.snapplan");
	assert_int_equal(trial.fleet.plans[1].plan->n_after, 0);
	assert_int_equal(trial.fleet.plans[2].plan->n_after, 2);
	assert_int_equal(trial.fleet.plans[3].plan->n_after, 3);
	assert_whole_is_plans(&trial.fleet);
}

/* ---- one host ---- */

/* It is planned like several, and has its plan whether or not there is something to do.
 */
static void test_a_host_alone(void **state)
{
	static const struct {
		bool is_empty;
		const char *steps;
	} rows[] = {{false, "umount dm-remove lv-remove"}, {true, ""}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_with(trial_end) struct trial trial;

		trial_begin(&trial);
		trial_add(&trial, rows[i].is_empty ? clean_host() : sample_host(), "hva",
			'a');
		trial_must_run(&trial);
		assert_int_equal(trial.fleet.n_plans, 1);
		assert_steps(&trial, 0, rows[i].steps);
		assert_ptr_equal(trial.fleet.members[0].whole, trial.fleet.plans[0].plan);
		assert_int_equal(trial.fleet.plans[0].plan->n_after, 0);
	}
}

/* No other capture is there that it could disagree with. */
static void test_a_host_alone_whose_devices_were_not_read(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	struct host *host = sample_host();

	(void)state;
	host_source_set(host, "dm", OUTCOME_DENIED, "no");
	trial_begin(&trial);
	trial_add(&trial, host, "hva", 'a');
	trial_must_run(&trial);
	for (size_t i = 0; i < trial.fleet.members[0].survey.n_subjects; i++)
		assert_false(subject_has_rule(
			&trial.fleet.members[0].survey.subjects[i], RULE_HOST_MISSING));
}

/* ---- evidence ---- */

static void test_a_host_that_made_a_volume_is_missing(void **state)
{
	static const struct {
		const char *other;
		bool is_single_host;
		const char *class;
	} rows[] = {
		{NULL, false, "host-missing"},
		{NULL, true, "leftover"},
		{"hvx", false, "host-missing"},
		{"hvz", false, "leftover"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_with(trial_end) struct trial trial;
		struct host *host = sample_host();

		host->lvs[0].creator = "hvz";
		trial_begin(&trial);
		trial.request.is_single_host = rows[i].is_single_host;
		trial_add(&trial, host, "hva", 'a');
		if (rows[i].other) {
			struct host *other = sample_host_inactive();

			other->lvs[0].creator = "hvz";
			trial_add(&trial, other, rows[i].other, 'z');
		}
		trial_must_run(&trial);
		assert_class(&trial, 0, rows[i].class);
	}
}

static void test_who_wrote_last_is_missing(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	struct host *host = sample_host();

	(void)state;
	host->vgs[0].writer = "hvz";
	trial_begin(&trial);
	trial_add(&trial, host, "hva", 'a');
	trial_must_run(&trial);
	assert_class(&trial, 0, "host-missing");
}

static struct host *multipath_host(void)
{
	struct host *host = sample_host();

	sample_add_device(host, 9, "mpatha", "mpath-3600", "multipath", "0 8:0 8:16", 8);
	host->pvs[0].devno = (struct devno){254, 9};
	return host;
}

/* One capture cannot tell who else reaches the disk; two that share it can. */
static void test_storage_that_others_reach(void **state)
{
	cleanup_with(trial_end) struct trial trial;

	(void)state;
	trial_begin(&trial);
	trial_add(&trial, multipath_host(), "hva", 'a');
	trial_must_run(&trial);
	assert_true(subject_on(&trial, 0)->verdict == VERDICT_UNDECIDED);
}

static struct host *iscsi_host(void)
{
	struct host *host = sample_host();

	host->blocks[0].transport = "iscsi";
	return host;
}

/* A host that has nothing to do with the group: another disk, another group of the same
 * name. */
static struct host *unrelated_host(void)
{
	struct host *host = sample_host_empty();

	host->vgs[0].uuid = "UUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUU";
	host->pvs[0].uuid = "QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ";
	host->pvs[0].vg_uuid = host->vgs[0].uuid;
	return host;
}

/* LVM listed no device there: the group's disk may be one of those. */
static struct host *unread_host(void)
{
	struct host *host = unrelated_host();

	host->n_lvm_devices = 0;
	host->pvs[0].devno = DEVNO_NONE;
	return host;
}

/* It knows the group, and its disk is not there. */
static struct host *missing_disk_host(void)
{
	struct host *host = sample_host_inactive();

	host->pvs[0].devno = DEVNO_NONE;
	host->pvs[0].is_missing = true;
	return host;
}

static void test_a_transport_that_others_may_use(void **state)
{
	static const struct {
		struct host *(*other)(void); /* NULL = none */
		bool is_hosts_complete, is_single_host;
		const char *class;
	} rows[] = {
		{NULL, false, false, "host-missing"},
		{NULL, true, false, "leftover"},
		{NULL, false, true, "leftover"},
		{sample_host_inactive, false, false, "host-missing"},
		{sample_host_inactive, true, false, "leftover"},
		{unrelated_host, false, false, "host-missing"},
		{unrelated_host, true, false, "leftover"},
		{unread_host, true, false, "host-missing"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_with(trial_end) struct trial trial;

		trial_begin(&trial);
		trial.request.is_hosts_complete = rows[i].is_hosts_complete;
		trial.request.is_single_host = rows[i].is_single_host;
		trial_add(&trial, iscsi_host(), "hva", 'a');
		if (rows[i].other)
			trial_add(&trial, rows[i].other(), "hvb", 'b');
		trial_must_run(&trial);
		assert_class(&trial, 0, rows[i].class);
		for (size_t p = 0; p < trial.fleet.n_plans; p++)
			assert_int_equal(trial.fleet.plans[p].plan->is_hosts_complete,
				rows[i].is_hosts_complete);
	}
}

/* Neither its name nor that of its group makes a capture one of this group. */
static void test_a_named_host_counts_if_its_capture_shows_the_disk(void **state)
{
	static const struct {
		struct host *(*other)(void);
		const char *class;
	} rows[] = {
		{sample_host_inactive, "leftover"},
		{unrelated_host, "host-missing"},
		{missing_disk_host, "host-missing"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_with(trial_end) struct trial trial;
		struct host *host = sample_host();

		host->vgs[0].writer = "hvz";
		trial_begin(&trial);
		trial_add(&trial, host, "hva", 'a');
		trial_add(&trial, rows[i].other(), "hvz", 'z');
		trial_must_run(&trial);
		assert_class(&trial, 0, rows[i].class);
	}
}

static void test_captures_that_do_not_fit(void **state)
{
	static const struct {
		const char *class;
		int64_t apart;
		const char *name;
		bool is_dm_unread;
	} rows[] = {
		{"leftover", FLEET_SPREAD_MAX, NULL, false},
		{"host-missing", FLEET_SPREAD_MAX + 1, NULL, false},
		{"disagree", 0, "backup-eeee", false},
		{"host-missing", 0, NULL, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_with(trial_end) struct trial trial;
		struct host *other = sample_host_inactive();

		other->identity.taken -= rows[i].apart;
		if (rows[i].name)
			other->lvs[1].name = rows[i].name;
		if (rows[i].is_dm_unread)
			host_source_set(other, "dm", OUTCOME_DENIED, "%s", "");
		trial_begin(&trial);
		trial_add(&trial, sample_host(), "hva", 'a');
		trial_add(&trial, other, "hvb", 'b');
		trial_must_run(&trial);
		assert_class(&trial, 0, rows[i].class);
	}
}

static size_t count_reasons(const struct subject *subject, enum rule rule)
{
	size_t count = 0;

	for (size_t i = 0; i < subject->n_reasons; i++)
		count += subject->reasons[i].rule == rule;
	return count;
}

/* Of as many pairs as differ ALIKE_MOST are told, and that there are more: each letter is
 * a host, equal letters show the same. */
static void check_pairs(const char *letters, size_t n_pairs, bool is_time)
{
	cleanup_with(trial_end) struct trial trial;
	size_t n_told = n_pairs > ALIKE_MOST ? ALIKE_MOST + 1 : n_pairs;

	trial_begin(&trial);
	for (size_t i = 0; letters[i]; i++) {
		struct host *host = i ? sample_host_inactive() : sample_host();
		char node[] = {'h', 'v', (char)('A' + i), '\0'};

		if (is_time)
			host->identity.taken +=
				(letters[i] - 'a') * FLEET_SPREAD_MAX * 3 / 4;
		else if (letters[i] != 'a')
			host->lvs[1].name =
				&"backup-b\0backup-c\0backup-d"[(letters[i] - 'b') * 9];
		trial_add(&trial, host, node, (char)('A' + i));
	}
	trial_must_run(&trial);
	if (count_reasons(subject_on(&trial, 0),
		    is_time ? RULE_HOST_MISSING : RULE_DISAGREE) != n_told)
		fail_msg("%s: not %zu reasons", letters, n_told);
}

static void test_pairs_that_do_not_fit(void **state)
{
	(void)state;
	check_pairs("aaaaa", 0, false);
	check_pairs("baaaa", 4, false);
	check_pairs("aabaa", 4, false);
	check_pairs("aaaab", 4, false);
	check_pairs("abab", 4, false);
	check_pairs("abcda", 9, false);
	check_pairs("aaaaabaaaaaaaaaaa", 16, false);
	check_pairs("aaaaaaaaaaaaaaaab", 16, false);
	check_pairs("aaaaaaaaaaaab", 12, false);
	/* two letters further on is more than an hour later */
	check_pairs("ababab", 0, true);
	check_pairs("abc", 1, true);
	check_pairs("cbaba", 2, true);
	check_pairs("bbbbac", 1, true);
	check_pairs("abcd", 3, true);
	check_pairs("bbbbbbbbbbbbbbbd", 15, true);
}

static void test_a_sequence_number_alone_is_no_reason(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	struct host *other = sample_host_inactive();

	(void)state;
	other->vgs[0].seqno += 20;
	trial_begin(&trial);
	trial_add(&trial, sample_host(), "hva", 'a');
	trial_add(&trial, other, "hvb", 'b');
	trial_must_run(&trial);
	assert_class(&trial, 0, "leftover");
}

static void test_two_captures_of_one_host(void **state)
{
	cleanup_with(trial_end) struct trial trial;

	(void)state;
	trial_begin(&trial);
	trial_add(&trial, sample_host(), "hva", 'a');
	trial_add(&trial, sample_host(), "hvb", 'a');
	assert_int_equal(trial_run(&trial), -EBADMSG);
	assert_non_null(strstr(trial.err.msg, "of one host"));
}

static struct host *host_of_boot(struct host *host, const char *boot_id, int64_t booted)
{
	host->identity.boot_id = boot_id;
	host->identity.uptime =
		(uint64_t)(host->identity.taken - booted) * host->identity.ticks;
	return host;
}

/* Two hosts of one image are two where both were up at one time. */
static void test_hosts_of_one_image(void **state)
{
	static const struct {
		const char *boot_id;
		int64_t taken, booted; /* the other one: taken at 0, up for a day */
		bool is_told_apart;
	} rows[] = {
		{"11111111-1111-1111-1111-111111111111", 60, -3600, true},
		{"00000000-0000-0000-0000-000000000000", 60, -3600, false},
		{"", 60, -3600, false},
		{"11111111-1111-1111-1111-111111111111", 600, 60, false},
		{"11111111-1111-1111-1111-111111111111", 600, -BOOT_SLACK, false},
		{"11111111-1111-1111-1111-111111111111", 600, -BOOT_SLACK - 1, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_with(trial_end) struct trial trial;
		struct host *a = sample_host(), *b = sample_host_inactive();
		int64_t then = a->identity.taken;

		host_of_boot(a, "00000000-0000-0000-0000-000000000000", then - 86400);
		b->identity.taken = then + rows[i].taken;
		host_of_boot(b, rows[i].boot_id, then + rows[i].booted);
		trial_begin(&trial);
		trial_add(&trial, a, "hv", 'a');
		trial_add(&trial, b, "hv", 'a');
		assert_int_equal(trial_run(&trial), rows[i].is_told_apart ? 0 : -EBADMSG);
		if (rows[i].is_told_apart) {
			assert_class(&trial, 0, "leftover");
			assert_string_equal(trial_report(&trial, NULL)->hosts[1].node,
				"hv (machine-id aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, "
				"boot-id "
				"11111111-1111-1111-1111-111111111111)");
		}
	}
}

/* ---- a planner that looks away ---- */

static void missing(struct trial *trial)
{
	struct host *host = sample_host();

	host->lvs[0].creator = "hvz";
	trial_add(trial, host, "hva", 'a');
}

static void reachable(struct trial *trial)
{
	struct host *host = sample_host_idle();

	/* where the COW is, is known, and is on a multipath map */
	sample_add_device(host, 9, "mpatha", "mpath-3600", "multipath", "0 8:0 8:16", 8);
	host->pvs[0].devno = (struct devno){254, 9};
	host->devices[0].targets[0].params = "254:9 2048";
	trial_add(trial, host, "hva", 'a');
}

static void reachable_by_iscsi(struct trial *trial)
{
	trial_add(trial, iscsi_host(), "hva", 'a');
}

static void reachable_beside_a_stranger(struct trial *trial)
{
	trial_add(trial, iscsi_host(), "hva", 'a');
	trial_add(trial, unrelated_host(), "hvb", 'b');
}

static void reachable_beside_a_blind_one(struct trial *trial)
{
	trial->request.is_hosts_complete = true;
	trial_add(trial, iscsi_host(), "hva", 'a');
	trial_add(trial, unread_host(), "hvb", 'b');
}

static void named_by_a_stranger(struct trial *trial)
{
	struct host *host = sample_host();

	host->vgs[0].writer = "hvz";
	trial_add(trial, host, "hva", 'a');
	trial_add(trial, unrelated_host(), "hvz", 'z');
}

static void held_on_one(struct trial *trial)
{
	struct host *held = sample_host();

	sample_add_use(held, 4711, "tar", USE_FILE, 4);
	trial_add(trial, held, "hva", 'a');
	trial_add(trial, sample_host(), "hvb", 'b');
}

static void other_metadata(struct trial *trial)
{
	struct host *other = sample_host_inactive();

	other->lvs[1].name = "backup-eeee";
	trial_add(trial, sample_host(), "hva", 'a');
	trial_add(trial, other, "hvb", 'b');
}

static void unread_kernel(struct trial *trial)
{
	struct host *other = sample_host_inactive();

	host_source_set(other, "dm", OUTCOME_DENIED, "%s", "");
	trial_add(trial, sample_host(), "hva", 'a');
	trial_add(trial, other, "hvb", 'b');
}

static void test_the_prover_sees_what_the_planner_is_told_to_ignore(void **state)
{
	static const struct {
		const char *name;
		void (*hosts)(struct trial *trial);
		uint64_t rules_off;
		const char *error;
	} rows[] = {
		{"missing host", missing, OFF(RULE_HOST_MISSING), "breaks rule 5"},
		{"storage of others", reachable,
			OFF(RULE_HOST_MISSING) | OFF(RULE_DISAGREE), "breaks rule 5"},
		{"iscsi", reachable_by_iscsi, OFF(RULE_HOST_MISSING), "breaks rule 5"},
		{"iscsi, a stranger", reachable_beside_a_stranger, OFF(RULE_HOST_MISSING),
			"breaks rule 5"},
		{"iscsi, a blind one", reachable_beside_a_blind_one,
			OFF(RULE_HOST_MISSING), "breaks rule 5"},
		{"named by a stranger", named_by_a_stranger, OFF(RULE_HOST_MISSING),
			"breaks rule 5"},
		{"held on one", held_on_one, OFF(RULE_KEPT_ELSEWHERE), "breaks rule 5"},
		{"other metadata", other_metadata, OFF(RULE_DISAGREE), "breaks rule 6"},
		{"kernel not read", unread_kernel, OFF(RULE_HOST_MISSING),
			"breaks rule 5"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_with(trial_end) struct trial trial;

		trial_begin(&trial);
		trial.request.rules_off = rows[i].rules_off;
		rows[i].hosts(&trial);
		if (trial_run(&trial) != -EPERM)
			fail_msg("%s was proven", rows[i].name);
		if (!strstr(trial.err.msg, rows[i].error))
			fail_msg("%s: %s", rows[i].name, trial.err.msg);
	}
}

/* ---- plans in another order than they were made for ---- */

static int prove(
	const struct trial *trial, const size_t order[], size_t count, struct err *err)
{
	const struct fleet *fleet = &trial->fleet;
	struct proof_plan plans[8];
	const struct host *hosts[8];

	for (size_t i = 0; i < fleet->n_members; i++)
		hosts[i] = fleet->members[i].host;
	for (size_t i = 0; i < count; i++)
		plans[i] = (struct proof_plan){
			fleet->plans[order[i]].member, fleet->plans[order[i]].plan};
	return prove_plans(hosts, fleet->n_members, plans, count, err);
}

static void forget_last_wait(struct plan *plan)
{
	free(plan->after[--plan->n_after].node);
}

static void test_the_order_is_proven(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	struct err err = ERR_INIT;

	(void)state;
	active_twice(&trial, false);
	trial_must_run(&trial);
	assert_int_equal(prove(&trial, (size_t[]){0, 1}, 2, &err), 0);
	/* the volume first; the volume alone; the mapping alone */
	assert_int_equal(prove(&trial, (size_t[]){1, 0}, 2, &err), -EPERM);
	assert_int_equal(prove(&trial, (size_t[]){1}, 1, &err), -EPERM);
	assert_non_null(strstr(err.msg, "still be active on another host"));
	assert_int_equal(prove(&trial, (size_t[]){0}, 1, &err), -EPERM);
	assert_non_null(strstr(err.msg, "only lv-remove may remove it"));
	/* nobody waits: then nothing says that the volume goes behind its mapping */
	forget_last_wait(trial.fleet.plans[1].plan);
	assert_int_equal(prove(&trial, (size_t[]){0, 1}, 2, &err), -EPERM);
	assert_non_null(strstr(err.msg, "only lv-remove may remove it"));
}

static void test_the_rounds_are_proven(void **state)
{
	static const size_t orders[][4] = {
		{0, 2, 1, 3}, {2, 0, 1, 3}, {0, 1, 3, 2}, {1, 3, 0, 2}};
	cleanup_with(trial_end) struct trial trial;
	struct err err = ERR_INIT;

	(void)state;
	trial_begin(&trial);
	trial_add_two_rounds(&trial);
	trial_must_run(&trial);
	assert_int_equal(prove(&trial, (size_t[]){0, 1, 2, 3}, 4, &err), 0);
	assert_int_equal(prove(&trial, (size_t[]){1, 0, 2, 3}, 4, &err), 0);
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (prove(&trial, orders[i], 4, &err) != -EPERM)
			fail_msg("order %zu was proven", i);
	forget_last_wait(trial.fleet.plans[3].plan);
	assert_int_equal(prove(&trial, (size_t[]){0, 1, 2, 3}, 4, &err), -EPERM);
	assert_non_null(strstr(err.msg, "does not wait"));
}

/* ---- random fleets ---- */

static void test_random_fleets(void **state)
{
	uint64_t first = number_from_environment("RANDOM_SEED", 1);
	uint64_t count = number_from_environment("RANDOM_STATES", 400);
	size_t n_plans = 0, n_ordered = 0;

	(void)state;
	for (uint64_t seed = first; seed < first + count; seed++) {
		cleanup_with(trial_end) struct trial one, two;
		cleanup_buf struct buf text = BUF_INIT, again = BUF_INIT;

		trial_random(&one, seed, false);
		trial_random(&two, seed, true);
		if (trial_run(&one) < 0 || trial_run(&two) < 0)
			fail_msg("RANDOM_SEED=%llu: %s%s", (unsigned long long)seed,
				one.err.msg, two.err.msg);
		review_print(trial_report(&one, "plans"), 0, false, &text);
		review_print(trial_report(&two, "plans"), 0, false, &again);
		if (strcmp(buf_text(&text), buf_text(&again)) != 0)
			fail_msg("RANDOM_SEED=%llu: the order of the captures matters",
				(unsigned long long)seed);
		assert_whole_is_plans(&one.fleet);
		n_plans += one.fleet.n_plans;
		for (size_t i = 0; i < one.fleet.n_plans; i++)
			n_ordered += one.fleet.plans[i].plan->n_after > 0;
	}
	print_message("%zu plans, %zu of them wait for another\n", n_plans, n_ordered);
	if (count >= 400)
		assert_true(n_plans > count / 10 && n_ordered > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_active_on_one_host),
		cmocka_unit_test(test_active_nowhere),
		cmocka_unit_test(test_active_on_two_hosts),
		cmocka_unit_test(test_held_on_one_is_kept_on_all),
		cmocka_unit_test(test_held_where_it_is_active),
		cmocka_unit_test(test_active_twice_beside_another_snapshot),
		cmocka_unit_test(test_stale_on_one),
		cmocka_unit_test(test_a_victim_that_only_the_other_host_knows),
		cmocka_unit_test(test_mappings_everywhere_before_any_volume),
		cmocka_unit_test(test_a_host_alone),
		cmocka_unit_test(test_a_host_alone_whose_devices_were_not_read),
		cmocka_unit_test(test_a_host_that_made_a_volume_is_missing),
		cmocka_unit_test(test_who_wrote_last_is_missing),
		cmocka_unit_test(test_storage_that_others_reach),
		cmocka_unit_test(test_a_transport_that_others_may_use),
		cmocka_unit_test(test_a_named_host_counts_if_its_capture_shows_the_disk),
		cmocka_unit_test(test_captures_that_do_not_fit),
		cmocka_unit_test(test_pairs_that_do_not_fit),
		cmocka_unit_test(test_a_sequence_number_alone_is_no_reason),
		cmocka_unit_test(test_two_captures_of_one_host),
		cmocka_unit_test(test_hosts_of_one_image),
		cmocka_unit_test(test_the_prover_sees_what_the_planner_is_told_to_ignore),
		cmocka_unit_test(test_the_order_is_proven),
		cmocka_unit_test(test_the_rounds_are_proven),
		cmocka_unit_test(test_random_fleets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
