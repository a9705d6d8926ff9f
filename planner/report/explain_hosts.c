/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --explain of several hosts: the story of a device on each host that has it, under its
 * node, and, where a snapshot it belongs to is active elsewhere as well, what is done to
 * it there, before or behind. Invariant: as in explain.c, every string that came from a
 * host is escaped.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "reports.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"

#define OTHERS_MAX 8 /* hosts, of one snapshot */

/* What the paragraphs share. */
struct telling {
	struct buf *out;
	const struct fleet *fleet;
	bool *waits;	    /* fleet_waits() */
	const char **names; /* one for each member: what to look for there; NULL = nothing
			     */
};

/* ---- on which hosts ---- */

/* What is behind "NODE:"; NULL: it begins otherwise. */
static const char *behind_node(const struct fleet *fleet, size_t member, const char *name)
{
	const char *node = fleet->members[member].host->identity.node;
	size_t len = strlen(node);

	return len && strncmp(name, node, len) == 0 && name[len] == ':' ? name + len + 1
									: NULL;
}

static bool has_it(const struct fleet *fleet, size_t member, const char *name)
{
	const struct host *host = fleet->members[member].host;

	return !devno_is_none(explain_find_recorded(host, name)) ||
	       explain_is_inactive(host, name);
}

/* A node may be called 254: what no host of such a node has is looked for as it stands.
 */
static void choose_names(const struct telling *it, const char *name)
{
	const struct fleet *fleet = it->fleet;
	bool is_of_node = false;

	for (size_t i = 0; i < fleet->n_members; i++) {
		const char *behind = behind_node(fleet, i, name);

		if (behind && has_it(fleet, i, behind)) {
			it->names[i] = behind;
			is_of_node = true;
		}
	}
	for (size_t i = 0; !is_of_node && i < fleet->n_members; i++)
		it->names[i] = name;
}

static int not_found(const struct fleet *fleet, const char *name, struct err *err)
{
	cleanup_buf struct buf word = BUF_INIT;

	for (size_t i = 0; i < fleet->n_members; i++) {
		const char *behind = behind_node(fleet, i, name);

		if (!behind)
			continue;
		explain_not_found(fleet->members[i].host, behind, err);
		buf_word(&word, fleet->members[i].host->identity.node);
		return err_wrap(err, "%s", buf_text(&word));
	}
	for (size_t i = 0; i < fleet->n_members; i++)
		if (explain_is_inactive(fleet->members[i].host, name))
			return explain_not_found(fleet->members[i].host, name, err);
	buf_word(&word, name);
	return err_set(err, -ENOENT,
		"no host has a recorded device that is called %s; MAJ:MIN, a uuid, a dm "
		"name, "
		"VG/LV or a path below /dev is wanted, or NODE: and one of these",
		buf_text(&word));
}

/* ---- what others do to it ---- */

/* One line of words, escaped as a whole. Takes the text. */
static void say(const struct telling *it, struct buf *text)
{
	buf_puts(it->out, "  ");
	buf_tail(it->out, buf_text(text));
	buf_puts(it->out, "\n");
	buf_free(text);
}

/* false: none of its plans has steps for it. */
static bool plan_of_subject(const struct telling *it, size_t member,
	const struct subject *subject, size_t *ret_plan, size_t *ret_first)
{
	return subject->n_steps && fleet_find_step(it->fleet, member, subject->first_step,
					   ret_plan, ret_first);
}

/* "plan 1 there comes before: plan 2 of this host waits for it" */
static void relation_words(const struct telling *it, size_t own, size_t other,
	bool has_own, struct buf *text)
{
	size_t count = it->fleet->n_plans;

	buf_printf(text, "plan %zu there", other + 1);
	if (!has_own)
		buf_puts(text, "; no plan of this host has steps for it");
	else if (it->waits[own * count + other])
		buf_printf(text, " comes before: plan %zu of this host waits for it",
			own + 1);
	else if (it->waits[other * count + own])
		buf_printf(text, " comes behind: it waits for plan %zu of this host",
			own + 1);
	else
		buf_printf(text,
			"; neither it nor plan %zu of this host waits for the other",
			own + 1);
}

static void say_steps(
	const struct telling *it, size_t member, const struct subject *subject)
{
	const struct plan *whole = it->fleet->members[member].whole;
	size_t plan, step;

	for (size_t i = 0; i < subject->n_steps; i++) {
		if (!fleet_find_step(
			    it->fleet, member, subject->first_step + i, &plan, &step))
			continue;
		/* quoted for a shell, in printable ASCII */
		buf_printf(it->out, "  plan %zu, step %zu: ", plan + 1, step + 1);
		plan_step_command(&whole->steps[subject->first_step + i], it->out);
		buf_puts(it->out, "\n");
	}
}

