/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_plans SIZE: what a hostile plan costs those that read it, beside an honest one of
 * as many lines or bytes, and what one of twice the size costs: its reader, the facts
 * that the executor compares with the host, what it predicts for its steps, and the
 * prover. Counted are basic blocks, bytes and memory, as in bench_shapes. Exit code 1
 * where a plan costs too much.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "made_host.h"
#include "memory.h"
#include "judge.h"
#include "planning.h"
#include "proof.h"
#include "reports.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/places.h"
#include "snapstate/record.h"

#define RATIO_MOST  3.0
#define GROWTH_MOST 2.6
#define SHA256	    "0000000000000000000000000000000000000000000000000000000000000000"
#define NAME_LEN    60000 /* with the rest of its line below FACT_LINE_MAX */

void __sanitizer_cov_trace_pc(void);

static uint64_t n_steps;

void __sanitizer_cov_trace_pc(void)
{
	n_steps++;
}

static void must(int r, const char *what, const struct err *err)
{
	if (r == 0)
		return;
	fprintf(stderr, "bench_plans: %s: %s\n", what, err->msg);
	exit(1);
}

/* ---- an honest plan ---- */

struct made {
	struct host *host;
	struct plan *plan;
};

static void made_free(struct made *made)
{
	plan_free(made->plan);
	host_free(made->host);
}

static struct made make(unsigned stacks)
{
	static const char *select_all[] = {SELECT_DEFAULT};
	struct request request = {.select = select_all,
		.n_select = 1,
		.min_age = MIN_AGE_DEFAULT,
		.is_single_host = true};
	cleanup_host struct host *written = made_host(stacks);
	cleanup_buf struct buf archive = BUF_INIT;
	cleanup_survey struct survey survey = {0};
	struct made made = {NULL, NULL};
	struct err err = ERR_INIT;

	must(record_write(written, "made", &archive, &err), "made", &err);
	must(record_read(archive.data, archive.len, "made", &made.host, &err), "made",
		&err);
	host_index_build(made.host);
	survey_collect(made.host, &request, &survey);
	classify_survey(&survey);
	made.plan = plan_begin(&survey, &request, SHA256);
	must(order_survey(&survey, made.plan, &err), "made", &err);
	return made;
}

/* ---- hostile ones: an honest plan, and something added to it many times ---- */

static void add_expect(struct plan *plan, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add_expect(struct plan *plan, const char *format, ...)
{
	char *line = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&line, format, args) < 0)
		abort();
	va_end(args);
	facts_add(&plan->expect, line);
	free(line);
}

static void set(char **place, const char *text)
{
	free(*place);
	*place = xstrdup(text);
}

static struct devno first_device(const struct plan *plan)
{
	return plan->scope.devices[0].devno;
}

/* Facts that differ in their last word. */
static void alike(struct plan *plan, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		add_expect(plan, "holder " DEVNO_FMT " node pid 1 start 1 comm %u",
			DEVNO_ARGS(first_device(plan)), i);
}

/* A name as long as a line may be. */
static void long_names(struct plan *plan, unsigned size)
{
	cleanup_free char *name = xcalloc(NAME_LEN + 1, 1);

	memset(name, 'a', NAME_LEN);
	for (unsigned i = 0; i < size / 64 + 1; i++)
		add_expect(plan, "holder " DEVNO_FMT " node pid %u start 1 comm %s",
			DEVNO_ARGS(first_device(plan)), i, name);
}

