/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stacks of several hosts as one graph: a frame around each host's, drawn by dot.c,
 * and between the frames the volume groups that more than one of them sees, at which
 * their stacks meet. Invariant: as in dot.c, every string of a host is inside double
 * quotes; names of nodes are numbers and words of ours.
 */
#include <stdlib.h>
#include <string.h>

#include "dot.h"
#include "reports.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/lvm_names.h"

#define GROUP_NODES_MAX 8 /* named at one volume group */

struct hosts_graph {
	struct buf *out;
	const struct fleet *fleet;
	struct story *stories; /* these two: one for each member */
	struct dot_host *hosts;
	const struct vg **groups; /* that are drawn; any host's */
	size_t n_groups;
};

/* ---- which groups ---- */

static size_t count_hosts(const struct fleet *fleet, const char *vg_uuid)
{
	size_t count = 0;

	for (size_t i = 0; i < fleet->n_members; i++)
		count += host_vg(fleet->members[i].host, vg_uuid) != NULL;
	return count;
}

static bool has_group(const struct hosts_graph *it, const char *vg_uuid)
{
	for (size_t i = 0; i < it->n_groups; i++)
		if (strcmp(it->groups[i]->uuid, vg_uuid) == 0)
			return true;
	return false;
}

static bool is_of_group(const struct device *device, const char *vg_uuid)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	return lvm_dm_uuid_split(device->uuid, vg, lv, &layer) &&
	       strcmp(vg, vg_uuid) == 0;
}

/* true: it has a volume in a stack that is drawn. */
static bool is_in_stack(const struct dot_host *host, const char *vg_uuid)
{
	for (size_t i = 0; i < host->n_drawn; i++) {
		const struct device *device =
			host_device_by_devno(host->story->survey->host, host->drawn[i]);

		if (device && is_of_group(device, vg_uuid))
			return true;
	}
	return false;
}

static void collect_groups(struct hosts_graph *it)
{
	for (size_t i = 0; i < it->fleet->n_members; i++) {
		const struct host *host = it->fleet->members[i].host;

		for (size_t v = 0; v < host->n_vgs; v++)
			if (is_in_stack(&it->hosts[i], host->vgs[v].uuid) &&
				!has_group(it, host->vgs[v].uuid) &&
				count_hosts(it->fleet, host->vgs[v].uuid) > 1)
				*array_add(&it->groups, &it->n_groups) = &host->vgs[v];
	}
}

/* ---- frames ---- */

/* "hv7", and below it "plan 1: steps 1 to 3" */
static void add_frame_label(const struct hosts_graph *it, size_t member)
{
	cleanup_buf struct buf node = BUF_INIT;
	struct fleet_steps steps = {0};

	fleet_node_words(it->fleet, member, &node);
	buf_puts(it->out, "\t\tlabel=\"");
	dot_captured(it->out, buf_text(&node));
	while (fleet_steps_next(it->fleet, member, &steps)) {
		buf_printf(it->out, "\\nplan %zu: ", steps.plan + 1);
		fleet_steps_words(&steps, it->out);
	}
	buf_puts(it->out, "\";\n");
}

/* A frame without a node is not drawn. */
static void add_frame(const struct hosts_graph *it, size_t member)
{
	buf_printf(it->out, "\tsubgraph \"cluster %zu\" {\n", member + 1);
	add_frame_label(it, member);
	if (it->hosts[member].n_drawn)
		dot_stacks(&it->hosts[member]);
	else
		buf_printf(it->out,
			"\t\t\"%zu\" [shape=plaintext label=\"no stack of a snapshot is "
			"active here\"];\n",
			member + 1);
	buf_puts(it->out, "\t}\n");
}

/* ---- groups ---- */

static void add_group(const struct hosts_graph *it, size_t group)
{
	const struct vg *vg = it->groups[group];
	size_t count = count_hosts(it->fleet, vg->uuid), shown = 0;

	buf_printf(it->out,
		"\t\"group %zu\" [shape=cylinder penwidth=2 label=\"volume group ",
		group + 1);
	dot_captured(it->out, vg->name);
	buf_puts(it->out, "\\nshared by ");
	for (size_t i = 0; i < it->fleet->n_members && shown < GROUP_NODES_MAX; i++) {
		cleanup_buf struct buf node = BUF_INIT;

		if (!host_vg(it->fleet->members[i].host, vg->uuid))
			continue;
		fleet_node_words(it->fleet, i, &node);
		buf_puts(it->out, shown++ ? ", " : "");
		dot_captured(it->out, buf_text(&node));
	}
	if (count > shown)
		buf_printf(it->out, " and %zu more", count - shown);
	buf_puts(it->out, "\"];\n");
}

