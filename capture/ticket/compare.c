/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host afterwards against the plan; see ticket.h. Input: a plan, how far its journal
 * says that it was carried out, captures. Output: facts that differ. Uses no code of
 * those who predict or verify elsewhere but the rendering of facts and the plan's own
 * arithmetic.
 */
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"
#include "snapstate/host.h"
#include "snapstate/host/places.h"
#include "snapstate/host/source.h"
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

/* ---- what the plan says ---- */

static const struct plan *carried_out(const struct ticket *ticket)
{
	return ticket->carried_out ? ticket->carried_out : ticket->plan;
}

struct prediction {
	struct facts now, uncertain;
};

static void prediction_free(struct prediction *prediction)
{
	facts_free(&prediction->now);
	facts_free(&prediction->uncertain);
}

static void compare_scope(const struct prediction *prediction, const struct facts *found,
	struct ticket_result *result)
{
	facts_minus_both(
		&prediction->now, found, &prediction->uncertain, &result->missing);
	facts_minus_both(found, &prediction->now, &prediction->uncertain, &result->extra);
}

/* Of a step that was begun, and whose end is not in the journal, the host alone can tell:
 * where it is as after that step, that is what counts. */
static void compare_begun(const struct ticket *ticket, const struct facts *found,
	struct prediction *prediction, struct ticket_result *result)
{
	cleanup_ticket_result struct ticket_result other = TICKET_RESULT_INIT;
	struct prediction after = {0};

	plan_predict(carried_out(ticket), ticket->run.n_done + 1, &after.now,
		&after.uncertain);
	facts_drop_momentary(&after.now);
	compare_scope(&after, found, &other);
	if (ticket_is_as_predicted(&other)) {
		ticket_result_free(result);
		result->is_begun_done = true;
		prediction_free(prediction);
		*prediction = after;
	} else {
		prediction_free(&after);
	}
}

/* ---- the whole host ---- */

/* Of `changed` what neither the prediction nor the difference from it explains. */
static void keep_besides(const struct facts *changed, const struct facts *predicted,
	const struct facts *uncertain, const struct facts *told, struct facts *ret)
{
	cleanup_facts struct facts rest = FACTS_INIT;

	facts_minus_both(changed, predicted, uncertain, &rest);
	facts_minus(&rest, told, ret);
}

/* Two lines of devices. */
static bool is_same_but_opens(const char *a, const char *b)
{
	size_t len_a, len_b;
	const char *open_a = fact_value(a, "open", &len_a);
	const char *open_b = fact_value(b, "open", &len_b);

	return open_a && open_b && open_a - a == open_b - b &&
	       memcmp(a, b, (size_t)(open_a - a)) == 0 &&
	       strcmp(open_a + len_a, open_b + len_b) == 0;
}

/* Of a device that a whole host's facts say no open count of (facts.h, "open"), the plan
 * may speak with one: then its line is the one that the plan knows. */
static const char *as_predicted(const char *line, const struct facts *predicted)
{
	cleanup_free char *id = NULL;
	const char *subject;
	size_t len;

	if (!fact_is(line, FACT_DEVICE) || !fact_value_is(line, "open", "*"))
		return line;
	subject = fact_id(line, &len);
	id = xstrndup(subject, len);
	for (size_t i = facts_first(predicted, FACT_DEVICE, id);
		facts_is_at(predicted, i, FACT_DEVICE, id); i++)
		if (is_same_but_opens(predicted->lines[i], line))
			return predicted->lines[i];
	return line;
}

static void take_as_predicted(
	const struct facts *changed, const struct facts *predicted, struct facts *ret)
{
	for (size_t i = 0; i < changed->count; i++)
		facts_add(ret, as_predicted(changed->lines[i], predicted));
	facts_sort(ret);
}

static void compare_hosts(const struct ticket *ticket,
	const struct prediction *prediction, struct ticket_result *result)
{
	const struct facts *expect = &carried_out(ticket)->expect;
	const struct facts *now = &prediction->now, *uncertain = &prediction->uncertain;
	cleanup_facts struct facts before = FACTS_INIT, after = FACTS_INIT;
	cleanup_facts struct facts gone = FACTS_INIT, new = FACTS_INIT;
	cleanup_facts struct facts to_go = FACTS_INIT, to_come = FACTS_INIT;
	cleanup_facts struct facts went = FACTS_INIT, came = FACTS_INIT;

	host_facts(ticket->before, NULL, &before);
	host_facts(ticket->after, NULL, &after);
	facts_minus(&before, &after, &gone);
	facts_minus(&after, &before, &new);
	facts_minus(expect, now, &to_go);
	facts_minus(now, expect, &to_come);
	take_as_predicted(&gone, &to_go, &went);
	take_as_predicted(&new, &to_come, &came);
	keep_besides(&went, &to_go, uncertain, &result->missing, &result->gone);
	keep_besides(&came, &to_come, uncertain, &result->extra, &result->new);
}

/* ---- the whole ---- */

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
	cleanup_with(prediction_free) struct prediction prediction = {0};
	struct ticket_result result = TICKET_RESULT_INIT;
	cleanup_facts struct facts found = FACTS_INIT;

	host_index_build(ticket->after);
	host_facts(ticket->after, &carried_out(ticket)->scope, &found);
	plan_predict(carried_out(ticket), ticket->run.n_done, &prediction.now,
		&prediction.uncertain);
	facts_drop_momentary(&found);
	facts_drop_momentary(&prediction.now);
	compare_scope(&prediction, &found, &result);
	if (ticket->run.is_begun && !ticket_is_as_predicted(&result))
		compare_begun(ticket, &found, &prediction, &result);
	if (ticket->before) {
		host_index_build(ticket->before);
		compare_hosts(ticket, &prediction, &result);
	}
	collect_unread(ticket->after, &result.unread);
	*ret_result = result;
}
