/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subjects -> reasons, verdict, class. The checks themselves are in check_*.c; this file
 * runs them and lets the strictest reason decide. Invariants: a subject without a reason
 * to go stays; missing evidence never becomes "remove".
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"

void subject_reason(struct subject *subject, enum rule rule, const char *format, ...)
{
	struct reason *reason = array_add(&subject->reasons, &subject->n_reasons);
	va_list args;
	char *text = NULL;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	reason->rule = rule;
	reason->text = text;
	reason->wants = rule_wants(rule);
	/* what other hosts would say of it */
	reason->is_unknown = rule == RULE_HOST_MISSING;
}

static void reason_set_text(struct reason *reason, struct buf *text)
{
	free(reason->text);
	reason->text = take_ptr(text->data);
}

void subject_add_words(struct subject *subject, const char *words)
{
	struct reason *reason = &subject->reasons[subject->n_reasons - 1];
	struct buf text = BUF_INIT;

	buf_puts(&text, reason->text);
	buf_puts(&text, words);
	reason_set_text(reason, &text);
}

void subject_about(struct subject *subject, enum about_kind kind, const void *it)
{
	subject->reasons[subject->n_reasons - 1].about = (struct about){kind, it};
}

/* Tests switch rules off to show that each one matters. */
static void drop_rules(struct subject *subject, uint64_t rules_off)
{
	size_t kept = 0;

	for (size_t i = 0; i < subject->n_reasons; i++) {
		if (rules_off & (1ull << subject->reasons[i].rule))
			free(subject->reasons[i].text);
		else
			subject->reasons[kept++] = subject->reasons[i];
	}
	subject->n_reasons = kept;
}

/* Which of two rules of equal verdict names the class: what is worse for the host, then
 * what a person can act on; by place in this list. */
static unsigned rule_rank(enum rule rule)
{
	static const enum rule first[] = {RULE_NOT_SELECTED, RULE_ORIGIN,
		RULE_VIRTUAL_ORIGIN, RULE_GUEST_VOLUME, RULE_LOST_VOLUME,
		RULE_STALE_CORRUPTING, RULE_STALE, RULE_ORPHAN_COW, RULE_ACTIVE_TWICE,
		RULE_INVALID, RULE_OVERFLOWED, RULE_SHRUNK, RULE_LEFTOVER,
		RULE_EVIDENCE_MISSING, RULE_STALE_VOLUME, RULE_HALF_REMOVED,
		RULE_UNSETTLED};

	for (unsigned i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		if (first[i] == rule)
			return i;
	return 100 + rule;
}

static bool is_stronger(enum rule a, enum rule b)
{
	if (rule_text(a)->verdict != rule_text(b)->verdict)
		return rule_text(a)->verdict > rule_text(b)->verdict;
	return rule_rank(a) < rule_rank(b);
}

static bool has_class(const struct subject *subject)
{
	for (size_t i = 0; i < subject->n_reasons; i++)
		if (!rule_is_hint(subject->reasons[i].rule))
			return true;
	return false;
}

void subject_decide(struct subject *subject)
{
	if (!has_class(subject))
		subject_reason(subject, RULE_EVIDENCE_MISSING,
			"nothing shows that it is a leftover");
	subject->decisive = subject->reasons[0].rule;
	for (size_t i = 1; i < subject->n_reasons; i++)
		if (is_stronger(subject->reasons[i].rule, subject->decisive))
			subject->decisive = subject->reasons[i].rule;
	subject->verdict = rule_text(subject->decisive)->verdict;
}

static void check_all(const struct survey *survey, const struct sharing *sharing,
	struct subject *subject)
{
	const struct host *host = survey->host;
	bool is_crowded = false;

	switch (subject->kind) {
	case SUBJECT_HOST:
		check_host(host, subject);
		return;
	case SUBJECT_OTHER:
		check_other(host, subject);
		return;
	case SUBJECT_LAYER:
		check_layer(host, subject);
		return;
	case SUBJECT_SHOWN:
		check_shown(survey, subject);
		return;
	case SUBJECT_VOLUME:
		check_volume(host, subject);
		check_age(survey, subject);
		is_crowded = check_siblings_extent(survey, subject);
		if (!is_crowded) {
			check_neighbours(host, subject);
			check_shared_layer(host, subject);
		}
		break;
	case SUBJECT_STALE:
		check_stale(survey, subject);
		if (!subject_is_plain(subject)) {
			is_crowded = check_siblings_extent(survey, subject);
			break;
		}
		/* never removed: who uses it is told, and no more is asked */
		check_nesting(survey, sharing, subject);
		check_holders(host, subject);
		check_mounts(host, subject);
		check_shown_besides(survey, subject);
		return;
	}
	check_evidence(survey, subject);
	check_group(survey, sharing, subject);
	check_other_hosts(survey, sharing, subject);
	check_nesting(survey, sharing, subject);
	check_settled(host, subject, is_crowded);
	check_holders(host, subject);
	check_mounts(host, subject);
	check_unplaced(host, subject);
	check_production(survey, subject);
	check_ledger(host, subject);
	check_configured(survey, subject);
	check_fstab(host, subject);
	check_shown_besides(survey, subject);
	check_stack_extent(subject);
}

static void drop_reasons(struct subject *subject)
{
	for (size_t i = 0; i < subject->n_reasons; i++)
		free(subject->reasons[i].text);
	subject->n_reasons = 0;
}

/* Nobody asked for it, and that alone decides; what the verdict would be without it is
 * found for lists only, where a person looks for what to ask for. */
static void judge_unasked(const struct survey *survey, const struct sharing *sharing,
	struct subject *subject)
{
	if (survey->request->known) {
		check_all(survey, sharing, subject);
		subject_decide(subject);
		subject->otherwise = subject->decisive;
		drop_reasons(subject);
	}
	subject_reason(subject, RULE_NOT_SELECTED,
		survey->request->n_rules ? "no rule or name of the selection matches it"
					 : "no name of the selection matches it");
}

static void judge(const struct survey *survey, const struct sharing *sharing,
	struct subject *subject)
{
	/* of a volume that LVM lost sight of everybody is told */
	if (subject->is_selected || subject_is_plain(subject))
		check_all(survey, sharing, subject);
	else
		judge_unasked(survey, sharing, subject);
}

static void add_count(struct reason *reason, unsigned count)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "%s; and %u more like it", reason->text, count);
	reason_set_text(reason, &text);
}

