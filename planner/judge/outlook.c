/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of what is undecided, what the evidence so far speaks for: what the verdict would be if
 * everything that is not known were as a leftover has it. Input: the reasons of the
 * judgement, none of its own. Invariants: beside any other verdict there is none; a
 * reason that is a fact is never resolved; where nothing shows a leftover, it is open.
 */
#include "checks.h"

const char *outlook_name(enum outlook outlook)
{
	switch (outlook) {
	case OUTLOOK_NONE:
		break;
	case OUTLOOK_REMOVE:
		return "remove";
	case OUTLOOK_OPEN:
		return "open";
	case OUTLOOK_KEEP:
		return "keep";
	}
	return "";
}

const char *outlook_meaning(enum outlook outlook)
{
	switch (outlook) {
	case OUTLOOK_NONE:
		break;
	case OUTLOOK_REMOVE:
		return "all evidence fits a leftover, and nothing contradicts that";
	case OUTLOOK_OPEN:
		return "the evidence points neither way";
	case OUTLOOK_KEEP:
		return "there is evidence for keeping it";
	}
	return "";
}

/* What a fact of an undecided rule speaks for. */
static enum outlook outlook_of_fact(enum rule rule)
{
	switch ((int)rule) {
	case RULE_TOO_YOUNG:
	case RULE_MOUNTED_READ_WRITE:
	case RULE_CONFIGURED:
		return OUTLOOK_KEEP;
	default:
		return OUTLOOK_OPEN;
	}
}

/* The other snapshot of its origin whose staying is the reason; NULL: it is another
 * reason. */
static const struct subject *sibling_of(
	const struct survey *survey, const struct reason *reason)
{
	size_t number = 0;

	if (reason->rule == RULE_STALE_SIBLING && reason->about.kind == ABOUT_DEVICE &&
		reason->about.it)
		number = survey_base(survey, reason->about.it)->subject;
	return number ? &survey->subjects[number - 1] : NULL;
}

static bool is_resolved(const struct survey *survey, const struct reason *reason)
{
	const struct subject *sibling = sibling_of(survey, reason);

	return reason->is_unknown || (sibling && sibling->outlook == OUTLOOK_REMOVE);
}

static enum outlook outlook_of(const struct survey *survey, const struct subject *subject)
{
	enum outlook worst = OUTLOOK_REMOVE;
	bool is_leftover = false;

	if (subject->verdict != VERDICT_UNDECIDED)
		return OUTLOOK_NONE;
	for (size_t i = 0; i < subject->n_reasons; i++) {
		const struct reason *reason = &subject->reasons[i];
		enum outlook fact;

		if (rule_text(reason->rule)->verdict == VERDICT_REMOVE) {
			is_leftover |= !rule_is_hint(reason->rule);
			continue;
		}
		if (is_resolved(survey, reason))
			continue;
		fact = outlook_of_fact(reason->rule);
		worst = fact > worst ? fact : worst;
	}
	return worst == OUTLOOK_REMOVE && !is_leftover ? OUTLOOK_OPEN : worst;
}

void outlook_survey(struct survey *survey)
{
	/* those that stay for a sibling's sake come second */
	for (size_t i = 0; i < survey->n_subjects; i++)
		survey->subjects[i].outlook = outlook_of(survey, &survey->subjects[i]);
	for (size_t i = 0; i < survey->n_subjects; i++)
		if (subject_has_rule(&survey->subjects[i], RULE_STALE_SIBLING))
			survey->subjects[i].outlook =
				outlook_of(survey, &survey->subjects[i]);
}

/* ---- what would decide ---- */

void subject_unknown(struct subject *subject, unsigned wants)
{
	subject->reasons[subject->n_reasons - 1].is_unknown = true;
	subject_wants(subject, wants);
}

void subject_wants(struct subject *subject, unsigned wants)
{
	subject->reasons[subject->n_reasons - 1].wants |= wants;
}

unsigned subject_asks(const struct subject *subject)
{
	unsigned asks = 0;

	for (size_t i = 0; i < subject->n_reasons; i++) {
		const struct reason *reason = &subject->reasons[i];

		/* of what is refused only what refuses it may be asked about */
		if (subject->verdict == VERDICT_UNDECIDED ||
			rule_text(reason->rule)->verdict == VERDICT_REFUSE)
			asks |= reason->wants;
	}
	return subject->verdict == VERDICT_REMOVE ? 0 : asks;
}
