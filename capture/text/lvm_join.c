/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joins VGs and PVs by uuid; see lvm_join.h.
 *
 * Input:  what one document says. Output: the host's VGs and PVs, each uuid once.
 * Invariant: the order in which documents are read does not matter.
 * Sorted indexes throughout: a hostile report may list a million PVs.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lvm_join.h"
#include "snapstate/buf.h"
#include "snapstate/err.h"
#include "snapstate/host.h"
#include "snapstate/host/lvm.h"

struct entry {
	const char *uuid;
	size_t at; /* place in its array */
};

static int order_entries(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;
	int by_uuid = strcmp(a->uuid, b->uuid);

	return by_uuid ? by_uuid : (a->at > b->at) - (a->at < b->at);
}

static struct entry *vg_entries(const struct vg *vgs, size_t count)
{
	struct entry *entries = xcalloc(count, sizeof(*entries));

	for (size_t i = 0; i < count; i++)
		entries[i] = (struct entry){vgs[i].uuid, i};
	qsort(entries, count, sizeof(*entries), order_entries);
	return entries;
}

static struct entry *pv_entries(const struct pv *pvs, size_t count)
{
	struct entry *entries = xcalloc(count, sizeof(*entries));

	for (size_t i = 0; i < count; i++)
		entries[i] = (struct entry){pvs[i].uuid, i};
	qsort(entries, count, sizeof(*entries), order_entries);
	return entries;
}

static int order_uuid(const void *uuid, const void *entry)
{
	return strcmp(uuid, ((const struct entry *)entry)->uuid);
}

static const struct entry *find(
	const struct entry *entries, size_t count, const char *uuid)
{
	return bsearch(uuid, entries, count, sizeof(*entries), order_uuid);
}

/* LVM calls a VG foreign when its system id is not the host's (lvmsystemid(7)). The
 * capture does not hold the host's own, but the two common ways to make one: the node's
 * name (system_id_source "uname") and the machine id. Any other system id counts as
 * foreign, which errs to the side that leaves the VG alone. */
static bool is_foreign(const struct host *host, const struct vg *vg)
{
	return *vg->system_id && strcmp(vg->system_id, host->identity.node) != 0 &&
	       strcmp(vg->system_id, host->identity.machine_id) != 0;
}

static void vg_merge(
	struct host *host, struct vg *known, const struct vg *vg, enum lvm_text from)
{
	struct vg merged = from == LVM_METADATA || !known->has_metadata ? *vg : *known;

	merged.is_partial = known->is_partial || vg->is_partial;
	merged.is_clustered = known->is_clustered || vg->is_clustered;
	merged.is_exported = known->is_exported || vg->is_exported;
	merged.has_metadata = known->has_metadata || from == LVM_METADATA;
	if (!*merged.lock_type)
		merged.lock_type = *known->lock_type ? known->lock_type : vg->lock_type;
	if (!*merged.system_id)
		merged.system_id = *known->system_id ? known->system_id : vg->system_id;
	merged.is_foreign = is_foreign(host, &merged);
	*known = merged;
}

void lvm_join_vgs(
	struct host *host, enum lvm_text from, const struct vg *vgs, size_t n_vgs)
{
	struct entry *known = vg_entries(host->vgs, host->n_vgs);
	struct entry *added = vg_entries(vgs, n_vgs);
	size_t n_known = host->n_vgs;

	for (size_t i = 0; i < n_vgs; i++) {
		const struct vg *vg = &vgs[added[i].at];
		const struct entry *entry = find(known, n_known, vg->uuid);
		struct vg *target;

		if (i > 0 && strcmp(added[i - 1].uuid, vg->uuid) == 0) {
			/* listed twice: it went to the entry before, or to the end */
			target = entry ? &host->vgs[entry->at]
				       : &host->vgs[host->n_vgs - 1];
		} else if (entry) {
			target = &host->vgs[entry->at];
		} else {
			target = array_add(&host->vgs, &host->n_vgs);
			*target = *vg;
		}
		vg_merge(host, target, vg, from);
	}
	free(known);
	free(added);
}

/* The host's, with their order. */
struct groups {
	struct host *host;
	struct entry *entries;
};

