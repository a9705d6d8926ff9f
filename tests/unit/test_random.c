/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random hosts: stacks of origins, snapshots, mappings, mounts and holders, with damage.
 * For every one: the planner can order what it judged removable, its plan is proven, the
 * same host gives the same plan and review to the byte, with an index and without, and
 * what is in use stays. And an index changes no fact of a host in which things go.
 *
 * RANDOM_STATES=N and RANDOM_SEED=S in the environment change how many and from where; a
 * failure prints the seed that shows it alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "planner.h"
#include "sample_host.h"
#include "snapstate/cleanup.h"

#define STATES_DEFAULT 2000

/* xorshift64*: small, and the same everywhere */
struct dice {
	uint64_t state;
};

static uint64_t roll(struct dice *dice, uint64_t sides)
{
	dice->state ^= dice->state >> 12;
	dice->state ^= dice->state << 25;
	dice->state ^= dice->state >> 27;
	return (dice->state * UINT64_C(2685821657736338717) >> 33) % sides;
}

static bool one_in(struct dice *dice, uint64_t n)
{
	return roll(dice, n) == 0;
}

/* ---- a host ---- */

struct builder {
	struct dice *dice;
	struct host *host;
	unsigned minor;	 /* the next one */
	unsigned mount;	 /* the next id */
	unsigned volume; /* the next number */
	uint64_t extent; /* the next free one */
};

static const char *format(struct builder *b, const char *template, ...)
	__attribute__((format(printf, 2, 3)));
static const char *format(struct builder *b, const char *template, ...)
{
	char text[256];
	va_list args;

	va_start(args, template);
	vsnprintf(text, sizeof(text), template, args);
	va_end(args);
	return host_string(b->host, text);
}

static struct lv *add_lv(struct builder *b, const char *uuid, const char *name,
	uint64_t start, uint64_t extents)
{
	struct lv *lv = array_add(&b->host->lvs, &b->host->n_lvs);
	struct segment *segment = array_add(&lv->segments, &lv->n_segments);
	struct stripe *stripe = array_add(&segment->stripes, &segment->n_stripes);

	lv->vg_uuid = SAMPLE_VG;
	lv->uuid = uuid;
	lv->name = name;
	lv->origin_uuid = "";
	lv->is_visible = true;
	lv->created = SAMPLE_TAKEN - 3 * 86400;
	lv->extents = segment->extents = extents;
	segment->type = "striped";
	*stripe = (struct stripe){.pv_uuid = SAMPLE_PV, .lv_name = "", .start = start};
	return lv;
}

static void add_file_system(struct builder *b, unsigned minor)
{
	struct superblock *superblock;

	sample_add_mount(
		b->host, SAMPLE_NS, b->mount, 1, minor, format(b, "/mnt/%u", b->mount));
	b->mount++;
	if (one_in(b->dice, 4)) { /* mounted twice */
		sample_add_mount(b->host, SAMPLE_NS, b->mount, 1, minor,
			format(b, "/mnt/%u", b->mount));
		b->mount++;
	}
	superblock = array_add(&b->host->superblocks, &b->host->n_superblocks);
	*superblock = (struct superblock){.devno = {254, minor}, .type = "ext4"};
	sample_device(b->host, minor)->open_count++;
}

static const char *const programs[] = {"tar", "bash", "qemu-system-x86", "rsync"};

/* What may be wrong with, or going on at, one device that is to be removed. */
static void disturb_device(struct builder *b, unsigned minor)
{
	struct device *device = sample_device(b->host, minor);

	if (one_in(b->dice, 40))
		device->open_count++;
	if (one_in(b->dice, 60))
		device->flags |= 1u << roll(b->dice, 6);
	if (one_in(b->dice, 40))
		sample_add_use(b->host, 1000 + minor, programs[roll(b->dice, 4)],
			(enum use_kind)roll(b->dice, 5), minor);
	if (one_in(b->dice, 80)) {
		struct swap *swap = array_add(&b->host->swaps, &b->host->n_swaps);

		*swap = (struct swap){.path = "/dev/dm", .devno = {254, minor}};
		device->open_count += 2;
	}
	if (one_in(b->dice, 80)) {
		struct superblock *superblock =
			array_add(&b->host->superblocks, &b->host->n_superblocks);

		*superblock = (struct superblock){.devno = {254, minor}, .type = "xfs"};
	}
}

static void add_mappings(
	struct builder *b, unsigned snapshot, const char *lv_uuid, const char *name)
{
	unsigned count = (unsigned)roll(b->dice, 3);

