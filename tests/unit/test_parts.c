/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of a plan: what is joined, what is read, what is proven. Laws: a plan with
 * parts is as good without any of them; each line that says of which part something is
 * matters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "judge.h"
#include "planning.h"
#include "proof.h"
#include "sample_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"

static const char *select_all[] = {SELECT_DEFAULT};

static const struct request request = {
	.select = select_all, .n_select = 1, .min_age = MIN_AGE_DEFAULT};

static void plan_host(const struct host *host, struct buf *ret_text)
{
	static const char no_sha256[] =
		"0000000000000000000000000000000000000000000000000000000000000000";
	cleanup_survey struct survey survey = {0};
	cleanup_plan struct plan *plan = NULL;
	struct err err = ERR_INIT;

	survey_collect(host, &request, &survey);
	classify_survey(&survey);
	plan = plan_begin(&survey, &request, no_sha256);
	if (order_survey(&survey, plan, &err) < 0)
		fail_msg("%s", err.msg);
	plan_write(plan, ret_text);
}

static struct plan *read_plan(const struct buf *text)
{
	struct plan *plan = NULL;
	struct err err = ERR_INIT;

	if (plan_read(buf_text(text), text->len, "plan", &plan, &err) < 0)
		fail_msg("%s", err.msg);
	return plan;
}

static struct plan *plan_of(const struct host *host)
{
	cleanup_buf struct buf text = BUF_INIT;

	plan_host(host, &text);
	return read_plan(&text);
}

static void assert_proven(const struct host *host, const struct plan *plan)
{
	struct err err = ERR_INIT;

	if (prove_plan(host, plan, &err) < 0)
		fail_msg("%s", err.msg);
}

static unsigned part_of_volume(const struct plan *plan, const char *uuid)
{
	for (size_t i = 0; i < plan->scope.n_volumes; i++)
		if (strcmp(plan->scope.volumes[i].lv_uuid, uuid) == 0)
			return plan->scope.volumes[i].part;
	fail_msg("%s is not in scope", uuid);
	return 0;
}

/* ---- what is joined ---- */

static void test_one_snapshot_has_no_parts(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_plan struct plan *plan = plan_of(host);

	(void)state;
	assert_int_equal(plan->version, PLAN_VERSION_CONDITIONS);
	assert_int_equal(plan->n_parts, 0);
	assert_int_equal(plan->steps[0].part, 0);
	assert_proven(host, plan);
}

static void test_three_origins_are_three_parts(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_plan struct plan *plan = NULL;

	(void)state;
	sample_add_backup(host, 2);
	sample_add_backup(host, 3);
	plan = plan_of(host);
	assert_int_equal(plan->version, PLAN_VERSION_PARTS);
	assert_int_equal(plan->n_parts, 3);
	assert_int_equal(plan->n_steps, 5);
	assert_int_not_equal(part_of_volume(plan, SAMPLE_SNAP),
		part_of_volume(plan, SAMPLE_BACKUP(2)));
	for (size_t i = 0; i < plan->n_steps; i++)
		assert_int_equal(plan->steps[i].number, i + 1);
	assert_proven(host, plan);
}

/* Both go; their origin's stack is one. */
static void test_a_shared_origin_joins(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_plan struct plan *plan = NULL;

	(void)state;
	sample_add_backup(host, 2);
	sample_add_neighbour(host);
	host_lv(host, SAMPLE_VG, SAMPLE_NEIGHBOUR)->name = "backup-eeee";
	sample_device(host, 8)->name = "onapp--aaaa-backup--eeee-cow";
	sample_device(host, 9)->name = "onapp--aaaa-backup--eeee";
	plan = plan_of(host);
	assert_int_equal(plan->n_parts, 2);
	assert_int_equal(part_of_volume(plan, SAMPLE_SNAP),
		part_of_volume(plan, SAMPLE_NEIGHBOUR));
	assert_int_not_equal(part_of_volume(plan, SAMPLE_SNAP),
		part_of_volume(plan, SAMPLE_BACKUP(2)));
	assert_proven(host, plan);
}

/* It writes where the other one's COW is now: without it nothing there may be freed. */
static void test_shared_extents_join(void **state)
{
	cleanup_host struct host *host = sample_host_idle();
	cleanup_plan struct plan *plan = NULL;

	(void)state;
	sample_add_backup(host, 2);
	sample_add_backup(host, 3);
	sample_make_stale(host);
	host_lv(host, SAMPLE_VG, SAMPLE_BACKUP(2))->segments[0].stripes[0].start = 16;
	sample_device(host, 22)->targets[0].params = "7:0 133120";
	plan = plan_of(host);
	assert_int_equal(plan->n_parts, 2);
	assert_int_equal(part_of_volume(plan, SAMPLE_SNAP),
		part_of_volume(plan, SAMPLE_BACKUP(2)));
}

