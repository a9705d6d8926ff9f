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
#include <libxml/tree.h>

#include "planner.h"
#include "random_host.h"
#include "sample_host.h"
#include "snapstate/cleanup.h"

#define RANDOM_HOSTS 300

/* Markup, an attribute's end, an entity, control bytes, U+202E, a lone 0xff. */
#define HOSTILE                                                                          \
	"<img src=x onerror=alert(1)>\"'&lt;\\n\\N\\\" "                                 \
	"\x01\x1b[31m\n\x7f\xe2\x80\xae\xff"                                             \
	"--></style></title><script>]]>"

static const char *select_all[] = {SELECT_DEFAULT};
static const struct request request = {
	.select = select_all, .n_select = 1, .min_age = MIN_AGE_DEFAULT};

struct reviewed {
	struct survey survey;
	struct plan *plan;
};

static void review_host(struct host *host, struct reviewed *ret)
{
	struct err err = ERR_INIT;

	survey_collect(host, &request, &ret->survey);
	classify_survey(&ret->survey);
	ret->plan = plan_new();
	free(ret->plan->created_by);
	ret->plan->created_by = xstrdup(HOSTILE);
	if (order_survey(&ret->survey, ret->plan, &err) < 0)
		fail_msg("%s", err.msg);
}

static void reviewed_free(struct reviewed *reviewed)
{
	survey_free(&reviewed->survey);
	plan_free(reviewed->plan);
}
#define cleanup_reviewed cleanup_with(reviewed_free)

static void make_page(struct host *host, struct buf *ret)
{
	cleanup_reviewed struct reviewed reviewed = {0};

	review_host(host, &reviewed);
	html_print(&reviewed.survey, reviewed.plan, HOSTILE, HOSTILE, ret);
}

static void make_graph(struct host *host, struct buf *ret)
{
	cleanup_reviewed struct reviewed reviewed = {0};

	review_host(host, &reviewed);
	dot_print(&reviewed.survey, reviewed.plan, ret);
}

static int make_story(
	struct host *host, const char *name, struct buf *ret, struct err *err)
{
	cleanup_reviewed struct reviewed reviewed = {0};

	review_host(host, &reviewed);
	return explain_print(&reviewed.survey, reviewed.plan, name, ret, err);
}

static void assert_has(const struct buf *text, const char *part)
{
	if (!strstr(buf_text(text), part))
		fail_msg("no '%s' in:\n%s", part, buf_text(text));
}

static void assert_has_not(const struct buf *text, const char *part)
{
	if (strstr(buf_text(text), part))
		fail_msg("'%s' is in:\n%s", part, buf_text(text));
}

static void assert_printable(const struct buf *text)
{
	for (size_t i = 0; i < text->len; i++) {
		unsigned char c = (unsigned char)text->data[i];

		if (c != '\n' && c != '\t' && (c < ' ' || c > '~'))
			fail_msg("byte %zu is \\x%02x", i, c);
	}
}

/* ---- a hostile host ---- */

