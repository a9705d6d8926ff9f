/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What several captures show of the same snapshot. Input: judged surveys. Output: the
 * same, where some subjects got further reasons. Invariant: a verdict only gets stricter;
 * the one exception is a volume that is not active on this host and is on another: it is
 * that host's affair, and nothing is left to decide here.
 *
 * Why a snapshot must not stay active on a second host when its volume goes: the kernel
 * there goes on copying old chunks of the origin into extents that LVM gives to others
 * (dm-snap.c; shown in the lab). And without lvmlockd nothing keeps two hosts from making
 * it active (lvmlockd(8)).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "fleet.h"
#include "fleet_shared.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/source.h"

static const char *node_of(const struct shared *shared, size_t member)
{
	return shared_node(shared, member);
}

static bool is_off(const struct shared *shared, enum rule rule)
{
	return shared->fleet->request->rules_off & (1ull << rule);
}

/* A further reason for one subject. */
static void add_reason(const struct shared *shared, struct subject *subject,
	enum rule rule, const struct buf *text)
{
	if (is_off(shared, rule))
		return;
	subject_reason(subject, rule, "%s", buf_text(text));
	subject_decide(subject);
}

void shared_reason(const struct shared *shared, enum rule rule, const struct buf *text)
{
	for (size_t i = 0; i < shared->fleet->n_members; i++)
		if (shared->subjects[i] && shared->subjects[i]->is_selected)
			add_reason(shared, shared->subjects[i], rule, text);
}

/* Some part of it is in this member's kernel. */
static bool is_active(const struct shared *shared, size_t member)
{
	const struct subject *subject = shared->subjects[member];

	return subject && (subject->snapshot || subject->cow);
}

/* ---- whose extents a stale COW writes to, by newer metadata ---- */

static const struct pv *pv_at(
	const struct host *host, const char *vg_uuid, struct devno devno)
{
	for (size_t i = 0; i < host->n_pvs; i++)
		if (strcmp(host->pvs[i].vg_uuid, vg_uuid) == 0 &&
			devno_is_equal(host->pvs[i].devno, devno))
			return &host->pvs[i];
	return NULL;
}

/* The parameters of a linear target, with the number that the same physical volume has on
 * the other host. false: another target, or a device that is none. */
static bool translate(const struct host *from, const struct host *to, const char *vg_uuid,
	const char *params, struct buf *ret_params)
{
	size_t len = strcspn(params, " ");
	const struct pv *pv, *there;
	struct devno devno;

	if (parse_devno(params, len, &devno) < 0)
		return false;
	pv = pv_at(from, vg_uuid, devno);
	there = pv ? host_pv(to, pv->uuid) : NULL;
	if (!there || devno_is_none(there->devno))
		return false;
	buf_printf(ret_params, DEVNO_FMT "%s", DEVNO_ARGS(there->devno), params + len);
	return true;
}

static void note_newer_victims(
	const struct shared *shared, size_t own, size_t other, const struct device *cow)
{
	const struct host *to = shared->fleet->members[other].host;
	cleanup_free struct overlap *overlaps = NULL;
	size_t count = 0;
	bool is_complete = false;

	host_overlaps(to, cow, shared->vg_uuid, &overlaps, &count, &is_complete);
	for (size_t i = 0; i < count; i++) {
		cleanup_buf struct buf text = BUF_INIT;

		buf_printf(&text,
			"%llu extents of its COW belong to %s/%s now, by the newer "
			"metadata "
			"that %s read: until this snapshot is gone, the first write to "
			"each chunk "
			"of the origin overwrites data of that volume",
			(unsigned long long)overlaps[i].extents,
			host_vg(to, overlaps[i].victim->vg_uuid)->name,
			overlaps[i].victim->name, node_of(shared, other));
		add_reason(shared, shared->subjects[own], RULE_STALE_CORRUPTING, &text);
		if (!is_off(shared, RULE_STALE_CORRUPTING))
			subject_about(
				shared->subjects[own], ABOUT_LV, overlaps[i].victim);
	}
}