static void add_group_edge(const struct hosts_graph *it, size_t group, const char *label)
{
	buf_printf(it->out, " -> \"group %zu\" [label=\"%s\"];\n", group + 1, label);
}

/* Returns how many of its physical volumes are in this host's stacks. */
static size_t add_pvs(const struct hosts_graph *it, size_t member, size_t group)
{
	const struct host *host = it->fleet->members[member].host;
	size_t count = 0;

	for (size_t i = 0; i < host->n_pvs; i++) {
		const struct pv *pv = &host->pvs[i];

		if (strcmp(pv->vg_uuid, it->groups[group]->uuid) != 0 ||
			!dot_is_drawn(&it->hosts[member], pv->devno))
			continue;
		buf_puts(it->out, "\t");
		dot_name(&it->hosts[member], pv->devno);
		add_group_edge(it, group, "physical volume");
		count++;
	}
	return count;
}

static bool stands_in_group(
	const struct host *host, const struct device *device, const char *vg_uuid)
{
	for (size_t i = 0; i < device->n_deps; i++) {
		const struct device *below = host_device_by_devno(host, device->deps[i]);

		if (below && is_of_group(below, vg_uuid))
			return true;
	}
	return false;
}

/* Where the physical volumes are not known, its lowest volumes. */
static size_t add_volumes(const struct hosts_graph *it, size_t member, size_t group)
{
	const struct host *host = it->fleet->members[member].host;
	const char *vg_uuid = it->groups[group]->uuid;
	size_t count = 0;

	for (size_t i = 0; i < it->hosts[member].n_drawn; i++) {
		struct devno devno = it->hosts[member].drawn[i];
		const struct device *device = host_device_by_devno(host, devno);

		if (!device || !is_of_group(device, vg_uuid) ||
			stands_in_group(host, device, vg_uuid))
			continue;
		buf_puts(it->out, "\t");
		dot_name(&it->hosts[member], devno);
		add_group_edge(it, group, "volume");
		count++;
	}
	return count;
}

/* A host without a stack at all is seen to share the group too; one that has stacks of
 * other groups only is named at the group. */
static void add_group_edges(const struct hosts_graph *it, size_t group)
{
	for (size_t i = 0; i < it->fleet->n_members; i++) {
		if (!host_vg(it->fleet->members[i].host, it->groups[group]->uuid))
			continue;
		if (add_pvs(it, i, group) || add_volumes(it, i, group) ||
			it->hosts[i].n_drawn)
			continue;
		buf_printf(it->out, "\t\"%zu\"", i + 1);
		add_group_edge(it, group, "sees it");
	}
}

/* ---- the whole ---- */

static void add_all(const struct hosts_graph *it)
{
	dot_begin(it->out);
	buf_printf(it->out, "%zu host%s", it->fleet->n_members,
		it->fleet->n_members == 1 ? "" : "s");
	dot_title_end(it->out);
	for (size_t i = 0; i < it->fleet->n_members; i++)
		add_frame(it, i);
	for (size_t i = 0; i < it->n_groups; i++) {
		add_group(it, i);
		add_group_edges(it, i);
	}
	buf_puts(it->out, "}\n");
}

void fleet_print_dot(const struct fleet *fleet, struct buf *ret_text)
{
	struct hosts_graph it = {.out = ret_text,
		.fleet = fleet,
		.stories = xcalloc(fleet->n_members, sizeof(*it.stories)),
		.hosts = xcalloc(fleet->n_members, sizeof(*it.hosts))};

	for (size_t i = 0; i < fleet->n_members; i++) {
		story_collect(&fleet->members[i].survey, fleet->members[i].whole,
			&it.stories[i]);
		dot_collect(&it.stories[i], i + 1, ret_text, &it.hosts[i]);
	}
	collect_groups(&it);
	add_all(&it);
	for (size_t i = 0; i < fleet->n_members; i++) {
		dot_host_free(&it.hosts[i]);
		story_free(&it.stories[i]);
	}
	free(it.groups);
	free(it.hosts);
	free(it.stories);
}
