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

#include "planner.h"
#include "random_host.h"
#include "sample_host.h"
#include "snapstate/cleanup.h"

#define STATES_DEFAULT 2000

/* ---- what must hold ---- */

static const char *select_all[] = {SELECT_DEFAULT};

static void plan_text_of(const struct host *host, bool has_refresh, uint64_t seed,
	struct buf *ret, struct buf *ret_review, size_t *ret_removed)
{
	struct request request = {.select = select_all,
		.n_select = 1,
		.min_age = MIN_AGE_DEFAULT,
		.has_refresh_origin = has_refresh};
	cleanup_survey struct survey survey = {0};
	cleanup_with(plan_free_fn) struct plan *plan = plan_new();
	cleanup_with(plan_free_fn) struct plan *again = NULL;
	struct err err = ERR_INIT;

	survey_collect(host, &request, &survey);
	classify_survey(&survey);
	*array_add(&plan->select, &plan->n_select) = xstrdup(SELECT_DEFAULT);
	plan->min_age = MIN_AGE_DEFAULT;
	plan->has_refresh_origin = has_refresh;
	memset(plan->capture_sha256, '0', SHA256_HEX_LEN);
	if (order_survey(&survey, plan, &err) < 0)
		fail_msg("RANDOM_SEED=%" PRIu64 ": order: %s", seed, err.msg);
	plan_write(plan, ret);
	if (plan_read(ret->data, ret->len, "plan", &again, &err) < 0)
		fail_msg("RANDOM_SEED=%" PRIu64 ": read: %s", seed, err.msg);
	if (prove_plan(host, again, &err) < 0)
		fail_msg("RANDOM_SEED=%" PRIu64 ": %s", seed, err.msg);
	review_print(&survey, plan, "capture", "plan", ret_review);
	for (size_t i = 0; i < survey.n_subjects; i++)
		*ret_removed += survey.subjects[i].verdict == VERDICT_REMOVE;
}

static void test_random_states(void **state)
{
	uint64_t first = number_from_environment("RANDOM_SEED", 1);
	uint64_t count = number_from_environment("RANDOM_STATES", STATES_DEFAULT);
	size_t removed = 0, with_plan = 0;

	(void)state;
	for (uint64_t seed = first; seed < first + count; seed++) {
		cleanup_host struct host *host = random_host(seed);
		cleanup_buf struct buf text = BUF_INIT, again = BUF_INIT;
		cleanup_buf struct buf review = BUF_INIT, review_again = BUF_INIT;
		bool has_refresh = seed % 2;
		size_t before = removed, unused = 0;

		plan_text_of(host, has_refresh, seed, &text, &review, &removed);
		host_index_build(host);
		plan_text_of(host, has_refresh, seed, &again, &review_again, &unused);
		if (strcmp(buf_text(&text), buf_text(&again)) != 0 ||
			strcmp(buf_text(&review), buf_text(&review_again)) != 0)
			fail_msg(
				"RANDOM_SEED=%" PRIu64 ": two plans from one host", seed);
		with_plan += removed > before;
	}
	print_message("%" PRIu64 " random hosts from seed %" PRIu64
		      ": %zu with something to remove, %zu snapshots in all\n",
		count, first, with_plan, removed);
	/* a generator that only makes refusals would prove nothing */
	if (count >= 1000)
		assert_true(with_plan > count / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