/* Volumes and groups that are not there, and a condition of each. */
static void conditions(struct plan *plan, unsigned size)
{
	for (unsigned i = 0; i < size; i++) {
		struct buf group = BUF_INIT, volume = BUF_INIT;
		const char *vg, *lv;

		buf_printf(&group, "g%031u", i);
		buf_printf(&volume, "v%031u", i);
		vg = arena_strdup(plan->strings, buf_text(&group));
		lv = arena_strdup(plan->strings, buf_text(&volume));
		buf_free(&group);
		buf_free(&volume);
		for (enum condition_kind kind = 0; kind < CONDITION_KINDS; kind++)
			if (condition_row(kind)->about == CONDITION_OF_VOLUME)
				*array_add(&plan->scope.conditions,
					&plan->scope.n_conditions) = (struct condition){
					.kind = kind,
					.vg_uuid = vg,
					.lv_uuid = lv,
					.argument = condition_row(kind)->has_argument
							    ? "/mnt"
							    : ""};
	}
}

/* Every condition of every volume of the host, whoever asks for it. */
static void all_volumes(struct plan *plan, unsigned size)
{
	size_t count = plan->scope.n_volumes;

	(void)size;
	for (size_t i = 0; i < count; i++)
		for (enum condition_kind kind = 0; kind < CONDITION_KINDS; kind++)
			if (condition_row(kind)->about == CONDITION_OF_VOLUME &&
				!condition_row(kind)->has_argument)
				scope_add_volume_condition(&plan->scope, kind,
					plan->scope.volumes[i].vg_uuid,
					plan->scope.volumes[i].lv_uuid);
}

/* One step that may change a lot elsewhere. */
static void perhaps(struct plan *plan, unsigned size)
{
	for (unsigned i = 0; i < size; i++) {
		char line[128];

		snprintf(line, sizeof(line), "holder 8:0 dm 254:%u", i + 1000000);
		facts_add(&plan->steps[0].maybe_gone, line);
		facts_add(&plan->steps[0].maybe_new, line);
	}
	facts_sort(&plan->steps[0].maybe_gone);
	facts_sort(&plan->steps[0].maybe_new);
}

/* A volume's line comes and goes, and each time somebody asks whether it is there. */
static void refreshes(struct plan *plan, unsigned size)
{
	const struct scope_volume *volume = plan->scope.volumes;

	while (volume->part != plan->n_parts) /* as its steps are */
		volume++;

	for (unsigned i = 0; i < 16 * size; i++) {
		struct buf line = BUF_INIT;
		struct plan_step *step = plan_step_add(plan, OP_LV_REFRESH);

		buf_printf(&line, "volume %s/%s name g/v%u type ordinary",
			volume->vg_uuid, volume->lv_uuid, i);
		facts_add(&step->new, buf_text(&line));
		set(&step->target.vg_uuid, volume->vg_uuid);
		set(&step->target.lv_uuid, volume->lv_uuid);
		set(&step->target.vg_name, "g");
		line.len = 0;
		buf_printf(&line, "v%u", i);
		set(&step->target.lv_name, buf_text(&line));
		plan_step_reason(step, "it is to be refreshed");
		buf_free(&line);
	}
}

/* What is of most use to a reviewer is repeated as often as it may be. */
static void reasons(struct plan *plan, unsigned size)
{
	for (size_t i = 0; i < plan->n_steps && i < size; i++)
		while (plan->steps[i].n_reasons < PLAN_REASONS_MAX)
			plan_step_reason(&plan->steps[i], "for no reason");
}

/* What was added is of some part, where the plan has parts. */
static void add_parts(struct plan *plan)
{
	struct scope *scope = &plan->scope;
	unsigned last = plan->n_parts;

	for (size_t i = 0; i < plan->n_steps; i++)
		if (!plan->steps[i].part)
			plan->steps[i].part = last;
	for (size_t i = 0; i < scope->n_conditions; i++)
		if (!scope->conditions[i].part &&
			condition_is_of_part(&scope->conditions[i]))
			scope->conditions[i].part = last ? 1 + (unsigned)i % last : 0;
}

