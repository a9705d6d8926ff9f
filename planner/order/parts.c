/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan's steps -> its parts (plan.h). Two subjects that have anything in common are
 * in one: an entry of the scope, what a line of a step is about, sectors of a physical
 * volume. A volume group is no such thing, nor is the host. Input: a plan whose steps are
 * predicted, by whom. Output: the same plan, its steps part by part; a plan of one part
 * is left as it is. The prover shows that the parts need nothing of each other.
 */
#include <stdlib.h>
#include <string.h>

#include "order.h"
#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"
#include "snapstate/host.h"
#include "snapstate/host/lvm.h"

/* What a subject has to do with. */
struct share {
	const char *what;
	size_t subject;
};

struct joining {
	const struct ordering *ordering;
	struct arena *strings;
	struct share *shares; /* sorted by `what` */
	size_t n_shares;
	size_t *joined; /* for each subject: another one of its part, or itself */
	unsigned *part; /* for each subject that stands for its part */
	unsigned n_parts;
};

static void share(struct joining *joining, size_t subject, const char *what, size_t len)
{
	*array_add(&joining->shares, &joining->n_shares) =
		(struct share){arena_strndup(joining->strings, what, len), subject};
}

static void share_text(struct joining *joining, size_t subject, const struct buf *text)
{
	share(joining, subject, buf_text(text), text->len);
}

/* ---- what an entry of a scope is called ---- */

static void name_devno(struct devno devno, struct buf *text)
{
	text->len = 0;
	buf_devno(text, devno);
}

static void name_volume(const char *vg_uuid, const char *lv_uuid, struct buf *text)
{
	text->len = 0;
	buf_word(text, vg_uuid);
	buf_puts(text, "/");
	buf_word(text, lv_uuid);
}

static void name_condition(const struct condition *condition, struct buf *text)
{
	text->len = 0;
	condition_line_begin(condition, text);
}

/* ---- who has to do with what ---- */

static void share_scope(
	struct joining *joining, size_t subject, const struct scope *scope)
{
	cleanup_buf struct buf text = BUF_INIT;

	for (size_t i = 0; i < scope->n_devices; i++) {
		name_devno(scope->devices[i].devno, &text);
		share_text(joining, subject, &text);
	}
	for (size_t i = 0; i < scope->n_blocks; i++) {
		name_devno(scope->blocks[i].devno, &text);
		share_text(joining, subject, &text);
	}
	for (size_t i = 0; i < scope->n_volumes; i++) {
		name_volume(scope->volumes[i].vg_uuid, scope->volumes[i].lv_uuid, &text);
		share_text(joining, subject, &text);
	}
	for (size_t i = 0; i < scope->n_conditions; i++) {
		const struct condition *condition = &scope->conditions[i];

		if (!condition_is_of_part(condition))
			continue;
		name_condition(condition, &text);
		share_text(joining, subject, &text);
		if (!*condition->lv_uuid)
			continue;
		name_volume(condition->vg_uuid, condition->lv_uuid, &text);
		share_text(joining, subject, &text);
	}
}

/* "254:3", "VG-UUID/LV-UUID"; without these it is a group, or the host. */
static bool is_of_one(const char *subject, size_t len)
{
	return memchr(subject, ':', len) || memchr(subject, '/', len);
}

static void share_facts(
	struct joining *joining, size_t subject, const struct facts *facts)
{
	for (size_t i = 0; i < facts->count; i++) {
		const char *line = facts->lines[i], *about;
		const char *holder = fact_holding_device(line);
		size_t len;

		if (fact_subject(line, &about, &len) == 0 && is_of_one(about, len))
			share(joining, subject, about, len);
		if (holder)
			share(joining, subject, holder, strlen(holder));
	}
}

/* A stale snapshot writes where its COW is: while it is there, those extents are not to
 * be free. */
static void share_extents(
	struct joining *joining, size_t at, const struct subject *subject)
{
	const struct host *host = joining->ordering->survey->host;
	cleanup_free struct overlap *overlaps = NULL;
	cleanup_buf struct buf text = BUF_INIT;
	bool is_complete;
	size_t count = 0;

	if (!subject_is_mapping(subject) || !subject->cow)
		return;
	host_overlaps(
		host, subject->cow, subject->vg_uuid, &overlaps, &count, &is_complete);
	for (size_t i = 0; i < count; i++) {
		name_volume(overlaps[i].victim->vg_uuid, overlaps[i].victim->uuid, &text);
		share_text(joining, at, &text);
	}
}

static int order_shares(const void *pa, const void *pb)
{
	const struct share *a = pa, *b = pb;
	int order = strcmp(a->what, b->what);

	return order ? order : (a->subject > b->subject) - (a->subject < b->subject);
}

static void collect(struct joining *joining)
{
	const struct ordering *ordering = joining->ordering;
	const struct survey *survey = ordering->survey;

	for (size_t i = 0; i < survey->n_subjects; i++) {
		cleanup_scope struct scope scope = {0};

		if (!order_is_of(&survey->subjects[i], ordering->parts))
			continue;
		order_scope_of_subject(ordering, &survey->subjects[i], &scope);
		share_scope(joining, i, &scope);
		share_extents(joining, i, &survey->subjects[i]);
	}
	for (size_t i = 0; i < ordering->plan->n_steps; i++) {
		const struct plan_step *step = &ordering->plan->steps[i];
		size_t subject = ordering->step_of[i];

		share_facts(joining, subject, &step->gone);
		share_facts(joining, subject, &step->new);
		share_facts(joining, subject, &step->maybe_gone);
		share_facts(joining, subject, &step->maybe_new);
	}
	if (joining->n_shares)
		qsort(joining->shares, joining->n_shares, sizeof(*joining->shares),
			order_shares);
}