	for (unsigned part = 1; part <= count; part++) {
		unsigned minor = b->minor++;
		const char *uuid = "";

		if (!one_in(b->dice, 3))
			uuid = format(b, "part%u-LVM-" SAMPLE_VG "%s", part, lv_uuid);
		if (one_in(b->dice, 30))
			uuid = format(
				b, "LVM-%032u%032u", 7u, minor); /* a guest's volume */
		sample_add_device(b->host, minor, format(b, "%sX%u", name, part), uuid,
			"linear", format(b, "254:%u %u", snapshot, 2048 * part), 1024);
		if (one_in(b->dice, 2))
			add_file_system(b, minor);
		disturb_device(b, minor);
	}
	if (!count && one_in(b->dice, 3))
		add_file_system(b, snapshot);
}

static void disturb_volume(struct builder *b, struct lv *lv)
{
	if (one_in(b->dice, 25))
		lv->is_merging = true;
	if (one_in(b->dice, 25))
		lv->created = SAMPLE_TAKEN - (int64_t)roll(b->dice, 7200) + 60;
	if (one_in(b->dice, 50))
		lv->created = 0;
	if (one_in(b->dice, 50))
		lv->has_virtual_origin = true;
	if (one_in(b->dice, 60))
		lv->role = (enum lv_role)roll(b->dice, 5);
}

static void add_snapshot(struct builder *b, unsigned real, const char *origin_uuid)
{
	static const char *const states[] = {"16/32768 16", "16/32768 16", "16/32768 16",
		"Invalid", "Overflow", "Unknown"};
	unsigned number = b->volume++;
	bool is_backup = !one_in(b->dice, 5);
	const char *uuid = format(b, "S%031u", number);
	const char *name = format(b, "%s%u", is_backup ? "backup-" : "snap", number);
	const char *dm_name =
		format(b, "onapp--aaaa-%s%u", is_backup ? "backup--" : "snap", number);
	unsigned cow = b->minor++, snapshot = b->minor++;
	struct device *device;

	sample_add_device(b->host, cow, format(b, "%s-cow", dm_name),
		format(b, "LVM-" SAMPLE_VG "%s-cow", uuid), "linear",
		format(b, "7:0 %" PRIu64, 2048 + b->extent * 8192), 4 * 8192);
	device = sample_add_device(b->host, snapshot, dm_name,
		format(b, "LVM-" SAMPLE_VG "%s", uuid), "snapshot",
		format(b, "254:%u 254:%u P 8", real, cow), 131072);
	device->targets[0].status = states[roll(b->dice, 6)];
	if (one_in(b->dice, 3)) { /* stale; its extents may have a new owner */
		if (one_in(b->dice, 2))
			add_lv(b, format(b, "V%031u", number),
				format(b, "victim%u", number), b->extent, 4);
	} else {
		struct lv *lv = add_lv(b, uuid, name, b->extent, 4);

		lv->role = LV_SNAPSHOT;
		lv->origin_uuid = origin_uuid;
		disturb_volume(b, lv);
	}
	b->extent += 4;
	add_mappings(b, snapshot, uuid, dm_name);
	disturb_device(b, cow);
	disturb_device(b, snapshot);
}

static void add_origin(struct builder *b)
{
	unsigned number = b->volume++;
	const char *uuid = format(b, "O%031u", number);
	unsigned snapshots = 1 + (unsigned)roll(b->dice, 3);
	unsigned real = b->minor++, origin = b->minor++;

	sample_add_device(b->host, real, format(b, "onapp--aaaa-disk%u-real", number),
		format(b, "LVM-" SAMPLE_VG "%s-real", uuid), "linear",
		format(b, "7:0 %" PRIu64, 2048 + b->extent * 8192), 131072);
	sample_add_device(b->host, origin, format(b, "onapp--aaaa-disk%u", number),
		format(b, "LVM-" SAMPLE_VG "%s", uuid), "snapshot-origin",
		format(b, "254:%u", real), 131072);
	add_lv(b, uuid, format(b, "disk%u", number), b->extent, 16);
	b->extent += 16;
	sample_device(b->host, origin)->open_count += (uint32_t)roll(b->dice, 3);
	if (one_in(b->dice, 40))
		sample_device(b->host, origin)->flags |= DEVICE_SUSPENDED;
	for (unsigned i = 0; i < snapshots; i++)
		add_snapshot(b, real, uuid);
}