/* What a plan undoes by itself, and nobody else has to. */
static bool rule_is_idle(enum rule rule)
{
	return rule == RULE_MOUNTED_IDLE || rule == RULE_MAPPED_IDLE ||
	       rule == RULE_HELD_IDLE;
}

/* What the plan would undo is told of each in a subject that goes; of one that stays, for
 * another reason, of a few. */
static void tell_few(struct subject *subject)
{
	unsigned n_of[RULES_COUNT] = {0};
	size_t last[RULES_COUNT] = {0}, kept = 0;

	if (subject->verdict == VERDICT_REMOVE)
		return;
	for (size_t i = 0; i < subject->n_reasons; i++) {
		struct reason *reason = &subject->reasons[i];

		if (rule_is_idle(reason->rule) && !reason_advises(reason) &&
			n_of[reason->rule]++ >= ALIKE_MOST) {
			free(reason->text);
			continue;
		}
		last[reason->rule] = kept;
		subject->reasons[kept++] = *reason;
	}
	subject->n_reasons = kept;
	for (unsigned rule = 0; rule < RULES_COUNT; rule++)
		if (n_of[rule] > ALIKE_MOST)
			add_count(&subject->reasons[last[rule]], n_of[rule] - ALIKE_MOST);
}

/* Corruption going on right now comes first in every list. */
static int order_subjects(const void *pa, const void *pb)
{
	const struct subject *a = pa, *b = pb;
	static const enum rule first[] = {RULE_STALE_CORRUPTING, RULE_LOST_VOLUME};

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		bool a_first = subject_has_rule(a, first[i]);

		if (a_first != subject_has_rule(b, first[i]))
			return a_first ? -1 : 1;
	}
	if (strcmp(a->label, b->label) != 0)
		return strcmp(a->label, b->label);
	return strcmp(a->lv_uuid, b->lv_uuid);
}

bool subject_has_rule(const struct subject *subject, enum rule rule)
{
	for (size_t i = 0; i < subject->n_reasons; i++)
		if (subject->reasons[i].rule == rule)
			return true;
	return false;
}

/* A snapshot in the kernel that LVM does not count as one of its origin: also one that
 * the metadata gives to another origin than the one that it has in the kernel. */
static bool is_unknown_to_lvm(const struct host *host, const struct subject *subject)
{
	const struct lv *lv = subject->lv;

	return subject->kind == SUBJECT_STALE ||
	       (subject->kind == SUBJECT_VOLUME &&
		       (lv->role != LV_SNAPSHOT ||
			       host_device_of_lv(host, lv->vg_uuid, lv->origin_uuid,
				       "-real") != subject->real));
}

