/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_shapes SIZE [SHAPE...]: what a hostile archive (shapes.h) costs beside an honest
 * one (made_host.h) with as many facts, and what twice its size costs. Counted is what
 * the programs do, not how long they take: the code under test is built with a counter at
 * the beginning of every basic block (-fsanitize-coverage=trace-pc). How much memory was
 * taken at most counts too. Exit code 1 where a shape costs too much.
 *
 * bench_shapes --write FILE SHAPE SIZE: the archive; prints how many facts it has.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "made_host.h"
#include "memory.h"
#include "planning.h"
#include "reports.h"
#include "shapes.h"
#include "snapstate/cleanup.h"
#include "snapstate/facts.h"
#include "snapstate/host.h"
#include "snapstate/host/places.h"
#include "snapstate/io.h"
#include "snapstate/record.h"

#define RATIO_MOST  3.0 /* of an honest host with as many facts: steps, bytes, memory */
#ifdef __SANITIZE_ADDRESS__
#define MEMORY_MOST 3.5 /* ASan's realloc() has both blocks at once: what grows counts more */
#else
#define MEMORY_MOST RATIO_MOST
#endif
#define GROWTH_MOST 2.6 /* twice the size; n log n is below 2.3 */

void __sanitizer_cov_trace_pc(void);

static uint64_t n_steps;

void __sanitizer_cov_trace_pc(void)
{
	n_steps++;
}

enum pass {
	PASS_READ,
	PASS_INDEX,
	PASS_JUDGE,
	PASS_ORDER,
	PASS_PROVE,
	PASS_REPORT,
	PASS_REVIEW,
	PASS_HTML,
	PASS_DOT,
	PASS_JSON,
	PASS_EXPLAIN,
	PASS_DIFF,
	PASSES,
};
static const char *const pass_names[PASSES] = {"read", "index", "judge", "order", "prove",
	"report", "review", "html", "dot", "json", "explain", "diff"};

struct cost {
	uint64_t steps[PASSES];
	uint64_t bytes; /* of all that is written */
	size_t memory;	/* at most at once */
	size_t facts, n_steps; /* of the plan */
};

static void must(int r, const struct shape *shape, const struct err *err)
{
	if (r == 0)
		return;
	fprintf(stderr, "bench_shapes: %s: %s\n", shape ? shape->name : "honest",
		err->msg);
	exit(1);
}

static void pass_end(struct cost *cost, enum pass pass)
{
	cost->steps[pass] = n_steps;
	n_steps = 0;
}

static void print_all(const struct fleet *fleet, struct cost *cost)
{
	cleanup_buf struct buf review = BUF_INIT, html = BUF_INIT, dot = BUF_INIT;
	cleanup_buf struct buf json = BUF_INIT, story = BUF_INIT, diff = BUF_INIT;
	cleanup_report struct report report = {0};
	const struct host *host = fleet->members[0].host;
	struct err err = ERR_INIT;

	n_steps = 0;
	report_collect(fleet, "plan", &report);
	pass_end(cost, PASS_REPORT);
	review_print(&report, 0, false, &review);
	pass_end(cost, PASS_REVIEW);
	html_print(&report, &html);
	pass_end(cost, PASS_HTML);
	dot_print(&report, &dot);
	pass_end(cost, PASS_DOT);
	json_print(&report, &json);
	pass_end(cost, PASS_JSON);
	explain_print(&report, "254:0", &story, &err);
	pass_end(cost, PASS_EXPLAIN);
	diff_print(host, host, &diff);
	pass_end(cost, PASS_DIFF);
	cost->bytes += review.len + html.len + dot.len + json.len + story.len + diff.len;
}

/* Takes the host. */
static void plan_host(const struct shape *shape, struct host *host, struct cost *cost)
{
	static const char *select_all[] = {SELECT_DEFAULT};
	static const char sha256[SHA256_HEX_LEN + 1] =
		"0000000000000000000000000000000000000000000000000000000000000000";
	struct request request = {.select = select_all,
		.n_select = 1,
		.min_age = MIN_AGE_DEFAULT,
		.is_single_host = true};
	cleanup_fleet struct fleet fleet = {.request = &request};
	struct err err = ERR_INIT;

	n_steps = 0;
	host_index_build(host);
	fleet_add(&fleet, "capture", sha256, host);
	pass_end(cost, PASS_INDEX);
	must(fleet_survey(&fleet, &err), shape, &err);
	pass_end(cost, PASS_JUDGE);
	must(fleet_order(&fleet, &err), shape, &err);
	pass_end(cost, PASS_ORDER);
	must(fleet_prove(&fleet, &err), shape, &err);
	pass_end(cost, PASS_PROVE);
	cost->bytes += fleet.plans[0].text.len;
	cost->n_steps = fleet.plans[0].plan->n_steps;
	print_all(&fleet, cost);
}

static struct cost cost_of(const struct shape *shape, struct host *made)
{
	cleanup_buf struct buf archive = BUF_INIT;
	struct host *host = NULL;
	struct cost cost = {.facts = 0};
	struct err err = ERR_INIT;

	must(record_write(made, "made", &archive, &err), shape, &err);
	host_free(made);
	memory_begin();
	n_steps = 0;
	must(record_read(archive.data, archive.len, "made", &host, &err), shape, &err);
	pass_end(&cost, PASS_READ);
	cost.facts = shape_facts(host);
	plan_host(shape, host, &cost);
	cost.memory = memory_most();
	return cost;
}