static void disturb_host(struct builder *b)
{
	struct host *host = b->host;

	if (one_in(b->dice, 20))
		host->vgs[0].is_partial = true;
	if (one_in(b->dice, 20))
		host->vgs[0].lock_type = "sanlock";
	if (one_in(b->dice, 30))
		host->vgs[0].has_metadata = false;
	if (one_in(b->dice, 30))
		host->pvs[0].is_duplicate = true;
	if (one_in(b->dice, 30))
		host->pvs[0].devno = DEVNO_NONE;
	if (one_in(b->dice, 10))
		host_source_set(host, host->sources[roll(b->dice, host->n_sources)].name,
			(enum outcome)(1 + roll(b->dice, 8)), "%s", "");
}

/* The sample's volume group and sources, with other devices and volumes. */
static struct host *random_host(struct dice *dice)
{
	struct host *host = sample_host_empty();
	struct builder b = {.dice = dice, .host = host, .mount = 50, .volume = 1};
	unsigned origins = 1 + (unsigned)roll(dice, 3);

	for (unsigned i = 0; i < origins; i++)
		add_origin(&b);
	disturb_host(&b);
	host_sort(host);
	return host;
}

/* ---- what must hold ---- */

static const char *select_all[] = {SELECT_DEFAULT};

static void plan_text_of(const struct host *host, bool has_refresh, uint64_t seed,
	struct buf *ret, struct buf *ret_review, size_t *ret_removed)
{
	struct request request = {.select = select_all,
		.n_select = 1,
		.min_age = MIN_AGE_DEFAULT,
		.has_refresh_origin = has_refresh};
	cleanup_survey struct survey survey = {0};
	cleanup_with(plan_free_fn) struct plan *plan = plan_new();
	cleanup_with(plan_free_fn) struct plan *again = NULL;
	struct err err = ERR_INIT;

	survey_collect(host, &request, &survey);
	classify_survey(&survey);
	plan->min_age = MIN_AGE_DEFAULT;
	plan->has_refresh_origin = has_refresh;
	memset(plan->capture_sha256, '0', SHA256_HEX_LEN);
	if (order_survey(&survey, plan, &err) < 0)
		fail_msg("RANDOM_SEED=%" PRIu64 ": order: %s", seed, err.msg);
	plan_write(plan, ret);
	if (plan_read(ret->data, ret->len, "plan", &again, &err) < 0)
		fail_msg("RANDOM_SEED=%" PRIu64 ": read: %s", seed, err.msg);
	if (prove_plan(host, again, &err) < 0)
		fail_msg("RANDOM_SEED=%" PRIu64 ": %s", seed, err.msg);
	review_print(&survey, plan, "capture", "plan", ret_review);
	for (size_t i = 0; i < survey.n_subjects; i++)
		*ret_removed += survey.subjects[i].verdict == VERDICT_REMOVE;
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	uint64_t value;

	if (text && parse_u64(text, strlen(text), 10, &value) == 0)
		return value;
	return otherwise;
}

