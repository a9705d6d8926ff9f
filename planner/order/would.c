/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What would follow if the answers confirm an outlook: the steps, as commands for people.
 * Input: a survey with outlooks. Output: `would` of each subject whose outlook is remove.
 * Of what the model has they are ordered as a plan's are; of what is known by name alone
 * they follow from the names. Invariants: no verdict and no plan is changed by it; what
 * cannot be replayed on what is known has none.
 */
#include <stdlib.h>
#include <string.h>

#include "order.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/shown.h"

/* Subjects of one host whose steps are told: each costs a copy of the host. */
#define WOULD_MOST 64

static void keep_commands(const struct plan *plan, struct subject *subject)
{
	for (size_t i = 0; i < plan->n_steps; i++) {
		struct buf command = BUF_INIT;

		plan_step_command(&plan->steps[i], &command);
		*array_add(&subject->would, &subject->n_would) = command.data;
	}
}

/* ---- by names ---- */

static void add_by_names(struct plan *plan, const struct subject *subject,
	enum shown_kind kind, enum plan_op op)
{
	/* the last partition first */
	for (size_t i = subject->n_shown; i-- > 0;) {
		const struct shown *shown = &subject->shown[i];
		struct plan_step *step;

		if (shown->kind != kind)
			continue;
		step = plan_step_add(plan, op);
		order_set_string(op == OP_UMOUNT ? &step->target.mount_target
						 : &step->target.dm_name,
			shown->value);
	}
}

static void add_volume(struct plan *plan, const struct subject *subject)
{
	const char *slash = strchr(subject->label, '/');
	struct plan_step *step = plan_step_add(plan, OP_LV_REMOVE);

	free(step->target.vg_name);
	step->target.vg_name = xstrndup(subject->label, (size_t)(slash - subject->label));
	order_set_string(&step->target.lv_name, slash + 1);
}

/* LVM does not know it: the mappings go by themselves. */
static void add_stale(struct plan *plan, const struct subject *subject)
{
	static const char *const layers[] = {"", "-cow"};

	for (size_t i = 0; i < 2; i++) {
		cleanup_buf struct buf name = BUF_INIT;

		subject_dm_name(subject, &name);
		buf_puts(&name, layers[i]);
		order_set_string(&plan_step_add(plan, OP_DM_REMOVE)->target.dm_name,
			buf_text(&name));
	}
}

static void would_by_names(struct subject *subject)
{
	cleanup_plan struct plan *plan = plan_new();

	add_by_names(plan, subject, SHOWN_MOUNTED, OP_UMOUNT);
	add_by_names(plan, subject, SHOWN_ABOVE, OP_DM_REMOVE);
	if (subject_shown(subject, SHOWN_UNLISTED))
		add_stale(plan, subject);
	else
		add_volume(plan, subject);
	keep_commands(plan, subject);
}

/* ---- by the model ---- */

static void would_by_model(struct survey *survey, struct subject *subject)
{
	cleanup_plan struct plan *plan =
		plan_begin(survey, survey->request, survey->host->identity.boot_id);
	size_t first = subject->first_step, count = subject->n_steps;
	struct err err = ERR_INIT;

	subject->verdict = VERDICT_REMOVE;
	if (order_survey(survey, plan, &err) == 0)
		keep_commands(plan, subject);
	subject->verdict = VERDICT_UNDECIDED;
	subject->first_step = first;
	subject->n_steps = count;
}

static enum verdict *hide_removals(struct survey *survey)
{
	enum verdict *verdicts = xcalloc(survey->n_subjects + 1, sizeof(*verdicts));

	for (size_t i = 0; i < survey->n_subjects; i++) {
		verdicts[i] = survey->subjects[i].verdict;
		survey->subjects[i].verdict = VERDICT_UNDECIDED;
	}
	return verdicts;
}

void order_would(struct survey *survey)
{
	cleanup_free enum verdict *verdicts = hide_removals(survey);
	size_t n_told = 0;

	for (size_t i = 0; i < survey->n_subjects && n_told < WOULD_MOST; i++) {
		struct subject *subject = &survey->subjects[i];

		if (subject->outlook != OUTLOOK_REMOVE)
			continue;
		n_told++;
		if (subject->kind == SUBJECT_SHOWN)
			would_by_names(subject);
		else if (subject->snapshot || subject->cow)
			would_by_model(survey, subject);
	}
	for (size_t i = 0; i < survey->n_subjects; i++)
		survey->subjects[i].verdict = verdicts[i];
}
