/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RESULT.txt: what was planned, what was done, what the host shows, for whoever closes
 * the ticket. Input: a ticket, its result. Output: text; names from the host are escaped.
 */
#include <inttypes.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/stamp.h"
#include "snapstate/ticket.h"

/* ---- the one sentence ---- */

static void add_steps(const struct ticket *ticket, struct buf *text)
{
	if (!ticket->run.n_steps)
		buf_puts(text, "the plan has no steps");
	else
		buf_printf(text, "%" PRIu64 " of %" PRIu64 " steps done",
			ticket->run.n_done, ticket->run.n_steps);
}

static void add_begun(
	const struct ticket *ticket, const struct ticket_result *result, struct buf *text)
{
	if (!ticket->run.is_begun)
		return;
	buf_printf(text, ", step %" PRIu64 " was begun and its end is not recorded",
		ticket->run.n_done + 1);
	if (ticket_is_as_predicted(result))
		buf_puts(text, result->is_begun_done
				       ? " (the host shows that it was carried out)"
				       : " (the host shows that it was not carried out)");
}

/* Then nothing else can be as it was. */
static bool is_elsewhere(const struct ticket_result *result)
{
	for (size_t i = 0; i < result->missing.count; i++)
		if (strncmp(result->missing.lines[i], "host ", strlen("host ")) == 0)
			return true;
	return false;
}

void ticket_sentence(const struct ticket *ticket, const struct ticket_result *result,
	struct buf *ret_text)
{
	size_t n = result->missing.count + result->extra.count;

	if (!ticket_is_as_predicted(result))
		buf_puts(ret_text, "NOT AS PREDICTED: ");
	else
		buf_puts(ret_text,
			ticket->run.is_finished ? "AS PREDICTED: " : "NOT FINISHED: ");
	add_steps(ticket, ret_text);
	add_begun(ticket, result, ret_text);
	if (n)
		buf_printf(ret_text, ", and %zu %s from what the plan says for that", n,
			n == 1 ? "fact differs" : "facts differ");
	else
		buf_puts(ret_text, ", and the host is as the plan says for that");
	if (result->unread.count)
		buf_puts(ret_text, ", as far as it could be read");
	if (is_elsewhere(result))
		buf_puts(ret_text, "; this is another host, or it was restarted since");
}

/* ---- the page ---- */

static void add_stamp(struct buf *text, const char *label, int64_t seconds)
{
	buf_puts(text, label);
	stamp_print(seconds, text);
	buf_puts(text, "\n");
}

static void add_head(const struct ticket *ticket, struct buf *text)
{
	const struct identity *host = &ticket->after->identity;

	buf_puts(text, "host     ");
	buf_word(text, host->node);
	buf_puts(text, ", machine-id ");
	buf_word(text, host->machine_id);
	buf_puts(text, ", boot-id ");
	buf_word(text, host->boot_id);
	buf_printf(text, "\nplan     sha256:%s\n", ticket->plan->digest);
	add_stamp(text, "before   ", ticket->plan->taken);
	add_stamp(text, "after    ", host->taken);
	if (*ticket->plan->redaction)
		buf_printf(text, "names    pseudonyms of the key %s\n",
			ticket->plan->redaction);
}

static const char *state_of_step(
	const struct ticket *ticket, const struct ticket_result *result, size_t index)
{
	if (index < ticket->run.n_done)
		return "done";
	if (index > ticket->run.n_done || !ticket->run.is_begun)
		return "not done";
	if (!ticket_is_as_predicted(result))
		return "unknown";
	return result->is_begun_done ? "found done" : "not done";
}

static void add_step_list(
	const struct ticket *ticket, const struct ticket_result *result, struct buf *text)
{
	const struct plan *plan = ticket->plan;

	if (plan->n_steps)
		buf_puts(text, "\nThe plan's steps:\n\n");
	for (size_t i = 0; i < plan->n_steps; i++) {
		buf_printf(
			text, "%6zu  %-10s  ", i + 1, state_of_step(ticket, result, i));
		plan_step_command(&plan->steps[i], text);
		buf_puts(text, "\n");
	}
}

static void add_fact(struct buf *text, const char *sign, const char *line)
{
	buf_printf(text, "  %s %s\n", sign, line);
}

/* Both are sorted: what is about the same thing comes together. */
static void add_facts(struct buf *text, const char *sign_a, const struct facts *a,
	const char *sign_b, const struct facts *b)
{
	size_t i = 0, j = 0;

	while (i < a->count || j < b->count) {
		bool is_a = j == b->count ||
			    (i < a->count && strcmp(a->lines[i], b->lines[j]) < 0);

		if (is_a)
			add_fact(text, sign_a, a->lines[i++]);
		else
			add_fact(text, sign_b, b->lines[j++]);
	}
}

static void add_difference(const struct ticket_result *result, struct buf *text)
{
	if (ticket_is_as_predicted(result))
		return;
	buf_puts(text, "\nOf what the plan speaks of, this is not as predicted:\n\n");
	add_facts(text, "predicted", &result->missing, "found    ", &result->extra);
}

static void add_unread(const struct ticket_result *result, struct buf *text)
{
	if (!result->unread.count)
		return;
	buf_puts(text,
		"\nAfterwards this could not be read, and nothing is said of it:\n\n");
	for (size_t i = 0; i < result->unread.count; i++)
		buf_printf(text, "  %s\n", result->unread.lines[i]);
}

static void add_besides(
	const struct ticket *ticket, const struct ticket_result *result, struct buf *text)
{
	if (!ticket->before) {
		buf_puts(text,
			"\nThe capture that the plan was made from was not given: the "
			"rest of the host was not\ncompared.\n");
		return;
	}
	if (!result->gone.count && !result->new.count) {
		buf_puts(text,
			"\nNothing else on the host changed between the two captures.\n");
		return;
	}
	buf_puts(text, "\nElsewhere on the host this changed as well between the two "
		       "captures, by "
		       "whomever:\n\n");
	add_facts(text, "-", &result->gone, "+", &result->new);
}

/* Its own lines about the run as a whole, and about the step at which it ended. */
static void add_journal(const struct ticket *ticket, struct buf *text)
{
	const char *line = buf_text(&ticket->journal_text);
	const char *end = line + ticket->run.whole;
	char last[32];

	snprintf(last, sizeof(last), "%" PRIu64 " ", ticket->run.n_done + 1);
	buf_puts(text, "\nThe journal says of its run, by this host's clock:\n\n");
	while (line < end) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t len = (size_t)(newline - line);

		if (strncmp(line, "0 ", 2) == 0 ||
			(!ticket->run.is_finished &&
				strncmp(line, last, strlen(last)) == 0))
			buf_printf(text, "  %.*s\n", (int)len, line);
		line = newline + 1;
	}
}

void ticket_words(const struct ticket *ticket, const struct ticket_result *result,
	struct buf *ret_text)
{
	ticket_sentence(ticket, result, ret_text);
	buf_puts(ret_text, ".\n\n");
	add_head(ticket, ret_text);
	add_step_list(ticket, result, ret_text);
	add_difference(result, ret_text);
	add_unread(result, ret_text);
	add_journal(ticket, ret_text);
	add_besides(ticket, result, ret_text);
	buf_puts(ret_text, "\nBeside this: the plan, its journal, and each capture as a "
			   "file of its own; "
			   "\"sha256sum -c\nSHA256SUMS\" checks them, and snapstate-plan "
			   "--diff shows two "
			   "captures fact by fact.\n");
}
