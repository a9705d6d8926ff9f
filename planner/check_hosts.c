/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether other hosts may use the subject's volume group, and are not among the captures.
 * LVM's metadata names who wrote it and who made each volume (lvm2
 * lib/format_text/export.c, creation_host); and some storage can be reached by others.
 */
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "snapstate/cleanup.h"

#define BELOW_DEPTH_MAX 16

/* ---- whose captures count ---- */

/* A capture says something of a group where it shows one of its physical volumes, by
 * uuid, on a device of its own: names of groups are chosen by people, and the capture of
 * a host that has nothing to do with the group tells nothing of those that have. */
static void note_shown(
	const struct survey *survey, size_t capture, struct sharing *sharing)
{
	const struct host *host = survey->host;
	const struct host *other = survey->request->captures[capture];

	for (size_t i = 0; i < host->n_pvs; i++) {
		const struct vg *vg = host_vg(host, host->pvs[i].vg_uuid);
		const struct pv *there = host_pv(other, host->pvs[i].uuid);

		if (vg && there && !there->is_missing && !devno_is_none(there->devno))
			sharing->is_shown[(size_t)(vg - host->vgs) * sharing->n_captures +
					  capture] = true;
	}
}

static bool is_shown(const struct survey *survey, const struct sharing *sharing,
	const struct vg *vg, size_t capture)
{
	return sharing->is_shown[(size_t)(vg - survey->host->vgs) * sharing->n_captures +
				 capture];
}

/* The node itself, or one whose capture shows the group. */
static bool is_captured(const struct survey *survey, const struct sharing *sharing,
	const struct vg *vg, const char *node)
{
	const struct request *request = survey->request;

	if (!node || !*node || strcmp(node, survey->host->identity.node) == 0)
		return true;
	for (size_t i = 0; i < sharing->n_captures; i++)
		if (strcmp(request->captures[i]->identity.node, node) == 0 &&
			is_shown(survey, sharing, vg, i))
			return true;
	return false;
}

static void find_strangers(const struct survey *survey, struct sharing *sharing)
{
	const struct host *host = survey->host;

	for (size_t i = 0; i < host->n_lvs; i++) {
		const struct lv *lv = &host->lvs[i], **found;
		const struct vg *vg = host_vg(host, lv->vg_uuid);

		if (!vg || is_captured(survey, sharing, vg, lv->creator))
			continue;
		found = &sharing->strangers[vg - host->vgs];
		if (!*found || lv->created > (*found)->created)
			*found = lv;
	}
}

void sharing_collect(const struct survey *survey, struct sharing *ret_sharing)
{
	size_t n_captures = survey->request->n_captures;
	size_t n_vgs = survey->host->n_vgs;
	struct sharing sharing = {.n_captures = n_captures,
		.is_shown = xcalloc(n_vgs * n_captures, sizeof(bool)),
		.strangers = xcalloc(n_vgs, sizeof(struct lv *))};

	for (size_t i = 0; i < n_captures; i++)
		note_shown(survey, i, &sharing);
	find_strangers(survey, &sharing);
	*ret_sharing = sharing;
}

void sharing_free(struct sharing *sharing)
{
	free(sharing->is_shown);
	free(sharing->strangers);
}

/* ---- reasons ---- */

static void note_writers(const struct survey *survey, const struct sharing *sharing,
	struct subject *subject)
{
	const struct vg *vg = host_vg(survey->host, subject->vg_uuid);
	const struct lv *lv = sharing->strangers[vg - survey->host->vgs];
	cleanup_buf struct buf when = BUF_INIT;

	if (lv && lv->created) {
		buf_puts(&when, " ");
		print_age(&when, survey->host, lv->created);
	}
	if (!is_captured(survey, sharing, vg, vg->writer))
		subject_reason(subject, RULE_HOST_MISSING,
			"%s wrote the metadata of %s last: capture there too", vg->writer,
			vg->name);
	else if (lv)
		subject_reason(subject, RULE_HOST_MISSING,
			"%s made %s/%s%s: capture there too", lv->creator, vg->name,
			lv->name, buf_text(&when));
}

/* What makes storage below `devno` reachable for other hosts; NULL: nothing that is seen.
 */
static const char *reach_words(
	const struct host *host, struct devno devno, unsigned depth)
{
	const struct device *device = host_device_by_devno(host, devno);
	const struct block *block = host_block_by_devno(host, devno);
	const char *words = NULL;

	if (block && block->transport && *block->transport)
		return block->transport;
	if (depth == BELOW_DEPTH_MAX)
		return NULL;
	if (device && strncmp(device->uuid, "mpath-", 6) == 0)
		return "multipath";
	for (size_t i = 0; device && i < device->n_deps && !words; i++)
		words = reach_words(host, device->deps[i], depth + 1);
	for (size_t i = 0; block && i < block->n_below && !words; i++)
		words = reach_words(host, block->below[i], depth + 1);
	return words;
}

/* The first physical volume of the group on storage that others may reach. */
static const struct pv *reachable_pv(
	const struct host *host, const char *vg_uuid, const char **ret_words)
{
	cleanup_places struct places places =
		host_places(host, PLACES_PVS, places_text(vg_uuid));

	for (size_t i; places_next(&places, &i);) {
		const struct pv *pv = &host->pvs[i];
		const char *words = reach_words(host, pv->devno, 0);

		if (strcmp(pv->vg_uuid, vg_uuid) == 0 && words) {
			*ret_words = words;
			return pv;
		}
	}
	return NULL;
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
				"reaches %s: LVM was not read as a whole there",
				request->captures[i]->identity.node, vg->name);
}

/* Which hosts reach such storage no capture tells: a host that only reads a group leaves
 * no trace in its metadata. So the operator says that all of them were captured. */
static void note_storage(const struct survey *survey, const struct sharing *sharing,
	struct subject *subject)
{
	const struct vg *vg = host_vg(survey->host, subject->vg_uuid);
	const char *words = NULL;
	const struct pv *pv = reachable_pv(survey->host, subject->vg_uuid, &words);
	size_t n_others = 0;

	if (!pv)
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
		pv->name, words,
		n_others ? ", and nobody has asserted that these are all"
			 : "; no other capture shows this volume group");
}

/* No metadata names the hosts of a group that is gone; its disks are those that its
 * devices are on. */
static void note_storage_of_gone(const struct survey *survey, struct subject *subject)
{
	const struct device *device = subject->cow ? subject->cow : subject->snapshot;
	const char *words = reach_words(survey->host, device->devno, 0);

	if (words && !survey->request->is_hosts_complete)
		subject_reason(subject, RULE_HOST_MISSING,
			"%s is on %s storage, which other hosts may reach: capture on "
			"each of them, and plan with all captures and --hosts-complete",
			device->name, words);
}

void check_other_hosts(const struct survey *survey, const struct sharing *sharing,
	struct subject *subject)
{
	if (survey->request->is_single_host)
		return;
	if (!host_vg(survey->host, subject->vg_uuid)) {
		note_storage_of_gone(survey, subject);
		return;
	}
	note_writers(survey, sharing, subject);
	note_storage(survey, sharing, subject);
}
