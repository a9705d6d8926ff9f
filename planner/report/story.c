/* SPDX-License-Identifier: Apache-2.0 */
/* See story.h. One pass over every table of the host, then sorted look-ups. */
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/swap.h"
#include "story.h"

/* ---- parts ---- */

static struct device_story *slot(struct story *story, const struct device *device)
{
	return &story->devices[device - story->survey->host->devices];
}

/* The first subject that claims a device has it. */
static void claim(struct story *story, const struct device *device, enum device_part part,
	const struct subject *subject)
{
	struct device_story *it;

	if (!device)
		return;
	it = slot(story, device);
	if (it->part != PART_NONE)
		return;
	it->part = part;
	it->subject = subject;
}

static void claim_victims(struct story *story, const struct subject *subject)
{
	const struct host *host = story->survey->host;
	cleanup_free struct overlap *overlaps = NULL;
	size_t count = 0;
	bool is_complete;

	if (!subject->cow || !subject_has_rule(subject, RULE_STALE_CORRUPTING))
		return;
	host_overlaps(
		host, subject->cow, subject->vg_uuid, &overlaps, &count, &is_complete);
	for (size_t i = 0; i < count; i++)
		claim(story,
			host_device_of_lv(host, overlaps[i].victim->vg_uuid,
				overlaps[i].victim->uuid, ""),
			PART_VICTIM, subject);
}

/* What belongs to a snapshot of its own comes before what is merely below one. */
static void collect_parts(struct story *story)
{
	const struct survey *survey = story->survey;

	for (size_t i = 0; i < survey->n_subjects; i++) {
		const struct subject *subject = &survey->subjects[i];

		claim(story, subject->snapshot,
			subject_is_plain(subject) ? PART_LOST : PART_SNAPSHOT, subject);
		claim(story, subject->cow, PART_COW, subject);
		for (size_t a = 0; a < subject->n_above; a++)
			claim(story, subject->above[a], PART_ABOVE, subject);
	}
	for (size_t i = 0; i < survey->n_subjects; i++) {
		claim(story, survey->subjects[i].origin, PART_ORIGIN,
			&survey->subjects[i]);
		claim(story, survey->subjects[i].real, PART_REAL, &survey->subjects[i]);
		claim_victims(story, &survey->subjects[i]);
	}
}

/* ---- what is on what ---- */

static void edge_add(struct story *story, struct devno base, struct devno above)
{
	*array_add(&story->edges, &story->n_edges) =
		(struct edge){.base = base, .above = above};
}

static int order_edges(const void *pa, const void *pb)
{
	const struct edge *a = pa, *b = pb;
	int order = devno_compare(a->base, b->base);

	return order ? order : devno_compare(a->above, b->above);
}

static void collect_edges(struct story *story, const struct host *host)
{
	size_t kept = 0;

	for (size_t i = 0; i < host->n_devices; i++)
		for (size_t d = 0; d < host->devices[i].n_deps; d++)
			edge_add(story, host->devices[i].deps[d], host->devices[i].devno);
	for (size_t i = 0; i < host->n_blocks; i++) {
		const struct block *block = &host->blocks[i];
		struct devno backing =
			*block->backing_file ? host_loop_devno(host, block) : DEVNO_NONE;

		for (size_t b = 0; b < block->n_below; b++)
			edge_add(story, block->below[b], block->devno);
		if (!devno_is_none(backing))
			edge_add(story, backing, block->devno);
	}
	if (story->n_edges)
		qsort(story->edges, story->n_edges, sizeof(*story->edges), order_edges);
	for (size_t i = 0; i < story->n_edges; i++)
		if (!kept || order_edges(&story->edges[kept - 1], &story->edges[i]) != 0)
			story->edges[kept++] = story->edges[i];
	story->n_edges = kept;
}

/* ---- the plan's steps ---- */

/* A mount that a step takes away. */
struct ending {
	uint64_t namespace_id, mount_id;
	size_t step;
};

