/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether several captures show one state of a snapshot: what is active on each host, the
 * same volume on the same physical volumes, at about one time. Input: a snapshot's
 * subjects. Output: reasons for all of them. Invariant: work grows as the hosts do, for
 * two that disagree are found by what each shows, and ALIKE_MOST pairs are told.
 */
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "fleet_shared.h"
#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"
#include "snapstate/facts.h"
#include "snapstate/host.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/source.h"

/* The members that have metadata of the group, in their order. */
struct witnesses {
	const struct shared *shared;
	size_t *members;
	size_t count, n_told;
	size_t *volume; /* by member: the first one that shows the same volume */
};

static const struct identity *identity_of(const struct shared *shared, size_t member)
{
	return &shared->fleet->members[member].host->identity;
}

/* false: enough pairs were told. */
static bool tell(struct witnesses *witnesses, enum rule rule, const struct buf *text)
{
	cleanup_buf struct buf more = BUF_INIT;

	if (witnesses->n_told++ < ALIKE_MOST) {
		shared_reason(witnesses->shared, rule, text);
		return true;
	}
	buf_printf(&more, "more of the %zu captures that show its group: the same",
		witnesses->count);
	shared_reason(witnesses->shared, rule, &more);
	return false;
}

/* ---- the same metadata ---- */

static char *volume_of(const struct shared *shared, size_t member)
{
	cleanup_facts struct facts facts = FACTS_INIT;
	cleanup_scope struct scope scope = {0};
	struct buf text = BUF_INIT;

	buf_puts(&text, "");
	scope_add_volume(&scope, shared->vg_uuid, shared->lv_uuid);
	host_facts(shared->fleet->members[member].host, &scope, &facts);
	for (size_t i = 0; i < facts.count; i++)
		if (fact_is(facts.lines[i], FACT_VOLUME))
			buf_printf(&text, "%s\n", facts.lines[i]);
	return text.data;
}

static void find_volumes(struct witnesses *witnesses)
{
	size_t n_members = witnesses->shared->fleet->n_members;
	cleanup_free char **texts = xcalloc(n_members, sizeof(char *));

	for (size_t i = 0; i < witnesses->count; i++)
		texts[witnesses->members[i]] =
			volume_of(witnesses->shared, witnesses->members[i]);
	first_equals(texts, n_members, witnesses->volume);
	for (size_t i = 0; i < n_members; i++)
		free(texts[i]);
}

static const char *differ_in(const struct witnesses *witnesses, size_t a, size_t b)
{
	const struct group_view *view = witnesses->shared->view;

	if (witnesses->volume[a] != witnesses->volume[b])
		return "volume";
	return view->pvs[a] != view->pvs[b] ? "physical volumes" : NULL;
}

static bool tell_difference(
	struct witnesses *witnesses, size_t a, size_t b, const char *what)
{
	const struct shared *shared = witnesses->shared;
	cleanup_buf struct buf text = BUF_INIT;

	buf_printf(&text,
		"%s read its group with sequence number %llu, %s with %llu, and they do "
		"not show the same %s: capture again on both, at the same time",
		shared_node(shared, a), (unsigned long long)shared->view->vgs[a]->seqno,
		shared_node(shared, b), (unsigned long long)shared->view->vgs[b]->seqno,
		what);
	return tell(witnesses, RULE_DISAGREE, &text);
}

/* One that differs from none behind it is like all of these. */
static void check_metadata(struct witnesses *witnesses)
{
	bool has_told = true;

	witnesses->n_told = 0;
	find_volumes(witnesses);
	for (size_t i = 0; has_told && i < witnesses->count; i++) {
		has_told = false;
		for (size_t k = i + 1; k < witnesses->count; k++) {
			size_t a = witnesses->members[i], b = witnesses->members[k];
			const char *what = differ_in(witnesses, a, b);

			if (what && !tell_difference(witnesses, a, b, what))
				return;
			has_told |= what != NULL;
		}
	}
}

/* ---- at one time ---- */

static bool is_apart(const struct shared *shared, size_t a, size_t b, int64_t *ret_apart)
{
	*ret_apart = llabs(identity_of(shared, a)->taken - identity_of(shared, b)->taken);
	return *ret_apart > FLEET_SPREAD_MAX;
}

static bool tell_times(struct witnesses *witnesses, size_t a, size_t b, int64_t apart)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_printf(&text,
		"%s and %s, which share its group, were captured %lld minutes apart: "
		"capture "
		"again on both",
		shared_node(witnesses->shared, a), shared_node(witnesses->shared, b),
		(long long)apart / 60);
	return tell(witnesses, RULE_HOST_MISSING, &text);
}

/* The first and the last of all; one that is apart from neither is apart from none. */
static void find_extremes(
	const struct witnesses *witnesses, size_t *ret_first, size_t *ret_last)
{
	const struct shared *shared = witnesses->shared;

	*ret_first = *ret_last = witnesses->members[0];
	for (size_t i = 1; i < witnesses->count; i++) {
		size_t member = witnesses->members[i];
		int64_t taken = identity_of(shared, member)->taken;

		if (taken < identity_of(shared, *ret_first)->taken)
			*ret_first = member;
		if (taken > identity_of(shared, *ret_last)->taken)
			*ret_last = member;
	}
}

static void check_times(struct witnesses *witnesses)
{
	const struct shared *shared = witnesses->shared;
	size_t first, last;
	int64_t apart;

	witnesses->n_told = 0;
	if (!witnesses->count)
		return;
	find_extremes(witnesses, &first, &last);
	for (size_t i = 0; i < witnesses->count; i++) {
		size_t a = witnesses->members[i];

		if (!is_apart(shared, a, first, &apart) &&
			!is_apart(shared, a, last, &apart))
			continue;
		for (size_t k = i + 1; k < witnesses->count; k++)
			if (is_apart(shared, a, witnesses->members[k], &apart) &&
				!tell_times(witnesses, a, witnesses->members[k], apart))
				return;
	}
}

/* ---- the kernels ---- */

static void check_kernels(const struct shared *shared)
{
	size_t n_told = 0;

	for (size_t i = 0; i < shared->fleet->n_members; i++) {
		cleanup_buf struct buf text = BUF_INIT;

		if (host_source_is_read(shared->fleet->members[i].host, "dm"))
			continue;
		if (n_told++ == ALIKE_MOST) {
			buf_puts(
				&text, "captures of further hosts do not show it either");
			shared_reason(shared, RULE_HOST_MISSING, &text);
			return;
		}
		buf_printf(&text,
			"the capture of %s does not show what is active there: capture "
			"there again",
			shared_node(shared, i));
		shared_reason(shared, RULE_HOST_MISSING, &text);
	}
}

/* ---- all of it ---- */

void shared_agree(const struct shared *shared)
{
	size_t n_members = shared->fleet->n_members;
	cleanup_free size_t *members = xcalloc(n_members, sizeof(*members));
	cleanup_free size_t *volume = xcalloc(n_members, sizeof(*volume));
	struct witnesses witnesses = {
		.shared = shared, .members = members, .volume = volume};

	for (size_t i = 0; i < n_members; i++)
		if (shared->view->vgs[i])
			members[witnesses.count++] = i;
	check_kernels(shared);
	check_metadata(&witnesses);
	check_times(&witnesses);
}
