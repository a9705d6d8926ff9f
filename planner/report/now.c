/* SPDX-License-Identifier: Apache-2.0 */
/* What a person does next about one host, the first thing first; see report.h. */
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "report.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"

#define REMEDIES_SHOWN 3 /* the details have them all */

static void add(struct report_host *it, struct buf *text, char *command)
{
	*array_add(&it->now, &it->n_now) = (struct report_now){text->data, command};
	*text = (struct buf)BUF_INIT;
}

/* Not basename(3): which header has it, and what it does, differs between C libraries. */
const char *report_file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static char *execute_words(const char *options, const char *plan)
{
	struct buf words = BUF_INIT;

	buf_printf(&words, "snapstate-execute %s", options);
	plan = report_file_name(plan); /* it is carried to the host */
	if (*plan == '-')
		buf_puts(&words, "./");
	buf_quoted(&words, plan);
	return words.data;
}

static void add_plan(const struct report *report, struct report_host *it)
{
	struct buf text = BUF_INIT;

	if (!it->to_remove)
		return;
	if (report_is_of_several(report)) {
		buf_puts(&text, "Carry out the plans of this host, in the order above.");
		add(it, &text, NULL);
	} else if (!it->member->whole->taken) {
		buf_puts(&text, "The plan cannot be applied: the collection time of its "
				"evidence is unknown.");
		add(it, &text, NULL);
	} else if (!report->output) {
		buf_puts(&text, "Write the plan: repeat this command with -o PLAN.");
		add(it, &text, NULL);
	} else {
		buf_puts(&text,
			"Review the plan, and sign it; one that is not signed needs "
			"--unsigned below.");
		add(it, &text, NULL);
		buf_printf(&text, "Rehearse it on %s, as root:", it->node);
		add(it, &text, execute_words("", report->output));
		buf_puts(&text, "Then carry it out:");
		add(it, &text, execute_words("--apply ", report->output));
	}
}

/* What a person must do first before it is planned again; NULL: nothing helps. */
static const struct action *first_action(const struct report_subject *told)
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

/* One thing that helps many snapshots is told once. */
static bool is_told(
	const struct report_host *it, size_t end, bool of_hazards, const char *action)
{
	for (size_t i = it->n_removed; i < end; i++) {
		const struct action *other = first_action(it->told[i]);

		if (other && is_wanted(it, i, of_hazards) &&
			strcmp(other->text, action) == 0)
			return true;
	}
	return false;
}

/* The length of what comes first; the details have the rest. A command is not cut, nor
 * what stands in parentheses. */
static size_t first_clause(const char *text)
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

	if (!it->n_strikes)
		return;
	buf_puts(&text, "When the hazard has ended, check the data of the volume.");
	add(it, &text, NULL);
}

/* What is refused stays as it is, unless somebody decides otherwise. */
static const char *lead_of(const struct subject *subject, const char *action)
{
	bool is_to_stay =
		strncmp(action, "never ", 6) == 0 || strncmp(action, "leave ", 6) == 0 ||
		strncmp(action, "do not ", 7) == 0 ||
		strncmp(action, "nothing ", 8) == 0 || strncmp(action, "if ", 3) == 0;

	return subject->verdict == VERDICT_REFUSE && !is_to_stay &&
			       !subject_has_rule(subject, RULE_UNSETTLED)
		       ? " is kept. If it is to go: "
		       : ": ";
}

static void add_remedies(struct report_host *it, bool of_hazards)
{
	struct buf text = BUF_INIT;
	size_t n_shown = 0, n_more = 0;

	for (size_t i = it->n_removed; i < it->n_told; i++) {
		const struct action *action = first_action(it->told[i]);

		if (!action || !is_wanted(it, i, of_hazards))
			continue;
		if (n_shown == REMEDIES_SHOWN) {
			n_more++;
			continue;
		}
		if (is_told(it, i, of_hazards, action->text))
			continue;
		n_shown++;
		buf_printf(&text, "%s%s%.*s (see below).", it->told[i]->subject->label,
			lead_of(it->told[i]->subject, action->text),
			(int)first_clause(action->text), action->text);
		add(it, &text, NULL);
	}
	if (!n_more)
		return;
	report_counted(&text, n_more, "more snapshot");
	buf_printf(&text, " cannot be removed yet: see below.");
	add(it, &text, NULL);
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
			(int)first_clause(remedy->actions[0].text),
			remedy->actions[0].text);
		add(it, &text, NULL);
	}
}

static void add_asks(struct report_host *it)
{
	struct buf text = BUF_INIT;

	if (!it->asks.count)
		return;
	buf_printf(&text, "Ask for the output of the %s below: %s.",
		it->asks.count == 1 ? "command" : "commands",
		it->asks.count == 1 ? "it only reads" : "they only read");
	add(it, &text, NULL);
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