static int order_endings(const void *pa, const void *pb)
{
	const struct ending *a = pa, *b = pb;

	if (a->namespace_id != b->namespace_id)
		return a->namespace_id < b->namespace_id ? -1 : 1;
	if (a->mount_id != b->mount_id)
		return a->mount_id < b->mount_id ? -1 : 1;
	return 0;
}

/* Copies in other namespaces are no facts of the plan, so no step names them: one goes
 * with the first umount of the host's own mounts that reaches it. */
static void end_copies(
	const struct host *host, struct story_holder *holders, size_t count)
{
	const struct mount_namespace *home = host_namespace_of_host(host);

	for (size_t e = 0; home && e < count; e++) {
		const struct story_holder *ended = &holders[e];
		const struct home_mounts own = {.items = {ended->mount}, .count = 1};

		if (!ended->mount || !ended->ended_by ||
			ended->mount->namespace_id != home->id)
			continue;
		for (size_t i = 0; i < count; i++) {
			struct story_holder *copy = &holders[i];

			if (copy->mount && mount_goes_along(host, &own, copy->mount) &&
				(!copy->ended_by || copy->ended_by > ended->ended_by))
				copy->ended_by = ended->ended_by;
		}
	}
}

/* Holders of one device are beside each other. */
static void collect_endings_of_copies(struct story *story)
{
	for (size_t i = 0, end; i < story->n_holders; i = end) {
		for (end = i + 1; end < story->n_holders; end++)
			if (!devno_is_equal(
				    story->holders[i].devno, story->holders[end].devno))
				break;
		end_copies(story->survey->host, &story->holders[i], end - i);
	}
}

static void collect_endings(struct story *story)
{
	cleanup_free struct ending *endings = NULL;
	size_t count = 0;
	struct ending ending = {0};

	for (size_t i = 0; i < story->plan->n_steps; i++) {
		const struct facts *gone = &story->plan->steps[i].gone;

		ending.step = i + 1;
		for (size_t g = 0; g < gone->count; g++)
			if (fact_mount_id(gone->lines[g], &ending.namespace_id,
				    &ending.mount_id))
				*array_add(&endings, &count) = ending;
	}
	if (!count)
		return;
	qsort(endings, count, sizeof(*endings), order_endings);
	for (size_t i = 0; i < story->n_holders; i++) {
		struct story_holder *holder = &story->holders[i];
		struct ending key = {0}, *found;

		if (!holder->mount)
			continue;
		key.namespace_id = holder->mount->namespace_id;
		key.mount_id = holder->mount->id;
		found = bsearch(&key, endings, count, sizeof(*endings), order_endings);
		holder->ended_by = found ? found->step : 0;
	}
	collect_endings_of_copies(story);
}

/* The device of a line of that kind; NULL: another kind of line. */
static const struct device *line_device(
	const struct host *host, const char *line, enum fact_kind kind)
{
	struct devno devno;

	if (!fact_is(line, kind) || !fact_devno(line, &devno))
		return NULL;
	return host_device_by_devno(host, devno);
}

static void end_swap(struct story *story, const struct plan_target *target, size_t number)
{
	for (size_t i = 0; i < story->n_holders; i++) {
		struct story_holder *holder = &story->holders[i];

		if (holder->swap && devno_is_equal(holder->devno, target->devno) &&
			strcmp(holder->swap->path, target->swap_path) == 0)
			holder->ended_by = number;
	}
}

/* A loop device, an array, or a partition, whose line goes. */
static void end_block(struct story *story, const char *line, size_t number)
{
	const struct host *host = story->survey->host;
	const struct block *block;
	struct devno devno;

	if (!fact_is(line, FACT_BLOCK) || !fact_devno(line, &devno))
		return;
	block = host_block_by_devno(host, devno);
	if (block)
		story->block_ended_by[block - host->blocks] = number;
}

