/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is not known of a host, in its review: the outlooks, and what to ask for, as a
 * block that can be pasted into a reply. Invariant: every string that came
 * from a host is escaped.
 */
#include "review.h"
#include "snapstate/cleanup.h"

/* The facts that made the outlook: what is unknown is told by the asks. */
static void add_facts(const struct report_subject *told, struct buf *text)
{
	const char *separator = ": ";

	for (size_t i = 0; i < told->subject->n_reasons; i++) {
		const struct reason *reason = told->reasons[i];
		bool keeps = rule_text(reason->rule)->verdict != VERDICT_REMOVE;

		if (reason->is_unknown ||
			keeps == (told->subject->outlook == OUTLOOK_REMOVE))
			continue;
		if (!keeps && rule_is_hint(reason->rule))
			continue;
		buf_printf(text, "%s%s", separator, reason->text);
		separator = "; ";
	}
}

void outlook_words(const struct report_subject *told, struct buf *text)
{
	buf_puts(text, outlook_meaning(told->subject->outlook));
	add_facts(told, text);
}

static void print_outlooks(const struct review *to, const struct report_host *host)
{
	for (size_t i = 0; i < host->n_outlooks; i++) {
		const struct report_subject *told = host->outlooks[i];
		cleanup_buf struct buf words = BUF_INIT;

		if (i == REVIEW_OUTLOOKS) {
			buf_printf(to->text, "           and %zu more, see below\n",
				host->n_outlooks - i);
			return;
		}
		buf_printf(to->text, "%-11s%-6s  ", i ? "" : "OUTLOOK",
			outlook_name(told->subject->outlook));
		buf_word(to->text, told->subject->label);
		buf_puts(to->text, "\n");
		outlook_words(told, &words);
		print_wrapped(to, "", buf_text(&words), "");
	}
}

void review_asks(const struct review *to, const struct asks *asks)
{
	for (size_t i = 0; i < asks->count; i++) {
		const struct ask *ask = &asks->items[i];

		/* quoted for a shell, in printable ASCII */
		buf_printf(to->text, "        %2zu %s\n", i + 1, ask->command);
		print_wrapped(to, "", ask->decides, "");
	}
}

void print_opening(const struct review *to, const struct report_host *host)
{
	if (host->n_outlooks || host->asks.count)
		buf_puts(to->text, "\n");
	print_outlooks(to, host);
	if (host->asks.count)
		print_titled(to, "ASK",
			"before anything is removed, the output of these read-only "
			"commands:");
	review_asks(to, &host->asks);
}

void print_outlook(const struct review *to, const struct report_subject *told)
{
	const struct subject *subject = told->subject;
	cleanup_buf struct buf words = BUF_INIT;

	if (subject->outlook == OUTLOOK_NONE)
		return;
	buf_printf(&words, "%s: %s", outlook_name(subject->outlook),
		outlook_meaning(subject->outlook));
	print_wrapped(to, "outlook", buf_text(&words), "");
}

void print_would(const struct review *to, const struct report_subject *told)
{
	const struct subject *subject = told->subject;

	if (!subject->n_would)
		return;
	print_wrapped(to, "then", "only if the answers confirm it, and not before:", "");
	for (size_t i = 0; i < subject->n_would; i++)
		buf_printf(to->text, "           %zu  %s\n", i + 1, subject->would[i]);
}
