/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the frames of several hosts: the volume groups that more than one of them sees,
 * at which their stacks meet. Invariant: as in dot.c, every string of a host is inside
 * double quotes; names of nodes are numbers and words of ours.
 */
#include <stdlib.h>
#include <string.h>

#include "dot.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/lvm_names.h"

#define GROUP_NODES_MAX 8 /* named at one volume group */

struct groups {
	const struct dot *dot;
	const struct vg **groups; /* that are drawn; any host's */
	size_t n_groups;
};

/* ---- which groups ---- */

static size_t count_hosts(const struct report *report, const char *vg_uuid)
{
	size_t count = 0;

	for (size_t i = 0; i < report->n_hosts; i++)
		count += host_vg(report->hosts[i].member->host, vg_uuid) != NULL;
	return count;
}

static bool has_group(const struct groups *it, const char *vg_uuid)
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

static void collect_groups(struct groups *it)
{
	for (size_t i = 0; i < it->dot->report->n_hosts; i++) {
		const struct host *host = it->dot->report->hosts[i].member->host;

		for (size_t v = 0; v < host->n_vgs; v++)
			if (is_in_stack(&it->dot->hosts[i], host->vgs[v].uuid) &&
				!has_group(it, host->vgs[v].uuid) &&
				count_hosts(it->dot->report, host->vgs[v].uuid) > 1)
				*array_add(&it->groups, &it->n_groups) = &host->vgs[v];
	}
}

/* ---- groups ---- */

static void add_group(const struct groups *it, size_t group)
{
	const struct vg *vg = it->groups[group];
	size_t count = count_hosts(it->dot->report, vg->uuid), shown = 0;

	buf_printf(it->dot->out,
		"\t\"group %zu\" [shape=cylinder penwidth=2 label=\"volume group ",
		group + 1);
	dot_captured(it->dot->out, vg->name);
	buf_puts(it->dot->out, "\\nshared by ");
	for (size_t i = 0; i < it->dot->report->n_hosts && shown < GROUP_NODES_MAX; i++) {
		if (!host_vg(it->dot->report->hosts[i].member->host, vg->uuid))
			continue;
		buf_puts(it->dot->out, shown++ ? ", " : "");
		dot_captured(it->dot->out, it->dot->report->hosts[i].node);
	}
	if (count > shown)
		buf_printf(it->dot->out, " and %zu more", count - shown);
	buf_puts(it->dot->out, "\"];\n");
}

static void add_group_edge(const struct groups *it, size_t group, const char *label)
{
	buf_printf(it->dot->out, " -> \"group %zu\" [label=\"%s\"];\n", group + 1, label);
}

/* Returns how many of its physical volumes are in this host's stacks. */
static size_t add_pvs(const struct groups *it, size_t member, size_t group)
{
	const struct host *host = it->dot->report->hosts[member].member->host;
	size_t count = 0;

	for (size_t i = 0; i < host->n_pvs; i++) {
		const struct pv *pv = &host->pvs[i];

		if (strcmp(pv->vg_uuid, it->groups[group]->uuid) != 0 ||
			!dot_is_drawn(&it->dot->hosts[member], pv->devno))
			continue;
		buf_puts(it->dot->out, "\t");
		dot_name(&it->dot->hosts[member], pv->devno);
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
static size_t add_volumes(const struct groups *it, size_t member, size_t group)
{
	const struct host *host = it->dot->report->hosts[member].member->host;
	const char *vg_uuid = it->groups[group]->uuid;
	size_t count = 0;

	for (size_t i = 0; i < it->dot->hosts[member].n_drawn; i++) {
		struct devno devno = it->dot->hosts[member].drawn[i];
		const struct device *device = host_device_by_devno(host, devno);

		if (!device || !is_of_group(device, vg_uuid) ||
			stands_in_group(host, device, vg_uuid))
			continue;
		buf_puts(it->dot->out, "\t");
		dot_name(&it->dot->hosts[member], devno);
		add_group_edge(it, group, "volume");
		count++;
	}
	return count;
}

/* A host without a stack at all is seen to share the group too; one that has stacks of
 * other groups only is named at the group. */
static void add_group_edges(const struct groups *it, size_t group)
{
	for (size_t i = 0; i < it->dot->report->n_hosts; i++) {
		if (!host_vg(it->dot->report->hosts[i].member->host,
			    it->groups[group]->uuid))
			continue;
		if (add_pvs(it, i, group) || add_volumes(it, i, group) ||
			it->dot->hosts[i].n_drawn)
			continue;
		buf_printf(it->dot->out, "\t\"%zu\"", i + 1);
		add_group_edge(it, group, "sees it");
	}
}

/* ---- the whole ---- */

void dot_groups(const struct dot *dot)
{
	struct groups groups = {.dot = dot};

	collect_groups(&groups);
	for (size_t i = 0; i < groups.n_groups; i++) {
		add_group(&groups, i);
		add_group_edges(&groups, i);
	}
	free(groups.groups);
}
