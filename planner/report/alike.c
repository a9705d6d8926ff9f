/* SPDX-License-Identifier: Apache-2.0 */
/* Which snapshots of a host are told alike: one of them stands for the others; see
 * report.h. */
#include <stdlib.h>

#include "report.h"

/* Of reasons of one rule in a row, how many there are makes no difference. */
static size_t next_rule(const struct report_subject *told, size_t at)
{
	size_t end = at + 1;

	while (end < told->subject->n_reasons &&
		told->reasons[end]->rule == told->reasons[at]->rule)
		end++;
	return end;
}

static bool has_same_reasons(
	const struct report_subject *a, const struct report_subject *b)
{
	size_t i = 0, k = 0;

	while (i < a->subject->n_reasons && k < b->subject->n_reasons) {
		if (a->reasons[i]->rule != b->reasons[k]->rule ||
			a->reasons[i]->is_unknown != b->reasons[k]->is_unknown)
			return false;
		i = next_rule(a, i);
		k = next_rule(b, k);
	}
	return i == a->subject->n_reasons && k == b->subject->n_reasons;
}

static size_t next_action(const struct remedy *remedy, size_t at)
{
	size_t end = at + 1;

	while (end < remedy->n_actions &&
		remedy->actions[end].kind == remedy->actions[at].kind &&
		remedy->actions[end].rules == remedy->actions[at].rules)
		end++;
	return end;
}

static bool has_same_actions(const struct remedy *a, const struct remedy *b)
{
	size_t i = 0, k = 0;

	while (i < a->n_actions && k < b->n_actions) {
		if (a->actions[i].kind != b->actions[k].kind ||
			a->actions[i].rules != b->actions[k].rules)
			return false;
		i = next_action(a, i);
		k = next_action(b, k);
	}
	return i == a->n_actions && k == b->n_actions;
}

bool report_is_alike(const struct report_host *host, const struct report_subject *a,
	const struct report_subject *b)
{
	const struct subject *x = a->subject, *y = b->subject;

	return x->verdict == y->verdict && x->decisive == y->decisive &&
	       x->outlook == y->outlook && x->is_selected == y->is_selected &&
	       x->rule == y->rule && has_same_reasons(a, b) &&
	       has_same_actions(&a->remedy, &b->remedy) && !report_is_hazard(host, x) &&
	       !report_is_hazard(host, y);
}

/* Those that the plan removes and the others are told apart. */
static bool is_of_group(const struct report_host *host, size_t leader, size_t at)
{
	return (leader < host->n_removed) == (at < host->n_removed) &&
	       report_is_alike(host, host->told[leader], host->told[at]);
}

struct report_group *report_groups(const struct report_host *host)
{
	struct report_group *groups = xcalloc(host->n_told + 1, sizeof(*groups));
	size_t leaders[REPORT_GROUPS_MOST], n_leaders = 0;

	for (size_t i = 0; i < host->n_told; i++) {
		size_t k = 0;

		while (k < n_leaders && !is_of_group(host, leaders[k], i))
			k++;
		if (k == n_leaders && n_leaders < REPORT_GROUPS_MOST)
			leaders[n_leaders++] = i;
		groups[i].leader = k < n_leaders ? leaders[k] : i;
		groups[groups[i].leader].n_others += groups[i].leader != i;
	}
	for (size_t i = 0; i < host->n_told; i++) {
		struct report_group *leader = &groups[groups[i].leader];

		if (leader->n_others < REPORT_ALIKE_LEAST - 1)
			groups[i] = (struct report_group){.leader = i};
	}
	return groups;
}
