/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The law of a plan: the executor may carry out a step only if a planner that is given
 * today's host, the steps of this plan that are done, and the same options, policy and
 * other hosts' captures would still plan this operation on this identity. Before the
 * first step this holds for the whole plan; before a later one for what that step
 * touches.
 *
 * On pairs of a random host with its plan and a random change of that host
 * (law_change_*.c), before the first step or a later one: where planning anew does not
 * yield the step, the executor's verification must stop (law_judge.c). A pair for which
 * it does not is a counter-example, and fails. The other error is counted as well: the
 * step would be planned again, and the old plan is stopped. Each change that may do that
 * is in `explained`.
 *
 * RANDOM_STATES=N and RANDOM_SEED=S in the environment change how many hosts and from
 * where; each host that has a plan gives PAIRS pairs. A failure prints the seed that
 * shows it alone; with LAW_SHOW in the environment so does one counter-example of each
 * kind that is known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "law.h"
#include "sample_host.h"
#include "snapstate/cleanup.h"

#define STATES_DEFAULT 400
#define PAIRS	       24
#define CHANGES_MAX    256

/* ---- tables ---- */

struct note {
	const char *change, *why;
};

static const char why_mounts[] =
	"what is around a mount of the stack is no fact of the plan";
static const char why_layer[] =
	"the -real layer and the origin's table are no facts of the plan";
static const char why_written[] =
	"whether it is written to, and its origin in use, is no fact of the plan";
static const char why_refresh[] =
	"a plan that may refresh the origin says what is on its layer line by line";
static const char why_opened[] = "nobody but device-mapper opens the layer below an "
				 "origin: a program that did may be at "
				 "work there";
static const char why_name[] =
	"names are what was reviewed: the command that was approved names this volume";
static const char why_table[] =
	"tables and extents say what is removed: they are part of its identity";
static const char why_state[] = "what the review says of the snapshot, and of the backup "
				"made from it, is not true any more";
static const char why_group[] =
	"the volume group that was reviewed is gone: a new plan has other reasons";
static const char why_made[] = "it was made anew since: not the one that was reviewed";
static const char why_more[] = "something new uses it: the next step would find it busy, "
			       "and a new plan takes that off first";
static const char why_flag[] =
	"somebody changed the device: the one who did may not be done";
static const char why_mount[] =
	"mounts are what the operator sees and approved: this one is another now";
static const char why_elsewhere[] = "another host removed it: what is to be done here is "
				    "less than was reviewed, and for other reasons";
static const char why_done[] = "a step of the plan was done by somebody else, and what "
			       "else was done is not known";
static const char why_loop[] =
	"how a loop device ends, and its partitions with it, depends on it";

/* Counter-examples that are known, by the change that makes them: before the first step,
 * and before a later one. */
static const struct note known_gaps[] = {
	{"guest started or stopped on the origin", why_written},
	{NULL, NULL},
};
static const struct note known_gaps_later[] = {
	{"guest started or stopped on the origin", why_written},
	{"loop device's autoclear", why_mounts},
	{"device suspended", "what a mount's device is mapped to is not looked at again"},
	{"mounted by the name of its device", why_layer},
	{"source unreadable", "a removal of a mapping reads no processes: that nobody has it "
			      "open, the kernel compares itself"},
	{NULL, NULL},
};

