/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random hosts (random_host.h). For every one: the planner can order what it judged
 * removable, its plan is proven, the same host gives the same plan and review to the
 * byte, with an index and without, and what is in use stays.
 *
 * RANDOM_STATES=N and RANDOM_SEED=S in the environment change how many and from where; a
 * failure prints the seed that shows it alone.
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
#include "random_host.h"
#include "sample_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/places.h"

#define STATES_DEFAULT 2000

/* ---- what must hold ---- */

static const char *select_all[] = {SELECT_DEFAULT};
static const char *const places[] = {RANDOM_HOST_PLACES};
static const char *leftover[] = {RANDOM_HOST_LEFTOVER};

static const char no_sha256[] =
	"0000000000000000000000000000000000000000000000000000000000000000";

#define OPS PLAN_OPS

/* What the plans came to. */
struct tally {
	size_t removed;
	size_t steps[OPS];
	/* of snapshots that are mounted read-write: shown to be leftovers, or not */
	size_t leftover_mounts, undecided_mounts;
};

static void tally_subject(const struct subject *subject, struct tally *tally)
{
	tally->removed += subject->verdict == VERDICT_REMOVE;
	tally->undecided_mounts += subject->decisive == RULE_MOUNTED_READ_WRITE;
	for (size_t i = 0; i < subject->n_reasons; i++)
		tally->leftover_mounts += subject->verdict == VERDICT_REMOVE &&
					  subject->reasons[i].rule == RULE_LEFTOVER_MOUNT;
}

static void plan_text_of(const struct host *host, bool has_refresh, uint64_t seed,
	struct buf *ret, struct buf *ret_review, struct tally *tally)
{
	struct request request = {.select = select_all,
		.n_select = 1,
		.min_age = MIN_AGE_DEFAULT,
		.select_mounts = places,
		.n_select_mounts = sizeof(places) / sizeof(places[0]),
		.leftover_mounts = leftover,
		.n_leftover_mounts = 1,
		.has_refresh_origin = has_refresh};
	cleanup_survey struct survey survey = {0};
	cleanup_with(plan_free_fn) struct plan *plan = NULL;
	cleanup_with(plan_free_fn) struct plan *again = NULL;
	cleanup_report struct report report = {0};
	struct member member;
	struct fleet fleet = {.request = &request, .members = &member, .n_members = 1};
	struct err err = ERR_INIT;

	survey_collect(host, &request, &survey);
	classify_survey(&survey);
	plan = plan_begin(&survey, &request, no_sha256);
	if (order_survey(&survey, plan, &err) < 0)
		fail_msg("RANDOM_SEED=%" PRIu64 ": order: %s", seed, err.msg);
	plan_write(plan, ret);
	if (plan_read(ret->data, ret->len, "plan", &again, &err) < 0)
		fail_msg("RANDOM_SEED=%" PRIu64 ": read: %s", seed, err.msg);
	if (prove_plan(host, again, &err) < 0)
		fail_msg("RANDOM_SEED=%" PRIu64 ": %s", seed, err.msg);
	member = (struct member){.file = "capture",
		.host = (struct host *)host,
		.survey = survey,
		.whole = plan};
	report_collect(&fleet, "plan", &report);
	review_print(&report, 0, false, ret_review);
	for (size_t i = 0; i < survey.n_subjects; i++)
		tally_subject(&survey.subjects[i], tally);
	for (size_t i = 0; i < plan->n_steps; i++)
		tally->steps[plan->steps[i].op]++;
}

static void test_random_states(void **state)
{
	uint64_t first = number_from_environment("RANDOM_SEED", 1);
	uint64_t count = number_from_environment("RANDOM_STATES", STATES_DEFAULT);
	struct tally tally = {0}, again_tally = {0};
	size_t with_plan = 0;

	(void)state;
	for (uint64_t seed = first; seed < first + count; seed++) {
		cleanup_host struct host *host = random_host(seed);
		cleanup_buf struct buf text = BUF_INIT, again = BUF_INIT;
		cleanup_buf struct buf review = BUF_INIT, review_again = BUF_INIT;
		bool has_refresh = seed % 2;
		size_t before = tally.removed;

		plan_text_of(host, has_refresh, seed, &text, &review, &tally);
		host_index_build(host);
		plan_text_of(
			host, has_refresh, seed, &again, &review_again, &again_tally);
		if (strcmp(buf_text(&text), buf_text(&again)) != 0 ||
			strcmp(buf_text(&review), buf_text(&review_again)) != 0)
			fail_msg(
				"RANDOM_SEED=%" PRIu64 ": two plans from one host", seed);
		with_plan += tally.removed > before;
	}
	print_message("%" PRIu64 " random hosts from seed %" PRIu64
		      ": %zu with something to remove, %zu snapshots in all\n",
		count, first, with_plan, tally.removed);
	for (int op = 0; op < OPS; op++)
		print_message(
			"  %zu %s\n", tally.steps[op], plan_op_name((enum plan_op)op));
	print_message("  %zu leftover mounts, %zu undecided ones\n",
		tally.leftover_mounts, tally.undecided_mounts);
	/* a generator that only makes refusals would prove nothing */
	if (count >= 1000)
		assert_true(with_plan > count / 10);
	assert_true(count < 1000 ||
		    (tally.leftover_mounts > 10 && tally.undecided_mounts > 10));
	for (int op = 0; op < OPS && count >= 1000; op++)
		assert_true(tally.steps[op] > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
