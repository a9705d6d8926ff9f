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

/* What speaks against the removal, what is not known, what speaks for it, each under a
 * heading of its own. */
static void print_reasons(struct page *page, const struct report_subject *told)
{
	const char *before = NULL;

	for (size_t i = 0; i < told->subject->n_reasons; i++) {
		const struct reason *reason = told->reasons[i];
		const char *heading = report_side(told->subject, reason)->heading;

		if (heading != before) {
			if (before)
				page_close(page);
			page_say_in(page, "h3", "", heading);
			page_open(page, "ul", "");
			before = heading;
		}
		print_item(page, reason->text, rule_text(reason->rule)->name);
	}
	if (before)
		page_close(page);
}

static void print_remedy(struct page *page, const struct report_subject *told)
{
	if (!told->remedy.n_actions)
		return;
	page_say_in(page, "h3", "",
		told->subject->verdict == VERDICT_REMOVE ? "What to do besides"
							 : "What to do");
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

static const char *action_words(enum plan_op op)
{
	switch (op) {
	case OP_UMOUNT:
		return "unmount";
	case OP_DM_REMOVE:
		return "remove the mapping";
	case OP_LV_REMOVE:
		return "remove the snapshot";
	case OP_LV_REFRESH:
		return "reload the origin";
	case OP_SWAP_OFF:
		return "turn off the swap area";
	case OP_MD_STOP:
		return "stop the array";
	case OP_LOOP_DETACH:
		return "detach the loop device";
	}
	return "";
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
		page_say(page, "Step %zu: %s", i + 1, action_words(step->op));
		page_close(page);
		page_say(page, " (");
		for (size_t r = 0; r < step->n_reasons; r++) {
			page_say(page, r ? "; " : "");
			page_captured(page, without_label(step->reasons[r], label));
		}
		page_say(page, ")");
		/* already quoted for a shell, in printable ASCII */
		page_say_in(page, "pre", "command", buf_text(&command));
		page_close(page);
	}
	page_close(page);
}

void html_commands(
	struct page *page, const struct plan *plan, const size_t *steps, size_t count)
{
	page_open(page, "table", "");
	for (size_t i = 0; i < count; i++) {
		cleanup_buf struct buf command = BUF_INIT;

		plan_step_command(&plan->steps[steps[i]], &command);
		page_open(page, "tr", "");
		page_open(page, "td", "");
		page_say(page, "Step %zu", steps[i] + 1);
		page_close(page);
		page_say_in(page, "td", "name", buf_text(&command));
		page_close(page);
	}
	page_close(page);
}

/* A hazard and "remove" do not contradict each other: the removal ends it. */
static void print_alarm(
	struct page *page, const struct report_host *host, const struct subject *subject)
{
	if (!report_is_hazard(host, subject))
		return;
	page_say_in(page, "span", "verdict alarm",
		subject->n_steps ? "HAZARD, fixed by this removal" : "HAZARD");
	page_say(page, " ");
}

/* Of a plan that can be carried out without it. */
static void print_part(
	struct page *page, const struct plan *plan, const struct subject *subject)
{
	if (subject->n_steps && plan->n_parts)
		page_say(page, ", part %u of %u", plan->steps[subject->first_step].part,
			plan->n_parts);
}

void html_subject(struct html *html, const struct report_host *host, size_t at)
{
	const struct report_subject *told = host->told[at];
	const struct subject *subject = told->subject;
	struct page *page = &html->page;
	const struct rule_text *rule = rule_text(subject->decisive);

	page_open_place(page, "section", verdict_class(subject->verdict), HTML_SUBJECT,
		html_place(html, host, at));
	page_open(page, "h2", "");
	page_say_in(page, "span", "verdict", report_verdict(subject->verdict));
	page_say(page, " ");
	print_alarm(page, host, subject);
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
	page_open(page, "h3", "");
	page_say(page, "Steps of the plan");
	print_part(page, host->member->whole, subject);
	page_close(page);
	if (subject->n_steps)
		html_steps(page, host->member->whole, subject->label, subject->first_step,
			subject->n_steps);
	else
		page_say_in(page, "p", "", "None: it stays as it is.");
	if (subject->snapshot || subject->cow) {
		page_say_in(page, "h3", "", "The stack, topmost first");
		html_picture(html, host, at);
	} else if (subject->kind != SUBJECT_HOST && subject->kind != SUBJECT_LAYER &&
		   subject->kind != SUBJECT_SHOWN) {
		page_say_in(page, "p", "soft", "It has no device on this host.");
	}
	page_close(page);
}
