/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts of a plan as they are read: each is well-formed, about something in scope,
 * in order, and follows from what holds at that point. See plan_text.h.
 */
#include <errno.h>
#include <string.h>

#include "plan_text.h"
#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"

void plan_ledger_free(struct plan_ledger *ledger)
{
	bag_free(&ledger->now);
	bag_free(&ledger->volumes);
}

/* ---- volumes ---- */

size_t plan_volume_head(const char *line)
{
	size_t len;
	const char *type =
		fact_is(line, FACT_VOLUME) ? fact_value(line, "type", &len) : NULL;

	return type ? (size_t)(type - line) : 0;
}

static void volume_end(struct plan_ledger *ledger, const char *line)
{
	cleanup_free char *head = xstrndup(line, plan_volume_head(line));

	if (*head)
		bag_remove(&ledger->volumes, head);
}

/* Two lines would be about one volume, and a step could not be told which one holds. */
static int volume_begin(
	struct lines *lines, struct plan_ledger *ledger, const char *line)
{
	cleanup_free char *head = xstrndup(line, plan_volume_head(line));

	if (!*head ||
		bag_insert(&ledger->volumes, arena_strdup(ledger->plan->strings, head)))
		return 0;
	return lines_bad(lines, "a volume has one fact at a time: \"%s\"", head);
}

/* ---- one fact ---- */

static int check_host_fact(struct lines *lines)
{
	cleanup_free char *machine = NULL, *boot = NULL;

	if (lines_take(lines, "host machine-id ") < 0 ||
		lines_take_word(lines, ' ', &machine) < 0 ||
		lines_take(lines, " boot-id ") < 0 ||
		lines_take_word(lines, ' ', &boot) < 0)
		return -EBADMSG;
	return lines_take_end(lines);
}

static int check_fact(
	struct lines *lines, struct plan_ledger *ledger, const char *fact)
{
	if (strlen(fact) > FACT_LINE_MAX)
		return lines_bad(
			lines, "a fact has at most %d bytes", FACT_LINE_MAX);
	if (++ledger->n_lines > FACTS_MAX)
		return lines_bad(lines, "a plan has at most %d facts", FACTS_MAX);
	return 0;
}

/* Of a step, a fact is of its own part; what it may do elsewhere may be out of scope. */
static int check_subject(struct lines *lines, const struct plan_ledger *ledger,
	const struct plan_step *step, const char *fact, bool has_scope)
{
	const char *subject;
	unsigned part;
	size_t len;

	if (fact_subject(fact, &subject, &len) < 0)
		return lines_bad(lines, "not a fact: \"%s\"", fact);
	if (len == 0)
		return lines_bad(lines, "the host line comes first, once");
	if (plan_scope_part(&ledger->plan->scope, fact, &part))
		return step && part != step->part
			       ? lines_bad(lines,
					 "a fact of another part than its step: "
					 "\"%s\"",
					 fact)
			       : 0;
	if (!has_scope)
		return 0;
	if (fact_is(fact, FACT_CONDITION))
		return lines_bad(lines, "a condition that is not in scope: \"%s\"", fact);
	return lines_bad(
		lines, "a fact about %.*s, which is not in scope", (int)len, subject);
}

/* ---- one set of facts ---- */

enum fact_role {
	FACT_EXPECT,
	FACT_GONE,
	FACT_NEW,
	FACT_MAYBE_GONE, /* consequences elsewhere: shown, not verified, maybe out of
			    scope */
	FACT_MAYBE_NEW,
};

static const char *const role_words[] = {
	[FACT_EXPECT] = "expect ",
	[FACT_GONE] = "gone ",
	[FACT_NEW] = "new ",
	[FACT_MAYBE_GONE] = "maybe gone ",
	[FACT_MAYBE_NEW] = "maybe new ",
};

static int check_role(struct lines *lines, const struct plan_ledger *ledger,
	const struct plan_step *step, enum fact_role role, const char *fact)
{
	switch (role) {
	case FACT_EXPECT:
		return 0;
	case FACT_GONE:
		if (!bag_has(&ledger->now, fact))
			return lines_bad(
				lines, "gone, but not expected at this point");
		return 0;
	case FACT_NEW:
		if (bag_has(&ledger->now, fact))
			return lines_bad(
				lines, "new, but expected already at this point");
		return 0;
	case FACT_MAYBE_GONE:
	case FACT_MAYBE_NEW:
		if (facts_has(&step->gone, fact) || facts_has(&step->new, fact))
			return lines_bad(lines, "certain and uncertain at once");
		return 0;
	}
	return 0;
}

static int take_facts(struct lines *lines, struct plan_ledger *ledger,
	const struct plan_step *step, enum fact_role role, struct facts *ret)
{
	const char *keyword = role_words[role];
	bool is_sure = role != FACT_MAYBE_GONE && role != FACT_MAYBE_NEW;

	while (lines_is(lines, keyword)) {
		size_t skip = strlen(keyword);
		cleanup_free char *fact = xstrndup(lines->line + skip, lines->len - skip);

		if (check_fact(lines, ledger, fact) < 0 ||
			check_subject(lines, ledger, step, fact, is_sure) < 0 ||
			check_role(lines, ledger, step, role, fact) < 0)
			return -EBADMSG;
		if (ret->count && strcmp(ret->lines[ret->count - 1], fact) >= 0)
			return lines_bad(
				lines, "facts are in ascending order, each once");
		*array_add(&ret->lines, &ret->count) = take_ptr(fact);
		lines_advance(lines);
	}
	return 0;
}

int plan_take_expect(
	struct lines *lines, struct plan_ledger *ledger, struct facts *ret)
{
	cleanup_free char *host = NULL;
	int r = lines_take(lines, "expect ");

	if (r < 0)
		return r;
	host = xstrndup(lines->at, (size_t)(lines->line + lines->len - lines->at));
	if (check_fact(lines, ledger, host) < 0 || check_host_fact(lines) < 0)
		return -EBADMSG;
	r = take_facts(lines, ledger, NULL, FACT_EXPECT, ret);
	if (r < 0)
		return r;
	facts_insert(ret, host);
	for (size_t i = 0; i < ret->count; i++) {
		bag_insert(&ledger->now, ret->lines[i]);
		if (volume_begin(lines, ledger, ret->lines[i]) < 0)
			return -EBADMSG;
	}
	return 0;
}

int plan_take_changes(
	struct lines *lines, struct plan_ledger *ledger, struct plan_step *step)
{
	if (take_facts(lines, ledger, step, FACT_GONE, &step->gone) < 0 ||
		take_facts(lines, ledger, step, FACT_NEW, &step->new) < 0 ||
		take_facts(lines, ledger, step, FACT_MAYBE_GONE, &step->maybe_gone) < 0 ||
		take_facts(lines, ledger, step, FACT_MAYBE_NEW, &step->maybe_new) < 0)
		return -EBADMSG;
	for (size_t i = 0; i < step->gone.count; i++) {
		bag_remove(&ledger->now, step->gone.lines[i]);
		volume_end(ledger, step->gone.lines[i]);
	}
	for (size_t i = 0; i < step->new.count; i++) {
		bag_insert(&ledger->now, step->new.lines[i]);
		if (volume_begin(lines, ledger, step->new.lines[i]) < 0)
			return -EBADMSG;
	}
	return 0;
}
