/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page, the graph and the story of a device: what they say of an ordinary host, and
 * that no string of a hostile one leaves its place.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/parser.h>

#include "check_review.h"
#include "judge.h"
#include "made_host.h"
#include "planning.h"
#include "proof.h"
#include "reports.h"
#include "random_host.h"
#include "review.h"
#include "sample_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/process.h"
#include "snapstate/record.h"

#define RANDOM_HOSTS 300

static const char *select_all[] = {SELECT_DEFAULT};
static const struct request request = {
	.select = select_all, .n_select = 1, .min_age = MIN_AGE_DEFAULT};

struct reviewed {
	struct request request;
	struct member member;
	struct fleet fleet;
	struct report report;
};

static void review_host(struct host *host, struct reviewed *ret)
{
	struct err err = ERR_INIT;

	ret->request = request;
	ret->member = (struct member){.file = HOSTILE, .host = host, .whole = plan_new()};
	ret->fleet = (struct fleet){
		.request = &ret->request, .members = &ret->member, .n_members = 1};
	survey_collect(host, &ret->request, &ret->member.survey);
	classify_survey(&ret->member.survey);
	free(ret->member.whole->created_by);
	ret->member.whole->created_by = xstrdup(HOSTILE);
	if (order_survey(&ret->member.survey, ret->member.whole, &err) < 0)
		fail_msg("%s", err.msg);
	report_collect(&ret->fleet, HOSTILE, &ret->report);
}

static void reviewed_free(struct reviewed *reviewed)
{
	report_free(&reviewed->report);
	survey_free(&reviewed->member.survey);
	plan_free(reviewed->member.whole);
}
#define cleanup_reviewed cleanup_with(reviewed_free)

static void make_page(struct host *host, struct buf *ret)
{
	cleanup_reviewed struct reviewed reviewed = {0};

	review_host(host, &reviewed);
	html_print(&reviewed.report, ret);
}

static void make_graph(struct host *host, struct buf *ret)
{
	cleanup_reviewed struct reviewed reviewed = {0};

	review_host(host, &reviewed);
	dot_print(&reviewed.report, ret);
}

static int make_story(
	struct host *host, const char *name, struct buf *ret, struct err *err)
{
	cleanup_reviewed struct reviewed reviewed = {0};

	review_host(host, &reviewed);
	return explain_print(&reviewed.report, name, ret, err);
}

/* ---- the page ---- */

static void test_page(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_buf struct buf page = BUF_INIT, again = BUF_INIT;

	(void)state;
	make_page(host, &page);
	make_page(host, &again);
	assert_string_equal(buf_text(&page), buf_text(&again));
	check_page(&page);
	assert_has(&page, "1 to remove in 3 steps");
	assert_has(&page, "<span class=\"verdict\">REMOVE</span>");
	assert_has(&page, "<pre class=\"command\">umount /mnt/backup</pre>");
	assert_has(&page,
		"mounted on /mnt/backup (ext4)<p class=\"fate\">released in step 1");
	assert_has(&page, "step 2 removes it");
	assert_has(&page, "its data stays: LVM may turn it into a plain volume again");
	assert_has(&page, "all were read");
	assert_has(&page, "the host&#39;s own");
	assert_has_not(&page, "HAZARD");
}

static void test_page_hazard(void **state)
{
	cleanup_host struct host *host = sample_host_idle();
	cleanup_buf struct buf page = BUF_INIT;
	const char *hazard, *verdict;

	(void)state;
	sample_make_stale(host);
	sample_add_victim(host);
	make_page(host, &page);
	check_page(&page);
	hazard = strstr(buf_text(&page), "HAZARD: data is being destroyed by ");
	verdict = strstr(buf_text(&page), "<span class=\"verdict\">");
	assert_non_null(hazard);
	assert_non_null(verdict);
	assert_true(hazard < verdict);
	assert_has(&page, "of its COW belong to ");
	assert_has(&page, "Steps 1 to 2 fix this.");
	assert_has(&page, "HAZARD, fixed by this removal</span>");
}

/* The stack of a snapshot that stays, the reason, and who holds it. */
static void test_page_refused(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_buf struct buf page = BUF_INIT;

	(void)state;
	sample_add_use(host, 800, "tar", USE_FILE, 4);
	host_sort(host);
	make_page(host, &page);
	check_page(&page);
	assert_has(&page, "<span class=\"verdict\">REFUSE</span>");
	assert_has(&page, "<h3>Against its removal</h3>");
	assert_has(&page, "<h3>For its removal</h3>");
	assert_has(&page, "<a href=\"#snapshot-1\">onapp-aaaa/backup-dddd</a>");
	assert_has(&page, "id=\"snapshot-1\"");
	assert_has(&page,
		"process 800 (tar) has a file on it open<p class=\"fate\">not affected");
	assert_has(&page, "None: it stays as it is.");
	assert_has(&page, "stays, refused: backup-running");
}