/* ---- who has something in common ---- */

/* The one that stands for its part. */
static size_t root_of(const struct joining *joining, size_t subject)
{
	while (joining->joined[subject] != subject) {
		joining->joined[subject] = joining->joined[joining->joined[subject]];
		subject = joining->joined[subject];
	}
	return subject;
}

static void join(struct joining *joining)
{
	size_t n_subjects = joining->ordering->survey->n_subjects;

	joining->joined = xcalloc(n_subjects + 1, sizeof(*joining->joined));
	joining->part = xcalloc(n_subjects + 1, sizeof(*joining->part));
	for (size_t i = 0; i < n_subjects; i++)
		joining->joined[i] = i;
	for (size_t i = 1; i < joining->n_shares; i++)
		if (strcmp(joining->shares[i - 1].what, joining->shares[i].what) == 0)
			joining->joined[root_of(joining, joining->shares[i].subject)] =
				root_of(joining, joining->shares[i - 1].subject);
}

/* In the order of their first steps. */
static void number(struct joining *joining)
{
	const struct ordering *ordering = joining->ordering;

	for (size_t i = 0; i < ordering->plan->n_steps; i++) {
		unsigned *part = &joining->part[root_of(joining, ordering->step_of[i])];

		if (!*part)
			*part = ++joining->n_parts;
		ordering->plan->steps[i].part = *part;
	}
}

/* ---- what that makes of the plan ---- */

static int order_what(const void *key, const void *share)
{
	return strcmp(key, ((const struct share *)share)->what);
}

/* Whoever has to do with it is of one part. 0: nobody; the reader refuses such a plan. */
static unsigned part_of(const struct joining *joining, const struct buf *text)
{
	const struct share *share =
		joining->n_shares
			? bsearch(buf_text(text), joining->shares, joining->n_shares,
				  sizeof(*joining->shares), order_what)
			: NULL;

	return share ? joining->part[root_of(joining, share->subject)] : 0;
}

static void mark_scope(const struct joining *joining, struct scope *scope)
{
	cleanup_buf struct buf text = BUF_INIT;

	for (size_t i = 0; i < scope->n_devices; i++) {
		name_devno(scope->devices[i].devno, &text);
		scope->devices[i].part = part_of(joining, &text);
	}
	for (size_t i = 0; i < scope->n_blocks; i++) {
		name_devno(scope->blocks[i].devno, &text);
		scope->blocks[i].part = part_of(joining, &text);
	}
	for (size_t i = 0; i < scope->n_volumes; i++) {
		name_volume(scope->volumes[i].vg_uuid, scope->volumes[i].lv_uuid, &text);
		scope->volumes[i].part = part_of(joining, &text);
	}
	for (size_t i = 0; i < scope->n_conditions; i++) {
		if (!condition_is_of_part(&scope->conditions[i]))
			continue;
		name_condition(&scope->conditions[i], &text);
		scope->conditions[i].part = part_of(joining, &text);
	}
}

/* All steps of a subject stay in a row. */
static void arrange_steps(struct joining *joining)
{
	struct ordering *ordering = (struct ordering *)joining->ordering;
	struct plan *plan = ordering->plan;
	cleanup_free size_t *at = xcalloc(joining->n_parts + 2, sizeof(*at));
	cleanup_free size_t *moved = xcalloc(plan->n_steps + 1, sizeof(*moved));
	struct plan_step *steps = NULL;
	size_t count = 0;

	for (size_t i = 0; i < plan->n_steps; i++) {
		array_add(&steps, &count);
		at[plan->steps[i].part + 1]++;
	}
	for (unsigned part = 1; part <= joining->n_parts; part++)
		at[part + 1] += at[part];
	for (size_t i = 0; i < plan->n_steps; i++) {
		moved[i] = at[plan->steps[i].part]++;
		steps[moved[i]] = plan->steps[i];
		steps[moved[i]].number = moved[i] + 1;
	}
	free(plan->steps);
	plan->steps = steps;
	for (size_t i = 0; i < ordering->survey->n_subjects; i++) {
		struct subject *subject = &ordering->survey->subjects[i];

		if (order_is_of(subject, ordering->parts) && subject->n_steps)
			subject->first_step = moved[subject->first_step];
	}
}

static bool has_steps(const struct ordering *ordering)
{
	const struct survey *survey = ordering->survey;

	for (size_t i = 0; i < survey->n_subjects; i++)
		if (order_is_of(&survey->subjects[i], ordering->parts) &&
			!survey->subjects[i].n_steps)
			return false;
	return true;
}

static void forget_parts(struct plan *plan)
{
	for (size_t i = 0; i < plan->n_steps; i++)
		plan->steps[i].part = 0;
}

void order_find_parts(struct ordering *ordering)
{
	struct joining joining = {.ordering = ordering, .strings = arena_new()};
	struct plan *plan = ordering->plan;

	collect(&joining);
	join(&joining);
	number(&joining);
	if (joining.n_parts > 1 && has_steps(ordering)) {
		plan->version = PLAN_VERSION_PARTS;
		plan->n_parts = joining.n_parts;
		mark_scope(&joining, &plan->scope);
		arrange_steps(&joining);
	} else {
		forget_parts(plan);
	}
	free(joining.shares);
	free(joining.joined);
	free(joining.part);
	arena_free(joining.strings);
}