/* ---- what is read ---- */

static void three_parts(struct host **ret_host, struct buf *ret_text)
{
	*ret_host = sample_host();
	sample_add_backup(*ret_host, 2);
	sample_add_backup(*ret_host, 3);
	plan_host(*ret_host, ret_text);
}

/* With the first `from` changed, and a digest that fits. */
static void change(
	const struct buf *text, const char *from, const char *to, struct buf *ret)
{
	const char *at = strstr(buf_text(text), from);
	char digest[SHA256_HEX_LEN + 1];
	const char *end;

	if (!at)
		fail_msg("no \"%s\" in the plan", from);
	buf_add(ret, buf_text(text), (size_t)(at - buf_text(text)));
	buf_puts(ret, to);
	buf_puts(ret, at + strlen(from));
	end = strstr(buf_text(ret), "\ndigest ");
	ret->len = (size_t)(end + 1 - buf_text(ret));
	sha256_hex(buf_text(ret), ret->len, digest);
	buf_printf(ret, "digest sha256:%s\n", digest);
}

static void assert_refused(
	const struct buf *text, const char *from, const char *to, const char *rule)
{
	cleanup_buf struct buf changed = BUF_INIT;
	struct plan *plan = NULL;
	struct err err = ERR_INIT;

	change(text, from, to, &changed);
	if (plan_read(buf_text(&changed), changed.len, "plan", &plan, &err) == 0)
		fail_msg("read with \"%s\"", to);
	if (!strstr(err.msg, rule))
		fail_msg("\"%s\" does not say \"%s\"", err.msg, rule);
}

static void test_wrong_parts_are_refused(void **state)
{
	cleanup_host struct host *host = NULL;
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	three_parts(&host, &text);
	assert_refused(&text, "snapstate-plan 3", "snapstate-plan 2", "expected");
	assert_refused(&text, "\npart 1\n", "\n", "expected \"part \"");
	assert_refused(&text, "\npart 1\n", "\npart 0\n", "expected part 1");
	assert_refused(&text, "\npart 1\n", "\npart 2\n", "expected part 1");
	assert_refused(&text, "\npart 1\n", "\npart 01\n", "");
	assert_refused(&text, "\npart 2\n", "\npart 3\n", "or the next one");
	assert_refused(&text, "\npart 3\n", "\npart 1\n", "or the next one");
	assert_refused(&text, "\npart 2\n", "\npart 1\n", "another part");
	assert_refused(&text, "level all part 1", "level all", "expected \" part \"");
	assert_refused(&text, "level all part 1", "level all part 0", "numbered from 1");
	assert_refused(&text, "level all part 1", "level all part 2", "another part");
	assert_refused(&text,
		"scope condition settled " SAMPLE_VG "/" SAMPLE_ORIGIN " part 3",
		"scope condition settled " SAMPLE_VG "/" SAMPLE_ORIGIN " part 4",
		"of a part 4");
	assert_refused(&text, "scope group " SAMPLE_VG,
		"scope group " SAMPLE_VG " part 1", "expected the end of the line");
	assert_refused(&text, "scope condition quiet host",
		"scope condition quiet host part 1", "expected the end of the line");
	assert_refused(&text,
		"scope condition settled " SAMPLE_VG "/" SAMPLE_ORIGIN " part 3",
		"scope condition settled " SAMPLE_VG "/" SAMPLE_ORIGIN,
		"expected \" part \"");
}

/* A version with parts has two or more. */
static void test_one_part_is_refused(void **state)
{
	cleanup_host struct host *host = sample_host_idle();
	cleanup_plan struct plan *plan = plan_of(host);
	cleanup_buf struct buf text = BUF_INIT;
	struct plan *again = NULL;
	struct err err = ERR_INIT;

	(void)state;
	plan->version = PLAN_VERSION_PARTS;
	plan->steps[0].part = 1;
	for (size_t i = 0; i < plan->scope.n_devices; i++)
		plan->scope.devices[i].part = 1;
	plan->scope.volumes[0].part = 1;
	for (size_t i = 0; i < plan->scope.n_conditions; i++)
		if (condition_is_of_part(&plan->scope.conditions[i]))
			plan->scope.conditions[i].part = 1;
	plan_write(plan, &text);
	assert_int_not_equal(
		plan_read(buf_text(&text), text.len, "plan", &again, &err), 0);
	assert_non_null(strstr(err.msg, "two parts or more"));
}

