/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reviews of several hosts: what comes first, who waits for whom, and that neither a
 * hostile host nor the order of the captures changes what they are made of.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libxml/parser.h>

#include "check_review.h"
#include "random_host.h"
#include "sample_fleet.h"
#include "sample_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/process.h"

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

/* A host on which a COW overwrites a volume, behind one that has nothing active. */
static void hazardous(struct trial *trial, const char *node, bool is_held)
{
	struct host *clean = sample_host_stale(), *host = sample_host_stale();

	sample_add_victim(clean);
	sample_drop_devices(clean);
	sample_add_victim(host);
	sample_add_device(host, 5, "onapp--aaaa-victim", "LVM-" SAMPLE_VG SAMPLE_VICTIM,
		"linear", "7:0 272384", 8192);
	if (is_held)
		sample_add_use(host, 4711, "tar", USE_NODE, 3);
	trial_begin(trial);
	trial_add(trial, clean, "hva", 'a');
	trial_add(trial, host, node, 'b');
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

static void make_page(struct trial *trial, struct buf *ret)
{
	html_print(trial_report(trial, "plans"), ret);
}

static void test_page(void **state)
{
	static const char *const parts[] = {"<h1>Leftover snapshots of 2 hosts</h1>",
		"2 plans with 7 steps in all.", ": 2 to remove, 0 refused, 0 undecided.",
		"<h2>Plans, in their order</h2>",
		"Plan 1, on <a href=\"#host-1\">hva</a></b>",
		"No prerequisites. Its journal is required by plan 2 on "
		"<a href=\"#host-2\">hvb</a>.",
		"1-hva.snapplan", "Plan 2, on <a href=\"#host-2\">hvb</a></b>",
		"It waits until plan 1 on <a href=\"#host-1\">hva</a> is done, and is "
		"given the journal of that (--done).",
		"2-hvb.snapplan", "<h2>The hosts</h2>",
		"<section class=\"host\" id=\"host-1\"><h2>Host hva</h2>",
		"Plan 1: steps 1 to 4 below.", "<h3><span class=\"verdict\">REMOVE",
		"<h4>Why</h4>", "<h5>The snapshot, and what is on it</h5>",
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
	html_print(trial_report(&trial, NULL), &page);
	check_page(&page);
	assert_has_not(&page, ".snapplan");
}

static void test_page_hazard(void **state)
{
	(void)state;
	for (int is_held = 0; is_held < 2; is_held++) {
		const char *const parts[] = {"HAZARD on <a href=\"#host-2\">hvb</a>: ",
			is_held ? "No plan fixes this: the snapshot is refused, see "
				  "host hvb."
				: "Plan 1 on hvb fixes this (steps 1 to 2).",
			"<h2>Plans, in their order</h2>",
			is_held ? "There is no plan: nothing is removed"
				: "There is one plan.",
			/* the victim's own host, where there is nothing to remove */
			"Host hva</h2>", "HAZARD: data of this host is being destroyed",
			"onapp-aaaa/victim, which is not active on this host, is being "
			"overwritten by the host hvb",
			is_held ? "No plan fixes this" : "Plan 1 on hvb fixes this",
			"No snapshots match the selection.", "Host hvb</h2>",
			"HAZARD on <a href=\"#host-2\">hvb</a>", NULL};
		cleanup_with(trial_end) struct trial trial;
		cleanup_buf struct buf page = BUF_INIT;

		hazardous(&trial, "hvb", is_held);
		make_page(&trial, &page);
		check_page(&page);
		assert_in_order(&page, parts);
	}
}

/* First of all, and first in the section of each host that it concerns. */
static void test_text_hazard(void **state)
{
	(void)state;
	for (int is_held = 0; is_held < 2; is_held++) {
		const char *const end =
			is_held ? "No plan fixes this: the snapshot is refused, "
				  "see host hvb."
				: "Plan 1 on hvb fixes this (steps 1 to 2).";
		const char *const parts[] = {
			"HAZARD     DATA IS BEING DESTROYED on hvb by "
			"onapp-aaaa/backup-dddd\n",
			end, "\nRESULT     2 hosts, ",
			"==== hva ====\nHAZARD     DATA OF THIS HOST IS BEING "
			"DESTROYED\n",
			end, "\ncapture ",
			"==== hvb ====\nHAZARD     DATA IS BEING DESTROYED by ",
			is_held ? "This plan does not fix it: the snapshot is "
				: "Steps 1 to 2 fix this.",
			"check onapp-aaaa/victim", "\ncapture ", NULL};
		cleanup_with(trial_end) struct trial trial;
		cleanup_buf struct buf text = BUF_INIT;

		hazardous(&trial, "hvb", is_held);
		review_print(trial_report(&trial, NULL), 200, false, &text);
		assert_int_equal(strncmp(buf_text(&text), parts[0], strlen(parts[0])), 0);
		assert_in_order(&text, parts);
	}
}

/* Runs of plans; a host's second plan counts from 1 again. */
static void test_page_of_two_rounds(void **state)
{
	static const char *const parts[] = {"4 plans with 6 steps in all.",
		"Its journal is required by plans 3 and 4.",
		"Plan 3, on <a href=\"#host-1\">hva</a></b>: 1 step",
		"It waits until plans 1 and 2 are done, and is given the journals of "
		"those (--done). Its journal is required by plan 4 on ",
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

/* Whose node comes first then. */
static void test_page_hazard_on_a_hostile_host(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	cleanup_buf struct buf page = BUF_INIT;

	(void)state;
	hazardous(&trial, HOSTILE, false);
	make_page(&trial, &page);
	check_page(&page);
	assert_has(&page, "HAZARD on <a href=\"#host-1\">&lt;img src=x ");
	assert_has(&page, "Plan 1, on <a href=\"#host-1\">&lt;img src=x ");
	assert_has(&page, "<h2>Host &lt;img src=x ");
}

static void test_page_hostile(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	cleanup_buf struct buf page = BUF_INIT;
	size_t n;

	(void)state;
	hostile_fleet(&trial);
	make_page(&trial, &page);
	/* on each of three hosts, as on the page of one */
	n = check_page(&page);
	assert_true(n >= 60 && n <= 3000);
	assert_has_not(&page, "<img");
	assert_has_not(&page, "<script");
	assert_has(&page, "\\x1b[31m\\x0a\\x7f\\xe2\\x80\\xae\\xff");
	assert_has(&page, "(machine-id aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)</a>");
	assert_has(&page, "pseudonyms");
	assert_has(&page, "<h4>Not everything could be read</h4>");
	assert_has(&page, "see where this host begins");
}

/* ---- the graph ---- */

static void make_graph(struct trial *trial, struct buf *ret)
{
	dot_print(trial_report(trial, NULL), ret);
	check_graph(ret);
}

/* Both stand on the one group; a node's name has its host's number. */
static void test_graph(void **state)
{
	static const char *const parts[] = {"\tlabel=\"2 hosts\";\n",
		"\tsubgraph \"cluster 1\" {\n\t\tlabel=\"hva\\nplan 1: steps 1 to 4\";\n",
		"\t\t\"1 254:3\" [",
		"\t\t\"1 254:3\" -> \"1 254:1\" [label=\"origin\"];\n", "\t}\n",
		"\tsubgraph \"cluster 2\" {\n", "hvb\\nplan 2: steps 1 to 3",
		"\t\t\"2 254:3\" [", "\t\t\"2 254:4 holder 1\" -> \"2 254:4\" ", "\t}\n",
		"\t\"group 1\" [shape=cylinder penwidth=2 label=\"volume group "
		"onapp-aaaa\\nshared by hva, hvb\"];\n",
		"\t\"1 7:0\" -> \"group 1\" [label=\"physical volume\"];\n",
		"\t\"2 7:0\" -> \"group 1\" [label=\"physical volume\"];\n}\n", NULL};
	cleanup_with(trial_end) struct trial trial;
	cleanup_buf struct buf graph = BUF_INIT;

	(void)state;
	active_twice(&trial);
	make_graph(&trial, &graph);
	assert_in_order(&graph, parts);
}

/* Nothing active on the one; where the physical volumes lie is not known on the other. */
static void test_graph_without_stack(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	cleanup_buf struct buf graph = BUF_INIT;
	struct host *unread = sample_host();

	(void)state;
	unread->pvs[0].devno = DEVNO_NONE;
	trial_begin(&trial);
	trial_add(&trial, sample_host_inactive(), "hva", 'a');
	trial_add(&trial, unread, "hvb", 'b');
	trial_must_run(&trial);
	make_graph(&trial, &graph);
	assert_has(&graph, "\t\t\"1\" [shape=plaintext label=\"no stack of a snapshot");
	assert_has(&graph, "\t\"1\" -> \"group 1\" [label=\"sees it\"];\n");
	assert_has(&graph, "\t\"2 254:1\" -> \"group 1\" [label=\"volume\"];\n");
	assert_has(&graph, "\t\"2 254:2\" -> \"group 1\" [label=\"volume\"];\n");
	assert_has_not(&graph, "\"2 254:3\" -> \"group 1\"");
	assert_has_not(&graph, "physical volume");
}

/* A group of one host alone is none that is shared. */
static void test_graph_of_strangers(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	cleanup_buf struct buf graph = BUF_INIT;
	struct host *stranger = sample_host_inactive();

	(void)state;
	stranger->n_vgs = stranger->n_pvs = 0;
	trial_begin(&trial);
	trial_add(&trial, sample_host(), "hva", 'a');
	trial_add(&trial, stranger, "hvb", 'b');
	trial_must_run(&trial);
	make_graph(&trial, &graph);
	assert_has(&graph, "\tsubgraph \"cluster 2\" {\n\t\tlabel=\"hvb\";\n");
	assert_has_not(&graph, "group 1");
}

static void test_graph_of_many(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	cleanup_buf struct buf graph = BUF_INIT;

	(void)state;
	trial_begin(&trial);
	for (char id = 'a'; id < 'k'; id++) {
		char node[] = {'h', 'v', id, '\0'};

		trial_add(&trial, sample_host_inactive(), node, id);
	}
	trial_add(&trial, sample_host(), "hvk", 'k');
	trial_must_run(&trial);
	make_graph(&trial, &graph);
	assert_has(&graph, "shared by hva, hvb, hvc, hvd, hve, hvf, hvg, hvh and 3 more");
}

static void test_graph_hazard(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	cleanup_buf struct buf graph = BUF_INIT;

	(void)state;
	hazardous(&trial, "hvb", false);
	make_graph(&trial, &graph);
	assert_has(&graph, "\t\t\"2 254:2\" -> \"2 254:5\" [label=\"OVERWRITES\" ");
}

static void test_graph_hostile(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	cleanup_buf struct buf graph = BUF_INIT;

	(void)state;
	hostile_fleet(&trial);
	make_graph(&trial, &graph);
	/* a frame's label and a group's */
	assert_has(&graph, "\t\tlabel=\"<img src=x\\nonerror=alert(1)>\\\\x22'&amp;lt;");
	assert_has(&graph, "label=\"volume group <img src=x\\nonerror=alert(1)>\\\\x22");
}

/* dot(1) itself, where it is installed. */
static void test_graph_parses(void **state)
{
	struct trial trial;
	struct buf graph = BUF_INIT;
	FILE *dot;

	(void)state;
	if (access("/usr/bin/dot", X_OK) != 0)
		skip();
	hostile_fleet(&trial);
	make_graph(&trial, &graph);
	dot = popen("/usr/bin/dot -Tcanon >/dev/null", "w");
	assert_non_null(dot);
	assert_int_equal(fwrite(graph.data, 1, graph.len, dot), graph.len);
	assert_int_equal(pclose(dot), 0);
	buf_free(&graph);
	trial_end(&trial);
}

/* ---- the story of a device ---- */

#define SNAPSHOT "onapp-aaaa/backup-dddd"

static void tell(struct trial *trial, const char *name, struct buf *ret)
{
	struct err err = ERR_INIT;

	if (explain_print(trial_report(trial, NULL), name, ret, &err) < 0)
		fail_msg("%s: %s", name, err.msg);
	assert_printable(ret);
}

/* Both hosts have it active: each story says what comes before there, or behind. */
static void test_story(void **state)
{
	static const char *const parts[] = {"==== hva ====\n254:3 ",
		"\nWhat the plan does to it\n  step 3 removes it\n",
		"\nOn other hosts\n  " SNAPSHOT
		" is active on hvb too: remove, active-twice; plan 2 there comes after: "
		"it waits for plan 1 of this host\n  plan 2, step 1: umount "
		"/mnt/backup\n",
		"  plan 2, step 3: lvremove -y " SNAPSHOT "\n",
		"\nThe plans of this host\n  plan 1: steps 1 to 4\n",
		"\n==== hvb ====\n254:3 ",
		"is active on hva too: remove, active-twice; plan 1 there comes before: "
		"plan 2 of this host waits for it\n  plan 1, step 1: umount",
		"  plan 1, step 3: dmsetup remove -u LVM-",
		"  plan 1, step 4: ", "  plan 2: steps 1 to 3\n", NULL};
	cleanup_with(trial_end) struct trial trial;
	cleanup_buf struct buf story = BUF_INIT;

	(void)state;
	active_twice(&trial);
	tell(&trial, SNAPSHOT, &story);
	assert_in_order(&story, parts);
}

/* Also of what stands on the snapshot, or below it. */
static void test_story_of_the_stack(void **state)
{
	static const char *const names[] = {
		"hvb:254:0", "hvb:254:1", "hvb:254:2", "hvb:254:4"};
	cleanup_with(trial_end) struct trial trial;

	(void)state;
	active_twice(&trial);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cleanup_buf struct buf story = BUF_INIT;

		tell(&trial, names[i], &story);
		assert_has(&story, "plan 1 there comes before");
	}
}

static void test_story_names(void **state)
{
	static const struct {
		const char *nodes[2], *name;
		bool is_on[2]; /* none: an error */
		const char *error;
	} rows[] = {
		{{"hva", "hvb"}, "254:3", {true, true}, NULL},
		{{"hva", "hvb"}, "hva:254:3", {true, false}, NULL},
		{{"hva", "hvb"}, "hvb:onapp--aaaa-backup--dddd", {false, true}, NULL},
		{{"hva", "hvb"}, "hvb:/dev/onapp-aaaa/backup-dddd", {false, true}, NULL},
		{{"hva", "hvb"}, "hvc:254:3", {false, false}, "no host has a recorded"},
		{{"hva", "hvb"}, "hva:nope", {false, false}, "hva: no recorded device"},
		{{"hva", "hvb"}, "hva:", {false, false}, "hva: no recorded device"},
		{{"hva", "hvb"}, "254:77", {false, false}, "no host has a recorded"},
		{{"hva", "hvb"}, "", {false, false}, "no host has a recorded"},
		{{"", "hvb"}, ":254:3", {false, false}, "no host has a recorded"},
		/* a node that looks like a number, or like a node and a number */
		{{"254", "hvb"}, "254:3", {true, true}, NULL},
		{{"254", "hvb"}, "254:254:3", {true, false}, NULL},
		{{"hv", "hv:254"}, "hv:254:3", {true, false}, NULL},
		{{"hv", "hv:254"}, "hv:254:254:3", {false, true}, NULL},
		{{"hv", "hv"}, "hv:254:3", {true, true}, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_with(trial_end) struct trial trial;
		cleanup_buf struct buf story = BUF_INIT;
		struct err err = ERR_INIT;

		trial_begin(&trial);
		for (int k = 0; k < 2; k++)
			trial_add(
				&trial, sample_host(), rows[i].nodes[k], (char)('a' + k));
		trial_must_run(&trial);
		if (rows[i].error) {
			assert_int_equal(explain_print(trial_report(&trial, NULL),
						 rows[i].name, &story, &err),
				-ENOENT);
			assert_int_equal(story.len, 0);
			if (!strstr(err.msg, rows[i].error))
				fail_msg("%s: %s", rows[i].name, err.msg);
			continue;
		}
		tell(&trial, rows[i].name, &story);
		for (int k = 0; k < 2; k++) {
			const char *const id[] = {"aaaaaaaa)", "bbbbbbbb)"};
			cleanup_buf struct buf head = BUF_INIT;

			buf_printf(&head, "==== %s", rows[i].nodes[k]);
			if (strcmp(rows[i].nodes[0], rows[i].nodes[1]) == 0)
				assert_has(&story, id[k]);
			buf_puts(&head, " ");
			if (rows[i].is_on[k])
				assert_has(&story, buf_text(&head));
			else
				assert_has_not(&story, buf_text(&head));
		}
	}
}

/* In the metadata of the one, active on the other. */
static void test_story_where_it_is_inactive(void **state)
{
	static const char *const parts[] = {"==== hvb ====\n254:3 ",
		"\n==== hva ====\na volume of the metadata, not active on this host",
		NULL};
	cleanup_with(trial_end) struct trial trial;
	cleanup_buf struct buf story = BUF_INIT, none = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	trial_begin(&trial);
	trial_add(&trial, sample_host_inactive(), "hva", 'a');
	trial_add(&trial, sample_host(), "hvb", 'b');
	trial_must_run(&trial);
	tell(&trial, SNAPSHOT, &story);
	assert_in_order(&story, parts);
	assert_has_not(&story, "On other hosts");
	assert_int_equal(
		explain_print(trial_report(&trial, NULL), "hva:" SNAPSHOT, &none, &err),
		-ENOENT);
	assert_non_null(strstr(err.msg, "hva: " SNAPSHOT " is a volume of the metadata"));
}

/* What keeps it there is told here; or that both go, whichever comes first. */
static void test_story_without_an_order(void **state)
{
	static const struct {
		bool is_held;
		const char *words;
	} rows[] = {
		{true, "is active on hvb too: refuse, backup-running; no step there "
		       "affects it\n"},
		{false, "is active on hvb too: remove, stale; plan 2 there; neither it "
			"nor plan 1 of this host waits for the other\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_with(trial_end) struct trial trial;
		cleanup_buf struct buf story = BUF_INIT;

		trial_begin(&trial);
		for (char id = 'a'; id < 'c'; id++) {
			struct host *host =
				rows[i].is_held ? sample_host() : sample_host_stale();

			if (rows[i].is_held && id == 'b')
				sample_add_use(host, 4711, "tar", USE_FILE, 4);
			trial_add(&trial, host, id == 'a' ? "hva" : "hvb", id);
		}
		trial_must_run(&trial);
		tell(&trial, "hva:254:3", &story);
		assert_has(&story, rows[i].words);
	}
}

/* Hundreds may share a group: a story has some of them, and how many more there are. */
static void test_story_of_many(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	cleanup_buf struct buf story = BUF_INIT;

	(void)state;
	trial_begin(&trial);
	for (char id = 'a'; id < 'm'; id++) {
		char node[] = {'h', 'v', id, '\0'};

		trial_add(&trial, sample_host(), node, id);
	}
	trial_must_run(&trial);
	tell(&trial, "hvl:254:3", &story);
	assert_has(&story, " is active on hva too: remove, active-twice; plan 1 there");
	assert_has(&story, " is active on hvh too: ");
	assert_has_not(&story, " is active on hvi too: ");
	assert_has(&story, "\n  and 3 more on other hosts\n");
}

/* A host's second plan. */
static void test_story_of_two_rounds(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	cleanup_buf struct buf story = BUF_INIT;

	(void)state;
	two_rounds(&trial);
	tell(&trial, "hva:254:3", &story);
	assert_has(&story,
		"  plan 1: steps 1 to 2\n  plan 3: step 3, counted from 1 there\n");
}

static void test_story_hostile(void **state)
{
	cleanup_with(trial_end) struct trial trial;
	cleanup_buf struct buf story = BUF_INIT, none = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	hostile_fleet(&trial);
	tell(&trial, "254:3", &story);
	assert_has(&story, "==== <img src=x onerror=alert(1)>\\x22'&lt;");
	assert_has(&story, "\\x1b[31m");
	assert_int_equal(
		explain_print(trial_report(&trial, NULL), HOSTILE ":x", &none, &err),
		-ENOENT);
	assert_null(strchr(err.msg, '\x1b'));
}

/* ---- any hosts ---- */

/* Also of devices that only some of them have. */
static void check_stories(struct trial *one, struct trial *two)
{
	const struct host *host = one->fleet.members[0].host;

	for (size_t i = 0; i < host->n_devices && i < 4; i++) {
		cleanup_buf struct buf name = BUF_INIT, story = BUF_INIT,
				       again = BUF_INIT;

		buf_devno(&name, host->devices[i].devno);
		tell(one, buf_text(&name), &story);
		tell(two, buf_text(&name), &again);
		assert_string_equal(buf_text(&story), buf_text(&again));
	}
}

static void check_random(uint64_t seed)
{
	cleanup_with(trial_end) struct trial one, two;
	cleanup_buf struct buf page = BUF_INIT, page_again = BUF_INIT;
	cleanup_buf struct buf graph = BUF_INIT, graph_again = BUF_INIT;

	trial_random(&one, seed, false);
	trial_random(&two, seed, true);
	trial_must_run(&one);
	trial_must_run(&two);
	make_page(&one, &page);
	make_page(&two, &page_again);
	check_page(&page);
	assert_string_equal(buf_text(&page), buf_text(&page_again));
	make_graph(&one, &graph);
	make_graph(&two, &graph_again);
	assert_string_equal(buf_text(&graph), buf_text(&graph_again));
	check_stories(&one, &two);
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
		cmocka_unit_test(test_text_hazard),
		cmocka_unit_test(test_page_of_two_rounds),
		cmocka_unit_test(test_page_hazard_on_a_hostile_host),
		cmocka_unit_test(test_page_hostile),
		cmocka_unit_test(test_graph),
		cmocka_unit_test(test_graph_without_stack),
		cmocka_unit_test(test_graph_of_strangers),
		cmocka_unit_test(test_graph_of_many),
		cmocka_unit_test(test_graph_hazard),
		cmocka_unit_test(test_graph_hostile),
		cmocka_unit_test(test_graph_parses),
		cmocka_unit_test(test_story),
		cmocka_unit_test(test_story_of_the_stack),
		cmocka_unit_test(test_story_names),
		cmocka_unit_test(test_story_where_it_is_inactive),
		cmocka_unit_test(test_story_without_an_order),
		cmocka_unit_test(test_story_of_many),
		cmocka_unit_test(test_story_of_two_rounds),
		cmocka_unit_test(test_story_hostile),
		cmocka_unit_test(test_random_fleets),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	xmlCleanupParser();
	return failed;
}
