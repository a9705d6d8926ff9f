/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ask, compare. Input: a view of the plan's scope, the observer's answer. Output: the
 * lines that differ. Changes nothing. Invariants: without an answer nothing is taken for
 * found; nothing outside the scope is compared.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"
#include "look.h"

/* ---- looking ---- */

/* -EAGAIN: a source kept changing while it was read. -ENODATA: all else. */
static int ask(const struct looking *looking, const struct observe_question *question,
	struct sight *ret_sight, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT, answer = BUF_INIT;
	int r;

	observe_question_write(question, &text);
	r = looking->ask(looking->eyes, &text, &answer, err);
	if (r == 0)
		r = observe_answer_read(
			buf_text(&answer), answer.len, OBSERVE_NAME, ret_sight, err);
	return r == 0 || r == -EAGAIN ? r : -ENODATA;
}

/* The facts of the view's scope that its parts cover. */
static int see(const struct looking *looking, const struct view *view,
	struct sight *ret_sight, struct facts *ret_found, struct err *err)
{
	struct observe_question question = {.parts = view->parts,
		.scope = view->scope,
		.names = view->names}; /* borrowed */
	struct sight sight = SIGHT_INIT;
	int r;

	snprintf(
		question.redaction, sizeof(question.redaction), "%s", looking->redaction);
	r = ask(looking, &question, &sight, err);
	if (r < 0)
		return r;
	facts_keep_covered(&sight.found, view->parts, ret_found);
	sight_free(ret_sight);
	*ret_sight = sight;
	return 0;
}

static bool has_time(const struct looking *looking, int64_t deadline)
{
	if (looking->now_ms(looking->clock) >= deadline)
		return false;
	looking->pause(looking->clock, looking->poll_ms);
	return true;
}

static int64_t deadline_in(const struct looking *looking, unsigned ms)
{
	return looking->now_ms(looking->clock) + ms;
}

/* ---- comparing ---- */

static void compare(const struct view *view, const struct facts *expected,
	const struct facts *found, struct difference *ret)
{
	difference_free(ret);
	facts_minus_both(expected, found, view->uncertain, &ret->missing);
	facts_minus_both(found, expected, view->uncertain, &ret->extra);
}

int verify_read(const struct looking *looking, const struct view *view,
	struct facts *ret_found, struct err *err)
{
	int64_t deadline = deadline_in(looking, looking->flap_ms);
	int r;

	do {
		cleanup_sight struct sight sight = SIGHT_INIT;

		r = see(looking, view, &sight, ret_found, err);
	} while (r == -EAGAIN && has_time(looking, deadline));
	return r < 0 ? -ENODATA : 0;
}

void verify_compare(const struct view *view, const struct facts *found,
	struct difference *ret_difference)
{
	compare(view, &view->expected, found, ret_difference);
}

/* A device line without its open count, or without its flags as well. */
static void add_without(struct facts *facts, const char *line, bool without_flags)
{
	size_t len;
	const char *open = fact_value(line, "open", &len);
	const char *rest = fact_value(line, without_flags ? "size" : "flags", &len);
	cleanup_buf struct buf text = BUF_INIT;

	if (open && rest) {
		buf_add(&text, line, (size_t)(open - line));
		line = rest;
	}
	buf_puts(&text, line);
	facts_add(facts, buf_text(&text));
}

/* Who changes something for a moment. */
enum passer {
	PASSER_UDEV, /* it looks at a device: open counts, holders */
	PASSER_LVM,  /* a command at work beside it: flags, inactive tables, conditions */
};

static bool add_passing(
	const struct facts *lines, enum passer passer, struct facts *ret_devices)
{
	bool is_lvm = passer == PASSER_LVM;

	for (size_t i = 0; i < lines->count; i++) {
		const char *line = lines->lines[i];

		if (fact_is(line, FACT_DEVICE))
			add_without(ret_devices, line, is_lvm);
		else if (!fact_is(line, FACT_HOLDER) &&
			 !(is_lvm && (fact_is(line, FACT_INACTIVE) ||
					     fact_is(line, FACT_CONDITION))))
			return false;
	}
	facts_sort(ret_devices);
	return true;
}

/* true: only that differs. */
static bool is_passing(const struct difference *difference, enum passer passer)
{
	cleanup_facts struct facts missing = FACTS_INIT, extra = FACTS_INIT;
	cleanup_facts struct facts a = FACTS_INIT, b = FACTS_INIT;

	if (!add_passing(&difference->missing, passer, &missing) ||
		!add_passing(&difference->extra, passer, &extra))
		return false;
	facts_minus(&missing, &extra, &a);
	facts_minus(&extra, &missing, &b);
	return a.count == 0 && b.count == 0;
}

/* 0: that does not pass. udev is done sooner than another LVM command. */
static unsigned patience(
	const struct looking *looking, const struct difference *difference)
{
	if (is_passing(difference, PASSER_UDEV))
		return looking->flap_ms;
	return is_passing(difference, PASSER_LVM) ? looking->settle_ms : 0;
}