/* ---- without some of them ---- */

static void test_arranged(void **state)
{
	cleanup_host struct host *host = NULL;
	cleanup_buf struct buf text = BUF_INIT, label = BUF_INIT;
	cleanup_plan struct plan *plan = NULL;
	cleanup_plan_arranged struct plan *without = NULL, *whole = NULL;
	cleanup_facts struct facts facts = FACTS_INIT, rest = FACTS_INIT;

	(void)state;
	three_parts(&host, &text);
	plan = read_plan(&text);
	without = plan_arrange(plan, (const unsigned[]){3, 1}, 2);
	assert_int_equal(without->n_steps, plan->n_steps - 1);
	assert_int_equal(without->steps[0].part, 3);
	assert_int_equal(without->steps[2].part, 3);
	assert_int_equal(without->steps[3].part, 1);
	host_facts(host, &without->scope, &facts);
	facts_minus(&facts, &without->expect, &rest);
	facts_minus(&without->expect, &facts, &rest);
	for (size_t i = 0; i < rest.count; i++)
		print_message("%s\n", rest.lines[i]);
	assert_int_equal(rest.count, 0);
	whole = plan_arrange(plan, (const unsigned[]){1, 2, 3}, 3);
	assert_int_equal(whole->expect.count, plan->expect.count);
	assert_int_equal(whole->scope.n_conditions, plan->scope.n_conditions);
	for (size_t i = 0; i < plan->n_steps; i++)
		assert_int_equal(whole->steps[i].number, i + 1);
	plan_part_label(plan, part_of_volume(plan, SAMPLE_BACKUP(3)), &label);
	assert_string_equal(buf_text(&label), "onapp-aaaa/backup-3");
}

/* ---- what is proven ---- */

/* A plan whose parts are one's word only: what two of them share is found. */
static void test_shared_things_are_found(void **state)
{
	cleanup_host struct host *host = NULL;
	cleanup_buf struct buf text = BUF_INIT;
	cleanup_plan struct plan *plan = NULL;
	struct err err = ERR_INIT;

	(void)state;
	three_parts(&host, &text);
	plan = read_plan(&text);
	assert_proven(host, plan);
	facts_add(&plan->steps[0].maybe_new, "table 254:77 0 8 linear 7:0 2048");
	facts_add(&plan->steps[plan->n_steps - 1].maybe_gone, "holder 254:77 dm 254:3");
	assert_int_not_equal(prove_plan(host, plan, &err), 0);
	assert_non_null(strstr(err.msg, "rule 15"));
}

/* Two snapshots of one origin as two parts: the second removal dissolves its layer, which
 * the first one alone would not. */
static void test_parts_that_need_each_other_are_refused(void **state)
{
	cleanup_host struct host *host = sample_host_idle();
	cleanup_plan struct plan *plan = NULL;
	struct err err = ERR_INIT;

	(void)state;
	sample_add_neighbour(host);
	host_lv(host, SAMPLE_VG, SAMPLE_NEIGHBOUR)->name = "backup-eeee";
	sample_device(host, 8)->name = "onapp--aaaa-backup--eeee-cow";
	sample_device(host, 9)->name = "onapp--aaaa-backup--eeee";
	plan = plan_of(host);
	assert_int_equal(plan->n_parts, 0);
	assert_int_equal(plan->n_steps, 2);
	plan->n_parts = 2;
	for (size_t i = 0; i < 2; i++)
		plan->steps[i].part = (unsigned)i + 1;
	for (size_t i = 0; i < plan->scope.n_devices; i++)
		plan->scope.devices[i].part =
			plan->scope.devices[i].devno.minor >= 8 ? 2 : 1;
	for (size_t i = 0; i < plan->scope.n_volumes; i++)
		plan->scope.volumes[i].part =
			strcmp(plan->scope.volumes[i].lv_uuid, SAMPLE_SNAP) == 0 ? 1 : 2;
	assert_int_not_equal(prove_plan(host, plan, &err), 0);
	assert_non_null(strstr(err.msg, "rule 15"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_snapshot_has_no_parts),
		cmocka_unit_test(test_three_origins_are_three_parts),
		cmocka_unit_test(test_a_shared_origin_joins),
		cmocka_unit_test(test_shared_extents_join),
		cmocka_unit_test(test_wrong_parts_are_refused),
		cmocka_unit_test(test_one_part_is_refused),
		cmocka_unit_test(test_arranged),
		cmocka_unit_test(test_shared_things_are_found),
		cmocka_unit_test(test_parts_that_need_each_other_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