static void test_page_hostile(void **state)
{
	cleanup_host struct host *host = hostile_host();
	cleanup_buf struct buf page = BUF_INIT;
	size_t n;

	(void)state;
	make_page(host, &page);
	/* devices, holders, volumes, host, capture and plan: each is there, as text */
	n = check_page(&page);
	assert_true(n >= 20 && n <= 1000);
	assert_has_not(&page, "<img");
	assert_has_not(&page, "<script");
	assert_has(&page, "\\x1b[31m\\x0a\\x7f\\xe2\\x80\\xae\\xff");
	assert_has(&page, "pseudonyms");
	assert_has(&page, "Not everything could be read");
}

/* ---- the text ---- */

static void make_text(struct host *host, struct buf *ret)
{
	cleanup_reviewed struct reviewed reviewed = {0};

	review_host(host, &reviewed);
	review_print(&reviewed.report, 0, false, ret);
}

static void test_text(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	make_text(host, &text);
	assert_printable(&text);
	assert_has(&text, "  stack    MAJ:MIN  PLAN    TYPE ");
	assert_has(&text, "254:3    step 3  snapshot valid  1     `-onapp--aaaa-backup-");
	assert_has(&text, "  `-onapp--aaaa-backup--dddd\n");
	assert_has(&text, "    `-mounted on /mnt/backup (ext4)\n");
	assert_has_not(&text, "(ext4) \n");
}

static void test_text_hostile(void **state)
{
	cleanup_host struct host *host = hostile_host();
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	make_text(host, &text);
	assert_printable(&text);
	assert_has(&text, "-mounted on <img src=x");
	assert_has(&text, "\\x1b[31m\\x0a\\x7f\\xe2\\x80\\xae\\xff");
}

static size_t count_lines(const struct buf *text)
{
	size_t count = 0;

	for (const char *at = buf_text(text); *at; at++)
		count += *at == '\n';
	return count;
}

/* Its documents are read when its capture is. */
static struct host *host_as_read(unsigned stacks)
{
	cleanup_host struct host *made = made_host(stacks);
	cleanup_buf struct buf archive = BUF_INIT;
	struct err err = ERR_INIT;
	struct host *host = NULL;

	if (record_write(made, "many", &archive, &err) < 0 ||
		record_read(archive.data, archive.len, "many", &host, &err) < 0)
		fail_msg("%s", err.msg);
	host_index_build(host);
	return host;
}

/* Half of its snapshots are removed, and half refused, all for the same reasons. */
static void test_text_of_many(void **state)
{
	cleanup_host struct host *host = host_as_read(40);
	cleanup_reviewed struct reviewed reviewed = {0};
	cleanup_buf struct buf text = BUF_INIT, verbose = BUF_INIT;

	(void)state;
	review_host(host, &reviewed);
	review_print(&reviewed.report, 0, false, &text);
	review_print(&reviewed.report, 0, true, &verbose);
	assert_has(&text, "REMOVE     19 more like onapp-0000/backup-000000\n");
	assert_has(&text, "  onapp-0000/backup-000002  steps 4 to 6, part 2\n");
	assert_has(&text, "REFUSE     19 more like onapp-0000/backup-000001\n");
	assert_has(&text, "  onapp-0000/backup-000003  wait until the backup of ");
	assert_has(&text, "onapp-0000/backup-000001 and 19 more like it are kept.");
	assert_in_range(count_lines(&text), 80, 300);
	assert_has_not(&verbose, "more like onapp-");
	assert_has(&verbose, "\nREFUSE     onapp-0000/backup-000003\n");
	assert_true(count_lines(&verbose) > 900);
}

/* Three of a kind are no group, four are; the wrong ones are never in it. */
static void test_text_of_few(void **state)
{
	(void)state;
	for (unsigned stacks = 6; stacks <= 8; stacks += 2) {
		cleanup_host struct host *host = host_as_read(stacks);
		cleanup_reviewed struct reviewed reviewed = {0};
		cleanup_buf struct buf text = BUF_INIT;

		review_host(host, &reviewed);
		review_print(&reviewed.report, 0, false, &text);
		if (stacks == 6) {
			assert_has_not(&text, " more like onapp");
			continue;
		}
		assert_has(&text, "REMOVE     3 more like onapp-0000/backup-000000\n");
		assert_has(&text, "REFUSE     3 more like onapp-0000/backup-000001\n");
	}
}