static void test_random_states(void **state)
{
	uint64_t first = from_environment("RANDOM_SEED", 1);
	uint64_t count = from_environment("RANDOM_STATES", STATES_DEFAULT);
	size_t removed = 0, with_plan = 0;

	(void)state;
	for (uint64_t seed = first; seed < first + count; seed++) {
		struct dice dice = {.state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
		cleanup_host struct host *host = random_host(&dice);
		cleanup_buf struct buf text = BUF_INIT, again = BUF_INIT;
		cleanup_buf struct buf review = BUF_INIT, review_again = BUF_INIT;
		bool has_refresh = seed % 2;
		size_t before = removed, unused = 0;

		plan_text_of(host, has_refresh, seed, &text, &review, &removed);
		host_index_build(host);
		plan_text_of(host, has_refresh, seed, &again, &review_again, &unused);
		if (strcmp(buf_text(&text), buf_text(&again)) != 0 ||
			strcmp(buf_text(&review), buf_text(&review_again)) != 0)
			fail_msg(
				"RANDOM_SEED=%" PRIu64 ": two plans from one host", seed);
		with_plan += removed > before;
	}
	print_message("%" PRIu64 " random hosts from seed %" PRIu64
		      ": %zu with something to remove, %zu snapshots in all\n",
		count, first, with_plan, removed);
	/* a generator that only makes refusals would prove nothing */
	if (count >= 1000)
		assert_true(with_plan > count / 10);
}

/* ---- with an index and without ---- */

/* What finds its device by a path, or finds two: loops, and mounts whose st_dev is nobody's. */
static void add_paths(struct dice *dice, struct host *host)
{
	struct builder b = {.dice = dice, .host = host, .mount = 500};

	for (size_t i = 0; i < host->n_devices; i++) {
		struct device *device = &host->devices[i];
		struct block *loop;

		if (one_in(dice, 6)) /* no kernel allows it, but a capture may say so */
			device->name = host->devices[roll(dice, host->n_devices)].name;
		if (one_in(dice, 3)) {
			sample_add_mount(host, SAMPLE_NS + roll(dice, 2), b.mount++, 1,
				device->devno.minor, "/mnt/more");
			if (one_in(dice, 2)) {
				struct mount *mount = &host->mounts[host->n_mounts - 1];

				mount->devno = (struct devno){0, b.mount};
				mount->source = format(&b,
					one_in(dice, 2) ? "/dev/mapper/%s" : "%s",
					device->name);
			}
		}
		if (!one_in(dice, 3))
			continue;
		loop = array_add(&host->blocks, &host->n_blocks);
		*loop = (struct block){.devno = {7, (unsigned)i},
			.kname = format(&b, "loop%zu", i),
			.kind = BLOCK_LOOP,
			.backing_file = format(&b, "/dev/dm-%u", device->devno.minor)};
		if (one_in(dice, 2) && host->n_mounts)
			loop->backing_file = format(&b, "%s/image",
				host->mounts[roll(dice, host->n_mounts)].target);
	}
}

/* As in a replay, and worse: anything may go, and any table may come to any device. */
static void change_clone(struct dice dice, struct host *clone)
{
	for (size_t i = 0; i < clone->n_devices; i++) {
		struct device *device = &clone->devices[i];
		const struct device *other =
			&clone->devices[roll(&dice, clone->n_devices)];

		device->is_gone = one_in(&dice, 6);
		if (!one_in(&dice, 4))
			continue;
		device->targets = other->targets;
		device->n_targets = other->n_targets;
		device->deps = other->deps;
		device->n_deps = other->n_deps;
		host_index_device(clone, device);
	}
	for (size_t i = 0; i < clone->n_mounts; i++)
		clone->mounts[i].is_gone = one_in(&dice, 4);
	for (size_t i = 0; i < clone->n_superblocks; i++)
		clone->superblocks[i].is_gone = one_in(&dice, 4);
	for (size_t i = 0; i < clone->n_lvs; i++)
		clone->lvs[i].is_gone = one_in(&dice, 6);
}

static void assert_same_facts(
	const struct host *plain, const struct host *indexed, uint64_t seed)
{
	cleanup_facts struct facts a = FACTS_INIT, b = FACTS_INIT, wrong = FACTS_INIT;

	host_facts(plain, NULL, &a);
	host_facts(indexed, NULL, &b);
	facts_minus(&a, &b, &wrong);
	facts_minus(&b, &a, &wrong);
	if (wrong.count)
		fail_msg("RANDOM_SEED=%" PRIu64 ": %s", seed, wrong.lines[0]);
	for (size_t i = 0; i < plain->n_devices; i++) {
		const struct device *device = &plain->devices[i];
		struct device *found = host_device_by_uuid(plain, device->uuid);
		struct device *by_index = host_device_by_uuid(indexed, device->uuid);

		assert_int_equal(!found, !by_index);
		assert_true(!found || found - plain->devices ==
					      by_index - indexed->devices);
	}
}

static void test_an_index_changes_nothing(void **state)
{
	uint64_t first = from_environment("RANDOM_SEED", 1);
	uint64_t count = from_environment("RANDOM_STATES", STATES_DEFAULT);

	(void)state;
	for (uint64_t seed = first; seed < first + count; seed++) {
		struct dice dice = {.state = seed * UINT64_C(0x9e3779b97f4a7c15) + 2};
		cleanup_host struct host *host = random_host(&dice);
		cleanup_host struct host *plain = NULL, *indexed = NULL;

		add_paths(&dice, host);
		host_sort(host);
		plain = host_clone(host);
		host_index_build(host);
		indexed = host_clone(host);
		assert_same_facts(plain, indexed, seed);
		for (unsigned round = 0; round < 3; round++) {
			roll(&dice, 2);
			change_clone(dice, plain);
			change_clone(dice, indexed);
			assert_same_facts(plain, indexed, seed);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_index_changes_nothing),
		cmocka_unit_test(test_random_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