/* Changes after which a plan may be stopped though its steps would be planned again. */
static const struct note explained[] = {
	{"process opened a device", why_opened},
	{"SCSI target", why_opened},
	{"disk of a Xen guest", why_opened},
	{"claimed by the kernel", why_opened},
	{"one open more, unexplained", why_opened},
	{"one open less, unexplained", why_opened},
	{"snapshot added", why_refresh},
	{"snapshot deactivated", why_refresh},
	{"origin mapped past its snapshots", why_refresh},
	{"unmounted", why_mount},
	{"remounted read-only or read-write",
		"what was written to it since may exist nowhere else"},
	{"array lost a member",
		"it is not as it was reviewed: what is on it may exist nowhere else"},
	{"snapshot extended", why_table},
	{"store moved by pvmove", why_table},
	{"store moved by another host", why_table},
	{"linear table moved", why_table},
	{"table replaced by error", why_table},
	{"snapshot's table not persistent", why_table},
	{"snapshot's chunk size", why_table},
	{"snapshot removed by another host", why_elsewhere},
	{"volume renamed in the metadata", why_name},
	{"snapshot's device renamed", why_name},
	{"volume renamed", why_name},
	{"origin renamed in the metadata", why_name},
	{"group renamed", why_name},
	{"group removed", why_group},
	{"group's uuid changed", why_group},
	{"group made anew on the same disk", why_group},
	{"stale snapshot back in the metadata",
		"somebody restored other metadata of the group, and may not be done"},
	{"mapping renamed", why_name},
	{"mapping given a uuid", "it has another identity now"},
	{"group's system id",
		"who may change the group is one of LVM's own guards, and was changed"},
	{"device read-only", why_flag},
	{"device resumed", why_flag},
	{"snapshot invalid", why_state},
	{"snapshot overflowed", why_state},
	{"device made again", why_made},
	{"device made again, another number", why_made},
	{"device made again, no uuid", why_made},
	{"loop device made again", why_made},
	{"mapping removed", why_done},
	{"loop device detached", why_done},
	{"swap off", why_done},
	{"mapping made by hand", why_more},
	{"mapping made by kpartx", why_more},
	{"guest's volume activated", why_more},
	{"LUKS opened", why_more},
	{"loop device on a device", why_more},
	{"loop device on a file", why_more},
	{"loop device on a file out of sight", why_more},
	{"array assembled", why_more},
	{"array got a member", why_more},
	{"mounted", why_more},
	{"swap on", why_more},
	{"partition found on a block device", why_more},
	{"mounted by the name of its device", why_more},
	{"mount bound elsewhere", why_more},
	{"mount's folder bound elsewhere", why_more},
	{"loop device's partscan", why_loop},
	{"loop device's autoclear", why_loop},
	{"array's level", "the array is not the one that was reviewed"},
	{"lazily unmounted", why_mount},
	{"mount moved", why_mount},
	{"mount moved below another", why_mount},
	{"unmounted and mounted again", why_mount},
	{"host restarted",
		"a plan is of one boot: numbers and holders are others after it"},
	{"another host", "a plan is for one host"},
	{NULL, NULL},
};

/* NULL: it is not in the table. */
static const char *note_of(const struct note *notes, const char *change)
{
	for (; notes->change; notes++)
		if (strcmp(notes->change, change) == 0)
			return notes->why;
	return NULL;
}

/* ---- one pair ---- */

struct tally {
	size_t pairs;
	size_t both;	   /* still planned, and carried out */
	size_t neither;	   /* not planned any more, and stopped */
	size_t gaps;	   /* not planned any more, and the whole plan is found right */
	size_t later_gaps; /* not planned any more, and the next step is carried out */
	size_t beside;	   /* not planned any more, for reasons beside that step */
	size_t stopped;	   /* still planned, and stopped */
	size_t failed;	   /* the planner could not order its own steps: a bug */
};

struct pair {
	uint64_t seed;
	unsigned number;
	const struct request *request;
	const struct host *host; /* as captured */
	const struct plan *plan;
	size_t first; /* the step that comes next */
	const struct change_of *change;
	struct host *now; /* after the steps before it, and the change */
};

static struct host *after_steps(const struct pair *pair)
{
	cleanup_host struct host *clone = host_clone(pair->host);
	struct err err = ERR_INIT;

	for (size_t i = 0; i < pair->first; i++)
		if (replay_step(clone, &pair->plan->steps[i], &err) < 0)
			fail_msg("RANDOM_SEED=%" PRIu64 ": replay: %s", pair->seed,
				err.msg);
	return law_copy(clone);
}

/*
 * A refresh is planned for the sake of stale snapshots of its origin, and carried out
 * when they are gone: a planner that is given the steps that are done knows of them. Here
 * it is shown one of them again.
 */