/* The COW as the other host would see it; false: it does not see all of it. */
static bool check_newer(const struct shared *shared, size_t own, size_t other)
{
	const struct host *from = shared->fleet->members[own].host;
	const struct device *cow = shared->subjects[own]->cow;
	struct device seen = {.name = "", .uuid = ""};
	bool is_known = true;

	for (size_t i = 0; i < cow->n_targets; i++) {
		struct buf params = BUF_INIT;
		struct dm_target *target = array_add(&seen.targets, &seen.n_targets);

		*target = cow->targets[i];
		is_known &= translate(from, shared->fleet->members[other].host,
			shared->vg_uuid, cow->targets[i].params, &params);
		target->params = params.data;
	}
	if (is_known)
		note_newer_victims(shared, own, other, &seen);
	for (size_t i = 0; i < seen.n_targets; i++)
		free((char *)seen.targets[i].params);
	free(seen.targets);
	return is_known;
}

/* By the newest metadata of a host that sees all of its COW: what older ones say was so
 * once. */
static void check_victims_of(const struct shared *shared, size_t own)
{
	const struct group_view *view = shared->view;

	for (size_t i = 0; view->vgs[own] && i < view->n_newest; i++)
		if (view->vgs[view->newest[i]]->seqno <= view->vgs[own]->seqno ||
			check_newer(shared, own, view->newest[i]))
			return;
}

static void check_victims_elsewhere(const struct shared *shared)
{
	for (size_t a = 0; a < shared->fleet->n_members; a++) {
		const struct subject *subject = shared->subjects[a];

		if (!subject || subject->kind != SUBJECT_STALE || !subject->cow ||
			!subject->snapshot || !subject->is_selected ||
			device_snapshot_state(subject->snapshot) != SNAPSHOT_VALID)
			continue;
		check_victims_of(shared, a);
	}
}

/* ---- where it is active ---- */

/* It is another host's affair: no reason that this host found still counts. */
static void hand_over(const struct shared *shared, size_t member, size_t to)
{
	struct subject *subject = shared->subjects[member];
	cleanup_buf struct buf text = BUF_INIT;

	if (is_off(shared, RULE_ACTIVE_ELSEWHERE))
		return;
	for (size_t i = 0; i < subject->n_reasons; i++)
		free(subject->reasons[i].text);
	free(subject->reasons);
	subject->reasons = NULL;
	subject->n_reasons = 0;
	buf_printf(
		&text, "active only on %s: see the verdict there", node_of(shared, to));
	add_reason(shared, subject, RULE_ACTIVE_ELSEWHERE, &text);
}

/* LVM would bring back a snapshot that only lost its mapping here, as soon as it reloads
 * the origin for another one. */
static bool has_sibling(const struct shared *shared, size_t member)
{
	const struct survey *survey = &shared->fleet->members[member].survey;
	const struct subject *own = shared->subjects[member];

	return own->real && survey_base(survey, own->real)->n_subjects > 1;
}

/* Two kernels have written into one COW: what it holds is worth nothing, and one of
 * them must let go of it before the volume is removed. */
static void share_out(const struct shared *shared, size_t last)
{
	for (size_t i = 0; i < shared->fleet->n_members; i++) {
		struct subject *subject = shared->subjects[i];
		cleanup_buf struct buf text = BUF_INIT;

		if (!is_active(shared, i))
			continue;
		if (i != last && has_sibling(shared, i)) {
			buf_puts(&text, "another snapshot of its origin is active here: "
					"LVM would make this one active again");
			add_reason(shared, subject, RULE_STALE_SIBLING, &text);
			continue;
		}
		if (i == last)
			buf_puts(&text, "active on another host too, where its mappings "
					"are removed first: two kernels wrote into its "
					"COW, so its contents are wrong");
		else
			buf_printf(&text,
				"active on %s too, whose plan removes the volume: two "
				"kernels wrote into its COW, so its contents are wrong",
				node_of(shared, last));
		add_reason(shared, subject, RULE_ACTIVE_TWICE, &text);
		if (i != last)
			subject->active_on = node_of(shared, last);
	}
}

static void check_activity(const struct shared *shared)
{
	size_t n_active = 0, last = 0;

	for (size_t i = 0; i < shared->fleet->n_members; i++)
		if (is_active(shared, i)) {
			n_active++;
			last = i;
		}
	if (n_active > 1 && shared->subjects[last]->kind == SUBJECT_VOLUME)
		share_out(shared, last);
	if (n_active != 1)
		return;
	for (size_t i = 0; i < shared->fleet->n_members; i++)
		if (shared->subjects[i] && i != last && shared->subjects[i]->is_selected)
			hand_over(shared, i, last);
}

