/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the executor looks at around the end of a swap area, an array or a loop device,
 * and what it does not act on. That it does act is the lab's to show.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "act.h"
#include "names.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "view.h"

#define LOOP_LINE                                                                        \
	"block 7:5 name loop5 kind loop uuid - diskseq 21 below 254:4 file /a level - "  \
	"state - sync - missing 0 size 8"
#define MD_LINE                                                                          \
	"block 9:127 name md127 kind md uuid - diskseq 22 below 7:5 file - level raid1 " \
	"state clean sync idle missing 0 size 8"

static void set(char **string, const char *text)
{
	free(*string);
	*string = xstrdup(text);
}

/* A loop device on a mapping, an array on that, the host swaps on it. */
static struct plan *plan_make(void)
{
	struct device mapping = {.devno = {254, 4}, .name = "snapX1", .uuid = ""};
	struct block loop = {.devno = {7, 5}, .kname = "loop5"};
	struct block array = {.devno = {9, 127}, .kname = "md127"};
	cleanup_scope struct scope scope = {0};
	struct plan *plan = plan_new();
	struct plan_step *step;

	scope_add_device(&scope, &mapping, SCOPE_ALL);
	scope_add_block(&scope, &array);
	scope_add_block(&scope, &loop);
	plan_scope_set(plan, &scope);
	facts_add(&plan->expect, "host machine-id a boot-id b");
	facts_add(&plan->expect, LOOP_LINE);
	facts_add(&plan->expect, MD_LINE);
	facts_add(&plan->expect, "holder 254:4 loop 7:5");
	facts_add(&plan->expect, "holder 7:5 md 9:127");
	facts_add(&plan->expect, "holder 9:127 swap /dev/md127 unused");
	facts_sort(&plan->expect);
	step = plan_step_add(plan, OP_SWAP_OFF);
	step->target.devno = array.devno;
	set(&step->target.swap_path, "/dev/md127");
	facts_add(&step->gone, "holder 9:127 swap /dev/md127 unused");
	step = plan_step_add(plan, OP_MD_STOP);
	step->target.devno = array.devno;
	set(&step->target.kname, "md127");
	facts_add(&step->gone, MD_LINE);
	facts_add(&step->gone, "holder 7:5 md 9:127");
	step = plan_step_add(plan, OP_LOOP_DETACH);
	step->target.devno = loop.devno;
	set(&step->target.kname, "loop5");
	set(&step->target.file, "/a");
	*array_add(&step->target.below, &step->target.n_below) = mapping.devno;
	facts_add(&step->gone, LOOP_LINE);
	facts_add(&step->gone, "holder 254:4 loop 7:5");
	return plan;
}

static void test_views(void **state)
{
	static const struct {
		unsigned parts; /* besides identity, dm, blocks and mounts */
		/* behind the step; before it the whole stack is looked at */
		size_t n_devices, n_blocks, n_unchanged;
	} rows[] = {
		{PROBE_PROCESSES, 0, 1, 3}, /* host, array, swap */
		{0, 0, 2, 5},		    /* the loop device below it as well */
		{PROBE_PROCESSES, 1, 1, 4}, /* who has it open counts here */
	};
	cleanup_plan struct plan *plan = plan_make();
	const struct facts none = FACTS_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_view struct view view = {0};

		view_of_step(plan, &plan->steps[i], &plan->expect, &none, &view);
		assert_int_equal(view.parts, PROBE_IDENTITY | PROBE_DM | PROBE_BLOCKS |
						     PROBE_HOLDERS | PROBE_MOUNTS |
						     rows[i].parts);
		assert_int_equal(view.scope.n_devices, 1);
		assert_int_equal(view.scope.n_blocks, 2);
		assert_int_equal(view.expected.count, plan->expect.count);
		assert_int_equal(view.scope_after.n_devices, rows[i].n_devices);
		assert_int_equal(view.scope_after.n_blocks, rows[i].n_blocks);
		assert_int_equal(view.unchanged.count, rows[i].n_unchanged);
		for (size_t g = 0; g < plan->steps[i].gone.count; g++) {
			const char *line = plan->steps[i].gone.lines[g];

			assert_true(facts_has(&view.expected, line));
			assert_true(facts_has(&view.unchanged, line));
			assert_false(facts_has(&view.predicted, line));
		}
	}
}

/* A plan with pseudonyms names nothing of this host. */
static void test_names(void **state)
{
	static const char *const names[] = {"swap 9:127 state unused path /dev/md127x",
		"block 9:127 name md127x file -", "block 7:5 name loop5x file /x"};
	cleanup_plan struct plan *plan = plan_make();
	cleanup_sight struct sight sight = SIGHT_INIT;
	cleanup_facts struct facts strings = FACTS_INIT;
	struct plan_step named;
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < plan->n_steps; i++)
		assert_int_equal(
			names_of_step(&sight, &plan->steps[i], &strings, &named, &err),
			-ESTALE);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		facts_insert(&sight.names, names[i]);
	assert_int_equal(
		names_of_step(&sight, &plan->steps[0], &strings, &named, &err), 0);
	assert_string_equal(named.target.swap_path, "/dev/md127x");
	assert_int_equal(
		names_of_step(&sight, &plan->steps[1], &strings, &named, &err), 0);
	assert_string_equal(named.target.kname, "md127x");
	assert_int_equal(
		names_of_step(&sight, &plan->steps[2], &strings, &named, &err), 0);
	assert_string_equal(named.target.kname, "loop5x");
	assert_string_equal(named.target.file, "/x");
	assert_int_equal(named.target.devno.minor, 5);
}

/* What has the name is no block device, or is not there: nothing is begun. */
static void test_nothing_is_begun(void **state)
{
	static int (*const acts[])(struct act_request * request, struct err * err) = {
		act_swap_off, act_md_stop, act_loop_detach};
	cleanup_plan struct plan *plan = plan_make();

	(void)state;
	set(&plan->steps[0].target.swap_path, "/dev/null");
	plan->steps[1].target.devno = (struct devno){4095, 1048575};
	set(&plan->steps[2].target.kname, "null");
	for (size_t i = 0; i < plan->n_steps; i++) {
		struct act_request request = {.step = &plan->steps[i]};
		struct err err = ERR_INIT;
		int r = acts[i](&request, &err);

		assert_true(r == -ESTALE || r == -ENOENT);
		assert_false(request.has_acted);
		assert_true(*err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_views),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_nothing_is_begun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
