/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host afterwards against the plan; see ticket.h. Input: a plan, how far its journal
 * says that it was carried out, captures. Output: facts that differ. Uses no code of
 * those who predict or verify elsewhere but the rendering of facts and the plan's own
 * arithmetic.
 */
#include "snapstate/cleanup.h"
#include "snapstate/ticket.h"

void ticket_result_free(struct ticket_result *result)
{
	facts_free(&result->missing);
	facts_free(&result->extra);
	facts_free(&result->gone);
	facts_free(&result->new);
	facts_free(&result->unread);
	*result = TICKET_RESULT_INIT;
}

bool ticket_is_as_predicted(const struct ticket_result *result)
{
	return !result->missing.count && !result->extra.count;
}

/* Of `a` what is neither in `b` nor in `but`. */
static void minus_both(const struct facts *a, const struct facts *b,
	const struct facts *but, struct facts *ret)
{
	cleanup_facts struct facts rest = FACTS_INIT;

	facts_minus(a, b, &rest);
	facts_minus(&rest, but, ret);
}

/* ---- what the plan speaks of ---- */

static void compare_scope(const struct ticket *ticket, size_t n_done,
	const struct facts *found, struct facts *ret_missing, struct facts *ret_extra)
{
	cleanup_facts struct facts now = FACTS_INIT, uncertain = FACTS_INIT;

	plan_predict(ticket->plan, n_done, &now, &uncertain);
	minus_both(&now, found, &uncertain, ret_missing);
	minus_both(found, &now, &uncertain, ret_extra);
}

/* Of a step that was begun, and whose end is not in the journal, the host alone can tell.
 */
static void compare_begun(const struct ticket *ticket, const struct facts *found,
	struct ticket_result *result)
{
	cleanup_facts struct facts missing = FACTS_INIT, extra = FACTS_INIT;

	compare_scope(ticket, ticket->run.n_done + 1, found, &missing, &extra);
	if (missing.count || extra.count)
		return;
	result->is_begun_done = true;
	facts_free(&result->missing);
	facts_free(&result->extra);
}

/* ---- the whole host ---- */

/* Of `changed` what neither the prediction nor the difference from it explains. */
static void keep_besides(struct facts *changed, const struct facts *predicted,
	const struct facts *uncertain, const struct facts *told, struct facts *ret)
{
	cleanup_facts struct facts rest = FACTS_INIT;

	minus_both(changed, predicted, uncertain, &rest);
	facts_minus(&rest, told, ret);
}

static void compare_hosts(const struct ticket *ticket, struct ticket_result *result)
{
	const struct facts *expect = &ticket->plan->expect;
	cleanup_facts struct facts before = FACTS_INIT, after = FACTS_INIT;
	cleanup_facts struct facts gone = FACTS_INIT, new = FACTS_INIT;
	cleanup_facts struct facts now = FACTS_INIT, uncertain = FACTS_INIT;
	cleanup_facts struct facts to_go = FACTS_INIT, to_come = FACTS_INIT;

	host_facts(ticket->before, NULL, &before);
	host_facts(ticket->after, NULL, &after);
	facts_minus(&before, &after, &gone);
	facts_minus(&after, &before, &new);
	plan_predict(ticket->plan, ticket->run.n_done + result->is_begun_done, &now,
		&uncertain);
	facts_minus(expect, &now, &to_go);
	facts_minus(&now, expect, &to_come);
	keep_besides(&gone, &to_go, &uncertain, &result->missing, &result->gone);
	keep_besides(&new, &to_come, &uncertain, &result->extra, &result->new);
}

/* ---- the whole ---- */

/* As in a capture's own summary: what is absent, or was not asked for, is no gap. */
static void collect_unread(const struct host *host, struct facts *ret_unread)
{
	for (size_t i = 0; i < host->n_sources; i++) {
		const struct source *source = &host->sources[i];
		cleanup_buf struct buf line = BUF_INIT;

		if (source->outcome == OUTCOME_READ ||
			source->outcome == OUTCOME_ABSENT ||
			source->outcome == OUTCOME_SKIPPED)
			continue;
		buf_printf(&line, "%s: %s", source->name, outcome_name(source->outcome));
		facts_add(ret_unread, buf_text(&line));
	}
	facts_sort(ret_unread);
}

void ticket_compare(const struct ticket *ticket, struct ticket_result *ret_result)
{
	struct ticket_result result = TICKET_RESULT_INIT;
	cleanup_facts struct facts found = FACTS_INIT;

	host_index_build(ticket->after);
	host_facts(ticket->after, &ticket->plan->scope, &found);
	compare_scope(ticket, ticket->run.n_done, &found, &result.missing, &result.extra);
	if (ticket->run.is_begun && !ticket_is_as_predicted(&result))
		compare_begun(ticket, &found, &result);
	if (ticket->before) {
		host_index_build(ticket->before);
		compare_hosts(ticket, &result);
	}
	collect_unread(ticket->after, &result.unread);
	*ret_result = result;
}
