/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prover: reads a finished plan, as the executor will, replays it on a copy of the
 * host under the kernel's and LVM's rules, and checks before every step what a plan must
 * never do. It shares no code with the passes that judge and order (survey, classify,
 * check_*, order, replay): where one of them is wrong, this one says so, and the plan is
 * not written.
 *
 * Input: the host of the capture, the plan. Output: 0, or the first rule that is broken.
 * The rules, by their numbers in the errors:
 *   - 1 no origin, -real layer or anything below them; only what is on a leftover
 *     snapshot that a rule of the plan selects, or holds its exceptions (lv-refresh: only
 *     when asked for, and only an origin without snapshots)
 *   - 2 (by force, lazily, by name alone: the plan has no words for it)
 *   - 3 no snapshot that is merging, too young by the rule that selects it, or used by
 *     any process
 *   - 4 no device whose open count the plan's own steps have not brought to an explained
 *     zero
 *   - 5 nothing in a volume group that is shared, foreign, partial, or has duplicate
 *     volumes
 *   - 6 nothing on incomplete evidence
 *   - 7 nothing that only looks like a backup: sparse, thin, or the origin of another
 *     volume; nothing mounted on a place of the host's own file systems
 *   - 8 the facts that each step predicts follow from the facts before it
 *   - 9 no swap area that may hold a page, no array that is at work or may hold what is
 *     nowhere else
 *   - 10 what LVM loads, suspends and resumes beside a step's target is a condition of
 * the plan, and holds when the step begins
 *   - 11 no mount that can be written, of a snapshot whose origin nobody uses, unless the
 *     plan says that leftovers are mounted there
 *   - 12 nothing that a configuration of the host or of a guest names, unless it mounts
 * it where the plan says that leftovers are mounted; and that is a condition of the plan
 *   - 13 no mount with something else below it or on top of it, or where /etc/fstab puts
 *     something else; and that is a condition of the plan
 *   - 14 nothing while a command of LVM or device-mapper is at work; and that none is, is
 *     a condition of the plan
 *   - 15 no step of one part of the plan changes, or may change, what another part speaks
 *     of; and the other rules are kept without any of the parts, and in another order
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "prove.h"
#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"
#include "snapstate/host.h"
#include "snapstate/host/change.h"
#include "snapstate/host/places.h"

int proof_broken(const struct proof *proof, int rule, const char *why, const char *what)
{
	return err_set(proof->err, -EPERM, "step %zu (%s) breaks rule %d: %s: %s",
		proof->step->number, plan_op_name(proof->step->op), rule, what, why);
}

/* ---- predictions ---- */

static int order_entries(const void *pa, const void *pb)
{
	const struct proof_entry *a = pa, *b = pb;

	return strcmp(a->subject, b->subject);
}

static void add_entry(
	struct proof *proof, char *subject, size_t at, enum proof_entry_kind kind)
{
	*array_add(&proof->entries, &proof->n_entries) =
		(struct proof_entry){.subject = subject, .at = at, .kind = kind};
}

/* The plan's scope by what facts call it. */
static void collect_entries(struct proof *proof)
{
	const struct scope *scope = &proof->plan->scope;

	for (size_t i = 0; i < scope->n_devices; i++) {
		struct buf subject = BUF_INIT;

		buf_devno(&subject, scope->devices[i].devno);
		add_entry(proof, subject.data, i, ENTRY_DEVICE);
	}
	for (size_t i = 0; i < scope->n_blocks; i++) {
		struct buf subject = BUF_INIT;

		buf_devno(&subject, scope->blocks[i].devno);
		add_entry(proof, subject.data, i, ENTRY_BLOCK);
	}
	for (size_t i = 0; i < scope->n_volumes; i++) {
		struct buf subject = BUF_INIT;

		buf_printf(&subject, "%s/%s", scope->volumes[i].vg_uuid,
			scope->volumes[i].lv_uuid);
		add_entry(proof, subject.data, i, ENTRY_VOLUME);
	}
	for (size_t i = 0; i < scope->n_conditions; i++) {
		struct buf line = BUF_INIT;
		const char *subject = "";
		size_t len = 0;

		condition_line_begin(&scope->conditions[i], &line);
		fact_subject(buf_text(&line), &subject, &len);
		add_entry(proof, xstrndup(subject, len), i, ENTRY_CONDITION);
		buf_free(&line);
	}
	if (proof->n_entries)
		qsort(proof->entries, proof->n_entries, sizeof(*proof->entries),
			order_entries);
}

