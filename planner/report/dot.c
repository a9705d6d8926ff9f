/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stacks as a graph for dot(1): devices, what they are on, who holds them, and what
 * becomes of them, in words and in colours. Only what belongs to a snapshot, with what is
 * directly below it. Of several hosts each has a frame; dot_groups.c draws between them.
 * Invariant: a string of a host is always inside double quotes, where neither a quote, a
 * backslash nor a line break of its own is left.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dot.h"
#include "reports.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"

#define DOT_HOLDERS_MAX 20 /* of one device */
#define DOT_LABEL_WIDTH	  36 /* where a label's line is broken, at a blank */
#define DOT_STACKS_BESIDE 4  /* more of them are drawn below each other */

/* buf_tail() leaves printable ASCII without quotes; its backslashes and what HTML
 * entities begin with mean something to dot as well. Long lines are broken. */
void dot_captured(struct buf *out, const char *text)
{
	cleanup_buf struct buf plain = BUF_INIT;
	size_t column = 0;

	buf_tail(&plain, text);
	for (const char *c = buf_text(&plain); *c; c++, column++) {
		if (*c == ' ' && column + 1 + strcspn(c + 1, " ") > DOT_LABEL_WIDTH) {
			buf_puts(out, "\\n");
			column = 0;
		} else if (*c == '\\')
			buf_puts(out, "\\\\");
		else if (*c == '&')
			buf_puts(out, "&amp;");
		else
			buf_add(out, c, 1);
	}
}

/* Begins a line, one level deeper within a frame. */
static void add_indent(const struct dot_host *host)
{
	buf_puts(host->out, host->number ? "\t\t" : "\t");
}

/* "254:3 holder 1": a name, and what makes another one of it. */
static void add_name(const struct dot_host *host, struct devno devno, const char *rest)
{
	buf_puts(host->out, "\"");
	if (host->number)
		buf_printf(host->out, "%zu ", host->number);
	buf_printf(host->out, DEVNO_FMT "%s\"", DEVNO_ARGS(devno), rest);
}