/* Whatever keeps it on one host keeps it on all: the volume is one. Returns whether a
 * verdict changed. */
static bool spread_refusal(const struct shared *shared)
{
	size_t keeper = shared->fleet->n_members;
	bool has_changed = false;

	for (size_t i = 0; i < shared->fleet->n_members; i++)
		if (is_active(shared, i) &&
			shared->subjects[i]->verdict != VERDICT_REMOVE)
			keeper = i;
	if (keeper == shared->fleet->n_members || is_off(shared, RULE_KEPT_ELSEWHERE))
		return false;
	for (size_t i = 0; i < shared->fleet->n_members; i++) {
		struct subject *subject = shared->subjects[i];
		cleanup_buf struct buf text = BUF_INIT;

		if (!is_active(shared, i) || subject->verdict != VERDICT_REMOVE ||
			subject->kind != SUBJECT_VOLUME)
			continue;
		buf_printf(&text, "active on %s too, and kept there: %s",
			node_of(shared, keeper),
			rule_text(shared->subjects[keeper]->decisive)->name);
		add_reason(shared, subject, RULE_KEPT_ELSEWHERE, &text);
		has_changed = true;
	}
	return has_changed;
}

/* ---- all of them ---- */

struct key {
	const char *vg_uuid, *lv_uuid;
	size_t member;
	struct subject *subject;
};

static int order_keys(const void *pa, const void *pb)
{
	const struct key *a = pa, *b = pb;
	int order = strcmp(a->vg_uuid, b->vg_uuid);

	if (order == 0)
		order = strcmp(a->lv_uuid, b->lv_uuid);
	if (order == 0)
		order = (a->member > b->member) - (a->member < b->member);
	return order;
}

static struct key *collect_keys(struct fleet *fleet, size_t *ret_count)
{
	struct key *keys = NULL;

	*ret_count = 0;
	for (size_t m = 0; m < fleet->n_members; m++) {
		struct survey *survey = &fleet->members[m].survey;

		for (size_t i = 0; i < survey->n_subjects; i++)
			if (*survey->subjects[i].lv_uuid)
				*array_add(&keys, ret_count) =
					(struct key){survey->subjects[i].vg_uuid,
						survey->subjects[i].lv_uuid, m,
						&survey->subjects[i]};
	}
	if (*ret_count)
		qsort(keys, *ret_count, sizeof(*keys), order_keys);
	return keys;
}

static bool first_pass(const struct shared *shared)
{
	shared_agree(shared);
	check_victims_elsewhere(shared);
	check_activity(shared);
	return false;
}

/* Calls `pass` for each snapshot; returns whether one of the calls did. */
static bool for_each_shared(
	struct fleet *fleet, bool (*pass)(const struct shared *shared))
{
	cleanup_free struct key *keys = NULL;
	cleanup_group_view struct group_view view = {0};
	bool has_changed = false;
	size_t count, next;

	keys = collect_keys(fleet, &count);
	for (size_t i = 0; i < count; i = next) {
		struct shared shared = {.fleet = fleet,
			.view = &view,
			.vg_uuid = keys[i].vg_uuid,
			.lv_uuid = keys[i].lv_uuid,
			.subjects = xcalloc(fleet->n_members, sizeof(struct subject *))};

		for (next = i; next < count &&
			       strcmp(keys[next].vg_uuid, keys[i].vg_uuid) == 0 &&
			       strcmp(keys[next].lv_uuid, keys[i].lv_uuid) == 0;
			next++)
			shared.subjects[keys[next].member] = keys[next].subject;
		group_view_of(fleet, shared.vg_uuid, &view);
		has_changed |= pass(&shared);
		free(shared.subjects);
	}
	return has_changed;
}

void fleet_join(struct fleet *fleet)
{
	bool has_changed;

	if (fleet->n_members < 2)
		return;
	for_each_shared(fleet, first_pass);
	/* a refusal here may be one there, and that one again for a sibling */
	do {
		has_changed = for_each_shared(fleet, spread_refusal);
		for (size_t i = 0; i < fleet->n_members; i++)
			has_changed |= classify_siblings(&fleet->members[i].survey);
	} while (has_changed);
	for (size_t i = 0; i < fleet->n_members; i++)
		outlook_survey(&fleet->members[i].survey);
}