/* Facts of one stack, at most. */
#define STACK_FACTS	 34
#define STACK_FACTS_LEFT 20

/*
 * An honest host of at least as many facts. On one a half of the backups is busy, on the
 * other one nobody is at them any more, so that all are removed. What is removed costs
 * more than what is only read: a step is ordered, predicted, proven, written and read
 * again. So a host of which more is removed for a fact than of the first is compared with
 * the second one, on which a stack of as many facts still gives no more than 3 steps.
 */
static struct cost honest_cost(const struct cost *cost)
{
	struct cost honest =
		cost_of(NULL, made_host((unsigned)(cost->facts / STACK_FACTS) + 1));

	if (cost->n_steps * honest.facts > honest.n_steps * cost->facts)
		honest = cost_of(NULL,
			made_host_left((unsigned)(cost->facts / STACK_FACTS_LEFT) + 1));
	return honest;
}

static uint64_t total(const struct cost *cost)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < PASSES; i++)
		sum += cost->steps[i];
	return sum;
}

/* Where the cost for a fact grew most. */
static enum pass worst_pass(const struct cost *small, const struct cost *large)
{
	enum pass worst = PASS_READ;
	uint64_t most = 0;

	for (unsigned i = 0; i < PASSES; i++) {
		uint64_t more = large->steps[i] - 2 * small->steps[i];

		if (large->steps[i] > 2 * small->steps[i] && more > most) {
			most = more;
			worst = (enum pass)i;
		}
	}
	return worst;
}

static bool check_shape(const struct shape *shape, unsigned size)
{
	struct cost small = cost_of(shape, shape->make(size));
	struct cost large = cost_of(shape, shape->make(2 * size));
	struct cost honest = honest_cost(&large);
	double per_fact = (double)large.facts / (double)honest.facts;
	double steps = (double)total(&large) / (double)total(&honest) / per_fact;
	double bytes = (double)large.bytes / (double)honest.bytes / per_fact;
	double memory = (double)large.memory / (double)honest.memory / per_fact;
	double growth = (double)total(&large) / (double)total(&small);
	double longer = (double)large.bytes / (double)small.bytes;
	double more = (double)large.memory / (double)small.memory;
	bool is_good = steps <= RATIO_MOST && bytes <= RATIO_MOST &&
		       memory <= MEMORY_MOST && more <= GROWTH_MOST && growth <= GROWTH_MOST && longer <= GROWTH_MOST;

	printf("%-22s %8zu %6zu %9.1f %7.2f %7.2f %7.2f %7.2f %7.2f %7.2f  %s%s",
		shape->name, large.facts, large.n_steps, (double)total(&large) / 1e6,
		steps, growth, bytes, longer, memory, more,
		is_good ? "" : "TOO MUCH, most in ",
		is_good ? "" : pass_names[worst_pass(&small, &large)]);
	for (unsigned i = 0; i < PASSES && getenv("PASSES"); i++)
		printf(" %s %.1f/%.1f", pass_names[i], (double)small.steps[i] / 1e6,
			(double)large.steps[i] / 1e6);
	printf("\n");
	fflush(stdout);
	return is_good;
}

/* NULL: no shape has that name. */
static struct host *made_by_name(const char *name, unsigned size)
{
	if (strcmp(name, "honest") == 0)
		return made_host(size);
	if (strcmp(name, "honest-left") == 0)
		return made_host_left(size);
	for (size_t i = 0; i < n_shapes; i++)
		if (strcmp(shapes[i].name, name) == 0)
			return shapes[i].make(size);
	return NULL;
}

static int write_shape(const char *path, const char *name, unsigned size)
{
	cleanup_host struct host *made = made_by_name(name, size);
	cleanup_host struct host *host = NULL;
	cleanup_buf struct buf archive = BUF_INIT;
	struct err err = ERR_INIT;

	if (!made) {
		fprintf(stderr, "bench_shapes: no shape %s\n", name);
		return 2;
	}
	must(record_write(made, "made", &archive, &err), NULL, &err);
	must(record_read(archive.data, archive.len, "made", &host, &err), NULL, &err);
	must(file_publish(path, 0600, archive.data, archive.len, &err), NULL, &err);
	printf("%zu\n", shape_facts(host));
	return 0;
}

int main(int argc, char **argv)
{
	unsigned size = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	bool is_good = true;

	if (argc == 5 && strcmp(argv[1], "--write") == 0)
		return write_shape(
			argv[2], argv[3], (unsigned)strtoul(argv[4], NULL, 10));
	if (!size) {
		fputs("usage: bench_shapes SIZE [SHAPE...]\n"
		      "       bench_shapes --write FILE SHAPE SIZE\n",
			stderr);
		return 2;
	}
	printf("%-22s %8s %6s %9s %7s %7s %7s %7s %7s %7s\n", "shape", "facts", "plan",
		"Msteps", "ratio", "growth", "bytes", "growth", "memory", "growth");
	for (size_t i = 0; i < n_shapes; i++) {
		bool is_asked = argc == 2;

		for (int a = 2; a < argc; a++)
			is_asked |= strcmp(argv[a], shapes[i].name) == 0;
		if (is_asked)
			is_good &= check_shape(&shapes[i], size);
	}
	return is_good ? 0 : 1;
}