static void say_other(const struct telling *it, size_t own_member,
	const struct subject *own, size_t member, const struct subject *other)
{
	size_t own_plan = 0, plan, first;
	bool has_own = plan_of_subject(it, own_member, own, &own_plan, &first);
	struct buf text = BUF_INIT;

	buf_printf(&text, "%s is active on ", other->label);
	fleet_node_words(it->fleet, member, &text);
	buf_printf(&text, " too: %s, %s; ", verdict_name(other->verdict),
		rule_text(other->decisive)->name);
	if (plan_of_subject(it, member, other, &plan, &first))
		relation_words(it, own_plan, plan, has_own, &text);
	else
		buf_puts(&text, "nothing is done to it there");
	say(it, &text);
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
	const struct survey *survey = &it->fleet->members[member].survey;
	const struct device *device = host_device_of_lv(
		survey->host, subject->vg_uuid, subject->lv_uuid, "");
	size_t found;

	if (!device)
		device = host_device_of_lv(
			survey->host, subject->vg_uuid, subject->lv_uuid, "-cow");
	found = device ? survey_base(survey, device)->subject : 0;
	if (!found || !is_same(subject, &survey->subjects[found - 1]))
		return NULL;
	return &survey->subjects[found - 1];
}

/* Of one snapshot that the device belongs to. */
static void say_others_of(const struct telling *it, size_t member,
	const struct subject *subject, bool *has_heading)
{
	size_t shown = 0, more = 0;

	for (size_t m = 0; m < it->fleet->n_members; m++) {
		const struct subject *other =
			m != member ? active_on(it, m, subject) : NULL;

		if (!other)
			continue;
		if (shown == OTHERS_MAX) {
			more++;
			continue;
		}
		shown++;
		if (!*has_heading)
			buf_puts(it->out, "\nOn other hosts\n");
		*has_heading = true;
		say_other(it, member, subject, m, other);
	}
	if (more)
		buf_printf(it->out, "  and it is active on %zu more\n", more);
}

static void say_others(const struct telling *it, size_t member, const struct story *story,
	struct devno devno)
{
	const struct survey *survey = story->survey;
	bool has_heading = false;

	for (size_t i = 0; i < survey->n_subjects; i++)
		if (is_active(&survey->subjects[i]) &&
			explain_concerns(story, devno, &survey->subjects[i]))
			say_others_of(it, member, &survey->subjects[i], &has_heading);
}

/* ---- the plans of a host ---- */

/* The story counts steps through the host; a second plan of it counts from 1 again. */
static void say_plans(const struct telling *it, size_t member)
{
	struct fleet_steps steps = {0};

	while (fleet_steps_next(it->fleet, member, &steps)) {
		if (!steps.first)
			buf_puts(it->out, "\nThe plans of this host\n");
		buf_printf(it->out, "  plan %zu: ", steps.plan + 1);
		fleet_steps_words(&steps, it->out);
		buf_puts(it->out, steps.first ? ", counted from 1 there\n" : "\n");
	}
}

/* ---- the whole ---- */

static void say_node(const struct telling *it, size_t member)
{
	cleanup_buf struct buf node = BUF_INIT;

	fleet_node_words(it->fleet, member, &node);
	buf_printf(it->out, "%s==== ", it->out->len ? "\n" : "");
	buf_tail(it->out, buf_text(&node));
	buf_puts(it->out, " ====\n");
}

/* Returns whether this host has the device. */
static bool tell(const struct telling *it, size_t member)
{
	const struct member *of = &it->fleet->members[member];
	cleanup_story struct story story = {0};
	struct devno devno;

	if (!it->names[member])
		return false;
	devno = explain_find_recorded(of->host, it->names[member]);
	if (devno_is_none(devno))
		return false;
	story_collect(&of->survey, of->whole, &story);
	say_node(it, member);
	explain_device(&story, devno, it->out);
	say_others(it, member, &story, devno);
	say_plans(it, member);
	return true;
}

/* Behind the stories: where it could be and is not. */
static void tell_inactive(const struct telling *it)
{
	for (size_t i = 0; i < it->fleet->n_members; i++) {
		const struct host *host = it->fleet->members[i].host;

		if (!it->names[i] || !explain_is_inactive(host, it->names[i]))
			continue;
		say_node(it, i);
		buf_puts(it->out, "a volume of the metadata, not active on this host: it "
				  "has no device "
				  "here\n");
	}
}

int fleet_explain(const struct fleet *fleet, const char *name, struct buf *ret_text,
	struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct telling it = {.out = &text,
		.fleet = fleet,
		.waits = fleet_waits(fleet),
		.names = xcalloc(fleet->n_members, sizeof(*it.names))};
	size_t count = 0;

	choose_names(&it, name);
	for (size_t i = 0; i < fleet->n_members; i++)
		count += tell(&it, i);
	if (count)
		tell_inactive(&it);
	free(it.waits);
	free(it.names);
	if (!count)
		return not_found(fleet, name, err);
	buf_puts(ret_text, buf_text(&text));
	return 0;
}