static void collect_perhaps(struct story *story, const struct facts *facts, size_t number)
{
	const struct host *host = story->survey->host;

	for (size_t i = 0; i < facts->count; i++) {
		const struct device *device =
			line_device(host, facts->lines[i], FACT_TABLE);

		if (device)
			slot(story, device)->perhaps_by = number;
	}
}

/* A device whose line goes and does not come back is removed; one with another table is
 * refreshed. An umount only changes open counts. */
static void collect_step(struct story *story, const struct plan_step *step, size_t number)
{
	const struct host *host = story->survey->host;

	if (step->op == OP_SWAP_OFF)
		end_swap(story, &step->target, number);
	for (size_t g = 0; g < step->gone.count; g++)
		end_block(story, step->gone.lines[g], number);
	for (size_t g = 0; step->op != OP_UMOUNT && g < step->gone.count; g++) {
		const struct device *device =
			line_device(host, step->gone.lines[g], FACT_DEVICE);

		if (device)
			slot(story, device)->removed_by = number;
	}
	for (size_t n = 0; n < step->new.count; n++) {
		const char *line = step->new.lines[n];
		const struct device *device = line_device(host, line, FACT_DEVICE);
		const struct device *table = line_device(host, line, FACT_TABLE);

		if (device && slot(story, device)->removed_by == number)
			slot(story, device)->removed_by = 0;
		if (table)
			slot(story, table)->refreshed_by = number;
	}
	collect_perhaps(story, &step->maybe_gone, number);
	collect_perhaps(story, &step->maybe_new, number);
}

/* ---- the whole ---- */

void story_collect(
	const struct survey *survey, const struct plan *plan, struct story *ret)
{
	struct story story = {.survey = survey, .plan = plan};
	const struct host *host = survey->host;

	story.devices = xcalloc(host->n_devices, sizeof(*story.devices));
	story.block_ended_by = xcalloc(host->n_blocks, sizeof(*story.block_ended_by));
	collect_parts(&story);
	story_collect_holders(&story);
	collect_edges(&story, host);
	collect_endings(&story);
	for (size_t i = 0; i < plan->n_steps; i++)
		collect_step(&story, &plan->steps[i], i + 1);
	*ret = story;
}

void story_free(struct story *story)
{
	for (size_t i = 0; i < story->n_holders; i++)
		free(story->holders[i].text);
	free(story->holders);
	free(story->edges);
	free(story->block_ended_by);
	free(story->devices);
}

const struct device_story *story_of(
	const struct story *story, const struct device *device)
{
	return &story->devices[device - story->survey->host->devices];
}

size_t story_block_step(const struct story *story, const struct block *block)
{
	return story->block_ended_by[block - story->survey->host->blocks];
}

/* The items of one device, in an array that is sorted by devno: the first, and behind the
 * last. */
struct span {
	size_t first, end;
};

typedef struct devno (*devno_at)(const struct story *story, size_t i);

static struct devno holder_devno(const struct story *story, size_t i)
{
	return story->holders[i].devno;
}

static struct devno edge_base(const struct story *story, size_t i)
{
	return story->edges[i].base;
}

/* The first that is not before `devno`; with `is_behind`, that is behind it. */
static size_t bound(const struct story *story, size_t count, devno_at at,
	struct devno devno, bool is_behind)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (devno_compare(at(story, middle), devno) < is_behind)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct span span_of(
	const struct story *story, size_t count, devno_at at, struct devno devno)
{
	return (struct span){.first = bound(story, count, at, devno, false),
		.end = bound(story, count, at, devno, true)};
}

const struct story_holder *story_holders_of(
	const struct story *story, struct devno devno, size_t *ret_count)
{
	struct span span = span_of(story, story->n_holders, holder_devno, devno);

	*ret_count = span.end - span.first;
	return story->holders + span.first;
}

const struct edge *story_edges_of(
	const struct story *story, struct devno devno, size_t *ret_count)
{
	struct span span = span_of(story, story->n_edges, edge_base, devno);

	*ret_count = span.end - span.first;
	return story->edges + span.first;
}
