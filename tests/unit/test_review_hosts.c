/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reviews of several hosts: what comes first, who waits for whom, and that neither a
 * hostile host nor the order of the captures changes what they are made of.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/parser.h>

#include "check_review.h"
#include "random_host.h"
#include "sample_fleet.h"
#include "sample_host.h"
#include "snapstate/cleanup.h"

#define RANDOM_FLEETS 60

/* ---- fleets ---- */

/* The mappings go on the first, the volume on the second. */
static void active_twice(struct trial *trial)
{
	trial_begin(trial);
	trial_add(trial, sample_host(), "hva", 'a');
	trial_add(trial, sample_host(), "hvb", 'b');
	trial_must_run(trial);
}

/* A host on which a store overwrites a volume, behind one that has nothing active. */
static void hazardous(struct trial *trial, bool is_held)
{
	struct host *clean = sample_host_stale(), *host = sample_host_stale();

	sample_add_victim(clean);
	sample_drop_devices(clean);
	sample_add_victim(host);
	if (is_held)
		sample_add_use(host, 4711, "tar", USE_NODE, 3);
	trial_begin(trial);
	trial_add(trial, clean, "hva", 'a');
	trial_add(trial, host, "hvb", 'b');
	trial_must_run(trial);
}

static void two_rounds(struct trial *trial)
{
	trial_begin(trial);
	trial_add_two_rounds(trial);
	trial_must_run(trial);
}

/* All but uuids and machine-ids is foul; the nodes as well, and they are one name. */
static void hostile_fleet(struct trial *trial)
{
	trial_begin(trial);
	for (char id = 'a'; id < 'd'; id++) {
		struct host *host = hostile_host();

		if (id == 'c')
			sample_make_stale(host);
		trial_add(trial, host, HOSTILE, id);
	}
	trial_must_run(trial);
}

static void assert_in_order(const struct buf *text, const char *const parts[])
{
	const char *from = buf_text(text);

	for (size_t i = 0; parts[i]; i++) {
		const char *at = strstr(from, parts[i]);

		if (!at)
			fail_msg("no '%s' behind '%s' in:\n%s", parts[i],
				i ? parts[i - 1] : "", buf_text(text));
		from = at + strlen(parts[i]);
	}
}

/* ---- the page ---- */

static void make_page(const struct trial *trial, struct buf *ret)
{
	fleet_print_html(&trial->fleet, "plans", ret);
}

static void test_page(void **state)
{
	static const char *const parts[] = {"<h1>Leftover snapshots of 2 hosts</h1>",
		"2 plans with 7 steps in all.", ": 2 to remove, 0 refused, 0 undecided.",
		"<h2>In which order</h2>", "Plan 1, on <a href=\"#host-1\">hva</a></b>",
		"It waits for no other plan. Its journal is wanted by plan 2 on "
		"<a href=\"#host-2\">hvb</a>.",
		"plans/1-hva.snapplan", "Plan 2, on <a href=\"#host-2\">hvb</a></b>",
		"It waits until plan 1 on <a href=\"#host-1\">hva</a> is done, and is "
		"given the journal of that (--done).",
		"plans/2-hvb.snapplan", "<h2>The hosts</h2>",
		"<section class=\"host\" id=\"host-1\"><h2>Host hva</h2>",
		"Plan 1: steps 1 to 4 below.", "<h3><span class=\"verdict\">REMOVE",
		"<h4>Why</h4>", "<h5>The snapshot, and what stands on it</h5>",
		"<h3>What this was made from</h3>",
		"<section class=\"host\" id=\"host-2\"><h2>Host hvb</h2>",
		"Plan 2: steps 1 to 3 below.",
		"<pre class=\"command\">lvremove -y onapp-aaaa/backup-dddd</pre>", NULL};
	cleanup_with(trial_end) struct trial trial;
	cleanup_buf struct buf page = BUF_INIT;

	(void)state;
	active_twice(&trial);
	make_page(&trial, &page);
	check_page(&page);
	assert_in_order(&page, parts);
	assert_has_not(&page, "HAZARD");
	assert_has_not(&page, "top of this page");
}

