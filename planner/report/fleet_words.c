/* SPDX-License-Identifier: Apache-2.0 */
/* What reviews of several hosts ask about plans and nodes; see report.h. */
#include <string.h>

#include "report.h"
#include "snapstate/host.h"
#include "snapstate/host/source.h"

void fleet_node_words(const struct fleet *fleet, size_t member, struct buf *text)
{
	const struct identity *id = &fleet->members[member].host->identity;
	size_t count = 0, n_alike = 0;

	for (size_t i = 0; i < fleet->n_members; i++) {
		const struct identity *other = &fleet->members[i].host->identity;
		bool is_same = strcmp(other->node, id->node) == 0;

		count += is_same;
		n_alike += is_same && strcmp(other->machine_id, id->machine_id) == 0;
	}
	buf_puts(text, id->node);
	if (count > 1)
		buf_printf(text, " (machine-id %s", id->machine_id);
	if (n_alike > 1)
		buf_printf(text, ", boot-id %s", id->boot_id);
	if (count > 1)
		buf_puts(text, ")");
}

/* A member's whole is its plans, one behind the other: the same subjects in the same
 * order, mappings before volumes (order_part()). */
bool fleet_steps_next(const struct fleet *fleet, size_t member, struct fleet_steps *steps)
{
	while (steps->next < fleet->n_plans) {
		const struct fleet_plan *plan = &fleet->plans[steps->next++];

		if (plan->member != member)
			continue;
		steps->plan = steps->next - 1;
		steps->first += steps->count;
		steps->count = plan->plan->n_steps;
		return true;
	}
	return false;
}

void fleet_steps_words(const struct fleet_steps *steps, struct buf *text)
{
	if (steps->count == 1)
		buf_printf(text, "step %zu", steps->first + 1);
	else
		buf_printf(text, "steps %zu to %zu", steps->first + 1,
			steps->first + steps->count);
}

bool fleet_find_step(const struct fleet *fleet, size_t member, size_t whole,
	size_t *ret_plan, size_t *ret_step)
{
	struct fleet_steps steps = {0};

	while (fleet_steps_next(fleet, member, &steps))
		if (whole - steps.first < steps.count) {
			*ret_plan = steps.plan;
			*ret_step = whole - steps.first;
			return true;
		}
	return false;
}

/* A plan names those before it in their order (add_after() in fleet_order.c), so both are
 * walked once. */
bool *fleet_waits(const struct fleet *fleet)
{
	size_t count = fleet->n_plans;
	bool *waits = xcalloc(count * count + 1, sizeof(*waits));

	for (size_t i = 0; i < count; i++) {
		const struct plan *plan = fleet->plans[i].plan;

		for (size_t k = 0, a = 0; k < i && a < plan->n_after; k++)
			if (strcmp(plan->after[a].digest, fleet->plans[k].plan->digest) ==
				0) {
				waits[i * count + k] = true;
				a++;
			}
	}
	return waits;
}