/* ---- the graph ---- */

static void test_graph(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_buf struct buf graph = BUF_INIT;

	(void)state;
	make_graph(host, &graph);
	check_graph(&graph);
	assert_has(&graph, "\"254:4\" -> \"254:3\";");
	assert_has(&graph, "\"254:3\" -> \"254:1\" [label=\"origin\"];");
	assert_has(&graph, "\"254:3\" -> \"254:2\" [label=\"COW\"];");
	assert_has(&graph, "mounted on /mnt/backup (ext4)\\nreleased in step 1");
	assert_has(&graph, "step 3 removes it");
}

static void test_graph_hostile(void **state)
{
	cleanup_host struct host *host = hostile_host();
	cleanup_buf struct buf graph = BUF_INIT;

	(void)state;
	make_graph(host, &graph);
	check_graph(&graph);
	/* the backslash of an escape is doubled, so dot(1) shows it; no entity is left */
	assert_has(&graph, "\\\\x22'&amp;lt;\\\\x5cn\\\\x5cN\\\\x5c\\\\x22");
}

/* The check of the check: what must not pass. */
static void test_graph_grammar(void **state)
{
	static const char *const bad[] = {"\ta -> b\n", "\t\"a\n\";\n", "\t\"a\"b\";\n",
		"\t\"a\" [label=\"\\x\"];\n", "\ta [label=];\n", "\t\"a\\\";\n", "a;\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (check_graph_line(bad[i]))
			fail_msg("taken for a statement: %s", bad[i]);
	assert_non_null(check_graph_line("\t\"a\" -> b [c=d e=\"f\\\\g\\nh\"];\n"));
}

/* dot(1) itself, where it is installed. */
static void test_graph_parses(void **state)
{
	struct host *host;
	struct buf graph = BUF_INIT;
	FILE *dot;

	(void)state;
	if (access("/usr/bin/dot", X_OK) != 0)
		skip();
	host = hostile_host();
	make_graph(host, &graph);
	dot = popen("/usr/bin/dot -Tcanon >/dev/null", "w");
	assert_non_null(dot);
	assert_int_equal(fwrite(graph.data, 1, graph.len, dot), graph.len);
	assert_int_equal(pclose(dot), 0);
	buf_free(&graph);
	host_free(host);
}

/* ---- the story of a device ---- */

static void test_story_names(void **state)
{
	static const char *const names[] = {"254:3", "onapp--aaaa-backup--dddd",
		"/dev/mapper/onapp--aaaa-backup--dddd", "onapp-aaaa/backup-dddd",
		"/dev/onapp-aaaa/backup-dddd", "dm-3", "/dev/dm-3",
		"LVM-" SAMPLE_VG SAMPLE_SNAP, SAMPLE_SNAP,
		"SSSSSS-SSSS-SSSS-SSSS-SSSS-SSSS-SSSSSS", "hv7:254:3", "backup-dddd",
		"hv7:backup-dddd"};
	cleanup_host struct host *host = sample_host();

	(void)state;
	host->identity.node = "hv7";
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cleanup_buf struct buf story = BUF_INIT;
		struct err err = ERR_INIT;

		if (make_story(host, names[i], &story, &err) < 0)
			fail_msg("%s: %s", names[i], err.msg);
		if (strncmp(buf_text(&story), "254:3 ", 6) != 0)
			fail_msg("%s is not %s", names[i], buf_text(&story));
	}
}

