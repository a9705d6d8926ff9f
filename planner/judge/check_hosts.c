/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether other hosts may use the subject's volume group, and are not among the captures:
 * by the same conditions that the plan records (condition_hosts.c).
 */
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"

/* ---- whose captures count ---- */

/* A capture says something of a group where it shows one of its physical volumes, by
 * uuid, on a device of its own: names of groups are chosen by people, and the capture of
 * a host that has nothing to do with the group tells nothing of those that have. */
static bool shows(const struct survey *survey, const char *vg_uuid, size_t capture)
{
	const struct host *host = survey->host;
	const struct host *other = survey->request->captures[capture];
	cleanup_places struct places places =
		host_places(host, PLACES_PVS, places_text(vg_uuid));

	for (size_t i; places_next(&places, &i);) {
		const struct pv *there = host_pv(other, host->pvs[i].uuid);

		if (strcmp(host->pvs[i].vg_uuid, vg_uuid) == 0 && there &&
			!there->is_missing && !devno_is_none(there->devno))
			return true;
	}
	return false;
}

/* A comma in a name would make two of it: such a host is not known. Captures are sorted
 * by node: of one name they follow each other. */
void sharing_nodes(
	const struct survey *survey, const char *vg_uuid, struct buf *ret_nodes)
{
	const struct request *request = survey->request;
	const char *last = "";

	for (size_t i = 0; i < request->n_captures; i++) {
		const char *node = request->captures[i]->identity.node;

		if (request->captures[i] == survey->host || !*node || strchr(node, ',') ||
			strcmp(node, last) == 0 || !shows(survey, vg_uuid, i))
			continue;
		last = node;
		buf_printf(ret_nodes, "%s%s", ret_nodes->len ? "," : "", node);
	}
}

static void find_hosts(
	const struct survey *survey, const char *vg_uuid, struct violations *ret)
{
	cleanup_buf struct buf nodes = BUF_INIT;
	struct condition condition = {
		.kind = CONDITION_HOSTS, .vg_uuid = vg_uuid, .lv_uuid = ""};

	sharing_nodes(survey, vg_uuid, &nodes);
	condition.argument = buf_text(&nodes);
	condition_find(survey->host, &condition, ret);
}

static void find_local(
	const struct survey *survey, const char *vg_uuid, struct violations *ret)
{
	const struct condition condition = {.kind = CONDITION_LOCAL,
		.vg_uuid = vg_uuid,
		.lv_uuid = "",
		.argument = ""};

	condition_find(survey->host, &condition, ret);
}

static void find_pvs(
	const struct survey *survey, const char *vg_uuid, struct group_pvs *ret)
{
	const struct host *host = survey->host;
	cleanup_places struct places places =
		host_places(host, PLACES_PVS, places_text(vg_uuid));

	for (size_t i; places_next(&places, &i);) {
		const struct pv *pv = &host->pvs[i];

		if (strcmp(pv->vg_uuid, vg_uuid) != 0)
			continue;
		if (pv->is_missing || pv->is_duplicate)
			*array_add(&ret->bad, &ret->n_bad) = i;
		if (host_volume_below(host, pv->devno, vg_uuid))
			*array_add(&ret->nested, &ret->n_nested) = i;
	}
}

static void free_pvs(struct group_pvs *pvs)
{
	free(pvs->bad);
	free(pvs->nested);
}

static int order_gone(const void *pa, const void *pb)
{
	const struct gone_group *a = pa, *b = pb;

	return strcmp(a->vg_uuid, b->vg_uuid);
}

static struct gone_group *gone_group(const struct sharing *sharing, const char *vg_uuid)
{
	const struct gone_group wanted = {.vg_uuid = vg_uuid};

	return sharing->n_gone ? bsearch(&wanted, sharing->gone, sharing->n_gone,
					 sizeof(wanted), order_gone)
			       : NULL;
}

