/* SPDX-License-Identifier: Apache-2.0 */
/* Hazards of all hosts, for whom they are one, and what ends them; see fleet.h. */
#include <string.h>

#include "reports.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"

bool fleet_hazards_next(const struct fleet *fleet, struct fleet_hazard *hazard)
{
	for (; hazard->member < fleet->n_members; hazard->member++, hazard->at = 0) {
		const struct survey *survey = &fleet->members[hazard->member].survey;

		for (; hazard->at < survey->n_subjects; hazard->at++, hazard->next = 0) {
			hazard->subject = &survey->subjects[hazard->at];
			while (hazard->next < hazard->subject->n_reasons) {
				hazard->reason =
					&hazard->subject->reasons[hazard->next++];
				if (hazard->reason->rule == RULE_STALE_CORRUPTING)
					return true;
			}
		}
	}
	return false;
}

/* The victim as this member knows it; NULL: its metadata do not. */
static const struct lv *victim_on(
	const struct fleet *fleet, const struct fleet_hazard *hazard, size_t member)
{
	const struct lv *victim = hazard->reason->about.it;

	return hazard->reason->about.kind == ABOUT_LV
		       ? host_lv(fleet->members[member].host, victim->vg_uuid,
				 victim->uuid)
		       : NULL;
}

bool fleet_hazard_strikes(
	const struct fleet *fleet, const struct fleet_hazard *hazard, size_t member)
{
	return member != hazard->member && victim_on(fleet, hazard, member);
}

void fleet_hazard_victim_words(const struct fleet *fleet,
	const struct fleet_hazard *hazard, size_t member, struct buf *text)
{
	const struct host *host = fleet->members[member].host;
	const struct lv *victim = victim_on(fleet, hazard, member);
	const struct vg *vg = host_vg(host, victim->vg_uuid);
	bool is_active = host_device_of_lv(host, victim->vg_uuid, victim->uuid, "");

	buf_printf(text,
		"%s/%s, which is %s on this host, is being overwritten by the host ",
		vg ? vg->name : "?", victim->name, is_active ? "active" : "not active");
	fleet_node_words(fleet, hazard->member, text);
	buf_printf(text,
		", where the snapshot %s is active. When that has ended, check its data: "
		"what to do about them is said with that snapshot",
		hazard->subject->label);
}

void fleet_hazard_end_words(
	const struct fleet *fleet, const struct fleet_hazard *hazard, struct buf *text)
{
	const struct subject *subject = hazard->subject;
	size_t plan, step;

	if (!subject->n_steps || !fleet_find_step(fleet, hazard->member,
					 subject->first_step, &plan, &step)) {
		buf_printf(text, "No plan ends it: the snapshot is %s, see the host ",
			subject->verdict == VERDICT_REMOVE	? "to be removed"
			: subject->verdict == VERDICT_UNDECIDED ? "undecided"
								: "refused");
		fleet_node_words(fleet, hazard->member, text);
		return;
	}
	buf_printf(text, "Plan %zu on ", plan + 1);
	fleet_node_words(fleet, hazard->member, text);
	buf_printf(
		text, " ends it (step%s %zu", subject->n_steps == 1 ? "" : "s", step + 1);
	if (subject->n_steps > 1)
		buf_printf(text, " to %zu", step + subject->n_steps);
	buf_puts(text, ")");
}