/* What is mounted there. */
static void test_story_of_a_mount_point(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_buf struct buf story = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	if (make_story(host, "/mnt/backup", &story, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(strncmp(buf_text(&story), "254:4 ", 6), 0);
}

static void test_story_unknown(void **state)
{
	static const char *const names[] = {
		"", "nope", "254:99", "/dev/nope", "a/b", "dm-99", "/", HOSTILE};
	cleanup_host struct host *host = sample_host();

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cleanup_buf struct buf story = BUF_INIT;
		struct err err = ERR_INIT;

		assert_int_equal(make_story(host, names[i], &story, &err), -ENOENT);
		assert_int_equal(story.len, 0);
		assert_null(strchr(err.msg, '\x1b'));
	}
}

static void story_of_minor(struct host *host, const char *name, struct buf *ret)
{
	struct err err = ERR_INIT;

	if (make_story(host, name, ret, &err) < 0)
		fail_msg("%s", err.msg);
}

static void test_story_snapshot(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_buf struct buf story = BUF_INIT;

	(void)state;
	story_of_minor(host, "254:3", &story);
	assert_has(&story, "\n  | table 254:3 0 131072 snapshot 254:1 254:2 P 8\n");
	assert_has(&story, "-real, as its origin\n");
	assert_has(&story, "-cow, as its COW\n");
	assert_has(&story, "open 1: 1 by mapping; all opens are explained");
	assert_has(&story, "  | holder 254:3 dm 254:4\n");
	assert_has(&story, "\n  step 3 removes it\n");
	assert_has(&story, "\n  step 3: lvremove -y onapp-aaaa/backup-dddd\n");
	assert_has(&story, "  | gone table 254:3 ");
	assert_has(&story, "because a valid snapshot");
}

static void test_story_origin(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_buf struct buf story = BUF_INIT;

	(void)state;
	sample_add_use(host, 800, "tar", USE_FILE, 4);
	host_sort(host);
	story_of_minor(host, "254:0", &story);
	assert_has(&story, "never touched: an origin");
	assert_has(&story, "a plan can only refresh an origin");
	assert_has(&story, "refuse, backup-running");
	assert_has_not(&story, "\n  step ");
}

static void test_story_unexplained(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_buf struct buf story = BUF_INIT;

	(void)state;
	sample_device(host, 3)->open_count++;
	story_of_minor(host, "254:3", &story);
	assert_has(&story, "1 UNEXPLAINED: opened by a user that was not found");
}

static void test_story_of_a_disk(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_buf struct buf story = BUF_INIT;

	(void)state;
	if (!host_block_by_devno(host, (struct devno){7, 0})) {
		struct block *block = array_add(&host->blocks, &host->n_blocks);

		block->devno = (struct devno){7, 0};
		block->kind = BLOCK_LOOP;
		block->kname = "loop0";
		block->backing_file = "/srv/disk";
	}
	story_of_minor(host, "loop0", &story);
	assert_has(&story, "7:0 loop0\n");
	assert_has(&story, "a physical volume of volume group onapp-aaaa");
	assert_has(&story, "254:1 onapp--aaaa-");
	assert_has(&story, "nothing: it is outside");
}

static void test_story_hostile(void **state)
{
	cleanup_host struct host *host = hostile_host();

	(void)state;
	for (size_t i = 0; i < host->n_devices; i++) {
		cleanup_buf struct buf name = BUF_INIT, story = BUF_INIT;

		buf_devno(&name, host->devices[i].devno);
		story_of_minor(host, buf_text(&name), &story);
		assert_printable(&story);
		assert_has(&story, "\\x1b[31m");
	}
}

/* ---- any host ---- */

static void test_random_hosts(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= RANDOM_HOSTS; seed++) {
		cleanup_host struct host *host = random_host(seed);
		cleanup_buf struct buf page = BUF_INIT, graph = BUF_INIT, text = BUF_INIT;

		make_text(host, &text);
		assert_printable(&text);
		make_page(host, &page);
		check_page(&page);
		make_graph(host, &graph);
		check_graph(&graph);
		for (size_t i = 0; i < host->n_devices && i < 4; i++) {
			cleanup_buf struct buf name = BUF_INIT, story = BUF_INIT;

			buf_devno(&name, host->devices[i].devno);
			story_of_minor(host, buf_text(&name), &story);
			assert_printable(&story);
		}
	}
}

/* A line break within a quoted path would be a part of the path. */
static void test_commands_are_not_broken(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	const struct review to = {&text, 60};

	(void)state;
	print_wrapped(&to, "to do",
		"end what uses the overlay on which this snapshot is one of the layers, "
		"then "
		"`umount '/mnt/merged root of it'`, and capture again",
		"");
	assert_has(&text, "`umount '/mnt/merged root of it'`");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands_are_not_broken),
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_page_hazard),
		cmocka_unit_test(test_page_refused),
		cmocka_unit_test(test_page_hostile),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_hostile),
		cmocka_unit_test(test_text_of_many),
		cmocka_unit_test(test_text_of_few),
		cmocka_unit_test(test_graph),
		cmocka_unit_test(test_graph_hostile),
		cmocka_unit_test(test_graph_grammar),
		cmocka_unit_test(test_graph_parses),
		cmocka_unit_test(test_story_names),
		cmocka_unit_test(test_story_of_a_mount_point),
		cmocka_unit_test(test_story_unknown),
		cmocka_unit_test(test_story_snapshot),
		cmocka_unit_test(test_story_origin),
		cmocka_unit_test(test_story_unexplained),
		cmocka_unit_test(test_story_of_a_disk),
		cmocka_unit_test(test_story_hostile),
		cmocka_unit_test(test_random_hosts),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	xmlCleanupParser();
	return failed;
}
