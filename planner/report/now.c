/* SPDX-License-Identifier: Apache-2.0 */
/* What a person does next about one host, the first thing first; see report.h. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "report.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"

#define REMEDIES_SHOWN 3 /* the details have them all */

static void add(struct report_to_do *now, struct buf *text, char *command)
{
	*array_add(&now->items, &now->count) = (struct report_now){text->data, command};
	*text = (struct buf)BUF_INIT;
}

/* Not basename(3): which header has it, and what it does, differs between C libraries. */
const char *report_file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void add_file(const char *path, struct buf *words)
{
	const char *file = report_file_name(path); /* it is carried to the host */

	if (*file == '-')
		buf_puts(words, "./");
	buf_quoted(words, file);
}

static char *execute_words(const char *options, const char *plan)
{
	struct buf words = BUF_INIT;

	buf_printf(&words, "snapstate-execute %s", options);
	add_file(plan, &words);
	return words.data;
}

static void add_plan(const struct report *report, struct report_host *it)
{
	struct buf text = BUF_INIT;

	if (!it->to_remove)
		return;
	if (report_is_of_several(report)) {
		buf_puts(&text, "Carry out the plans of this host, in the order above.");
		add(&it->now, &text, NULL);
	} else if (!it->member->whole->taken) {
		buf_puts(&text, "The plan cannot be applied: the collection time of its "
				"evidence is unknown.");
		add(&it->now, &text, NULL);
	} else if (!report->output) {
		buf_puts(&text, "Write the plan: repeat this command with -o PLAN.");
		add(&it->now, &text, NULL);
	} else {
		buf_puts(&text, "Review the plan and sign it; without a signature, add "
				"--unsigned below.");
		add(&it->now, &text, NULL);
		buf_printf(&text, "Rehearse it on %s, as root:", it->node);
		add(&it->now, &text, execute_words("", report->output));
		buf_puts(&text, "Then carry it out:");
		add(&it->now, &text, execute_words("--apply ", report->output));
	}
}

const struct action *now_first_action(const struct report_subject *told)
{
	for (size_t i = 0; i < told->remedy.n_actions; i++)
		if (told->remedy.actions[i].kind != ACTION_ADVISE &&
			told->remedy.actions[i].kind != ACTION_NOTHING)
			return &told->remedy.actions[i];
	return NULL;
}

/* Those in danger come first, also where nobody asked for them, and what is suspended,
 * for which guests wait. */
static bool is_wanted(const struct report_host *it, size_t at, bool of_hazards)
{
	const struct subject *subject = it->told[at]->subject;
	bool is_urgent =
		report_is_hazard(it, subject) ||
		(subject->is_selected && subject_has_rule(subject, RULE_UNSETTLED));

	return of_hazards ? is_urgent : !is_urgent && subject->is_selected;
}

/* A command is not cut, nor what stands in parentheses. */
size_t now_first_clause(const char *text)
{
	bool is_command = false;
	size_t len = 0;
	int depth = 0;

	for (; text[len]; len++) {
		is_command ^= text[len] == '\x60';
		depth += (text[len] == '(') - (text[len] == ')');
		if (!is_command && depth <= 0 && strchr(".:;", text[len]) &&
			text[len + 1] == ' ')
			break;
	}
	return len;
}

static void add_strikes(struct report_host *it)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < it->n_strikes && i < REMEDIES_SHOWN; i++) {
		buf_printf(&text,
			"When the hazard has ended, check the data of %s (see above).",
			it->strikes[i].victim);
		add(&it->now, &text, NULL);
	}
}

/* One thing that helps many snapshots is told once, and of those alike the first one. */
struct remedies {
	const struct report_subject *shown[REMEDIES_SHOWN];
	size_t n_alike[REMEDIES_SHOWN]; /* besides; 0 = too few to be a group */
	size_t n_shown, n_more;
};

static size_t count_alike(const struct report_host *it, const struct report_subject *told)
{
	size_t count = 0;

	for (size_t i = it->n_removed; i < it->n_told; i++)
		count += report_is_alike(it, told, it->told[i]);
	return count < REPORT_ALIKE_LEAST ? 0 : count - 1;
}

static void note_remedy(const struct report_host *it, const struct report_subject *told,
	struct remedies *remedies)
{
	const char *action = now_first_action(told)->text;

	for (size_t i = 0; i < remedies->n_shown; i++) {
		if (strcmp(now_first_action(remedies->shown[i])->text, action) == 0)
			return;
		if (remedies->n_alike[i] && report_is_alike(it, remedies->shown[i], told))
			return;
	}
	if (remedies->n_shown == REMEDIES_SHOWN) {
		remedies->n_more++;
		return;
	}
	remedies->n_alike[remedies->n_shown] = count_alike(it, told);
	remedies->shown[remedies->n_shown++] = told;
}

/* What is refused stays as it is, unless somebody decides otherwise. */
static const char *lead_of(
	const struct subject *subject, enum action_kind kind, bool is_of_many)
{
	if (subject->verdict != VERDICT_REFUSE ||
		subject_has_rule(subject, RULE_UNSETTLED) ||
		(kind != ACTION_DO && kind != ACTION_WAIT))
		return ": ";
	return is_of_many ? " are kept. If they are to be removed: "
			  : " is kept. If it is to be removed: ";
}

