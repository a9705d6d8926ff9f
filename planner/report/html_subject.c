/* SPDX-License-Identifier: Apache-2.0 */
/* One subject on the page: verdict, reasons, picture, steps. */
#include <string.h>

#include "html.h"
#include "snapstate/cleanup.h"

static const char *verdict_class(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_REMOVE:
		return "subject remove";
	case VERDICT_UNDECIDED:
		return "subject undecided";
	case VERDICT_REFUSE:
		return "subject refuse";
	}
	return "subject";
}

/* An item of a list, and the rules that it is about. */
static void print_item(struct page *page, const char *text, const char *rules)
{
	page_open(page, "li", "");
	page_captured(page, text);
	page_say(page, " ");
	page_open(page, "span", "rule");
	page_say(page, "[%s]", rules);
	page_close(page);
	page_close(page);
}

static void print_reasons(struct page *page, const struct report_subject *told)
{
	page_say_in(page, "h3", "", "Why");
	page_open(page, "ul", "");
	for (size_t i = 0; i < told->subject->n_reasons; i++)
		print_item(page, told->reasons[i]->text,
			rule_text(told->reasons[i]->rule)->name);
	page_close(page);
}

static void print_remedy(struct page *page, const struct report_subject *told)
{
	if (!told->remedy.n_actions)
		return;
	page_say_in(page, "h3", "",
		told->subject->verdict == VERDICT_REMOVE
			? "What a person should do besides"
			: "To make it removable");
	page_open(page, "ol", "");
	for (size_t i = 0; i < told->remedy.n_actions; i++) {
		cleanup_buf struct buf rules = BUF_INIT;

		remedy_print_rules(&told->remedy.actions[i], &rules);
		print_item(page, told->remedy.actions[i].text, buf_text(&rules));
	}
	page_close(page);
}

/* A reason begins with the subject's name, which stands above already. */
static const char *without_label(const char *reason, const char *label)
{
	size_t len = strlen(label);

	if (len && strncmp(reason, label, len) == 0 &&
		strncmp(reason + len, ": ", 2) == 0)
		return reason + len + 2;
	return reason;
}

void html_steps(struct page *page, const struct plan *plan, const char *label,
	size_t first, size_t count)
{
	page_open(page, "ul", "steps");
	for (size_t i = first; i < first + count; i++) {
		const struct plan_step *step = &plan->steps[i];
		cleanup_buf struct buf command = BUF_INIT;

		plan_step_command(step, &command);
		page_open(page, "li", "");
		page_open(page, "b", "");
		page_say(page, "Step %zu ", i + 1);
		page_close(page);
		for (size_t r = 0; r < step->n_reasons; r++) {
			page_say(page, r ? "; " : "");
			page_captured(page, without_label(step->reasons[r], label));
		}
		/* already quoted for a shell, in printable ASCII */
		page_say_in(page, "pre", "command", buf_text(&command));
		page_close(page);
	}
	page_close(page);
}

void html_subject(struct page *page, const struct report_host *host,
	const struct report_subject *told)
{
	const struct subject *subject = told->subject;
	const struct rule_text *rule = rule_text(subject->decisive);

	page_open(page, "section", verdict_class(subject->verdict));
	page_open(page, "h2", "");
	page_say_in(page, "span", "verdict", report_verdict(subject->verdict));
	page_say(page, " ");
	page_captured_in(page, "span", "", subject->label);
	page_close(page);
	page_open(page, "p", "");
	page_say_in(page, "b", "", rule->name);
	page_say(page, ": %s", rule->meaning);
	page_close(page);
	if (subject->is_selected && subject->rule) {
		page_open(page, "p", "soft");
		page_say(page, "Selected by rule %s.", subject->rule->name);
		page_close(page);
	}
	print_reasons(page, told);
	html_would(page, told);
	print_remedy(page, told);
	page_say_in(page, "h3", "", "What the plan does, as a person would type it");
	if (subject->n_steps)
		html_steps(page, host->member->whole, subject->label, subject->first_step,
			subject->n_steps);
	else
		page_say_in(page, "p", "", "Nothing: it stays as it is.");
	if (subject->snapshot || subject->cow) {
		page_say_in(page, "h3", "", "The stack, topmost first");
		html_picture(page, &host->story, subject);
	} else if (subject->kind != SUBJECT_HOST && subject->kind != SUBJECT_LAYER &&
		   subject->kind != SUBJECT_SHOWN) {
		page_say_in(page, "p", "soft", "It has no device on this host.");
	}
	page_close(page);
}
