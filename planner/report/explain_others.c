/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behind the story of a device, of several hosts: where a snapshot that it belongs to is
 * active elsewhere as well, what is done to it there, before or behind; and the plans of
 * its own host. Invariant: as in explain.c, every string that came from a host is
 * escaped.
 */
#include <string.h>

#include "explain.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"

#define OTHERS_MAX 8 /* other hosts, of all snapshots that a device belongs to */

/* What the paragraphs share. */
struct telling {
	struct buf *out;
	const struct report *report;
	size_t member; /* whose device it is */
};

/* ---- what others do to it ---- */

/* false: none of its plans has steps for it. */
static bool plan_of_subject(const struct telling *it, size_t member,
	const struct subject *subject, size_t *ret_plan, size_t *ret_first)
{
	return subject->n_steps && fleet_find_step(it->report->fleet, member,
					   subject->first_step, ret_plan, ret_first);
}

/* "plan 1 there comes before: plan 2 of this host waits for it" */
static void relation_words(const struct telling *it, size_t own, size_t other,
	bool has_own, struct buf *text)
{
	buf_printf(text, "plan %zu there", other + 1);
	if (!has_own)
		buf_puts(text, "; no plan of this host has steps for it");
	else if (report_waits(it->report, own, other))
		buf_printf(text, " comes before: plan %zu of this host waits for it",
			own + 1);
	else if (report_waits(it->report, other, own))
		buf_printf(text, " comes after: it waits for plan %zu of this host",
			own + 1);
	else
		buf_printf(text,
			"; neither it nor plan %zu of this host waits for the other",
			own + 1);
}

static void say_steps(
	const struct telling *it, size_t member, const struct subject *subject)
{
	const struct plan *whole = it->report->hosts[member].member->whole;
	size_t plan, step;

	for (size_t i = 0; i < subject->n_steps; i++) {
		if (!fleet_find_step(it->report->fleet, member, subject->first_step + i,
			    &plan, &step))
			continue;
		/* quoted for a shell, in printable ASCII */
		buf_printf(it->out, "  plan %zu, step %zu: ", plan + 1, step + 1);
		plan_step_command(&whole->steps[subject->first_step + i], it->out);
		buf_puts(it->out, "\n");
	}
}

static void say_other(const struct telling *it, const struct subject *own, size_t member,
	const struct subject *other)
{
	size_t own_plan = 0, plan, first;
	bool has_own = plan_of_subject(it, it->member, own, &own_plan, &first);
	struct buf text = BUF_INIT;

	buf_printf(&text, "%s is active on %s too: %s, %s; ", other->label,
		it->report->hosts[member].node, verdict_name(other->verdict),
		rule_text(other->decisive)->name);
	if (plan_of_subject(it, member, other, &plan, &first))
		relation_words(it, own_plan, plan, has_own, &text);
	else
		buf_puts(&text, "no step there affects it");
	explain_say(it->out, &text);
	say_steps(it, member, other);
}

static bool is_active(const struct subject *subject)
{
	return subject->snapshot || subject->cow;
}

static bool is_same(const struct subject *a, const struct subject *b)
{
	return *a->lv_uuid && strcmp(a->lv_uuid, b->lv_uuid) == 0 &&
	       strcmp(a->vg_uuid, b->vg_uuid) == 0;
}

/* NULL: it has none that is active there. */
static const struct subject *active_on(
	const struct telling *it, size_t member, const struct subject *subject)
{
	const struct survey *survey = &it->report->hosts[member].member->survey;
	const struct device *device =
		host_device_of_lv(survey->host, subject->vg_uuid, subject->lv_uuid, "");
	size_t found;

	if (!device)
		device = host_device_of_lv(
			survey->host, subject->vg_uuid, subject->lv_uuid, "-cow");
	found = device ? survey_base(survey, device)->subject : 0;
	if (!found || !is_same(subject, &survey->subjects[found - 1]))
		return NULL;
	return &survey->subjects[found - 1];
}

struct others {
	size_t shown, more;
};

/* Of one snapshot that the device belongs to. */
static void say_others_of(
	const struct telling *it, const struct subject *subject, struct others *others)
{
	for (size_t m = 0; m < it->report->n_hosts; m++) {
		const struct subject *other =
			m != it->member ? active_on(it, m, subject) : NULL;

		if (!other)
			continue;
		if (others->shown == OTHERS_MAX) {
			others->more++;
			continue;
		}
		if (!others->shown++)
			buf_puts(it->out, "\nOn other hosts\n");
		say_other(it, subject, m, other);
	}
}

static void say_others(const struct telling *it, struct devno devno)
{
	const struct story *story = &it->report->hosts[it->member].story;
	const struct survey *survey = story->survey;
	struct others others = {0};

	for (size_t i = 0; i < survey->n_subjects; i++)
		if (is_active(&survey->subjects[i]) &&
			explain_concerns(story, devno, &survey->subjects[i]))
			say_others_of(it, &survey->subjects[i], &others);
	if (others.more)
		buf_printf(it->out, "  and %zu more on other hosts\n", others.more);
}

/* ---- the plans of a host ---- */

/* The story counts steps through the host; a second plan of it counts from 1 again. */
static void say_plans(const struct telling *it)
{
	struct fleet_steps steps = {0};

	while (fleet_steps_next(it->report->fleet, it->member, &steps)) {
		if (!steps.first)
			buf_puts(it->out, "\nThe plans of this host\n");
		buf_printf(it->out, "  plan %zu: ", steps.plan + 1);
		fleet_steps_words(&steps, it->out);
		buf_puts(it->out, steps.first ? ", counted from 1 there\n" : "\n");
	}
}

/* ---- the whole ---- */

void explain_others(
	const struct report *report, size_t member, struct devno devno, struct buf *text)
{
	const struct telling it = {.out = text, .report = report, .member = member};

	say_others(&it, devno);
	say_plans(&it);
}