static void add_remedy(
	struct report_host *it, const struct report_subject *told, size_t n_alike)
{
	const struct action *action = now_first_action(told);
	struct buf text = BUF_INIT;

	buf_puts(&text, told->subject->label);
	if (n_alike)
		buf_printf(&text, " and %zu more like it", n_alike);
	buf_printf(&text, "%s%.*s (see below).",
		lead_of(told->subject, action->kind, n_alike > 0),
		(int)now_first_clause(action->text), action->text);
	add(&it->now, &text, NULL);
}

static void add_remedies(struct report_host *it, bool of_hazards)
{
	struct remedies remedies = {.n_shown = 0};
	struct buf text = BUF_INIT;

	for (size_t i = it->n_removed; i < it->n_told; i++)
		if (now_first_action(it->told[i]) && is_wanted(it, i, of_hazards))
			note_remedy(it, it->told[i], &remedies);
	for (size_t i = 0; i < remedies.n_shown; i++)
		add_remedy(it, remedies.shown[i], remedies.n_alike[i]);
	if (!remedies.n_more)
		return;
	report_counted(&text, remedies.n_more, "more snapshot");
	buf_printf(&text, " cannot be removed yet: see below.");
	add(&it->now, &text, NULL);
}

/* What is left for a person when the plan is carried out; the details have the rest. */
static void add_afterwards(struct report_host *it)
{
	struct buf text = BUF_INIT;
	size_t n_shown = 0;

	for (size_t i = 0; i < it->n_removed && n_shown < REMEDIES_SHOWN; i++) {
		const struct remedy *remedy = &it->told[i]->remedy;

		if (!remedy->n_actions || remedy->actions[0].kind == ACTION_NOTHING)
			continue;
		n_shown++;
		buf_printf(&text, "Then, for %s: %.*s (see below).",
			it->told[i]->subject->label,
			(int)now_first_clause(remedy->actions[0].text),
			remedy->actions[0].text);
		add(&it->now, &text, NULL);
	}
}

static void add_asks(struct report_host *it)
{
	struct buf text = BUF_INIT;

	if (!it->asks.count)
		return;
	buf_printf(&text, "Ask for the output of the read-only %s below.",
		it->asks.count == 1 ? "command" : "commands");
	add(&it->now, &text, NULL);
}

void now_collect(const struct report *report, struct report_host *it)
{
	add_remedies(it, true);
	add_plan(report, it);
	add_afterwards(it);
	add_strikes(it);
	add_asks(it);
	add_remedies(it, false);
}

/* ---- several hosts ---- */

#define PLANS_SHOWN 8 /* with their commands; the others are carried out alike */

void now_put_apply(const struct plan *plan, size_t most, struct buf *words)
{
	bool is_many = plan->n_after > most;

	buf_puts(words, "snapstate-execute --apply ");
	if (is_many)
		buf_puts(words, "--done JOURNAL... ");
	for (size_t i = 0; !is_many && i < plan->n_after; i++)
		buf_printf(words, "--done %s.journal ", plan->after[i].digest);
}

static char *apply_words(const struct fleet_plan *plan)
{
	struct buf words = BUF_INIT;

	now_put_apply(plan->plan, SIZE_MAX, &words);
	add_file(plan->file, &words);
	return words.data;
}

/* "plan 1", "plans 1, 2" */
static void before_words(const struct report *report, size_t at, struct buf *text)
{
	size_t n_before = report->fleet->plans[at].plan->n_after;
	const char *separator = n_before == 1 ? "plan " : "plans ";

	for (size_t before = 0; before < at; before++)
		if (report_waits(report, at, before)) {
			buf_printf(text, "%s%zu", separator, before + 1);
			separator = ", ";
		}
}

static void add_turn(struct report *report, size_t at)
{
	const struct fleet_plan *plan = &report->fleet->plans[at];
	size_t n_before = plan->plan->n_after;
	struct buf text = BUF_INIT;

	buf_printf(&text, "Rehearse plan %zu on %s, as root:", at + 1,
		report->hosts[plan->member].node);
	add(&report->now, &text, execute_words("", plan->file));
	if (n_before) {
		buf_puts(&text, "When ");
		before_words(report, at, &text);
		buf_printf(&text,
			" %s done, copy %s from " SNAPSTATE_STATE_FOLDER
			" of %s, and carry it out:",
			n_before == 1 ? "is" : "are",
			n_before == 1 ? "its journal" : "their journals",
			n_before == 1 ? "its host" : "their hosts");
	} else {
		buf_puts(&text, "Then carry it out:");
	}
	add(&report->now, &text, apply_words(plan));
}

void now_collect_plans(struct report *report)
{
	size_t n_plans = report->fleet->n_plans;
	struct buf text = BUF_INIT;

	if (!report_is_of_several(report) || !n_plans)
		return;
	if (!report->output) {
		buf_puts(&text, "Write the plans: repeat this command with -o FOLDER.");
		add(&report->now, &text, NULL);
		return;
	}
	buf_puts(&text, "Review the plans and sign them; without signatures, add "
			"--unsigned below.");
	add(&report->now, &text, NULL);
	for (size_t i = 0; i < n_plans && i < PLANS_SHOWN; i++)
		add_turn(report, i);
	if (n_plans <= PLANS_SHOWN)
		return;
	report_counted(&text, n_plans - PLANS_SHOWN, "more plan");
	buf_puts(&text, " in the same way, in the order below.");
	add(&report->now, &text, NULL);
}
