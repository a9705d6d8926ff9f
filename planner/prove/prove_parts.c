/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule 15: the parts of a plan need nothing of each other. Input: a plan with parts, the
 * host of its capture. Output: 0, or what one part has to do with another.
 *
 * First by the lines: what a step changes, or may change, is about nothing that another
 * part speaks of. So what each part expects and predicts is the same whichever others are
 * carried out, before or after it. Then by the other rules, on the host: the parts in
 * reverse, so that of each two of them each was carried out before the other; and unless
 * there are very many, each part alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "prove.h"
#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"

#define ALONE_MOST 16 /* parts that are proven alone, each */
#define ALL_MOST   4  /* parts of which all combinations are proven */

/* ---- by the lines ---- */

/* A part speaks of something. */
struct mention {
	const char *line;
	size_t at, len; /* of the line, what it is about */
	unsigned part;
	bool is_changed;
};

struct mentions {
	struct mention *items;
	size_t count;
};

/* A device, a volume; of what a whole group is asked, that question. */
static void mention(
	struct mentions *mentions, const char *line, unsigned part, bool is_changed)
{
	const char *subject;
	struct mention *it;
	size_t len;

	if (fact_subject(line, &subject, &len) < 0 || !len)
		return;
	if (!memchr(subject, ':', len) && !memchr(subject, '/', len)) {
		subject = line;
		len = strlen(line);
	}
	it = array_add(&mentions->items, &mentions->count);
	*it = (struct mention){line, (size_t)(subject - line), len, part, is_changed};
}

static void mention_all(
	struct mentions *mentions, const struct facts *facts, unsigned part)
{
	for (size_t i = 0; i < facts->count; i++) {
		const char *holder = fact_holding_device(facts->lines[i]);

		mention(mentions, facts->lines[i], part, true);
		if (holder)
			*array_add(&mentions->items, &mentions->count) = (struct mention){
				facts->lines[i], (size_t)(holder - facts->lines[i]),
				strlen(holder), part, false};
	}
}

static int order_mentions(const void *pa, const void *pb)
{
	const struct mention *a = pa, *b = pb;
	size_t len = a->len < b->len ? a->len : b->len;
	int order = memcmp(a->line + a->at, b->line + b->at, len);

	return order ? order : (a->len > b->len) - (a->len < b->len);
}

static int check_mentions(const struct mentions *mentions, struct err *err)
{
	for (size_t i = 0, end; i < mentions->count; i = end) {
		const struct mention *first = &mentions->items[i];
		const struct mention *changed = NULL, *other = NULL;

		for (end = i; end < mentions->count &&
			      order_mentions(first, &mentions->items[end]) == 0;
			end++) {
			const struct mention *it = &mentions->items[end];

			changed = it->is_changed ? it : changed;
			other = it->part != first->part ? it : other;
		}
		if (changed && other)
			return err_set(err, -EPERM,
				"the plan breaks rule 15: parts %u and %u both speak of "
				"what a step changes: %s",
				first->part, other->part, changed->line);
	}
	return 0;
}

/* Of no part is what each of them may rely on: no step changes it. */
static int check_lines(const struct plan *plan, struct err *err)
{
	struct mentions mentions = {0};
	int r;

	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct plan_step *step = &plan->steps[i];

		mention_all(&mentions, &step->gone, step->part);
		mention_all(&mentions, &step->new, step->part);
		mention_all(&mentions, &step->maybe_gone, step->part);
		mention_all(&mentions, &step->maybe_new, step->part);
	}
	for (size_t i = 0; i < plan->expect.count; i++) {
		unsigned part = 0;

		plan_scope_part(&plan->scope, plan->expect.lines[i], &part);
		mention(&mentions, plan->expect.lines[i], part, false);
	}
	if (mentions.count)
		qsort(mentions.items, mentions.count, sizeof(*mentions.items),
			order_mentions);
	r = check_mentions(&mentions, err);
	free(mentions.items);
	return r;
}

/* ---- on the host ---- */

struct trial {
	const struct host *host;
	const struct plan *plan;
	unsigned *parts; /* room for all */
	size_t count;
	struct err *err;
};

static int prove_these(struct trial *trial, const char *words)
{
	cleanup_plan_arranged struct plan *arranged =
		plan_arrange(trial->plan, trial->parts, trial->count);
	const struct proof_plan alone = {0, arranged};
	int r = proof_plans_in_turn(&trial->host, 1, &alone, 1, trial->err);

	return r < 0 ? err_wrap(trial->err, "the plan breaks rule 15: %s", words) : 0;
}

static int prove_reverse(struct trial *trial)
{
	trial->count = 0;
	for (unsigned part = trial->plan->n_parts; part > 0; part--)
		trial->parts[trial->count++] = part;
	return prove_these(trial, "its parts in reverse");
}

static int prove_alone(struct trial *trial, unsigned part)
{
	trial->count = 1;
	trial->parts[0] = part;
	return prove_these(trial, "a part alone");
}

static int prove_combinations(struct trial *trial)
{
	for (unsigned kept = 1; kept + 1 < 1u << trial->plan->n_parts; kept++) {
		trial->count = 0;
		for (unsigned part = 1; part <= trial->plan->n_parts; part++)
			if (kept >> (part - 1) & 1)
				trial->parts[trial->count++] = part;
		if (prove_these(trial, "without some parts") < 0)
			return -EPERM;
	}
	return 0;
}

static int prove_subsets(struct trial *trial)
{
	unsigned n_parts = trial->plan->n_parts;

	if (n_parts <= ALL_MOST)
		return prove_combinations(trial);
	for (unsigned part = 1; n_parts <= ALONE_MOST && part <= n_parts; part++)
		if (prove_alone(trial, part) < 0)
			return -EPERM;
	return 0;
}

int proof_check_parts(const struct host *host, const struct plan *plan, struct err *err)
{
	cleanup_free unsigned *parts = xcalloc(plan->n_parts + 1, sizeof(*parts));
	struct trial trial = {.host = host, .plan = plan, .parts = parts, .err = err};
	int r = check_lines(plan, err);

	if (r == 0)
		r = prove_reverse(&trial);
	return r == 0 ? prove_subsets(&trial) : r;
}