const struct group_pvs *sharing_pvs(const struct survey *survey,
	const struct sharing *sharing, const char *vg_uuid)
{
	const struct vg *vg = host_vg(survey->host, vg_uuid);
	const struct gone_group *gone = vg ? NULL : gone_group(sharing, vg_uuid);

	if (vg)
		return &sharing->pvs[vg - survey->host->vgs];
	return gone ? &gone->pvs : NULL;
}

static void find_gone(const struct survey *survey, struct sharing *sharing)
{
	struct gone_group *gone = NULL;
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < survey->n_subjects; i++)
		if (!host_vg(survey->host, survey->subjects[i].vg_uuid))
			*array_add(&gone, &count) = (struct gone_group){
				.vg_uuid = survey->subjects[i].vg_uuid};
	if (count)
		qsort(gone, count, sizeof(*gone), order_gone);
	for (size_t i = 0; i < count; i++)
		if (!kept || strcmp(gone[kept - 1].vg_uuid, gone[i].vg_uuid) != 0)
			gone[kept++] = gone[i];
	for (size_t i = 0; i < kept; i++) {
		find_local(survey, gone[i].vg_uuid, &gone[i].local);
		find_pvs(survey, gone[i].vg_uuid, &gone[i].pvs);
	}
	sharing->gone = gone;
	sharing->n_gone = kept;
}

/* Once for each group, whatever its subjects are. */
void sharing_collect(const struct survey *survey, struct sharing *ret_sharing)
{
	size_t n_captures = survey->request->n_captures;
	size_t n_vgs = survey->host->n_vgs;
	struct sharing sharing = {.n_vgs = n_vgs,
		.n_captures = n_captures,
		.is_shown = xcalloc(n_vgs * n_captures, sizeof(bool)),
		.hosts = xcalloc(n_vgs, sizeof(struct violations)),
		.local = xcalloc(n_vgs, sizeof(struct violations)),
		.pvs = xcalloc(n_vgs, sizeof(struct group_pvs))};

	for (size_t i = 0; i < n_vgs; i++) {
		const struct vg *vg = &survey->host->vgs[i];

		for (size_t c = 0; c < n_captures; c++)
			sharing.is_shown[i * n_captures + c] = shows(survey, vg->uuid, c);
		find_hosts(survey, vg->uuid, &sharing.hosts[i]);
		find_local(survey, vg->uuid, &sharing.local[i]);
		find_pvs(survey, vg->uuid, &sharing.pvs[i]);
	}
	find_gone(survey, &sharing);
	*ret_sharing = sharing;
}

void sharing_free(struct sharing *sharing)
{
	for (size_t i = 0; i < sharing->n_vgs; i++) {
		violations_free(&sharing->hosts[i]);
		violations_free(&sharing->local[i]);
		free_pvs(&sharing->pvs[i]);
	}
	for (size_t i = 0; i < sharing->n_gone; i++) {
		violations_free(&sharing->gone[i].local);
		free_pvs(&sharing->gone[i].pvs);
	}
	free(sharing->gone);
	free(sharing->is_shown);
	free(sharing->hosts);
	free(sharing->local);
	free(sharing->pvs);
}

static bool is_shown(const struct survey *survey, const struct sharing *sharing,
	const struct vg *vg, size_t capture)
{
	return sharing->is_shown[(size_t)(vg - survey->host->vgs) * sharing->n_captures +
				 capture];
}

/* ---- reasons ---- */

static void note_maker(const struct survey *survey, const struct vg *vg,
	const struct violation *maker, struct subject *subject)
{
	const struct lv *lv = host_lv(survey->host, vg->uuid, maker->uuid);
	cleanup_buf struct buf when = BUF_INIT;

	if (lv->created) {
		buf_puts(&when, " ");
		print_age(&when, survey->host, lv->created);
	}
	subject_reason(subject, RULE_HOST_MISSING, "%s made %s/%s%s: capture there too",
		lv->creator, vg->name, lv->name, buf_text(&when));
}

