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
 *   1 no origin, -real layer or anything below them; only what stands on a leftover
 * snapshot or holds its exceptions (lv-refresh: only when asked for, and only an origin
 * without snapshots) 2 (by force, lazily, by name alone: the plan has no words for it) 3
 * no snapshot that is merging, too young, or used by any process 4 no device whose open
 * count the plan's own steps have not brought to an explained zero 5 nothing in a volume
 * group that is shared, foreign, partial, or has duplicate volumes 6 nothing on
 * incomplete evidence 7 nothing that only looks like a backup: sparse, thin, or the
 * origin of another volume 8 the facts that each step predicts follow from the facts
 * before it
 */
#include <errno.h>
#include <string.h>

#include "prove.h"
#include "snapstate/cleanup.h"

int proof_broken(const struct proof *proof, int rule, const char *why, const char *what)
{
	return err_set(proof->err, -EPERM, "step %zu (%s) breaks rule %d: %s: %s",
		proof->number, plan_op_name(proof->step->op), rule, what, why);
}

/* ---- predictions ---- */

static bool speaks_of(const struct facts *facts, const char *subject)
{
	for (size_t i = 0; i < facts->count; i++) {
		const char *found;
		size_t len;

		if (fact_subject(facts->lines[i], &found, &len) == 0 &&
			len == strlen(subject) && strncmp(found, subject, len) == 0)
			return true;
	}
	return false;
}

static bool step_speaks_of(const struct plan_step *step, const char *subject)
{
	return speaks_of(&step->gone, subject) || speaks_of(&step->new, subject);
}

/* The part of the plan's scope that a step's predictions speak of. */
static void scope_of_step(
	const struct plan *plan, const struct plan_step *step, struct scope *ret)
{
	for (size_t i = 0; i < plan->scope.n_devices; i++) {
		cleanup_buf struct buf subject = BUF_INIT;

		buf_printf(&subject, DEVNO_FMT, DEVNO_ARGS(plan->scope.devices[i].devno));
		if (step_speaks_of(step, buf_text(&subject)))
			*array_add(&ret->devices, &ret->n_devices) =
				plan->scope.devices[i];
	}
	for (size_t i = 0; i < plan->scope.n_volumes; i++) {
		cleanup_buf struct buf subject = BUF_INIT;

		buf_printf(&subject, "%s/%s", plan->scope.volumes[i].vg_uuid,
			plan->scope.volumes[i].lv_uuid);
		if (step_speaks_of(step, buf_text(&subject)))
			*array_add(&ret->volumes, &ret->n_volumes) =
				plan->scope.volumes[i];
	}
}

static int check_same(const struct proof *proof, const struct facts *predicted,
	const struct facts *from, const struct facts *to)
{
	cleanup_facts struct facts difference = FACTS_INIT, wrong = FACTS_INIT;

	facts_minus(from, to, &difference);
	facts_minus(predicted, &difference, &wrong);
	facts_minus(&difference, predicted, &wrong);
	return wrong.count ? proof_broken(proof, 8, "does not follow", wrong.lines[0])
			   : 0;
}

static int prove_step(struct proof *proof)
{
	cleanup_scope struct scope scope = {0};
	cleanup_facts struct facts before = FACTS_INIT, after = FACTS_INIT;
	int r;

	scope_of_step(proof->plan, proof->step, &scope);
	host_facts(proof->now, &scope, &before);
	r = proof_apply(proof);
	if (r < 0)
		return r;
	host_facts(proof->now, &scope, &after);
	r = check_same(proof, &proof->step->gone, &before, &after);
	return r < 0 ? r : check_same(proof, &proof->step->new, &after, &before);
}

/* Nothing in the whole scope may have changed but what the steps said. */
static int check_end(struct proof *proof)
{
	cleanup_facts struct facts expected = FACTS_INIT, found = FACTS_INIT;
	cleanup_facts struct facts wrong = FACTS_INIT;
	const struct plan *plan = proof->plan;

	for (size_t i = 0; i < plan->expect.count; i++)
		facts_add(&expected, plan->expect.lines[i]);
	facts_sort(&expected);
	for (size_t i = 0; i < plan->n_steps; i++) {
		for (size_t g = 0; g < plan->steps[i].gone.count; g++)
			facts_remove(&expected, plan->steps[i].gone.lines[g]);
		for (size_t n = 0; n < plan->steps[i].new.count; n++)
			facts_insert(&expected, plan->steps[i].new.lines[n]);
	}
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
	for (size_t c = 0; c < host->n_changes; c++)
		for (size_t i = 0; i < plan->scope.n_devices; i++)
			if (devno_is_equal(host->changes[c].devno,
				    plan->scope.devices[i].devno))
				return err_set(err, -EPERM,
					"the plan breaks rule 6: %s changed while the "
					"capture was made: %s",
					plan->scope.devices[i].name,
					host->changes[c].what);
	return 0;
}

int prove_plan(const struct host *host, const struct plan *plan, struct err *err)
{
	struct proof proof = {
		.before = host, .now = host_clone(host), .plan = plan, .err = err};
	cleanup_facts struct facts expected = FACTS_INIT, wrong = FACTS_INIT;
	int r = check_unchanged(host, plan, err);

	host_facts(host, &plan->scope, &expected);
	facts_minus(&expected, &plan->expect, &wrong);
	facts_minus(&plan->expect, &expected, &wrong);
	if (r == 0 && wrong.count)
		r = err_set(err, -EPERM,
			"the plan expects what the capture does not show: %s",
			wrong.lines[0]);
	for (size_t i = 0; i < plan->n_steps && r == 0; i++) {
		proof.step = &plan->steps[i];
		proof.number = i + 1;
		r = prove_step(&proof);
	}
	if (r == 0 && plan->n_steps)
		r = check_end(&proof);
	host_free(proof.now);
	return r;
}
