/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_fleets SIZE [SHAPE...]: what several captures of hosts that share a volume group
 * cost, in basic blocks as bench_shapes counts them: of SIZE hosts, and of SIZE
 * snapshots, beside honest hosts, and beside half the size. Exit code 1 where a shape
 * costs too much.
 *
 * bench_fleets --write FOLDER HOSTS SNAPSHOTS: the captures of honest hosts, as files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet.h"
#include "made_host.h"
#include "mold.h"
#include "planning.h"
#include "reports.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/places.h"
#include "snapstate/io.h"
#include "snapstate/record.h"

#define RATIO_MOST  3.0 /* of an honest fleet, for a fact */
#define GROWTH_MOST 2.6 /* twice as many snapshots, or hosts */
#define SHA256 "0000000000000000000000000000000000000000000000000000000000000000"

void __sanitizer_cov_trace_pc(void);

static uint64_t n_steps;

void __sanitizer_cov_trace_pc(void)
{
	n_steps++;
}

struct shape {
	const char *name;
	bool has_one_origin; /* of all snapshots */
	bool is_everywhere;  /* each snapshot is active on every host, else on one */
	bool is_stale;	     /* and the metadata has none of them */
};
static const struct shape shapes[] = {
	{"honest", false, false, false},
	{"everywhere", false, true, false},
	{"stale-everywhere", false, true, true},
	{"one-origin", true, false, false},
	{"one-origin-everywhere", true, true, false},
	{"one-origin-stale", true, true, true},
};

/* The snapshot and its COW are not active here. */
static void drop(struct host *host, unsigned snapshot)
{
	size_t kept = 0;

	for (size_t i = 0; i < host->n_devices; i++) {
		struct device *device = &host->devices[i];

		if (device->devno.minor == snapshot ||
			device->devno.minor + 1 == snapshot) {
			free(device->targets);
			free(device->deps);
		} else {
			host->devices[kept++] = *device;
		}
	}
	host->n_devices = kept;
}

static struct host *member(
	const struct shape *shape, unsigned number, unsigned hosts, unsigned snapshots)
{
	cleanup_free unsigned *away = xcalloc(snapshots, sizeof(*away));
	unsigned n_away = 0, origin = 0;
	struct mold mold;

	mold_begin(&mold);
	for (unsigned i = 0; i < snapshots; i++) {
		unsigned snapshot;

		if (!shape->has_one_origin || i == 0)
			origin = mold_origin(&mold);
		snapshot = shape->is_stale ? mold_stale(&mold, origin)
					   : mold_snapshot(&mold, origin);
		if (!shape->is_everywhere && i % hosts != number) {
			away[n_away++] = snapshot;
			mold.host->devices[origin + 1].open_count--;
		}
	}
	for (unsigned i = 0; i < n_away; i++)
		drop(mold.host, away[i]);
	mold.host->identity.node = mold_words(&mold, "hv%u", number);
	mold.host->identity.machine_id = mold_words(&mold, "%032u", number);
	return mold_finish(&mold);
}

struct cost {
	uint64_t steps;
	size_t bytes, facts;
	size_t n_removed; /* steps of the plans */
};

static void must(int r, const struct shape *shape, const struct err *err)
{
	if (r == 0)
		return;
	fprintf(stderr, "bench_fleets: %s: %s\n", shape->name, err->msg);
	exit(1);
}

/* Takes the host. */
static struct host *as_read(const struct shape *shape, struct host *host_made)
{
	cleanup_host struct host *made = host_made;
	cleanup_buf struct buf archive = BUF_INIT;
	struct host *host = NULL;
	struct err err = ERR_INIT;

	must(record_write(made, "made", &archive, &err), shape, &err);
	must(record_read(archive.data, archive.len, "made", &host, &err), shape, &err);
	return host;
}

static void plan(const struct shape *shape, struct fleet *fleet, struct cost *cost)
{
	struct err err = ERR_INIT;

	must(fleet_survey(fleet, &err), shape, &err);
	must(fleet_order(fleet, &err), shape, &err);
	must(fleet_prove(fleet, &err), shape, &err);
	for (size_t i = 0; i < fleet->n_plans; i++)
		cost->n_removed += fleet->plans[i].plan->n_steps;
}

static void print(const struct shape *shape, const struct fleet *fleet, struct cost *cost)
{
	cleanup_report struct report report = {0};
	cleanup_buf struct buf text = BUF_INIT, html = BUF_INIT, dot = BUF_INIT;
	cleanup_buf struct buf json = BUF_INIT, story = BUF_INIT;
	struct err err = ERR_INIT;

	report_collect(fleet, "plans", &report);
	review_print(&report, 0, false, &text);
	html_print(&report, &html);
	dot_print(&report, &dot);
	json_print(&report, &json);
	must(explain_print(&report, "254:0", &story, &err), shape, &err);
	cost->bytes = text.len + html.len + dot.len + json.len + story.len;
}