static void free_entries(struct proof *proof)
{
	for (size_t i = 0; i < proof->n_entries; i++)
		free(proof->entries[i].subject);
	free(proof->entries);
}

/* The first entry whose subject is not before this one. */
static size_t entry_place(const struct proof *proof, const char *subject)
{
	size_t low = 0, high = proof->n_entries;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(proof->entries[middle].subject, subject) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void scope_add_entry(
	const struct scope *scope, const struct proof_entry *entry, struct scope *ret)
{
	switch (entry->kind) {
	case ENTRY_DEVICE:
		*array_add(&ret->devices, &ret->n_devices) = scope->devices[entry->at];
		return;
	case ENTRY_BLOCK:
		*array_add(&ret->blocks, &ret->n_blocks) = scope->blocks[entry->at];
		return;
	case ENTRY_VOLUME:
		*array_add(&ret->volumes, &ret->n_volumes) = scope->volumes[entry->at];
		return;
	case ENTRY_CONDITION:
		*array_add(&ret->conditions, &ret->n_conditions) =
			scope->conditions[entry->at];
		return;
	}
}

static void scope_add_subject(struct proof *proof, const char *subject, struct scope *ret)
{
	const struct scope *scope = &proof->plan->scope;

	for (size_t i = entry_place(proof, subject); i < proof->n_entries; i++) {
		struct proof_entry *entry = &proof->entries[i];

		if (strcmp(entry->subject, subject) != 0)
			return;
		if (entry->of_step == proof->number)
			continue; /* it is there already */
		entry->of_step = proof->number;
		scope_add_entry(scope, entry, ret);
	}
}

static void scope_add_facts(
	struct proof *proof, const struct facts *facts, struct scope *ret)
{
	for (size_t i = 0; i < facts->count; i++) {
		cleanup_free char *subject = NULL;
		const char *found;
		size_t len;

		if (fact_subject(facts->lines[i], &found, &len) < 0)
			continue;
		subject = xstrndup(found, len);
		scope_add_subject(proof, subject, ret);
	}
}

/* The part of the plan's scope that the step's predictions speak of. */
static void scope_of_step(struct proof *proof, struct scope *ret)
{
	scope_add_facts(proof, &proof->step->gone, ret);
	scope_add_facts(proof, &proof->step->new, ret);
}

static int check_same(const struct proof *proof, const struct facts *predicted,
	const struct facts_noted *from, const struct facts_noted *to)
{
	cleanup_facts struct facts difference = FACTS_INIT, wrong = FACTS_INIT;

	host_facts_minus(proof->now, from, to, &difference);
	facts_minus(predicted, &difference, &wrong);
	facts_minus(&difference, predicted, &wrong);
	return wrong.count ? proof_broken(proof, 8, "does not follow", wrong.lines[0])
			   : 0;
}

#define IS_SAME(a, b, items, count)                                                      \
	((a)->count == (b)->count &&                                                     \
		(!(a)->count || memcmp((a)->items, (b)->items,                           \
					(a)->count * sizeof(*(a)->items)) == 0))

/* Entries of one plan's scope, in the same order. */
static bool is_same_scope(const struct scope *a, const struct scope *b)
{
	return IS_SAME(a, b, devices, n_devices) && IS_SAME(a, b, blocks, n_blocks) &&
	       IS_SAME(a, b, volumes, n_volumes) &&
	       IS_SAME(a, b, conditions, n_conditions);
}

/* Nothing changes between two steps. */
static void note_before(struct proof *proof, const struct scope *scope)
{
	struct facts_noted last = proof->left;

	if (proof->number > 1 && is_same_scope(scope, &proof->left_scope))
		return;
	proof->left = (struct facts_noted){.n_holders = 0};
	host_facts_note(proof->now, scope, &last, &proof->left);
	facts_noted_free(&last);
}

static int prove_step(struct proof *proof)
{
	cleanup_scope struct scope scope = {0};
	cleanup_facts_noted struct facts_noted before = {.n_holders = 0};
	int r;

	scope_of_step(proof, &scope);
	note_before(proof, &scope);
	before = proof->left;
	proof->left = (struct facts_noted){.n_holders = 0};
	r = proof_apply(proof);
	if (r == 0)
		r = proof_check_quiet(proof);
	if (r < 0)
		return r;
	host_facts_note(proof->now, &scope, &before, &proof->left);
	r = check_same(proof, &proof->step->gone, &before, &proof->left);
	if (r == 0)
		r = check_same(proof, &proof->step->new, &proof->left, &before);
	scope_free(&proof->left_scope);
	proof->left_scope = scope;
	scope = (struct scope){0};
	return r;
}

/* Nothing in the whole scope may have changed but what the steps said. */
static int check_end(struct proof *proof)
{
	cleanup_facts struct facts expected = FACTS_INIT, found = FACTS_INIT;
	cleanup_facts struct facts wrong = FACTS_INIT;
	cleanup_bag struct fact_bag bag = {0};
	const struct plan *plan = proof->plan;

	for (size_t i = 0; i < plan->expect.count; i++)
		bag_insert(&bag, plan->expect.lines[i]);
	for (size_t i = 0; i < plan->n_steps; i++) {
		for (size_t g = 0; g < plan->steps[i].gone.count; g++)
			bag_remove(&bag, plan->steps[i].gone.lines[g]);
		for (size_t n = 0; n < plan->steps[i].new.count; n++)
			bag_insert(&bag, plan->steps[i].new.lines[n]);
	}
	bag_facts(&bag, &expected);
	host_facts(proof->now, &plan->scope, &found);
	facts_minus(&expected, &found, &wrong);
	facts_minus(&found, &expected, &wrong);
	return wrong.count ? proof_broken(proof, 8, "is not predicted", wrong.lines[0])
			   : 0;
}

/* Rule 6, for the whole scope: what was read of these devices and of their holders may be
 * of two different moments. */
static int check_unchanged(
	const struct host *host, const struct plan *plan, struct err *err)
{
	for (size_t i = 0; i < plan->scope.n_devices; i++) {
		const struct scope_device *device = &plan->scope.devices[i];
		cleanup_places struct places places =
			host_places(host, PLACES_CHANGES, places_devno(device->devno));

		for (size_t c; places_next(&places, &c);)
			if (devno_is_equal(host->changes[c].devno, device->devno))
				return err_set(err, -EPERM,
					"the plan breaks rule 6: %s changed while the "
					"capture was made (%s)",
					device->name,
					change_kind_name(host->changes[c].kind));
	}
	return 0;
}

int proof_plan_alone(struct proof *proof)
{
	const struct plan *plan = proof->plan;
	cleanup_facts struct facts expected = FACTS_INIT, wrong = FACTS_INIT;
	int r = check_unchanged(proof->before, plan, proof->err);

	host_facts(proof->now, &plan->scope, &expected);
	facts_minus(&expected, &plan->expect, &wrong);
	facts_minus(&plan->expect, &expected, &wrong);
	if (r == 0 && wrong.count)
		r = err_set(proof->err, -EPERM,
			"the plan expects what the capture does not show: %s",
			wrong.lines[0]);
	collect_entries(proof);
	for (size_t i = 0; i < plan->n_steps && r == 0; i++) {
		proof->step = &plan->steps[i];
		proof->number = i + 1;
		r = prove_step(proof);
	}
	if (r == 0)
		r = proof_check_purpose(proof);
	if (r == 0 && plan->n_steps)
		r = check_end(proof);
	free_entries(proof);
	scope_free(&proof->left_scope);
	facts_noted_free(&proof->left);
	return r;
}

int prove_plan(const struct host *host, const struct plan *plan, struct err *err)
{
	const struct proof_plan alone = {0, plan};

	return prove_plans(&host, 1, &alone, 1, err);
}