static bool are_covered(const struct facts *lines, unsigned parts)
{
	cleanup_facts struct facts covered = FACTS_INIT;

	facts_keep_covered(lines, parts, &covered);
	return covered.count == lines->count;
}

/* Looks again, without LVM unless what differs comes from there: asking takes long. A
 * reading that the caller acts by is replaced by a later one only as a whole. */
static int look_again(const struct looking *looking, const struct view *view,
	struct sight *sight, struct difference *difference, struct err *err)
{
	int64_t begin = looking->now_ms(looking->clock);
	struct view cheap = *view;
	cleanup_facts struct facts expected = FACTS_INIT;
	int r = 0;

	cheap.parts &= ~(unsigned)(PROBE_LVM | PROBE_PVS);
	facts_keep_covered(&view->expected, cheap.parts, &expected);
	while (!difference_is_empty(difference) &&
		has_time(looking, begin + patience(looking, difference))) {
		bool is_cheap = are_covered(&difference->missing, cheap.parts) &&
				are_covered(&difference->extra, cheap.parts);
		cleanup_facts struct facts found = FACTS_INIT;
		struct sight again = SIGHT_INIT;

		r = see(looking, is_cheap ? &cheap : view, &again, &found, err);
		if (r == 0)
			compare(view, is_cheap ? &expected : &view->expected, &found,
				difference);
		else if (r != -EAGAIN)
			return r;
		if (r == 0 && !is_cheap) {
			sight_free(sight);
			*sight = again;
		} else {
			sight_free(&again);
		}
	}
	return r == -EAGAIN ? -ENODATA : r;
}

int verify_expected(const struct looking *looking, const struct view *view,
	struct sight *ret_sight, struct difference *ret_difference, struct err *err)
{
	int64_t deadline = deadline_in(looking, looking->flap_ms);
	cleanup_facts struct facts found = FACTS_INIT;
	int r;

	do
		r = see(looking, view, ret_sight, &found, err);
	while (r == -EAGAIN && has_time(looking, deadline));
	if (r < 0)
		return -ENODATA;
	compare(view, &view->expected, &found, ret_difference);
	return look_again(looking, view, ret_sight, ret_difference, err);
}

enum confirmation verify_predicted(const struct looking *looking, const struct view *view,
	bool has_failed, struct difference *ret_difference, struct err *err)
{
	int64_t deadline = deadline_in(looking, looking->settle_ms);
	struct view after = *view;
	bool is_unchanged = false;
	int r;

	after.parts = view->parts_after;
	after.scope = view->scope_after;
	after.names.count = 0; /* of what is to be done, not of what became of it */
	do {
		cleanup_difference struct difference before = DIFFERENCE_INIT;
		cleanup_facts struct facts found = FACTS_INIT;
		cleanup_sight struct sight sight = SIGHT_INIT;

		r = see(looking, &after, &sight, &found, err);
		if (r < 0)
			continue;
		compare(&after, &view->predicted, &found, ret_difference);
		if (difference_is_empty(ret_difference))
			return CONFIRM_PREDICTED;
		compare(&after, &view->unchanged, &found, &before);
		/* who opened it meanwhile is why nothing has changed */
		is_unchanged = difference_is_empty(&before) ||
			       (has_failed && is_passing(&before, PASSER_UDEV));
	} while (!(has_failed && r == 0 && is_unchanged) && has_time(looking, deadline));
	if (r < 0)
		return CONFIRM_UNREAD;
	return is_unchanged ? CONFIRM_UNCHANGED : CONFIRM_DIFFERS;
}

/* ---- which host ---- */

/* The value of a key of the host line, as it is written. malloc'ed. */
static char *host_word(const struct facts *facts, const char *key)
{
	size_t i = facts_first(facts, FACT_HOST, NULL), len;
	const char *value = facts_is_at(facts, i, FACT_HOST, NULL)
				    ? fact_value(facts->lines[i], key, &len)
				    : NULL;

	return value ? xstrndup(value, len) : xstrdup("");
}

int verify_identity(
	const struct looking *looking, const struct plan *plan, struct err *err)
{
	cleanup_sight struct sight sight = SIGHT_INIT;
	cleanup_free char *machine_id = host_word(&plan->expect, "machine-id");
	cleanup_free char *boot_id = host_word(&plan->expect, "boot-id");
	/* under the host's own names */
	const struct observe_question question = {.parts = PROBE_IDENTITY};
	int r = ask(looking, &question, &sight, err);

	if (r < 0)
		return r;
	cleanup_free char *node = sight_word_of(&sight, "host");
	cleanup_free char *machine_here = host_word(&sight.found, "machine-id");
	cleanup_free char *boot_here = host_word(&sight.found, "boot-id");
	if (strcmp(machine_id, machine_here) != 0)
		return err_set(err, -EXDEV,
			"this plan is for another host: it was made for machine-id %s, "
			"and "
			"this host is %s (%s)",
			machine_id, machine_here, node);
	if (strcmp(boot_id, boot_here) != 0)
		return err_set(err, -EXDEV,
			"this host was restarted since its capture: the plan is for "
			"boot-id %s, and this is %s",
			boot_id, boot_here);
	return 0;
}