/* The last writer; where that is known, who made the youngest volume. */
static void note_writers(const struct survey *survey, const struct sharing *sharing,
	struct subject *subject)
{
	const struct vg *vg = host_vg(survey->host, subject->vg_uuid);
	const struct violations *found = &sharing->hosts[vg - survey->host->vgs];

	if (!found->count)
		return;
	if (strcmp(found->items[0].word, "writer") == 0)
		subject_reason(subject, RULE_HOST_MISSING,
			"%s wrote the metadata of %s last: capture there too", vg->writer,
			vg->name);
	else
		note_maker(survey, vg, &found->items[0], subject);
}

/* That a capture shows nothing of the group says that its host does not reach it only
 * where LVM could look everywhere there. */
static void note_blind_captures(const struct survey *survey,
	const struct sharing *sharing, const struct vg *vg, struct subject *subject)
{
	const struct request *request = survey->request;

	for (size_t i = 0; i < sharing->n_captures; i++)
		if (request->captures[i] != survey->host &&
			!is_shown(survey, sharing, vg, i) &&
			!host_lvm_is_whole(request->captures[i]))
			subject_reason(subject, RULE_HOST_MISSING,
				"the capture of %s does not tell whether that host "
				"reaches %s: LVM was not read completely there",
				request->captures[i]->identity.node, vg->name);
}

static const char *reach_words(const struct host *host, struct devno devno)
{
	const char *words = host_reach(host, devno);

	return words ? words : "shared"; /* of two with one uuid, the other one */
}

/* Which hosts reach such storage no capture tells: a host that only reads a group leaves
 * no trace in its metadata. So the operator says that all of them were captured. */
static void note_storage(const struct survey *survey, const struct sharing *sharing,
	struct subject *subject)
{
	const struct vg *vg = host_vg(survey->host, subject->vg_uuid);
	const struct violations *found = &sharing->local[vg - survey->host->vgs];
	size_t n_others = 0;

	if (!found->count)
		return;
	if (survey->request->is_hosts_complete) {
		note_blind_captures(survey, sharing, vg, subject);
		return;
	}
	for (size_t i = 0; i < sharing->n_captures; i++)
		n_others += survey->request->captures[i] != survey->host &&
			    is_shown(survey, sharing, vg, i);
	subject_reason(subject, RULE_HOST_MISSING,
		"physical volume %s is on %s storage, which other hosts may reach%s: "
		"capture on each of them, and plan with all captures and "
		"--hosts-complete",
		found->items[0].name,
		reach_words(
			survey->host, host_pv(survey->host, found->items[0].uuid)->devno),
		n_others ? ", and nobody has asserted that these are all"
			 : "; no other capture shows this volume group");
}

/* No metadata names the hosts of a group that is gone; its disks are those that its
 * devices are on. */
static void note_storage_of_gone(const struct survey *survey,
	const struct sharing *sharing, struct subject *subject)
{
	const struct gone_group *group = gone_group(sharing, subject->vg_uuid);
	const struct violation *found = group->local.items;

	if (!group->local.count || survey->request->is_hosts_complete)
		return;
	subject_reason(subject, RULE_HOST_MISSING,
		"%s is on %s storage, which other hosts may reach: capture on each of "
		"them, and plan with all captures and --hosts-complete",
		found->name,
		reach_words(survey->host,
			host_device_by_uuid(survey->host, found->uuid)->devno));
}

void check_other_hosts(const struct survey *survey, const struct sharing *sharing,
	struct subject *subject)
{
	if (survey->request->is_single_host)
		return;
	if (!host_vg(survey->host, subject->vg_uuid)) {
		note_storage_of_gone(survey, sharing, subject);
		return;
	}
	note_writers(survey, sharing, subject);
	note_storage(survey, sharing, subject);
}