static void undo_removal(const struct pair *pair, struct host *host)
{
	const struct plan_target *target = &pair->plan->steps[pair->first].target;
	struct device *real =
		host_device_of_lv(host, target->vg_uuid, target->lv_uuid, "-real");
	struct devno layer, cow;

	for (size_t i = 0; real && i < pair->host->n_devices; i++) {
		const struct device *stale = &pair->host->devices[i];
		const struct device *store;

		if (!device_snapshot_parts(stale, &layer, &cow) ||
			!devno_is_equal(layer, real->devno) ||
			host_device_by_devno(host, stale->devno))
			continue;
		store = host_device_by_devno(pair->host, cow);
		if (!store || host_device_by_devno(host, cow))
			continue;
		real->open_count++;
		sample_add_device(host, cow.minor, store->name, store->uuid,
			store->targets[0].type, store->targets[0].params,
			store->targets[0].length);
		host_device_by_devno(host, cow)->open_count = 0;
		sample_add_device(host, stale->devno.minor, stale->name, stale->uuid,
			stale->targets[0].type, stale->targets[0].params,
			stale->targets[0].length)
			->targets[0]
			.status = stale->targets[0].status;
		real = host_device_of_lv(host, target->vg_uuid, target->lv_uuid, "-real");
		real->open_count--; /* sample_add_device() counted it */
		host_sort(host);
		return;
	}
}

static enum law_plan_answer is_planned(
	const struct pair *pair, size_t *ret_step, struct err *err)
{
	cleanup_host struct host *host = law_copy(pair->now);

	if (pair->first && pair->plan->steps[pair->first].op == OP_LV_REFRESH)
		undo_removal(pair, host);
	host_sort(host);
	host_index_build(host);
	return law_planned(host, pair->request, pair->plan, pair->first, ret_step, err);
}

static void print_pair(const struct pair *pair, size_t step, const char *what)
{
	cleanup_buf struct buf command = BUF_INIT;

	plan_step_command(&pair->plan->steps[step], &command);
	print_message("RANDOM_SEED=%" PRIu64 " pair %u, before step %zu of %zu, %s: %s: "
		      "step %zu, %s\n",
		pair->seed, pair->number, pair->first + 1, pair->plan->n_steps,
		pair->change->name, what, step + 1, buf_text(&command));
}

static void judge_gap(
	const struct pair *pair, size_t step, const char *why, struct tally *tally)
{
	const struct note *known = pair->first ? known_gaps_later : known_gaps;
	size_t *count = pair->first ? &tally->later_gaps : &tally->gaps;

	if ((*count)++ ||
		(note_of(known, pair->change->name) && !getenv("LAW_SHOW")))
		return;
	print_pair(pair, step, "it would not be planned, and is carried out");
	print_message("    %s\n", why);
}

static void judge_pair(const struct pair *pair, struct tally *tally)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct err err = ERR_INIT;
	size_t step = pair->first;
	bool is_done =
		law_verified(pair->plan, pair->first, pair->first == 0, pair->now, &why);

	tally->pairs++;
	switch (is_planned(pair, &step, &err)) {
	case LAW_PLANNED:
		tally->both += is_done;
		if (is_done || tally->stopped++ || note_of(explained, pair->change->name))
			return;
		print_pair(pair, step, "it would be planned again, and is stopped");
		print_message("%s", buf_text(&why));
		return;
	case LAW_NOT_PLANNED:
		tally->neither += !is_done;
		if (is_done)
			judge_gap(pair, step, err.msg, tally);
		return;
	case LAW_BESIDE:
		tally->beside++;
		return;
	case LAW_FAILED:
		if (tally->failed++ == 0)
			print_pair(pair, step, err.msg);
		return;
	}
}

/* ---- all ---- */

static const struct change_of nothing = {"nothing", NULL, 0};

static const char *const places[] = {RANDOM_HOST_PLACES};
static const char *leftover[] = {RANDOM_HOST_LEFTOVER};

static const struct request requests[] = {
	{.n_select = 1, .min_age = MIN_AGE_DEFAULT},
	{.n_select = 1, .min_age = MIN_AGE_DEFAULT, .has_refresh_origin = true},
	{.n_select = 1, .min_age = MIN_AGE_DEFAULT, .is_single_host = true},
	{.min_age = MIN_AGE_DEFAULT, .has_refresh_origin = true},
};

static void judge_host(struct pair *pair, struct dice *dice, struct tally *tallies)
{
	size_t n_changes = 0;

	while (law_change(n_changes))
		n_changes++;
	assert_true(n_changes < CHANGES_MAX);
	for (pair->number = 0; pair->number < PAIRS; pair->number++) {
		size_t place = pair->number ? 1 + roll(dice, n_changes) : 0;

		pair->first = one_in(dice, 2) ? 0 : roll(dice, pair->plan->n_steps);
		pair->change = place ? law_change(place - 1) : &nothing;
		pair->now = after_steps(pair);
		if (!place || pair->change->apply(dice, pair->now, pair->change->which)) {
			host_sort(pair->now);
			judge_pair(pair, &tallies[place]);
		}
		host_free(pair->now);
	}
}

