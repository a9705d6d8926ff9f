/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a snapshot has more on it, or beside it, than one plan goes through. Every step
 * is predicted and proven by looking at all of the snapshot's stack again, and every
 * snapshot is judged by looking at all that share its layer: without a limit, a few
 * thousand lines of a stranger's archive would keep a planner busy for hours.
 */
#include "checks.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/device.h"

bool check_siblings_extent(const struct survey *survey, struct subject *subject)
{
	size_t count = subject->real ? survey_base(survey, subject->real)->n_on : 0;

	if (count <= SIBLINGS_MOST)
		return false;
	subject_reason(subject, RULE_TOO_MUCH,
		"%zu mappings are on %s (" DEVNO_FMT
		"), the layer below its origin, and a plan covers at most %d",
		count, subject->real->name, DEVNO_ARGS(subject->real->devno),
		SIBLINGS_MOST);
	subject_about(subject, ABOUT_DEVICE, subject->real);
	return true;
}

/* What the plan would undo has a reason each. */
void check_stack_extent(struct subject *subject)
{
	size_t count = 0;

	for (size_t i = 0; i < subject->n_reasons; i++)
		count += subject->reasons[i].rule == RULE_MOUNTED_IDLE ||
			 subject->reasons[i].rule == RULE_MAPPED_IDLE ||
			 subject->reasons[i].rule == RULE_HELD_IDLE;
	if (subject->n_layers > count)
		count = subject->n_layers;
	if (count > STACK_MOST && !subject_has_rule(subject, RULE_TOO_MUCH))
		subject_reason(subject, RULE_TOO_MUCH,
			"%zu mappings, block devices, mounts and swap areas are on it, "
			"and a plan covers at most %d",
			count, STACK_MOST);
}
