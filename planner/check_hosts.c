/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether other hosts may use the subject's volume group, and are not among the captures.
 * LVM's metadata names who wrote it and who made each volume (lvm2
 * lib/format_text/export.c, creation_host); and some storage can be reached by others.
 */
#include <string.h>

#include "checks.h"
#include "snapstate/cleanup.h"

#define BELOW_DEPTH_MAX 16

static bool is_captured(const struct survey *survey, const char *node)
{
	const struct request *request = survey->request;

	if (!node || !*node || strcmp(node, survey->host->identity.node) == 0)
		return true;
	for (size_t i = 0; i < request->n_nodes; i++)
		if (strcmp(request->nodes[i], node) == 0)
			return true;
	return false;
}

const struct lv **check_hosts_strangers(const struct survey *survey)
{
	const struct host *host = survey->host;
	const struct lv **youngest = xcalloc(host->n_vgs, sizeof(*youngest));

	for (size_t i = 0; i < host->n_lvs; i++) {
		const struct lv *lv = &host->lvs[i], **found;
		const struct vg *vg = host_vg(host, lv->vg_uuid);

		if (!vg || is_captured(survey, lv->creator))
			continue;
		found = &youngest[vg - host->vgs];
		if (!*found || lv->created > (*found)->created)
			*found = lv;
	}
	return youngest;
}

static void note_writers(const struct survey *survey, const struct lv *const *strangers,
	struct subject *subject)
{
	const struct vg *vg = host_vg(survey->host, subject->vg_uuid);
	const struct lv *lv = strangers[vg - survey->host->vgs];
	cleanup_buf struct buf when = BUF_INIT;

	if (lv && lv->created) {
		buf_puts(&when, " ");
		print_age(&when, survey->host, lv->created);
	}
	if (!is_captured(survey, vg->writer))
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
	if (!device || depth == BELOW_DEPTH_MAX)
		return NULL;
	if (strncmp(device->uuid, "mpath-", 6) == 0)
		return "multipath";
	for (size_t i = 0; i < device->n_deps && !words; i++)
		words = reach_words(host, device->deps[i], depth + 1);
	return words;
}

static void note_storage(const struct survey *survey, struct subject *subject)
{
	const struct host *host = survey->host;
	cleanup_places struct places places =
		host_places(host, PLACES_PVS, places_text(subject->vg_uuid));

	for (size_t i; places_next(&places, &i);) {
		const struct pv *pv = &host->pvs[i];
		const char *words = reach_words(host, pv->devno, 0);

		if (strcmp(pv->vg_uuid, subject->vg_uuid) == 0 && words)
			subject_reason(subject, RULE_HOST_MISSING,
				"physical volume %s is on %s storage, which other hosts "
				"may reach: capture on each of them",
				pv->name, words);
	}
}

void check_other_hosts(const struct survey *survey, const struct lv *const *strangers,
	struct subject *subject)
{
	if (survey->request->is_single_host || !host_vg(survey->host, subject->vg_uuid))
		return;
	note_writers(survey, strangers, subject);
	if (survey->request->n_nodes <= 1)
		note_storage(survey, subject);
}