/* Without -o there is no file to be named. */
static void test_page_without_files(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	cleanup_buf struct buf page = BUF_INIT;

	(void)state;
	active_twice(&trial);
	fleet_print_html(&trial.fleet, NULL, &page);
	check_page(&page);
	assert_has_not(&page, ".snapplan");
}

static void test_page_hazard(void **state)
{
	(void)state;
	for (int is_held = 0; is_held < 2; is_held++) {
		const char *const parts[] = {"HAZARD on <a href=\"#host-2\">hvb</a>: ",
			is_held ? "No step ends it: it is refused, see below."
				: "Steps 1 to 2 of that host, plan 1, end it.",
			"<h2>In which order</h2>",
			is_held ? "There is no plan: on none of these hosts"
				: "There is one plan.",
			"Nothing to do: this host has no leftover of that name.", NULL};
		cleanup_with(trial_end) struct trial trial;
		cleanup_buf struct buf page = BUF_INIT;

		hazardous(&trial, is_held);
		make_page(&trial, &page);
		check_page(&page);
		assert_in_order(&page, parts);
	}
}

/* Runs of plans; a host's second plan counts from 1 again. */
static void test_page_of_two_rounds(void **state)
{
	static const char *const parts[] = {"4 plans with 6 steps in all.",
		"Its journal is wanted by plans 3 to 4.",
		"Plan 3, on <a href=\"#host-1\">hva</a></b>: 1 step",
		"It waits until plans 1 to 2 are done, and is given the journals of "
		"those (--done). Its journal is wanted by plan 4 on ",
		"It waits until plans 1 to 3 are done", "<h2>The hosts</h2>",
		"<td>1, 3</td>", "<td>2, 4</td>", "Plan 1: steps 1 to 2 below.",
		"Plan 3: step 3 below, counted from 1 in that plan.", NULL};
	cleanup_with(trial_end) struct trial trial;
	cleanup_buf struct buf page = BUF_INIT;

	(void)state;
	two_rounds(&trial);
	make_page(&trial, &page);
	check_page(&page);
	assert_in_order(&page, parts);
}

static void test_page_hostile(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	cleanup_buf struct buf page = BUF_INIT;

	(void)state;
	hostile_fleet(&trial);
	make_page(&trial, &page);
	/* on each of three hosts, as on the page of one */
	assert_in_range(check_page(&page), 60, 3000);
	assert_has_not(&page, "<img");
	assert_has_not(&page, "<script");
	assert_has(&page, "\\x1b[31m\\x0a\\x7f\\xe2\\x80\\xae\\xff");
	assert_has(&page, "(machine-id aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)</a>");
	assert_has(&page, "pseudonyms");
	assert_has(&page, "<h4>Not everything could be read</h4>");
	assert_has(&page, "see where this host begins");
}

/* ---- any hosts ---- */

static void check_random(uint64_t seed)
{
	cleanup_with(trial_end) struct trial one, two;
	cleanup_buf struct buf page = BUF_INIT, page_again = BUF_INIT;

	trial_random(&one, seed, false);
	trial_random(&two, seed, true);
	trial_must_run(&one);
	trial_must_run(&two);
	make_page(&one, &page);
	make_page(&two, &page_again);
	check_page(&page);
	assert_string_equal(buf_text(&page), buf_text(&page_again));
}

static void test_random_fleets(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= RANDOM_FLEETS; seed++)
		check_random(seed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_page_without_files),
		cmocka_unit_test(test_page_hazard),
		cmocka_unit_test(test_page_of_two_rounds),
		cmocka_unit_test(test_page_hostile),
		cmocka_unit_test(test_random_fleets),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	xmlCleanupParser();
	return failed;
}