/* Two VGs whose metadata claim one PV: a copy of a disk, whatever else it may be. */
static bool is_claimed_twice(const struct groups *groups, const struct pv *known,
	const struct pv *pv, enum lvm_text from)
{
	const struct entry *entry;

	if (from != LVM_METADATA || !*known->vg_uuid ||
		strcmp(known->vg_uuid, pv->vg_uuid) == 0)
		return false;
	entry = find(groups->entries, groups->host->n_vgs, known->vg_uuid);
	return entry && groups->host->vgs[entry->at].has_metadata;
}

static void pv_merge(const struct groups *groups, struct pv *known, const struct pv *pv,
	enum lvm_text from)
{
	bool has_better_name = from == LVM_REPORT && *pv->name && !pv->is_duplicate;

	if (has_better_name || !*known->name)
		known->name = pv->name;
	if (has_better_name || devno_is_none(known->devno))
		known->devno = pv->devno;
	if (is_claimed_twice(groups, known, pv, from)) {
		known->is_duplicate = true;
		if (strcmp(pv->vg_uuid, known->vg_uuid) < 0)
			known->vg_uuid = pv->vg_uuid;
	} else if (from == LVM_METADATA || !*known->vg_uuid) {
		known->vg_uuid = pv->vg_uuid;
	}
	if (from == LVM_METADATA || !known->pe_start)
		known->pe_start = pv->pe_start;
	if (from == LVM_METADATA || !known->pe_count)
		known->pe_count = pv->pe_count;
	known->is_missing |= pv->is_missing;
	known->is_duplicate |= pv->is_duplicate;
	known->is_in_use |= pv->is_in_use;
}

static void mark_partial_vgs(
	const struct groups *groups, const struct pv *pvs, size_t n_pvs)
{
	struct host *host = groups->host;

	for (size_t i = 0; i < n_pvs; i++) {
		const struct entry *vg =
			find(groups->entries, host->n_vgs, pvs[i].vg_uuid);

		if (vg && pvs[i].is_missing)
			host->vgs[vg->at].is_partial = true;
	}
}

void lvm_join_pvs(
	struct host *host, enum lvm_text from, const struct pv *pvs, size_t n_pvs)
{
	const struct groups groups = {host, vg_entries(host->vgs, host->n_vgs)};
	struct entry *known = pv_entries(host->pvs, host->n_pvs);
	struct entry *added = pv_entries(pvs, n_pvs);
	size_t n_known = host->n_pvs;

	for (size_t i = 0; i < n_pvs; i++) {
		const struct pv *pv = &pvs[added[i].at];
		const struct entry *entry = find(known, n_known, pv->uuid);
		struct pv *target;

		if (i > 0 && strcmp(added[i - 1].uuid, pv->uuid) == 0) {
			target = entry ? &host->pvs[entry->at]
				       : &host->pvs[host->n_pvs - 1];
		} else if (entry) {
			target = &host->pvs[entry->at];
		} else {
			target = array_add(&host->pvs, &host->n_pvs);
			*target = *pv;
		}
		pv_merge(&groups, target, pv, from);
	}
	mark_partial_vgs(&groups, pvs, n_pvs);
	free(groups.entries);
	free(known);
	free(added);
}

/* ---- metadata ---- */

static int check_once(
	const struct host *host, const struct lvm_texts *texts, struct err *err)
{
	struct entry *known = vg_entries(host->vgs, host->n_vgs);
	struct entry *added = vg_entries(texts->vgs, texts->n_vgs);
	int r = 0;

	for (size_t i = 0; r == 0 && i < texts->n_vgs; i++) {
		const struct vg *vg = &texts->vgs[added[i].at];
		const struct entry *entry = find(known, host->n_vgs, vg->uuid);

		if ((entry && host->vgs[entry->at].has_metadata) ||
			(i > 0 && strcmp(added[i - 1].uuid, vg->uuid) == 0))
			r = err_set(err, -EBADMSG,
				"lvm/%s.vg: volume group %s is described twice", vg->uuid,
				vg->name);
	}
	free(known);
	free(added);
	return r;
}

int lvm_texts_join(struct host *host, struct lvm_texts *texts, struct err *err)
{
	int r = check_once(host, texts, err);

	if (r < 0)
		return r;
	lvm_join_vgs(host, LVM_METADATA, texts->vgs, texts->n_vgs);
	lvm_join_pvs(host, LVM_METADATA, texts->pvs, texts->n_pvs);
	for (size_t i = 0; i < texts->n_lvs; i++)
		*array_add(&host->lvs, &host->n_lvs) = texts->lvs[i];
	texts->n_lvs = 0;
	return 0;
}
