/* SPDX-License-Identifier: Apache-2.0 */
/* See check_review.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include "check_review.h"
#include "sample_host.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"

void assert_has(const struct buf *text, const char *part)
{
	if (!strstr(buf_text(text), part))
		fail_msg("no '%s' in:\n%s", part, buf_text(text));
}

void assert_has_not(const struct buf *text, const char *part)
{
	if (strstr(buf_text(text), part))
		fail_msg("'%s' is in:\n%s", part, buf_text(text));
}

void assert_printable(const struct buf *text)
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
struct host *hostile_host(void)
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

/* What the walk over a page finds. */
struct found {
	size_t n_hostile; /* how often the hostile string is text */
	const char **places, **links;
	size_t n_places, n_links;
};

static void check_attribute(const xmlAttr *attribute, struct found *found)
{
	static const char *const attributes[] = {
		"lang", "charset", "http-equiv", "content", "name", "class"};
	const char *name = (const char *)attribute->name;
	const char *value =
		attribute->children ? (const char *)attribute->children->content : "";

	if (strcmp(name, "id") == 0)
		*array_add(&found->places, &found->n_places) = value;
	else if (strcmp(name, "href") == 0)
		*array_add(&found->links, &found->n_links) = value;
	else if (!IS_ONE_OF(attribute->name, attributes))
		fail_msg("attribute %s", name);
}

/* Nothing that runs or loads. */
static void check_elements(const xmlNode *node, struct found *found)
{
	static const char *const elements[] = {"html", "head", "meta", "title", "style",
		"body", "h1", "h2", "h3", "h4", "p", "div", "span", "section", "ul", "ol",
		"li", "b", "code", "pre", "table", "tr", "th", "td", "h5", "a", "details",
		"summary"};

	for (; node; node = node->next) {
		if (node->type == XML_TEXT_NODE) {
			const char *text = (const char *)node->content;

			for (; (text = strstr(text, "<img src=x")) != NULL; text++)
				found->n_hostile++;
			continue;
		}
		if (node->type == XML_DTD_NODE)
			continue;
		assert_int_equal(node->type, XML_ELEMENT_NODE);
		if (!IS_ONE_OF(node->name, elements))
			fail_msg("element %s", (const char *)node->name);
		for (const xmlAttr *a = node->properties; a; a = a->next)
			check_attribute(a, found);
		check_elements(node->children, found);
	}
}

static size_t count_equal(const char *const list[], size_t count, const char *text)
{
	size_t equal = 0;

	for (size_t i = 0; i < count; i++)
		equal += strcmp(list[i], text) == 0;
	return equal;
}

/* Each place is one, and each link leads to one of this page. */
static void check_links(const struct found *found)
{
	for (size_t i = 0; i < found->n_places; i++)
		if (count_equal(found->places, found->n_places, found->places[i]) != 1)
			fail_msg("two places are %s", found->places[i]);
	for (size_t i = 0; i < found->n_links; i++)
		if (found->links[i][0] != '#' ||
			count_equal(
				found->places, found->n_places, found->links[i] + 1) != 1)
			fail_msg("a link to %s", found->links[i]);
}

size_t check_page(const struct buf *page)
{
	xmlDoc *doc = xmlReadMemory(page->data, (int)page->len, "page.html", NULL,
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	struct found found = {0};

	if (!doc)
		fail_msg("not well-formed:\n%s", buf_text(page));
	check_elements(doc->children, &found);
	check_links(&found);
	free(found.places);
	free(found.links);
	xmlFreeDoc(doc);
	assert_printable(page);
	assert_has(page, "content=\"default-src 'none'; style-src 'unsafe-inline'\"");
	assert_has_not(page, "http:");
	assert_has_not(page, "https:");
	assert_has_not(page, "url(");
	assert_has_not(page, "@import");
	return found.n_hostile;
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
const char *check_graph_line(const char *c)
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

/* `\tsubgraph "cluster 1" {` or its end; NULL: neither, or not now. */
static const char *skip_frame(const char *c, bool is_within)
{
	static const char begin[] = "\tsubgraph \"cluster ", end[] = "\t}\n";

	if (is_within)
		return strncmp(c, end, sizeof(end) - 1) == 0 ? c + sizeof(end) - 1 : NULL;
	if (strncmp(c, begin, sizeof(begin) - 1) != 0)
		return NULL;
	c += sizeof(begin) - 1;
	c += strspn(c, "0123456789");
	return strncmp(c, "\" {\n", 4) == 0 ? c + 4 : NULL;
}

void check_graph(const struct buf *graph)
{
	static const char begin[] = "digraph stacks {\n";
	const char *line = buf_text(graph), *next;
	bool is_within = false;

	assert_printable(graph);
	assert_memory_equal(line, begin, sizeof(begin) - 1);
	for (line += sizeof(begin) - 1; *line == '\t'; line = next) {
		next = skip_frame(line, is_within);
		if (next) {
			is_within = !is_within;
			continue;
		}
		next = is_within && line[1] != '\t' ? NULL
						    : check_graph_line(line + is_within);
		if (!next)
			fail_msg(
				"not a statement:\n%.*s", (int)strcspn(line, "\n"), line);
	}
	assert_false(is_within);
	assert_string_equal(line, "}\n");
}