struct shape {
	const char *name;
	void (*add)(struct plan *plan, unsigned size); /* NULL: honest */
	bool is_true; /* it expects what the host shows: the prover goes on to the steps
		       */
};
static const struct shape shapes[] = {
	{"honest", NULL, false},
	{"alike", alike, false},
	{"long-names", long_names, false},
	{"conditions", conditions, true},
	{"all-volumes", all_volumes, true},
	{"perhaps", perhaps, true},
	{"refreshes", refreshes, true},
	{"reasons", reasons, true},
};

/* ---- what it costs ---- */

struct cost {
	uint64_t steps;
	size_t lines, bytes, memory;
};

static size_t count_lines(const struct buf *text)
{
	size_t count = 0;

	for (const char *at = buf_text(text); (at = strchr(at, '\n')); at++)
		count++;
	return count;
}

/* As the executor does: what is expected now, and behind the last step, beside what is
 * found; and as the planner does with what it has written. */
static void use(const struct host *host, const struct plan *plan)
{
	cleanup_facts struct facts found = FACTS_INIT, wrong = FACTS_INIT;
	cleanup_facts struct facts end = FACTS_INIT, perhaps_end = FACTS_INIT;
	struct err err = ERR_INIT;

	host_facts(host, &plan->scope, &found);
	facts_minus(&plan->expect, &found, &wrong);
	facts_minus(&found, &plan->expect, &wrong);
	plan_predict(plan, plan->n_steps, &end, &perhaps_end);
	prove_plan(host, plan, &err); /* a hostile one it refuses */
}

static struct cost cost_of(const struct shape *shape, unsigned size)
{
	cleanup_with(made_free) struct made made = make(size / 4 + 2);
	cleanup_with(plan_free_fn) struct plan *plan = NULL;
	cleanup_buf struct buf text = BUF_INIT;
	struct cost cost = {.steps = 0};
	struct err err = ERR_INIT;

	if (shape->add) {
		shape->add(made.plan, size);
		facts_sort(&made.plan->expect);
		scope_unite(&made.plan->scope);
		add_parts(made.plan);
	}
	if (shape->is_true) {
		facts_free(&made.plan->expect);
		host_facts(made.host, &made.plan->scope, &made.plan->expect);
	}
	plan_write(made.plan, &text);
	cost.lines = count_lines(&text);
	cost.bytes = text.len;
	memory_begin();
	n_steps = 0;
	must(plan_read(buf_text(&text), text.len, "plan", &plan, &err), shape->name,
		&err);
	use(made.host, plan);
	cost.steps = n_steps;
	cost.memory = memory_most();
	return cost;
}

static double most(double a, double b)
{
	return a > b ? a : b;
}

static bool check(const struct shape *shape, unsigned size)
{
	struct cost small = cost_of(shape, size), large = cost_of(shape, 2 * size);
	struct cost honest = cost_of(&shapes[0], 2 * size);
	double as_much = most((double)large.lines / (double)honest.lines,
		(double)large.bytes / (double)honest.bytes);
	double steps = (double)large.steps / (double)honest.steps / as_much;
	double memory = (double)large.memory / (double)honest.memory / as_much;
	double growth = (double)large.steps / (double)small.steps;
	bool is_good =
		steps <= RATIO_MOST && memory <= RATIO_MOST && growth <= GROWTH_MOST;

	printf("%-14s %8zu %9zu %9.1f %7.2f %7.2f %7.2f  %s\n", shape->name, large.lines,
		large.bytes, (double)large.steps / 1e6, steps, growth, memory,
		is_good ? "" : "TOO MUCH");
	fflush(stdout);
	return is_good;
}

int main(int argc, char **argv)
{
	unsigned size = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	bool is_good = true;

	if (!size) {
		fputs("usage: bench_plans SIZE\n", stderr);
		return 2;
	}
	printf("%-14s %8s %9s %9s %7s %7s %7s\n", "plan", "lines", "bytes", "Msteps",
		"ratio", "growth", "memory");
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		is_good &= check(&shapes[i], size);
	return is_good ? 0 : 1;
}