#define FOUL(array, member)                                                              \
	for (size_t i_ = 0; i_ < host->n_##array; i_++)                                  \
	host->array[i_].member = HOSTILE

/* Everything but what ties the stack together: uuids and the types of its targets. */
static struct host *hostile_host(void)
{
	struct host *host = sample_host();
	struct block *block = array_add(&host->blocks, &host->n_blocks);
	struct kernel_holder *holder =
		array_add(&host->kernel_holders, &host->n_kernel_holders);
	struct swap *swap = array_add(&host->swaps, &host->n_swaps);
	struct superblock *superblock =
		array_add(&host->superblocks, &host->n_superblocks);

	sample_add_device(host, 5, "x", HOSTILE, HOSTILE, "254:3 0", 8);
	sample_add_use(host, 800, HOSTILE, USE_CWD, 4);
	sample_add_use(host, 801, HOSTILE, USE_NODE, 0);
	block->kind = BLOCK_LOOP;
	block->devno = (struct devno){7, 9};
	*array_add(&block->below, &block->n_below) = (struct devno){254, 4};
	holder->devno = superblock->devno = swap->devno = (struct devno){254, 3};
	holder->kind = HOLDER_OTHER;
	host_source_set(host, "lvm/pvs.json", OUTCOME_DENIED, "%s", HOSTILE);
	FOUL(devices, name);
	FOUL(blocks, kname);
	FOUL(blocks, backing_file);
	FOUL(superblocks, type);
	FOUL(mounts, target);
	FOUL(mounts, type);
	FOUL(mounts, source);
	FOUL(swaps, path);
	FOUL(processes, comm);
	FOUL(uses, example);
	FOUL(kernel_holders, name);
	FOUL(vgs, name);
	FOUL(lvs, name);
	host->identity.node = host->identity.kernel = HOSTILE;
	host->identity.machine_id = host->identity.boot_id = HOSTILE;
	host->identity.redaction = HOSTILE;
	host_sort(host);
	return host;
}

/* ---- the page ---- */

static bool is_one_of(const xmlChar *name, const char *const list[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp((const char *)name, list[i]) == 0)
			return true;
	return false;
}
#define IS_ONE_OF(name, list) is_one_of(name, list, sizeof(list) / sizeof((list)[0]))

/* Nothing that runs, loads or links. Returns how often the hostile string is text. */
static size_t check_elements(const xmlNode *node)
{
	static const char *const elements[] = {"html", "head", "meta", "title", "style",
		"body", "h1", "h2", "h3", "h4", "p", "div", "span", "section", "ul", "ol",
		"li", "b", "code", "pre", "table", "tr", "th", "td"};
	static const char *const attributes[] = {
		"lang", "charset", "http-equiv", "content", "name", "class"};
	size_t seen = 0;

	for (; node; node = node->next) {
		if (node->type == XML_TEXT_NODE) {
			const char *text = (const char *)node->content;

			for (; (text = strstr(text, "<img src=x")) != NULL; text++)
				seen++;
			continue;
		}
		if (node->type == XML_DTD_NODE)
			continue;
		assert_int_equal(node->type, XML_ELEMENT_NODE);
		if (!IS_ONE_OF(node->name, elements))
			fail_msg("element %s", (const char *)node->name);
		for (const xmlAttr *a = node->properties; a; a = a->next)
			if (!IS_ONE_OF(a->name, attributes))
				fail_msg("attribute %s", (const char *)a->name);
		seen += check_elements(node->children);
	}
	return seen;
}

static size_t check_page(const struct buf *page)
{
	xmlDoc *doc = xmlReadMemory(page->data, (int)page->len, "page.html", NULL,
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	size_t seen;

	if (!doc)
		fail_msg("not well-formed:\n%s", buf_text(page));
	seen = check_elements(doc->children);
	xmlFreeDoc(doc);
	assert_printable(page);
	assert_has(page, "content=\"default-src 'none'; style-src 'unsafe-inline'\"");
	assert_has_not(page, "http:");
	assert_has_not(page, "https:");
	assert_has_not(page, "url(");
	assert_has_not(page, "@import");
	return seen;
}

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
	assert_has(
		&page, "mounted on /mnt/backup (ext4)<p class=\"fate\">step 1 ends it");
	assert_has(&page, "step 2 removes it");
	assert_has(&page, "its data stays: LVM may turn it into a plain volume again");
	assert_has(&page, "nothing was missing");
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
	assert_has(&page, "of its store belong to ");
	assert_has(&page, "Steps 1 to 2 of the plan end it.");
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
	assert_has(&page,
		"process 800 (tar) has a file on it open<p class=\"fate\">no step");
	assert_has(&page, "Nothing: it stays as it is.");
	assert_has(&page, "stays, refused: backup-running");
}

static void test_page_hostile(void **state)
{
	cleanup_host struct host *host = hostile_host();
	cleanup_buf struct buf page = BUF_INIT;

	(void)state;
	make_page(host, &page);
	/* devices, holders, volumes, host, capture and plan: each is there, as text */
	assert_in_range(check_page(&page), 20, 1000);
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
	review_print(&reviewed.survey, reviewed.plan, HOSTILE, HOSTILE, ret);
}

static void test_text(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	make_text(host, &text);
	assert_printable(&text);
	assert_has(&text, "  stack    MAJ:MIN  PLAN    TYPE ");
	assert_has(
		&text, "254:3    step 3  snapshot valid  254:1, 254:2  1: 1 by mapping");
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

/* ---- the graph ---- */

/* A word, or a string in quotes that ends on its line. NULL: neither. */
static const char *skip_id(const char *c)
{
	if (*c != '"')
		return c[strspn(c, "abcdefghijklmnopqrstuvwxyz0123456789.")] == *c
			       ? NULL
			       : c + strspn(c, "abcdefghijklmnopqrstuvwxyz0123456789.");
	for (c++; *c && *c != '"' && *c != '\n'; c++)
		if (*c == '\\' && *++c != '\\' && *c != 'n')
			return NULL;
	return *c == '"' ? c + 1 : NULL;
}

/* ` [a=b c="d"]` */
static const char *skip_attributes(const char *c)
{
	if (strncmp(c, " [", 2) != 0)
		return c;
	c++;
	do {
		c = skip_id(c + 1);
		if (!c || *c != '=')
			return NULL;
		c = skip_id(c + 1);
	} while (c && *c == ' ');
	return c && *c == ']' ? c + 1 : NULL;
}

/* "ID;" "ID=ID;" "ID [...];" "ID -> ID [...];" "word [...];" */
static const char *skip_statement(const char *c)
{
	if (*c++ != '\t')
		return NULL;
	c = skip_id(c);
	if (c && *c == '=')
		c = skip_id(c + 1);
	else if (c && strncmp(c, " -> ", 4) == 0)
		c = skip_id(c + 4);
	c = c ? skip_attributes(c) : NULL;
	return c && strncmp(c, ";\n", 2) == 0 ? c + 2 : NULL;
}

static void check_graph(const struct buf *graph)
{
	static const char begin[] = "digraph stacks {\n";
	const char *line = buf_text(graph), *next;

	assert_printable(graph);
	assert_memory_equal(line, begin, sizeof(begin) - 1);
	for (line += sizeof(begin) - 1; *line == '\t'; line = next) {
		next = skip_statement(line);
		if (!next)
			fail_msg(
				"not a statement:\n%.*s", (int)strcspn(line, "\n"), line);
	}
	assert_string_equal(line, "}\n");
}

static void test_graph(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_buf struct buf graph = BUF_INIT;

	(void)state;
	make_graph(host, &graph);
	check_graph(&graph);
	assert_has(&graph, "\"254:4\" -> \"254:3\";");
	assert_has(&graph, "\"254:3\" -> \"254:1\" [label=\"origin\"];");
	assert_has(&graph, "\"254:3\" -> \"254:2\" [label=\"store\"];");
	assert_has(&graph, "mounted on /mnt/backup (ext4)\\nstep 1 ends it");
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
		if (skip_statement(bad[i]))
			fail_msg("taken for a statement: %s", bad[i]);
	assert_non_null(skip_statement("\t\"a\" -> b [c=d e=\"f\\\\g\\nh\"];\n"));
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
		"SSSSSS-SSSS-SSSS-SSSS-SSSS-SSSS-SSSSSS"};
	cleanup_host struct host *host = sample_host();

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cleanup_buf struct buf story = BUF_INIT;
		struct err err = ERR_INIT;

		if (make_story(host, names[i], &story, &err) < 0)
			fail_msg("%s: %s", names[i], err.msg);
		if (strncmp(buf_text(&story), "254:3 ", 6) != 0)
			fail_msg("%s is not %s", names[i], buf_text(&story));
	}
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
	assert_has(&story, "-cow, as its store\n");
	assert_has(&story, "open 1: 1 by mapping; nothing is left unexplained");
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
	assert_has(&story, "no plan can name an origin");
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
	assert_has(&story, "1 UNEXPLAINED: somebody has it open who was not found");
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
	assert_has(&story, "nothing: plans name what stands on a leftover");
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_page_hazard),
		cmocka_unit_test(test_page_refused),
		cmocka_unit_test(test_page_hostile),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_hostile),
		cmocka_unit_test(test_graph),
		cmocka_unit_test(test_graph_hostile),
		cmocka_unit_test(test_graph_grammar),
		cmocka_unit_test(test_graph_parses),
		cmocka_unit_test(test_story_names),
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