void dot_name(const struct dot_host *host, struct devno devno)
{
	add_name(host, devno, "");
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
	case PART_COW:
	case PART_LOST:
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

static void add_device(const struct dot_host *host, const struct device *device)
{
	struct buf *out = host->out;
	cleanup_buf struct buf kind = BUF_INIT, fate = BUF_INIT;

	device_kind_words(device, &kind);
	story_fate(host->story, device, &fate);
	add_indent(host);
	dot_name(host, device->devno);
	buf_printf(out, " [shape=box %s label=\"" DEVNO_FMT " ",
		node_style(story_of(host->story, device)), DEVNO_ARGS(device->devno));
	dot_captured(out, device->name);
	buf_puts(out, "\\n");
	dot_captured(out, buf_text(&kind));
	buf_puts(out, "\\n");
	dot_captured(out, buf_text(&fate));
	buf_puts(out, "\"];\n");
}

static void add_other(const struct dot_host *host, struct devno devno)
{
	struct buf *out = host->out;
	const struct block *block = host_block_by_devno(host->story->survey->host, devno);
	size_t step = block ? story_block_step(host->story, block) : 0;
	cleanup_buf struct buf words = BUF_INIT;

	if (block)
		block_words(block, &words);
	add_indent(host);
	dot_name(host, devno);
	buf_printf(out, " [shape=box style=rounded label=\"" DEVNO_FMT " ",
		DEVNO_ARGS(devno));
	dot_captured(out, block ? buf_text(&words) : "not recorded");
	if (step)
		buf_printf(out, "\\nreleased in step %zu\"];\n", step);
	else
		buf_puts(out, "\\nnot touched\"];\n");
}

/* An ellipse is to be closed, behind its label. */
static void begin_holder(
	const struct dot_host *host, struct devno devno, const char *which)
{
	add_indent(host);
	add_name(host, devno, which);
	buf_puts(host->out, " [shape=ellipse label=\"");
}

static void add_hold(const struct dot_host *host, struct devno devno, const char *which)
{
	add_indent(host);
	add_name(host, devno, which);
	buf_puts(host->out, " -> ");
	dot_name(host, devno);
	buf_puts(host->out, " [style=dotted label=\"holds\"];\n");
}

static void add_holders(const struct dot_host *host, struct devno devno)
{
	struct buf *out = host->out;
	size_t count;
	const struct story_holder *holders = story_holders_of(host->story, devno, &count);

	for (size_t i = 0; i < count && i < DOT_HOLDERS_MAX; i++) {
		char which[32];

		snprintf(which, sizeof(which), " holder %zu", i + 1);
		begin_holder(host, devno, which);
		dot_captured(out, holders[i].text);
		if (holders[i].ended_by)
			buf_printf(out,
				"\\nreleased in step %zu\" style=dashed color=\"#0a6b38",
				holders[i].ended_by);
		buf_puts(out, "\"];\n");
		add_hold(host, devno, which);
	}
	if (count > DOT_HOLDERS_MAX) {
		begin_holder(host, devno, " holders");
		buf_printf(out, "and %zu more\"];\n", count - DOT_HOLDERS_MAX);
		add_hold(host, devno, " holders");
	}
}

/* ---- which ---- */

static void collect_around(struct dot_host *host, const struct device *device)
{
	size_t n_above;
	const struct edge *above = story_edges_of(host->story, device->devno, &n_above);

	*array_add(&host->drawn, &host->n_drawn) = device->devno;
	for (size_t d = 0; d < device->n_deps; d++)
		*array_add(&host->drawn, &host->n_drawn) = device->deps[d];
	for (size_t a = 0; a < n_above; a++)
		*array_add(&host->drawn, &host->n_drawn) = above[a].above;
}

/* What belongs to a snapshot, with what is directly below and on it. */
static void collect_drawn(struct dot_host *it)
{
	const struct host *host = it->story->survey->host;
	size_t kept = 0;

	for (size_t i = 0; i < host->n_devices; i++)
		if (it->story->devices[i].part != PART_NONE)
			collect_around(it, &host->devices[i]);
	if (it->n_drawn)
		qsort(it->drawn, it->n_drawn, sizeof(*it->drawn), devno_order);
	for (size_t i = 0; i < it->n_drawn; i++)
		if (!kept || !devno_is_equal(it->drawn[kept - 1], it->drawn[i]))
			it->drawn[kept++] = it->drawn[i];
	it->n_drawn = kept;
}

bool dot_is_drawn(const struct dot_host *host, struct devno devno)
{
	return host->n_drawn &&
	       bsearch(&devno, host->drawn, host->n_drawn, sizeof(devno), devno_order);
}

/* ---- edges ---- */

static void add_edges(const struct dot_host *host)
{
	for (size_t i = 0; i < host->story->n_edges; i++) {
		const struct edge *edge = &host->story->edges[i];
		const char *what;

		if (!dot_is_drawn(host, edge->base) || !dot_is_drawn(host, edge->above))
			continue;
		add_indent(host);
		dot_name(host, edge->above);
		buf_puts(host->out, " -> ");
		dot_name(host, edge->base);
		what = base_words(
			host_device_by_devno(host->story->survey->host, edge->above),
			edge->base);
		if (*what)
			buf_printf(host->out, " [label=\"%s\"]", what);
		buf_puts(host->out, ";\n");
	}
}

/* Which store writes to which volume. */
static void add_victims(const struct dot_host *host)
{
	const struct story *story = host->story;

	for (size_t i = 0; i < story->survey->host->n_devices; i++) {
		const struct device_story *it = &story->devices[i];

		if (it->part != PART_VICTIM)
			continue;
		add_indent(host);
		dot_name(host, it->subject->cow->devno);
		buf_puts(host->out, " -> ");
		dot_name(host, story->survey->host->devices[i].devno);
		buf_puts(host->out, " [label=\"OVERWRITES\" color=\"#b00020\" penwidth=3 "
				    "constraint=false];\n");
	}
}

/* ---- the stacks of a host ---- */

/* Boxes, holders, what is on what, and what is overwritten. */
static void add_stacks(const struct dot_host *host)
{
	for (size_t i = 0; i < host->n_drawn; i++) {
		const struct device *device =
			host_device_by_devno(host->story->survey->host, host->drawn[i]);

		if (device)
			add_device(host, device);
		else
			add_other(host, host->drawn[i]);
		if (device && story_of(host->story, device)->part != PART_NONE)
			add_holders(host, host->drawn[i]);
	}
	add_edges(host);
	add_victims(host);
}

/* ---- frames ---- */

/* "hv7", and below it "plan 1: steps 1 to 3" */
static void add_frame_label(struct buf *out, const struct report *report, size_t member)
{
	struct fleet_steps steps = {0};

	buf_puts(out, "\t\tlabel=\"");
	dot_captured(out, report->hosts[member].node);
	while (fleet_steps_next(report->fleet, member, &steps)) {
		buf_printf(out, "\\nplan %zu: ", steps.plan + 1);
		fleet_steps_words(&steps, out);
	}
	buf_puts(out, "\";\n");
}

/* A frame without a node is not drawn. */
static void add_frame(const struct dot *dot, size_t member)
{
	buf_printf(dot->out, "\tsubgraph \"cluster %zu\" {\n", member + 1);
	add_frame_label(dot->out, dot->report, member);
	if (dot->hosts[member].n_drawn)
		add_stacks(&dot->hosts[member]);
	else
		buf_printf(dot->out,
			"\t\t\"%zu\" [shape=plaintext label=\"no stack of a snapshot is "
			"active here\"];\n",
			member + 1);
	buf_puts(dot->out, "\t}\n");
}

/* ---- the whole ---- */

static void add_title(const struct dot *dot)
{
	const struct report *report = dot->report;
	size_t n_stacks = 0;

	buf_puts(dot->out, "digraph stacks {\n\tlabel=\"");
	if (report_is_of_several(report))
		buf_printf(dot->out, "%zu hosts", report->n_hosts);
	else
		dot_captured(dot->out, report->hosts[0].member->host->identity.node);
	buf_puts(dot->out, "\";\n\tlabelloc=t;\n\tnode [fontname=\"sans-serif\"];\n"
			   "\tedge [fontname=\"sans-serif\"];\n");
	for (size_t i = 0; i < report->n_hosts; i++)
		n_stacks += report->hosts[i].n_told;
	if (n_stacks > DOT_STACKS_BESIDE)
		buf_puts(dot->out, "\trankdir=\"LR\";\n");
}

void dot_print(const struct report *report, struct buf *ret_text)
{
	bool is_of_several = report_is_of_several(report);
	struct dot dot = {.out = ret_text,
		.report = report,
		.hosts = xcalloc(report->n_hosts, sizeof(*dot.hosts))};

	for (size_t i = 0; i < report->n_hosts; i++)
		dot.hosts[i] = (struct dot_host){.out = ret_text,
			.story = &report->hosts[i].story,
			.number = is_of_several ? i + 1 : 0};
	add_title(&dot);
	for (size_t i = 0; i < report->n_hosts; i++) {
		collect_drawn(&dot.hosts[i]);
		if (is_of_several)
			add_frame(&dot, i);
		else
			add_stacks(&dot.hosts[i]);
	}
	if (is_of_several)
		dot_groups(&dot);
	buf_puts(ret_text, "}\n");
	for (size_t i = 0; i < report->n_hosts; i++)
		free(dot.hosts[i].drawn);
	free(dot.hosts);
}