/* One that is unknown to LVM, to be found by its -real layer. */
struct sibling {
	const struct device *real;
	size_t subject; /* its place in the survey */
};

static int order_siblings(const void *pa, const void *pb)
{
	const struct sibling *a = pa, *b = pb;

	if (a->real != b->real)
		return a->real < b->real ? -1 : 1;
	return (a->subject > b->subject) - (a->subject < b->subject);
}

static size_t first_sibling(
	const struct sibling *siblings, size_t count, const struct device *real)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (siblings[middle].real < real)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* lvremove of the last snapshot that LVM knows turns the origin back into a plain volume,
 * although another one is still on its -real layer. So those go first, or none. */
static void check_siblings(struct survey *survey, struct subject *subject,
	const struct sibling *siblings, size_t count)
{
	unsigned n_stay = 0;

	if (subject->kind != SUBJECT_VOLUME || !subject->real ||
		subject_has_rule(subject, RULE_TOO_MUCH))
		return;
	for (size_t i = first_sibling(siblings, count, subject->real);
		i < count && siblings[i].real == subject->real; i++) {
		const struct subject *other = &survey->subjects[siblings[i].subject];

		if (other->verdict == VERDICT_REMOVE || other == subject)
			continue;
		if (n_stay++ == NEIGHBOURS_MOST) {
			subject_add_words(subject, "; and so do more of them");
			return;
		}
		subject_reason(subject, RULE_STALE_SIBLING,
			"%s, a snapshot of the same origin that LVM does not know, stays",
			other->label);
		subject_about(subject, ABOUT_DEVICE, other->snapshot);
		subject_decide(subject);
	}
}

static struct sibling *collect_siblings(const struct survey *survey, size_t *ret_count)
{
	struct sibling *siblings = NULL;

	*ret_count = 0;
	for (size_t i = 0; i < survey->n_subjects; i++)
		if (survey->subjects[i].real &&
			is_unknown_to_lvm(survey->host, &survey->subjects[i]))
			*array_add(&siblings, ret_count) = (struct sibling){
				.real = survey->subjects[i].real, .subject = i};
	if (*ret_count)
		qsort(siblings, *ret_count, sizeof(*siblings), order_siblings);
	return siblings;
}

/* Returns whether one of those that were to go stays now. */
static bool check_each(struct survey *survey, bool is_removable_only)
{
	size_t count;
	struct sibling *siblings = collect_siblings(survey, &count);
	bool has_changed = false;

	for (size_t i = 0; i < survey->n_subjects; i++) {
		struct subject *subject = &survey->subjects[i];
		bool is_removable = subject->verdict == VERDICT_REMOVE;

		if (is_removable_only && !is_removable)
			continue;
		check_siblings(survey, subject, siblings, count);
		has_changed |= is_removable && subject->verdict != VERDICT_REMOVE;
	}
	free(siblings);
	return has_changed;
}

bool classify_siblings(struct survey *survey)
{
	return check_each(survey, true);
}

static void number_subjects(struct survey *survey)
{
	for (size_t i = survey->n_subjects; i-- > 0;) {
		const struct subject *subject = &survey->subjects[i];

		if (subject->snapshot)
			survey_base(survey, subject->snapshot)->subject = i + 1;
		if (subject->cow)
			survey_base(survey, subject->cow)->subject = i + 1;
	}
}

void classify_survey(struct survey *survey)
{
	cleanup_sharing struct sharing sharing = {0};

	sharing_collect(survey, &sharing);
	for (size_t i = 0; i < survey->n_subjects; i++) {
		struct subject *subject = &survey->subjects[i];

		judge(survey, &sharing, subject);
		drop_rules(subject, survey->request->rules_off);
		subject_decide(subject);
	}
	check_each(survey, false);
	for (size_t i = 0; i < survey->n_subjects; i++)
		tell_few(&survey->subjects[i]);
	if (survey->n_subjects)
		qsort(survey->subjects, survey->n_subjects, sizeof(struct subject),
			order_subjects);
	number_subjects(survey);
	outlook_survey(survey);
}

bool survey_has_kept(const struct survey *survey)
{
	for (size_t i = 0; i < survey->n_subjects; i++)
		if (survey->subjects[i].is_selected &&
			survey->subjects[i].verdict != VERDICT_REMOVE &&
			survey->subjects[i].decisive != RULE_ACTIVE_ELSEWHERE)
			return true;
	return false;
}
