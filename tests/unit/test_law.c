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
 * is in `explained`. Where a plan with parts is stopped, the same holds for each part
 * that
 * --keep-going carries out all the same.
 *
 * RANDOM_STATES=N and RANDOM_SEED=S in the environment change how many hosts and from
 * where, so that a long run can be cut into parts; each host that has a plan gives PAIRS
 * pairs. A failure prints a seed that shows it alone; with LAW_SHOW in the environment
 * each one is printed.
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
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"

#define STATES_DEFAULT 400
#define PAIRS	       24
#define CHANGES_MAX    256

/* ---- tables ---- */

struct note {
	const char *change, *why;
};

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

/* Changes after which a plan may be stopped though its steps would be planned again. */
static const char guest_on_origin[] = "guest started or stopped on the origin";
static const struct note explained[] = {
	{guest_on_origin, "of several mounts one needs no use of the origin, by its "
			  "place: as long as the others are there, it is asked"},
	{"process opened a device", why_opened},
	{"SCSI target", why_opened},
	{"disk of a Xen guest", why_opened},
	{"claimed by the kernel", why_opened},
	{"one open more, unexplained", why_opened},
	{"one open less, unexplained", why_opened},
	{"guest's group found by LVM",
		"where LVM finds a guest's group that it did not find before, somebody "
		"is running on it: LVM is not started then"},
	{"snapshot added", why_refresh},
	{"snapshot deactivated", why_refresh},
	{"origin mapped past its snapshots", why_refresh},
	{"unmounted", why_mount},
	{"remounted read-only or read-write",
		"what was written to it since may exist nowhere else"},
	{"array lost a member",
		"it is not as it was reviewed: what is on it may exist nowhere else"},
	{"snapshot extended", why_table},
	{"COW moved by pvmove", why_table},
	{"COW moved by another host", why_table},
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
	{"array stopped", why_done},
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

/* ---- one pair ---- */

struct tally {
	size_t pairs;
	size_t both;	   /* still planned, and carried out */
	size_t neither;	   /* not planned any more, and stopped */
	size_t gaps;	   /* not planned any more, and the whole plan is found right */
	size_t later_gaps; /* not planned any more, and the next step is carried out */
	size_t beside;	   /* not planned any more, for reasons beside that step */
	size_t stopped;	   /* still planned, and stopped */
	size_t unexplained; /* of those */
	size_t failed;	   /* the planner could not order its own steps: a bug */
	size_t parts;	   /* of stopped plans, that --keep-going carries out */
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

/* Seldom asked: only where it would be a counter-example. */
static bool is_kept_as_before(const struct pair *pair)
{
	cleanup_host struct host *before = after_steps(pair);
	cleanup_host struct host *now = law_copy(pair->now);

	host_sort(before);
	host_index_build(before);
	host_sort(now);
	host_index_build(now);
	return law_is_kept_as_before(
		before, now, pair->request, &pair->plan->steps[pair->first]);
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

static size_t count_umounts(const struct plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->n_steps; i++)
		count += plan->steps[i].op == OP_UMOUNT;
	return count;
}

/* NULL: a plan that would be made again is not to stop for it. */
static const char *why_stopped(const char *change)
{
	for (const struct note *note = explained; note->change; note++)
		if (strcmp(note->change, change) == 0)
			return note->why;
	return NULL;
}

static bool is_explained(const struct pair *pair)
{
	if (strcmp(pair->change->name, guest_on_origin) == 0 &&
		count_umounts(pair->plan) < 2)
		return false;
	return why_stopped(pair->change->name) != NULL;
}

/* How many of one kind are printed: one, or with LAW_SHOW all. */
static bool is_shown(size_t count)
{
	return count == 0 || getenv("LAW_SHOW");
}

static void judge_gap(
	const struct pair *pair, size_t step, const char *why, struct tally *tally)
{
	size_t *count = pair->first ? &tally->later_gaps : &tally->gaps;

	if (!is_shown((*count)++))
		return;
	print_pair(pair, step, "it would not be planned, and is carried out");
	print_message("    %s\n", why);
}

/* Of a plan that is stopped, --keep-going carries out the parts that are found right:
 * each must be one that a planner would still plan. */
static void judge_parts(const struct pair *pair, struct tally *tally)
{
	for (unsigned part = 1; part <= pair->plan->n_parts; part++) {
		cleanup_plan_arranged struct plan *alone =
			plan_arrange(pair->plan, &part, 1);
		struct pair own = *pair;
		cleanup_buf struct buf why = BUF_INIT;
		struct err err = ERR_INIT;
		size_t step = 0;

		own.plan = alone;
		if (!law_verified(alone, 0, true, pair->now, &why))
			continue;
		tally->parts++;
		if (is_planned(&own, &step, &err) == LAW_NOT_PLANNED)
			judge_gap(&own, step, err.msg, tally);
	}
}

static void judge_pair(const struct pair *pair, struct tally *tally)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct err err = ERR_INIT;
	size_t step = pair->first;
	bool is_done =
		law_verified(pair->plan, pair->first, pair->first == 0, pair->now, &why);

	tally->pairs++;
	if (pair->first == 0 && !is_done)
		judge_parts(pair, tally);
	switch (is_planned(pair, &step, &err)) {
	case LAW_PLANNED:
		tally->both += is_done;
		tally->stopped += !is_done;
		if (is_done || is_explained(pair) || !is_shown(tally->unexplained++))
			return;
		print_pair(pair, step, "it would be planned again, and is stopped");
		print_message("%s", buf_text(&why));
		return;
	case LAW_NOT_PLANNED:
		if (!is_done)
			tally->neither++;
		else if (pair->first && is_kept_as_before(pair))
			tally->beside++;
		else
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

/* What must not be in a tally. */
static size_t count_wrong(const struct tally *tally, const char *name, bool is_expected)
{
	size_t wrong = (tally->failed > 0) + (tally->gaps > 0) + (tally->later_gaps > 0);

	wrong += tally->unexplained > 0;
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
		if (tally->stopped)
			print_message("    needless, since %s\n",
				why_stopped(name_of(i)) ? why_stopped(name_of(i)) : "?");
		wrong += count_wrong(tally, name_of(i), count >= STATES_DEFAULT);
		all.pairs += tally->pairs;
		all.gaps += tally->gaps + tally->later_gaps;
		all.stopped += tally->stopped;
		all.parts += tally->parts;
	}
	print_message(
		"%zu pairs, %zu counter-examples, %zu stopped though the steps would be "
		"planned again, %zu parts of stopped plans carried out\n",
		all.pairs, all.gaps, all.stopped, all.parts);
	assert_true(all.parts || count < STATES_DEFAULT);
	assert_int_equal(wrong, 0);
}

/* A disk that is a file on a device that is on the disk: a capture may say so, and no
 * kernel has it. Below and above are one there. */
static void untie(struct host *host)
{
	for (size_t i = 0; i < host->n_blocks; i++) {
		struct block *block = &host->blocks[i];

		if (*block->backing_file &&
			law_stands_on(host, host_loop_devno(host, block), block->devno))
			block->backing_file = "";
	}
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

		untie(host);
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

static void load_neighbours_cow(struct host *host)
{
	sample_device(host, 8)->flags |= DEVICE_HAS_INACTIVE;
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
	{"a sibling's COW has an inactive table", load_neighbours_cow},
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

static const char *named_select[] = {SELECT_DEFAULT};
static const struct request named_request = {
	.select = named_select, .n_select = 1, .min_age = MIN_AGE_DEFAULT};

/* As captures of today have them, with a healthy neighbour. */
static struct host *make_named_host(void (*make)(struct host *host))
{
	static const char *const more[] = {"holders", "lvm/pvs.json", "fstab", "configs"};
	struct host *host = sample_host();

	sample_add_neighbour(host);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		host_source_set(host, more[i], OUTCOME_READ, "%s", "");
	if (make)
		make(host);
	host_sort(host);
	return host;
}

static void test_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		cleanup_host struct host *host = make_named_host(NULL);
		cleanup_plan struct plan *plan = NULL;
		cleanup_buf struct buf why = BUF_INIT;
		struct err err = ERR_INIT;
		size_t step = 0;

		plan = law_plan(host, &named_request, &err);
		assert_non_null(plan);
		assert_int_equal(plan->n_steps, 3);
		assert_true(law_verified(plan, 0, true, host, &why));
		named[i].change(host);
		host_sort(host);
		if (law_planned(host, &named_request, plan, 0, &step, &err) !=
			LAW_NOT_PLANNED)
			fail_msg("%s: it would be planned again", named[i].name);
		if (law_verified(plan, 0, true, host, &why))
			fail_msg("%s: it is carried out", named[i].name);
	}
}

/* ---- and by the step that comes next ---- */

#define GUEST_VG "77777777777777777777777777777777"

/* Mounts and swap areas of what is mapped to the snapshot go first. */
static void add_mounted(
	struct host *host, unsigned minor, const char *params, const char *target)
{
	sample_add_device(
		host, minor, target + strlen("/mnt/"), "", "linear", params, 64);
	sample_add_mount(host, SAMPLE_NS, 60 + minor, 1, minor, target);
	sample_add_file_system(host, (struct devno){254, minor});
}

static void add_swapped(struct host *host, unsigned minor, const char *name)
{
	sample_add_device(host, minor, name, "", "linear", "254:3 0", 64);
	sample_add_swap(host, (struct devno){254, minor});
}

static void make_loop_on_file(struct host *host)
{
	sample_add_loop(host, 11, "/mnt/backup/image", "");
	sample_add_device(host, 12, "loopmap", "", "linear", "7:11 0", 64);
}

static void make_loop_on_file_and_swap(struct host *host)
{
	make_loop_on_file(host);
	add_swapped(host, 13, "swapped");
}

static void make_swap_on_partition(struct host *host)
{
	sample_add_loop(host, 11, "/dev/dm-3", "autoclear,partscan");
	sample_add_partition(host, 12, (struct devno){7, 11});
	sample_add_swap(host, (struct devno){7, 11});
	sample_add_swap(host, (struct devno){259, 12});
	sample_add_device(host, 14, "on-partition", "", "linear", "259:12 0", 64);
}

static void make_autoclearing_loop(struct host *host)
{
	sample_add_loop(host, 11, "/dev/dm-4", "autoclear");
	sample_add_swap(host, (struct devno){7, 11});
	add_mounted(host, 13, "254:3 0", "/mnt/first");
}

static void make_mount_on_mapping(struct host *host)
{
	add_mounted(host, 12, "254:4 0", "/mnt/inner");
	add_mounted(host, 13, "254:3 0", "/mnt/first");
}

static void make_two_swaps(struct host *host)
{
	add_swapped(host, 12, "second");
	add_swapped(host, 13, "third");
}

static void make_guest(struct host *host)
{
	sample_add_device(host, 12, "guest-root",
		"LVM-" GUEST_VG "00000000000000000000000000000012", "linear", "254:3 0",
		64);
}

static void open_loop_mapping(struct host *host)
{
	sample_device(host, 12)->open_count++;
}

static void lose_processes(struct host *host)
{
	host_source_set(host, "processes", OUTCOME_HUNG, "%s", "");
}

static void make_partial(struct host *host)
{
	host->vgs[0].is_partial = true;
}

static void stop_partscan(struct host *host)
{
	host_block_by_devno(host, (struct devno){7, 11})->state = "autoclear";
}

static void end_swap(struct host *host)
{
	host->n_swaps = 0;
}

static void wipe_mapping(struct host *host)
{
	struct device *device = sample_device(host, 4);

	device->targets[0] = (struct dm_target){.length = device->targets[0].length,
		.type = "error",
		.params = "",
		.status = ""};
	device->n_deps = 0;
}

static void enter_swapped(struct host *host)
{
	sample_add_use(host, 6000, "vim", USE_CWD, 13);
}

static void find_guests_group(struct host *host)
{
	*array_add(&host->vgs, &host->n_vgs) = (struct vg){.uuid = GUEST_VG,
		.name = "guest",
		.system_id = "",
		.lock_type = "",
		.is_writable = true,
		.has_metadata = true};
}

static const struct later {
	const char *name;
	void (*make)(struct host *host);
	const char *step; /* the end of its command */
	void (*change)(struct host *host);
	bool is_harmless; /* planned all the same, and carried out */
} named_later[] = {
	{"a mapping of a loop device is open once more", make_loop_on_file,
		"remove loopmap", open_loop_mapping, false},
	{"processes cannot be read where a stale snapshot's COW goes",
		sample_make_stale, "-cow", lose_processes, false},
	{"a physical volume may be on the mapping that goes", make_loop_on_file_and_swap,
		"remove loopmap", make_partial, false},
	{"a partition may outlive its loop device now", make_swap_on_partition,
		"swapoff /dev/dm-12", stop_partscan, false},
	{"nobody is known to use a loop device that goes with its user",
		make_autoclearing_loop, "umount /mnt/backup", end_swap, false},
	{"a layer below the mount leads nowhere", make_mount_on_mapping,
		"umount /mnt/inner", wipe_mapping, false},
	{"a process is on what is swapped to", make_two_swaps, "swapoff /dev/dm-13",
		enter_swapped, false},
	{"a guest's group is found when its volumes are gone", make_guest, "backup-dddd",
		find_guests_group, true},
};

/* The first whose command ends so. */
static size_t step_named(const struct plan *plan, const char *end)
{
	for (size_t i = 0; i < plan->n_steps; i++) {
		cleanup_buf struct buf command = BUF_INIT;

		plan_step_command(&plan->steps[i], &command);
		if (command.len >= strlen(end) &&
			strcmp(command.data + command.len - strlen(end), end) == 0)
			return i;
	}
	fail_msg("no step ends with %s", end);
	return 0;
}

static void judge_later(const struct later *later)
{
	cleanup_host struct host *host = make_named_host(later->make);
	cleanup_host struct host *now = NULL;
	cleanup_plan struct plan *plan = NULL;
	cleanup_buf struct buf why = BUF_INIT;
	struct pair pair = {.host = host};
	enum law_plan_answer expected =
		later->is_harmless ? LAW_PLANNED : LAW_NOT_PLANNED;
	struct err err = ERR_INIT;
	size_t step = 0;

	pair.plan = plan = law_plan(host, &named_request, &err);
	assert_non_null(plan);
	pair.first = step_named(plan, later->step);
	now = after_steps(&pair);
	host_sort(now);
	if (!law_verified(plan, pair.first, pair.first == 0, now, &why))
		fail_msg("%s: %s", later->name, buf_text(&why));
	later->change(now);
	host_sort(now);
	if (law_planned(now, &named_request, plan, pair.first, &step, &err) != expected)
		fail_msg("%s: %s", later->name, err.msg);
	if (law_verified(plan, pair.first, pair.first == 0, now, &why) !=
		later->is_harmless)
		fail_msg("%s: carried out, or stopped: %s", later->name, buf_text(&why));
}

static void test_named_later(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(named_later) / sizeof(named_later[0]); i++)
		judge_later(&named_later[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_law),
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_named_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
