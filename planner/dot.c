/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stacks as a graph for dot(1): devices, what they stand on, who holds them, and what
 * becomes of them, in words and in colours. Only what belongs to a snapshot, with what is
 * directly below it. Invariant: a string of a host is always inside double quotes, where
 * neither a quote, a backslash nor a line break of its own is left.
 */
#include <stdlib.h>
#include <string.h>

#include "planner.h"
#include "snapstate/cleanup.h"
#include "story.h"

#define DOT_HOLDERS_MAX 20 /* of one device */

/* buf_tail() leaves printable ASCII without quotes; its backslashes and what HTML
 * entities begin with mean something to dot as well. */
static void add_captured(struct buf *out, const char *text)
{
	cleanup_buf struct buf plain = BUF_INIT;

	buf_tail(&plain, text);
	for (const char *c = buf_text(&plain); *c; c++) {
		if (*c == '\\')
			buf_puts(out, "\\\\");
		else if (*c == '&')
			buf_puts(out, "&amp;");
		else
			buf_add(out, c, 1);
	}
}

static void add_node(struct buf *out, struct devno devno)
{
	buf_printf(out, "\"" DEVNO_FMT "\"", DEVNO_ARGS(devno));
}

static const char *node_style(const struct device_story *it)
{
	if (it->removed_by && it->part != PART_REAL)
		return "style=dashed color=\"#0a6b38\"";
	switch (it->part) {
	case PART_NONE:
		return "color=\"#545c69\"";
	case PART_ABOVE:
	case PART_SNAPSHOT:
	case PART_STORE:
		return it->subject->verdict == VERDICT_UNDECIDED
			       ? "color=\"#8a5300\" penwidth=2"
			       : "color=\"#2a4fa3\" penwidth=2";
	case PART_REAL:
	case PART_ORIGIN:
		return "color=\"#000000\" penwidth=2";
	case PART_VICTIM:
		return "color=\"#b00020\" penwidth=3 peripheries=2";
	}
	return "";
}

/* ---- nodes ---- */

static void add_device(
	struct buf *out, const struct story *story, const struct device *device)
{
	cleanup_buf struct buf kind = BUF_INIT, fate = BUF_INIT;

	device_kind_words(device, &kind);
	story_fate(story, device, &fate);
	buf_puts(out, "\t");
	add_node(out, device->devno);
	buf_printf(out, " [shape=box %s label=\"" DEVNO_FMT " ",
		node_style(story_of(story, device)), DEVNO_ARGS(device->devno));
	add_captured(out, device->name);
	buf_puts(out, "\\n");
	add_captured(out, buf_text(&kind));
	buf_puts(out, "\\n");
	add_captured(out, buf_text(&fate));
	buf_puts(out, "\"];\n");
}

static void add_other(struct buf *out, const struct story *story, struct devno devno)
{
	const struct block *block = host_block_by_devno(story->survey->host, devno);
	size_t step = block ? story_block_step(story, block) : 0;
	cleanup_buf struct buf words = BUF_INIT;

	if (block)
		block_words(block, &words);
	buf_puts(out, "\t");
	add_node(out, devno);
	buf_printf(out, " [shape=box style=rounded label=\"" DEVNO_FMT " ",
		DEVNO_ARGS(devno));
	add_captured(out, block ? buf_text(&words) : "not recorded");
	if (step)
		buf_printf(out, "\\nstep %zu ends it\"];\n", step);
	else
		buf_puts(out, "\\nnot touched\"];\n");
}

static void add_holders(struct buf *out, const struct story *story, struct devno devno)
{
	size_t count;
	const struct story_holder *holders = story_holders_of(story, devno, &count);

	for (size_t i = 0; i < count && i < DOT_HOLDERS_MAX; i++) {
		buf_printf(out, "\t\"" DEVNO_FMT " holder %zu\" [shape=ellipse label=\"",
			DEVNO_ARGS(devno), i + 1);
		add_captured(out, holders[i].text);
		if (holders[i].ended_by)
			buf_printf(out,
				"\\nstep %zu ends it\" style=dashed "
				"color=\"#0a6b38",
				holders[i].ended_by);
		buf_printf(out,
			"\"];\n\t\"" DEVNO_FMT " holder %zu\" -> \"" DEVNO_FMT
			"\" [style=dotted label=\"holds\"];\n",
			DEVNO_ARGS(devno), i + 1, DEVNO_ARGS(devno));
	}
	if (count > DOT_HOLDERS_MAX)
		buf_printf(out,
			"\t\"" DEVNO_FMT " holders\" [shape=ellipse label=\"and %zu "
			"more\"];\n\t\"" DEVNO_FMT " holders\" -> \"" DEVNO_FMT
			"\" [style=dotted label=\"holds\"];\n",
			DEVNO_ARGS(devno), count - DOT_HOLDERS_MAX, DEVNO_ARGS(devno),
			DEVNO_ARGS(devno));
}

