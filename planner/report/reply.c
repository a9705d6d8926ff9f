/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --reply: what to answer the one who sent the evidence: plain text, hazards first, then
 * what is seen, what is asked for, and that nothing is to be removed yet. Invariants: no
 * line but a command is longer than 80 columns; every string that came from a host is
 * escaped; no command that changes anything is in it.
 */
#include <string.h>

#include "reports.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/device.h"
#include "snapstate/host/shown.h"
#include "wrap.h"

/* `first` in front of the first line, as many blanks in front of the others. */
static void wrapped(struct buf *out, const char *first, const char *text)
{
	cleanup_buf struct buf escaped = BUF_INIT;

	buf_prose(&escaped, text);
	wrap_add(out, WRAP_WIDTH, strlen(first), first, buf_text(&escaped));
}

static void say_hazards(struct buf *out, const struct report_host *host)
{
	for (size_t i = 0; i < host->n_hazards; i++) {
		const struct report_hazard *hazard = &host->hazards[i];
		cleanup_buf struct buf text = BUF_INIT;

		buf_printf(&text, "URGENT: %s %s: %s.", hazard->head,
			hazard->subject->label, hazard->reason->text);
		wrapped(out, "", buf_text(&text));
		wrapped(out, "",
			"Until this is settled, please do not create, extend or remove "
			"any volume in that volume group, and do not restart the host.");
		buf_puts(out, "\n");
	}
	for (size_t i = 0; i < host->n_strikes; i++) {
		cleanup_buf struct buf text = BUF_INIT;

		buf_printf(&text, "URGENT: %s.", host->strikes[i].text);
		wrapped(out, "", buf_text(&text));
		buf_puts(out, "\n");
	}
	for (size_t i = 0; i < host->n_suspended; i++) {
		cleanup_buf struct buf text = BUF_INIT;

		buf_printf(&text,
			"URGENT: %s is suspended: every read and write of it waits.",
			host->suspended[i].device->name);
		wrapped(out, "", buf_text(&text));
		buf_puts(out, "\n");
	}
}

static const char *opinion(const struct subject *subject)
{
	if (subject->verdict == VERDICT_REMOVE)
		return "can be removed; we send the plan for it";
	if (subject->verdict == VERDICT_REFUSE)
		return "must stay";
	switch (subject->outlook) {
	case OUTLOOK_REMOVE:
		return "looks like a leftover, which is to be confirmed";
	case OUTLOOK_KEEP:
		return "should stay for now";
	case OUTLOOK_OPEN:
	case OUTLOOK_NONE:
		break;
	}
	return "cannot be judged yet";
}

/* Does it say why: what decides, not what is missing. */
static bool is_telling(const struct subject *subject, const struct reason *reason)
{
	bool keeps = rule_text(reason->rule)->verdict != VERDICT_REMOVE;

	if (reason->is_unknown)
		return false;
	if (subject->verdict == VERDICT_REFUSE)
		return rule_text(reason->rule)->verdict == VERDICT_REFUSE;
	return !keeps || subject->outlook != OUTLOOK_REMOVE;
}

#define REASONS_MOST 6

static void say_subject(struct buf *out, const struct report_subject *told)
{
	const struct subject *subject = told->subject;
	cleanup_buf struct buf text = BUF_INIT;
	size_t n_told = 0;

	buf_printf(&text, "%s %s:", subject->label, opinion(subject));
	wrapped(out, "* ", buf_text(&text));
	for (size_t i = 0; i < subject->n_reasons && n_told < REASONS_MOST; i++)
		if (is_telling(subject, told->reasons[i])) {
			wrapped(out, "  - ", told->reasons[i]->text);
			n_told++;
		}
	if (!n_told)
		wrapped(out, "  - ", "what we were sent does not show enough of it");
}

static void say_subjects(struct buf *out, const struct report_host *host)
{
	size_t n_told = 0;

	for (size_t i = 0; i < host->n_told; i++) {
		const struct subject *subject = host->told[i]->subject;

		if (!subject->is_selected || subject->kind == SUBJECT_HOST)
			continue;
		if (!n_told++)
			buf_puts(out, "What we see:\n\n");
		say_subject(out, host->told[i]);
	}
	if (!n_told)
		wrapped(out, "", "We see no snapshot of the kind that we looked for.");
	buf_puts(out, "\n");
}

static void say_asks(struct buf *out, const struct report_host *host)
{
	if (!host->asks.count)
		return;
	wrapped(out, "",
		"To decide, we need the output of the following commands, the first ones "
		"most of all. Please run them as root on the host itself, and send us "
		"their complete output, even if it is empty or an error. They are "
		"read-only.");
	buf_puts(out, "\n");
	for (size_t i = 0; i < host->asks.count; i++)
		buf_printf(out, "    %s\n", host->asks.items[i].command);
	buf_puts(out, "\nWhat they show:\n\n");
	for (size_t i = 0; i < host->asks.count; i++) {
		cleanup_buf struct buf text = BUF_INIT;

		buf_printf(&text, "%s: %s", host->asks.items[i].command,
			host->asks.items[i].decides);
		wrapped(out, "* ", buf_text(&text));
	}
	buf_puts(out, "\n");
}

static void say_warning(struct buf *out, const struct report_host *host)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (host->to_remove && !host->undecided) {
		wrapped(out, "",
			"Please remove nothing by hand: the plan checks each step on the "
			"host before it does it.");
		return;
	}
	buf_printf(&text,
		"Please do not remove, unmount, detach or restart anything%s, "
		"and use no force: what looks like a leftover may be in use, and "
		"may be the only copy of its data.",
		host->asks.count  ? " until we have seen these"
		: host->undecided ? " until we have told you what to do about it"
				  : "");
	wrapped(out, "", buf_text(&text));
}

static void reply_host(struct buf *out, const struct report_host *host)
{
	cleanup_buf struct buf text = BUF_INIT;

	say_hazards(out, host);
	if (host_is_imported(host->member->host))
		buf_puts(&text, "Thank you for what you sent. ");
	buf_printf(&text, "What it covers: %s", host->worth);
	wrapped(out, "", buf_text(&text));
	buf_puts(out, "\n");
	say_subjects(out, host);
	say_asks(out, host);
	say_warning(out, host);
}

void reply_print(const struct report *report, struct buf *ret_text)
{
	buf_puts(ret_text, "Hello,\n\n");
	for (size_t i = 0; i < report->n_hosts; i++) {
		if (report_is_of_several(report)) {
			buf_puts(ret_text, "Host ");
			buf_tail(ret_text, report->hosts[i].node);
			buf_puts(ret_text, "\n\n");
		}
		reply_host(ret_text, &report->hosts[i]);
		buf_puts(ret_text, "\n");
	}
	buf_puts(ret_text, "Kind regards\n");
}