static const char *name_of(size_t place)
{
	return place ? law_change(place - 1)->name : nothing.name;
}

/* What a tally has that the tables do not know. */
static size_t count_wrong(const struct tally *tally, const char *name, bool is_expected)
{
	size_t wrong = tally->failed > 0;

	wrong += tally->gaps && !note_of(known_gaps, name);
	wrong += tally->later_gaps && !note_of(known_gaps_later, name);
	wrong += tally->stopped && !note_of(explained, name);
	if (is_expected && !tally->pairs) { /* what never happens proves nothing */
		print_message("it never came to: %s\n", name);
		wrong++;
	}
	return wrong;
}

static void check_tallies(const struct tally *tallies, uint64_t count)
{
	struct tally all = {0};
	size_t wrong = 0;

	print_message("%-42s %8s %8s %8s %8s %8s %8s %8s\n", "change", "pairs", "same",
		"stopped", "beside", "needless", "GAPS", "later");
	for (size_t i = 0; i == 0 || law_change(i - 1); i++) {
		const struct tally *tally = &tallies[i];

		print_message("%-42s %8zu %8zu %8zu %8zu %8zu %8zu %8zu\n", name_of(i),
			tally->pairs, tally->both, tally->neither, tally->beside,
			tally->stopped, tally->gaps, tally->later_gaps);
		wrong += count_wrong(tally, name_of(i), count >= STATES_DEFAULT);
		all.pairs += tally->pairs;
		all.gaps += tally->gaps + tally->later_gaps;
		all.stopped += tally->stopped;
	}
	print_message(
		"%zu pairs, %zu counter-examples of known kinds, %zu stopped though "
		"the steps would be planned again\n",
		all.pairs, all.gaps, all.stopped);
	assert_int_equal(wrong, 0);
}

static void test_law(void **state)
{
	uint64_t first = number_from_environment("RANDOM_SEED", 1);
	uint64_t count = number_from_environment("RANDOM_STATES", STATES_DEFAULT);
	struct tally tallies[CHANGES_MAX] = {0};

	(void)state;
	for (uint64_t seed = first; seed < first + count; seed++) {
		cleanup_host struct host *host = random_host(seed);
		cleanup_plan struct plan *plan = NULL;
		const char *select[] = {SELECT_DEFAULT};
		char *glob = (char *)SELECT_DEFAULT;
		const struct policy_rule rule = {.name = (char *)"nightly",
			.globs = &glob,
			.n_globs = 1,
			.tags = (char *)"backup",
			.has_min_age = true,
			.min_age = 600};
		struct request request = requests[seed % 4];
		struct dice dice = dice_of_seed(seed + 1000000007);
		struct err err = ERR_INIT;
		struct pair pair = {.seed = seed, .request = &request, .host = host};

		if (seed % 3) {
			request.select_mounts = places;
			request.n_select_mounts = sizeof(places) / sizeof(places[0]);
			request.leftover_mounts = leftover;
			request.n_leftover_mounts = 1;
		}
		if (request.n_select) {
			request.select = select;
		} else {
			request.rules = &rule;
			request.n_rules = 1;
		}
		random_host_add_surroundings(&dice, host);
		host_sort(host);
		host_index_build(host);
		plan = law_plan(host, &request, &err);
		if (!plan)
			fail_msg("RANDOM_SEED=%" PRIu64 ": %s", seed, err.msg);
		pair.plan = plan;
		if (plan->n_steps)
			judge_host(&pair, &dice, tallies);
	}
	check_tallies(tallies, count);
}

/* ---- counter-examples by name ---- */

static void lose_holders(struct host *host)
{
	host_source_set(host, "holders", OUTCOME_DENIED, "%s", "");
}

static void mark_neighbour(struct host *host)
{
	host_lv(host, SAMPLE_VG, SAMPLE_NEIGHBOUR)->is_merging = true;
}

static void suspend_neighbour(struct host *host)
{
	sample_device(host, 9)->flags |= DEVICE_SUSPENDED;
}

static void load_neighbours_store(struct host *host)
{
	sample_device(host, 8)->flags |= DEVICE_PENDING;
}

static void suspend_layer(struct host *host)
{
	sample_device(host, 1)->flags |= DEVICE_SUSPENDED;
}

