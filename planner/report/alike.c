/* SPDX-License-Identifier: Apache-2.0 */
/* Which snapshots of a host are told alike: one of them stands for the others; see
 * report.h. */
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
