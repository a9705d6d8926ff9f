/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rule can never override a refusal. On every fixture and on random hosts: under a
 * policy that selects everything, by name or by tag, with no minimum age,
 * - each subject is judged as --select '*' with no minimum age judges it, for the same
 * reasons;
 * - what the default selection kept, for any reason but its age, is kept;
 * - the plan is proven, whatever the rules are.
 * One reason is about others: stale-sibling goes when the sibling may go
 * (check_siblings).
 *
 * RANDOM_STATES and RANDOM_SEED as in test_random.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge.h"
#include "planning.h"
#include "proof.h"
#include "reports.h"
#include "random_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"
#include "snapstate/record.h"

#define STATES_DEFAULT 1500

static const char *select_usual[] = {SELECT_DEFAULT};
static const char *select_all[] = {"*/*"};
static const struct request usual = {
	.select = select_usual, .n_select = 1, .min_age = MIN_AGE_DEFAULT};
static const struct request everything = {.select = select_all, .n_select = 1};

static const char rules_of_all[] = "rule by-tag\nselect */*\nmin-age 0\ntag backup\n"
				   "rule by-name\nselect */*\nmin-age 0\n";

static void judge(
	const struct host *host, const struct request *request, struct survey *survey)
{
	survey_collect(host, request, survey);
	classify_survey(survey);
}

/* Labels alone may be those of two. */
static const struct subject *find(const struct survey *survey, const struct subject *like)
{
	for (size_t i = 0; i < survey->n_subjects; i++) {
		const struct subject *subject = &survey->subjects[i];

		if (subject->kind == like->kind && subject->snapshot == like->snapshot &&
			subject->cow == like->cow &&
			strcmp(subject->label, like->label) == 0 &&
			strcmp(subject->lv_uuid, like->lv_uuid) == 0)
			return subject;
	}
	return NULL;
}

static void assert_same_reasons(
	const struct subject *a, const struct subject *b, const char *what)
{
	bool is_same = a->verdict == b->verdict && a->decisive == b->decisive &&
		       a->n_reasons == b->n_reasons;

	for (size_t i = 0; is_same && i < a->n_reasons; i++)
		is_same = a->reasons[i].rule == b->reasons[i].rule;
	if (!is_same)
		fail_msg("%s: %s: %s by a rule, %s by --select", what, a->label,
			rule_text(a->decisive)->name, rule_text(b->decisive)->name);
}

/* A reason to keep it that no selection and no age can take away. */
static bool is_kept_for_good(const struct subject *subject)
{
	for (size_t i = 0; i < subject->n_reasons; i++) {
		enum rule rule = subject->reasons[i].rule;

		if (rule_text(rule)->verdict != VERDICT_REMOVE &&
			rule != RULE_TOO_YOUNG && rule != RULE_NOT_SELECTED &&
			rule != RULE_STALE_SIBLING)
			return true;
	}
	return false;
}

static void compare(const struct host *host, const struct survey *by_rules,
	const char *what, size_t *ret_kept)
{
	cleanup_survey struct survey by_default = {0}, by_select = {0};

	judge(host, &usual, &by_default);
	judge(host, &everything, &by_select);
	assert_int_equal(by_rules->n_subjects, by_select.n_subjects);
	for (size_t i = 0; i < by_rules->n_subjects; i++) {
		const struct subject *subject = &by_rules->subjects[i];
		const struct subject *same = find(&by_select, subject);
		const struct subject *before = find(&by_default, subject);

		assert_non_null(same);
		assert_same_reasons(subject, same, what);
		if (!before || !is_kept_for_good(before))
			continue;
		*ret_kept += 1;
		if (subject->verdict == VERDICT_REMOVE)
			fail_msg("%s: %s was kept (%s), and a rule would remove it", what,
				subject->label, rule_text(before->decisive)->name);
	}
}

static void prove(const struct host *host, struct survey *survey, const char *what)
{
	cleanup_with(plan_free_fn) struct plan *plan = plan_new();
	cleanup_with(plan_free_fn) struct plan *again = NULL;
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	memset(plan->capture_sha256, '0', SHA256_HEX_LEN);
	for (size_t i = 0; i < survey->request->n_rules; i++)
		policy_rule_copy(&survey->request->rules[i],
			array_add(&plan->rules, &plan->n_rules));
	if (order_survey(survey, plan, &err) < 0)
		fail_msg("%s: %s", what, err.msg);
	plan_write(plan, &text);
	if (plan_read(buf_text(&text), text.len, "plan", &again, &err) < 0 ||
		prove_plan(host, again, &err) < 0)
		fail_msg("%s: %s", what, err.msg);
}

static void try_host(
	const struct host *host, const char *what, size_t *ret_kept, size_t *ret_removed)
{
	cleanup_policy struct policy policy = {0};
	cleanup_survey struct survey survey = {0};
	struct request request = {0};
	struct err err = ERR_INIT;

	if (policy_read(rules_of_all, strlen(rules_of_all), "p", &policy, &err) < 0)
		fail_msg("%s", err.msg);
	request.rules = policy.rules;
	request.n_rules = policy.n_rules;
	judge(host, &request, &survey);
	compare(host, &survey, what, ret_kept);
	prove(host, &survey, what);
	for (size_t i = 0; i < survey.n_subjects; i++)
		*ret_removed += survey.subjects[i].verdict == VERDICT_REMOVE;
}

static void try_fixture(const char *path, size_t *ret_kept, size_t *ret_removed)
{
	cleanup_buf struct buf archive = BUF_INIT;
	cleanup_host struct host *host = NULL;
	struct err err = ERR_INIT;

	if (file_read_at(AT_FDCWD, path, RECORD_ARCHIVE_MAX, &archive, &err) < 0 ||
		record_read(archive.data, archive.len, path, &host, &err) < 0)
		fail_msg("%s", err.msg);
	host_index_build(host);
	try_host(host, path, ret_kept, ret_removed);
}

/* Of one host, or of several, one by one. */
static void test_fixtures(void **state)
{
	cleanup_with(globfree) glob_t captures = {0};
	size_t kept = 0, removed = 0;

	(void)state;
	assert_int_equal(glob(FIXTURES "/*/capture*.tar.gz", 0, NULL, &captures), 0);
	for (size_t i = 0; i < captures.gl_pathc; i++)
		try_fixture(captures.gl_pathv[i], &kept, &removed);
	assert_true(kept > 20);
	assert_true(removed > 20);
}

static void test_random_hosts(void **state)
{
	uint64_t first = number_from_environment("RANDOM_SEED", 1);
	uint64_t count = number_from_environment("RANDOM_STATES", STATES_DEFAULT);
	size_t kept = 0, removed = 0;

	(void)state;
	for (uint64_t seed = first; seed < first + count; seed++) {
		cleanup_host struct host *host = random_host(seed);
		struct dice dice = dice_of_seed(seed);
		char what[64];

		for (size_t i = 0; i < host->n_lvs; i++)
			host->lvs[i].tags = one_in(&dice, 2) ? "daily,backup" : "daily";
		snprintf(what, sizeof(what), "RANDOM_SEED=%" PRIu64, seed);
		try_host(host, what, &kept, &removed);
	}
	print_message("%zu kept, %zu removed\n", kept, removed);
	assert_true(count < 100 || (kept && removed));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixtures),
		cmocka_unit_test(test_random_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