static void add_inactive_neighbour(struct host *host)
{
	struct lv *lv = array_add(&host->lvs, &host->n_lvs);

	*lv = *host_lv(host, SAMPLE_VG, SAMPLE_NEIGHBOUR);
	lv->uuid = "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM";
	lv->name = "snap-ffff";
	lv->segments = NULL;
	lv->n_segments = 0;
}

static void split_neighbour(struct host *host)
{
	host_lv(host, SAMPLE_VG, SAMPLE_NEIGHBOUR)->role = LV_ORDINARY;
}

static void map_layer(struct host *host)
{
	sample_add_device(host, 12, "handmade", "", "linear", "254:1 0", 64);
}

static void open_layer(struct host *host)
{
	sample_device(host, 1)->open_count++;
}

static void attach_clone(struct host *host)
{
	host->pvs[0].is_duplicate = true;
}

static void lose_disk(struct host *host)
{
	host->pvs[0].is_missing = true;
}

static void make_writable(struct host *host)
{
	for (size_t i = 0; i < host->n_mounts; i++)
		host->mounts[i].options = host->mounts[i].super_options = "rw";
}

static void write_from_elsewhere(struct host *host)
{
	host->vgs[0].writer = "hv9";
}

static void make_volume_elsewhere(struct host *host)
{
	host_lv(host, SAMPLE_VG, SAMPLE_NEIGHBOUR)->creator = "hv9";
}

static void share_disk(struct host *host)
{
	host->blocks[0].transport = "fc";
}

static void move_disk(struct host *host)
{
	host->pvs[0].devno = (struct devno){8, 64};
}

static void lose_sight_of_disk(struct host *host)
{
	host->pvs[0].devno = DEVNO_NONE;
}

static void lose_configs(struct host *host)
{
	host_source_set(host, "configs", OUTCOME_DENIED, "%s", "");
}

/* Found as pairs above, or by attacks on real hosts: each was carried out once. */
static const struct {
	const char *name;
	void (*change)(struct host *host);
} named[] = {
	{"a sibling is marked for merging", mark_neighbour},
	{"a sibling is suspended", suspend_neighbour},
	{"a sibling's store has an inactive table", load_neighbours_store},
	{"a sibling is not active here", add_inactive_neighbour},
	{"a sibling is a plain volume in the metadata", split_neighbour},
	{"the layer below the origin is suspended", suspend_layer},
	{"the layer below the origin is mapped by hand", map_layer},
	{"the layer below the origin is open, unexplained", open_layer},
	{"the holders in the kernel cannot be read", lose_holders},
	{"a clone of the disk is attached", attach_clone},
	{"a physical volume is missing", lose_disk},
	{"the mount is made writable", make_writable},
	{"another host wrote the group's metadata", write_from_elsewhere},
	{"another host made a volume of the group", make_volume_elsewhere},
	{"the disk is on Fibre Channel now", share_disk},
	{"a copy took the place of the disk", move_disk},
	{"on which device the disk is, is not known", lose_sight_of_disk},
	{"the guests' configurations cannot be read", lose_configs},
};

static void test_named(void **state)
{
	const char *select[] = {SELECT_DEFAULT};
	const struct request request = {
		.select = select, .n_select = 1, .min_age = MIN_AGE_DEFAULT};
	static const char *const more[] = {"holders", "lvm/pvs.json", "fstab", "configs"};

	(void)state;
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		cleanup_host struct host *host = sample_host();
		cleanup_plan struct plan *plan = NULL;
		cleanup_buf struct buf why = BUF_INIT;
		struct err err = ERR_INIT;
		size_t step = 0;

		sample_add_neighbour(host);
		for (size_t n = 0; n < sizeof(more) / sizeof(more[0]); n++)
			host_source_set(host, more[n], OUTCOME_READ, "%s", "");
		host_sort(host);
		plan = law_plan(host, &request, &err);
		assert_non_null(plan);
		assert_int_equal(plan->n_steps, 3);
		assert_true(law_verified(plan, 0, true, host, &why));
		named[i].change(host);
		host_sort(host);
		if (law_planned(host, &request, plan, 0, &step, &err) != LAW_NOT_PLANNED)
			fail_msg("%s: it would be planned again", named[i].name);
		if (law_verified(plan, 0, true, host, &why))
			fail_msg("%s: it is carried out", named[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_law),
		cmocka_unit_test(test_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