/* Takes the hosts. */
static struct cost cost_of_hosts(
	const struct shape *shape, struct host *const *hosts, size_t n_hosts)
{
	static const char *select_all[] = {SELECT_DEFAULT};
	struct request request = {.select = select_all,
		.n_select = 1,
		.min_age = MIN_AGE_DEFAULT,
		.is_hosts_complete = true};
	cleanup_fleet struct fleet fleet = {.request = &request};
	struct cost cost = {.steps = 0};

	for (size_t i = 0; i < n_hosts; i++) {
		struct host *host = as_read(shape, hosts[i]);

		cost.facts += host->n_devices + host->n_lvs + host->n_mounts;
		n_steps = 0;
		host_index_build(host);
		fleet_add(&fleet, host->identity.node, SHA256, host);
		cost.steps += n_steps;
	}
	n_steps = 0;
	plan(shape, &fleet, &cost);
	print(shape, &fleet, &cost);
	cost.steps += n_steps;
	return cost;
}

static struct cost cost_of(const struct shape *shape, unsigned hosts, unsigned snapshots)
{
	cleanup_free struct host **made = xcalloc(hosts, sizeof(struct host *));

	for (unsigned i = 0; i < hosts; i++)
		made[i] = member(shape, i, hosts, snapshots);
	return cost_of_hosts(shape, made, hosts);
}

#define STACK_FACTS_LEFT 20 /* of made_host_left(), at least */

/*
 * Honest hosts that share their snapshots; where more is removed for a fact than on
 * these, one host with leftovers alone and as many facts (bench_shapes.c).
 */
static struct cost honest_cost(
	const struct cost *cost, unsigned hosts, unsigned snapshots)
{
	struct cost honest = cost_of(&shapes[0], hosts, snapshots);
	struct host *left;

	if (cost->n_removed * honest.facts <= honest.n_removed * cost->facts)
		return honest;
	left = made_host_left((unsigned)(cost->facts / STACK_FACTS_LEFT) + 1);
	return cost_of_hosts(&shapes[0], &left, 1);
}

static bool check(const struct shape *shape, unsigned hosts, unsigned snapshots)
{
	struct cost cost = cost_of(shape, hosts, snapshots);
	struct cost fewer = cost_of(shape, hosts, snapshots / 2);
	struct cost alone = cost_of(shape, hosts / 2, snapshots);
	struct cost honest = honest_cost(&cost, hosts, snapshots);
	double per_fact = (double)cost.facts / (double)honest.facts;
	double steps = (double)cost.steps / (double)honest.steps / per_fact;
	double bytes = (double)cost.bytes / (double)honest.bytes / per_fact;
	double by_snapshots = (double)cost.steps / (double)fewer.steps;
	double by_hosts = (double)cost.steps / (double)alone.steps;
	bool is_good = steps <= RATIO_MOST && bytes <= RATIO_MOST &&
		       by_snapshots <= GROWTH_MOST && by_hosts <= GROWTH_MOST;

	printf("%-22s %8zu %9.1f %7.2f %7.2f %9.2f %7.2f  %s\n", shape->name, cost.facts,
		(double)cost.steps / 1e6, steps, bytes, by_snapshots, by_hosts,
		is_good ? "" : "TOO MUCH");
	fflush(stdout);
	return is_good;
}

static unsigned number_of(const char *text)
{
	return (unsigned)strtoul(text, NULL, 10);
}

static int write_captures(const char *folder, unsigned hosts, unsigned snapshots)
{
	for (unsigned i = 0; i < hosts; i++) {
		cleanup_host struct host *host = member(&shapes[0], i, hosts, snapshots);
		cleanup_buf struct buf archive = BUF_INIT, path = BUF_INIT;
		struct err err = ERR_INIT;

		buf_printf(&path, "%s/hv%u.snapstate.tar.gz", folder, i);
		must(record_write(host, "made", &archive, &err), &shapes[0], &err);
		must(file_publish(buf_text(&path), 0600, archive.data, archive.len, &err),
			&shapes[0], &err);
	}
	return 0;
}

int main(int argc, char **argv)
{
	unsigned size = argc > 1 ? number_of(argv[1]) : 0;
	bool is_good = true;

	if (argc == 5 && strcmp(argv[1], "--write") == 0)
		return write_captures(argv[2], number_of(argv[3]), number_of(argv[4]));
	if (size < 4) {
		fputs("usage: bench_fleets SIZE [SHAPE...]\n"
		      "       bench_fleets --write FOLDER HOSTS SNAPSHOTS\n",
			stderr);
		return 2;
	}
	printf("%-22s %8s %9s %7s %7s %9s %7s\n", "shape", "facts", "Msteps", "ratio",
		"bytes", "snapshots", "hosts");
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		bool is_asked = argc == 2;

		for (int a = 2; a < argc; a++)
			is_asked |= strcmp(argv[a], shapes[i].name) == 0;
		if (is_asked)
			is_good &= check(&shapes[i], size, size);
	}
	return is_good ? 0 : 1;
}