/* ---- which ---- */

/* Numbers of everything that is drawn, sorted. */
struct drawn {
	struct devno *devnos;
	size_t count;
};

static int order_devnos(const void *a, const void *b)
{
	return devno_compare(*(const struct devno *)a, *(const struct devno *)b);
}

static void collect_drawn(const struct story *story, struct drawn *ret)
{
	const struct host *host = story->survey->host;
	size_t kept = 0;

	for (size_t i = 0; i < host->n_devices; i++) {
		const struct device *device = &host->devices[i];
		size_t n_above;
		const struct edge *above = story_edges_of(story, device->devno, &n_above);

		if (story->devices[i].part == PART_NONE)
			continue;
		*array_add(&ret->devnos, &ret->count) = device->devno;
		for (size_t d = 0; d < device->n_deps; d++)
			*array_add(&ret->devnos, &ret->count) = device->deps[d];
		for (size_t a = 0; a < n_above; a++)
			*array_add(&ret->devnos, &ret->count) = above[a].above;
	}
	if (ret->count)
		qsort(ret->devnos, ret->count, sizeof(*ret->devnos), order_devnos);
	for (size_t i = 0; i < ret->count; i++)
		if (!kept || !devno_is_equal(ret->devnos[kept - 1], ret->devnos[i]))
			ret->devnos[kept++] = ret->devnos[i];
	ret->count = kept;
}

static bool is_drawn(const struct drawn *drawn, struct devno devno)
{
	return drawn->count &&
	       bsearch(&devno, drawn->devnos, drawn->count, sizeof(devno), order_devnos);
}

/* ---- edges ---- */

static void add_edges(
	struct buf *out, const struct story *story, const struct drawn *drawn)
{
	for (size_t i = 0; i < story->n_edges; i++) {
		const struct edge *edge = &story->edges[i];
		const char *what;

		if (!is_drawn(drawn, edge->base) || !is_drawn(drawn, edge->above))
			continue;
		buf_puts(out, "\t");
		add_node(out, edge->above);
		buf_puts(out, " -> ");
		add_node(out, edge->base);
		what = base_words(host_device_by_devno(story->survey->host, edge->above),
			edge->base);
		if (*what)
			buf_printf(out, " [label=\"%s\"]", what);
		buf_puts(out, ";\n");
	}
}

/* Which store writes to which volume. */
static void add_victims(struct buf *out, const struct story *story)
{
	const struct host *host = story->survey->host;

	for (size_t i = 0; i < host->n_devices; i++) {
		const struct device_story *it = &story->devices[i];

		if (it->part != PART_VICTIM)
			continue;
		buf_puts(out, "\t");
		add_node(out, it->subject->cow->devno);
		buf_puts(out, " -> ");
		add_node(out, host->devices[i].devno);
		buf_puts(out, " [label=\"OVERWRITES\" color=\"#b00020\" penwidth=3 "
			      "constraint=false];\n");
	}
}

void dot_print(const struct survey *survey, const struct plan *plan, struct buf *ret_text)
{
	cleanup_story struct story story = {0};
	struct drawn drawn = {0};

	story_collect(survey, plan, &story);
	collect_drawn(&story, &drawn);
	buf_puts(ret_text, "digraph stacks {\n\tlabel=\"");
	add_captured(ret_text, survey->host->identity.node);
	buf_printf(ret_text, "\";\n\tlabelloc=t;\n\tnode [fontname=\"sans-serif\"];\n"
			     "\tedge [fontname=\"sans-serif\"];\n");
	for (size_t i = 0; i < drawn.count; i++) {
		const struct device *device =
			host_device_by_devno(survey->host, drawn.devnos[i]);

		if (device)
			add_device(ret_text, &story, device);
		else
			add_other(ret_text, &story, drawn.devnos[i]);
		if (device && story_of(&story, device)->part != PART_NONE)
			add_holders(ret_text, &story, drawn.devnos[i]);
	}
	add_edges(ret_text, &story, &drawn);
	add_victims(ret_text, &story);
	buf_puts(ret_text, "}\n");
	free(drawn.devnos);
}
