/* SPDX-License-Identifier: Apache-2.0 */
/* A volume group as each member of a fleet shows it; see fleet_shared.h. */
#include <stdlib.h>
#include <string.h>

#include "fleet_shared.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"

void group_view_free(struct group_view *view)
{
	free(view->vgs);
	free(view->newest);
	free(view->pvs);
	*view = (struct group_view){0};
}

/* ---- equal texts ---- */

struct numbered {
	const char *text;
	size_t at;
};

static int order_numbered(const void *pa, const void *pb)
{
	const struct numbered *a = pa, *b = pb;
	int order = strcmp(a->text, b->text);

	return order ? order : (a->at > b->at) - (a->at < b->at);
}

void first_equals(char *const *texts, size_t count, size_t *ret_first)
{
	cleanup_free struct numbered *sorted = xcalloc(count + 1, sizeof(*sorted));
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		ret_first[i] = i;
		if (texts[i])
			sorted[n++] = (struct numbered){texts[i], i};
	}
	qsort(sorted, n, sizeof(*sorted), order_numbered);
	for (size_t i = 1; i < n; i++)
		if (strcmp(sorted[i - 1].text, sorted[i].text) == 0)
			ret_first[sorted[i].at] = ret_first[sorted[i - 1].at];
}

/* ---- the group ---- */

/* Their uuids, which are sorted; of two with one uuid once. */
static char *pvs_of(const struct host *host, const char *vg_uuid)
{
	cleanup_places struct places places =
		host_places(host, PLACES_PVS, places_text(vg_uuid));
	const char *last = "";
	struct buf text = BUF_INIT;

	buf_puts(&text, "");
	for (size_t i; places_next(&places, &i);) {
		if (strcmp(host->pvs[i].vg_uuid, vg_uuid) != 0 ||
			strcmp(host->pvs[i].uuid, last) == 0)
			continue;
		last = host->pvs[i].uuid;
		buf_printf(&text, "%s\n", last);
	}
	return text.data;
}

static void find_pvs(const struct fleet *fleet, struct group_view *view)
{
	cleanup_free char **texts = xcalloc(fleet->n_members, sizeof(char *));

	for (size_t i = 0; i < fleet->n_members; i++)
		if (view->vgs[i])
			texts[i] = pvs_of(fleet->members[i].host, view->vg_uuid);
	first_equals(texts, fleet->n_members, view->pvs);
	for (size_t i = 0; i < fleet->n_members; i++)
		free(texts[i]);
}

struct dated {
	uint64_t seqno;
	size_t member;
};

static int order_dated(const void *pa, const void *pb)
{
	const struct dated *a = pa, *b = pb;

	if (a->seqno != b->seqno)
		return a->seqno > b->seqno ? -1 : 1;
	return (a->member > b->member) - (a->member < b->member);
}

static void sort_newest(const struct fleet *fleet, struct group_view *view)
{
	cleanup_free struct dated *dated = xcalloc(fleet->n_members, sizeof(*dated));

	for (size_t i = 0; i < fleet->n_members; i++)
		if (view->vgs[i])
			dated[view->n_newest++] = (struct dated){view->vgs[i]->seqno, i};
	qsort(dated, view->n_newest, sizeof(*dated), order_dated);
	for (size_t i = 0; i < view->n_newest; i++)
		view->newest[i] = dated[i].member;
}

void group_view_of(
	const struct fleet *fleet, const char *vg_uuid, struct group_view *view)
{
	size_t count = fleet->n_members;

	if (view->vg_uuid && strcmp(view->vg_uuid, vg_uuid) == 0)
		return;
	group_view_free(view);
	*view = (struct group_view){.vg_uuid = vg_uuid,
		.vgs = xcalloc(count, sizeof(struct vg *)),
		.newest = xcalloc(count, sizeof(size_t)),
		.pvs = xcalloc(count, sizeof(size_t))};
	for (size_t i = 0; i < count; i++) {
		const struct vg *vg = host_vg(fleet->members[i].host, vg_uuid);

		view->vgs[i] = vg && vg->has_metadata ? vg : NULL;
	}
	sort_newest(fleet, view);
	find_pvs(fleet, view);
}
