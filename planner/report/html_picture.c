/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The picture of one subject: boxes on each other, as the devices are, holders
 * on top, disks at the bottom; the snapshot's side left, its origin's right. Read without
 * colours or styles it is a list, topmost first, in which each box says what it is on
 * and what becomes of it. Invariant: each device is drawn once, so every walk ends.
 */
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "html.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"

#define PICTURE_DEVICES_MAX 24
#define PICTURE_DEPS_MAX    16 /* of one box */
#define PICTURE_DEPTH_MAX   30 /* boxes on each other */
#define PICTURE_HOLDERS_MAX 8  /* on one box */
#define PICTURE_ON_REAL_MAX 5  /* beside the origin: each snapshot has its own picture */

struct picture {
	struct page *page;
	const struct story *story;
	const struct host *host;
	const struct subject *subject;
	struct devno *drawn;
	size_t n_drawn;
	size_t n_left_out;
};

static bool is_drawn(const struct picture *picture, struct devno devno)
{
	for (size_t i = 0; i < picture->n_drawn; i++)
		if (devno_is_equal(picture->drawn[i], devno))
			return true;
	return false;
}

static void say_buf(
	struct page *page, const char *element, const char *class, const struct buf *text)
{
	page_captured_in(page, element, class, buf_text(text));
}

/* ---- one box ---- */

/* What keeps a snapshot stands out. */
static const char *holder_class(
	const struct device_story *it, const struct story_holder *holder)
{
	if (holder->ended_by)
		return "box holder going";
	if (!it || it->removed_by)
		return "box holder";
	switch (it->part) {
	case PART_ABOVE:
	case PART_SNAPSHOT:
	case PART_COW:
	case PART_LOST:
		return it->subject->verdict == VERDICT_UNDECIDED ? "box holder open"
								 : "box holder kept";
	case PART_NONE:
	case PART_REAL:
	case PART_ORIGIN:
	case PART_VICTIM:
		return "box holder";
	}
	return "box holder";
}

static void draw_holder(struct picture *picture, const struct device_story *it,
	const struct story_holder *holder)
{
	struct page *page = picture->page;

	page_open(page, "div", holder_class(it, holder));
	page_captured(page, holder->text);
	page_open(page, "p", "fate");
	if (holder->ended_by)
		page_say(page, "released in step %zu", holder->ended_by);
	else
		page_say(page, "not affected by this plan");
	page_close(page);
	page_close(page);
}

static void draw_holders(struct picture *picture, struct devno devno)
{
	struct page *page = picture->page;
	const struct device *device = host_device_by_devno(picture->host, devno);
	const struct device_story *it = device ? story_of(picture->story, device) : NULL;
	size_t count;
	const struct story_holder *holders =
		story_holders_of(picture->story, devno, &count);

	for (size_t i = 0; i < count && i < PICTURE_HOLDERS_MAX; i++)
		draw_holder(picture, it, &holders[i]);
	if (count > PICTURE_HOLDERS_MAX) {
		page_open(page, "div", "box holder");
		page_say(page, "and %zu more that hold " DEVNO_FMT,
			count - PICTURE_HOLDERS_MAX, DEVNO_ARGS(devno));
		page_close(page);
	}
}

static const char *box_class(const struct device_story *it)
{
	if (it->removed_by && it->part != PART_REAL)
		return "box going";
	switch (it->part) {
	case PART_NONE:
		return "box";
	case PART_ABOVE:
	case PART_SNAPSHOT:
	case PART_COW:
	case PART_LOST:
		return it->subject->verdict == VERDICT_UNDECIDED ? "box open"
								 : "box kept";
	case PART_REAL:
	case PART_ORIGIN:
		return "box never";
	case PART_VICTIM:
		return "box victim";
	}
	return "box";
}

static void draw_device(struct picture *picture, const struct device *device)
{
	struct page *page = picture->page;
	cleanup_buf struct buf kind = BUF_INIT, opens = BUF_INIT, fate = BUF_INIT;
	const struct device_story *it = story_of(picture->story, device);

	page_open(page, "div", box_class(it));
	page_open(page, "span", "number");
	page_say(page, DEVNO_FMT, DEVNO_ARGS(device->devno));
	page_close(page);
	page_say(page, " ");
	page_captured_in(page, "span", "name", device->name);
	if (it->part == PART_COW)
		buf_puts(&kind, "COW: ");
	device_kind_words(device, &kind);
	for (size_t i = 0; i < device->n_deps && i < PICTURE_DEPS_MAX; i++) {
		const char *what = base_words(device, device->deps[i]);

		buf_printf(&kind, "%s" DEVNO_FMT "%s%s%s", i ? ", " : "; is on ",
			DEVNO_ARGS(device->deps[i]), *what ? " (" : "", what,
			*what ? ")" : "");
	}
	if (device->n_deps > PICTURE_DEPS_MAX)
		buf_printf(&kind, " and %zu more", device->n_deps - PICTURE_DEPS_MAX);
	buf_puts(&kind, "; ");
	device_size_words(device, &kind);
	say_buf(page, "p", "", &kind);
	device_opens_words(picture->host, device, &opens);
	say_buf(page, "p", "soft", &opens);
	story_fate(picture->story, device, &fate);
	say_buf(page, "p", "fate", &fate);
	page_close(page);
}

static void draw_block(struct picture *picture, const struct block *block)
{
	cleanup_buf struct buf words = BUF_INIT;
	size_t step = story_block_step(picture->story, block);

	page_open(picture->page, "div", step ? "box going" : "box");
	page_open(picture->page, "span", "number");
	page_say(picture->page, DEVNO_FMT, DEVNO_ARGS(block->devno));
	page_close(picture->page);
	page_say(picture->page, " ");
	block_words(block, &words);
	say_buf(picture->page, "span", "name", &words);
	page_open(picture->page, "p", "fate");
	if (step)
		page_say(picture->page, "released in step %zu", step);
	else
		page_say(picture->page, "not affected by this plan");
	page_close(picture->page);
	page_close(picture->page);
}

/* ---- towers ---- */

static void draw_tower(struct picture *picture, struct devno devno, unsigned depth);

/* Side by side. All N snapshots of one origin in the picture of each would be N times N
 * boxes. */
static void draw_above(struct picture *picture, struct devno devno, unsigned depth)
{
	const struct subject *subject = picture->subject;
	size_t count, last = picture->n_drawn + PICTURE_ON_REAL_MAX;
	const struct edge *edges = story_edges_of(picture->story, devno, &count);

	if (!subject->real || !devno_is_equal(subject->real->devno, devno))
		last = PICTURE_DEVICES_MAX;
	else if (subject->origin)
		draw_tower(picture, subject->origin->devno, depth);
	for (size_t i = 0; i < count; i++) {
		if (picture->n_drawn >= last) {
			picture->n_left_out += count - i;
			break;
		}
		draw_tower(picture, edges[i].above, depth);
	}
}

/* What is on a device, side by side; then the device. */
static void draw_tower(struct picture *picture, struct devno devno, unsigned depth)
{
	const struct device *device = host_device_by_devno(picture->host, devno);
	const struct block *block = host_block_by_devno(picture->host, devno);

	if ((!device && !block) || is_drawn(picture, devno))
		return;
	if (depth == PICTURE_DEPTH_MAX || picture->n_drawn >= PICTURE_DEVICES_MAX) {
		picture->n_left_out++;
		return;
	}
	*array_add(&picture->drawn, &picture->n_drawn) = devno;
	page_open(picture->page, "div", "tower");
	page_open(picture->page, "div", "above");
	draw_above(picture, devno, depth + 1);
	page_close(picture->page);
	draw_holders(picture, devno);
	if (device)
		draw_device(picture, device);
	else
		draw_block(picture, block);
	page_close(picture->page);
}

/* ---- the sides ---- */

static void draw_own_side(struct picture *picture, const struct subject *subject)
{
	page_open(picture->page, "div", "side");
	page_say_in(picture->page, "h4", "", "The snapshot, and what is on it");
	/* the snapshot first: its tower may be on the COW, which is drawn below */
	if (subject->cow)
		*array_add(&picture->drawn, &picture->n_drawn) = subject->cow->devno;
	if (subject->snapshot)
		draw_tower(picture, subject->snapshot->devno, 0);
	if (subject->cow) {
		for (size_t i = 0; i < subject->n_above; i++)
			draw_tower(picture, subject->above[i]->devno, 0);
		draw_holders(picture, subject->cow->devno);
		draw_device(picture, subject->cow);
	}
	page_close(picture->page);
}

static void draw_origin_side(struct picture *picture, const struct subject *subject)
{
	const struct device *base = subject->real ? subject->real : subject->origin;

	if (!base)
		return;
	page_open(picture->page, "div", "side");
	page_say_in(picture->page, "h4", "",
		"Its origin, which holds live data, and what else is on that");
	draw_tower(picture, base->devno, 0);
	page_close(picture->page);
}

/* N pictures of one origin would be read N times. false: this is the first. */
static bool refer_to_origin_side(
	struct html *html, const struct report_host *host, const struct device *real)
{
	struct page *page = &html->page;
	size_t drawn = html->drawn_with[real - host->member->host->devices];

	if (!drawn)
		return false;
	page_open(page, "div", "side");
	page_say_in(page, "h4", "", "Its origin, which holds live data");
	page_open(page, "p", "soft");
	page_say(page, "see the picture of ");
	page_open_link(page, HTML_SUBJECT, html_place(html, host, drawn - 1));
	page_captured(page, host->told[drawn - 1]->subject->label);
	page_close(page);
	page_close(page);
	page_close(page);
	return true;
}

static void draw_victims(struct picture *picture, const struct subject *subject)
{
	const struct host *host = picture->host;
	bool is_first = true;

	if (!subject_has_rule(subject, RULE_STALE_CORRUPTING))
		return;
	for (size_t i = 0; i < host->n_devices; i++) {
		const struct device_story *it = &picture->story->devices[i];

		if (it->part != PART_VICTIM || it->subject != subject)
			continue;
		if (is_first) {
			page_open(picture->page, "div", "side");
			page_say_in(picture->page, "h4", "",
				"Overwritten by the snapshot's COW");
		}
		is_first = false;
		draw_tower(picture, host->devices[i].devno, 0);
	}
	if (!is_first)
		page_close(picture->page);
}

/* What is below snapshot, store and origin, and no part of the picture yet. */
static void draw_floor_of(struct picture *picture, const struct device *device)
{
	for (size_t i = 0; device && i < device->n_deps; i++) {
		struct devno devno = device->deps[i];
		const struct block *block = host_block_by_devno(picture->host, devno);
		cleanup_buf struct buf words = BUF_INIT;

		if (is_drawn(picture, devno))
			continue;
		*array_add(&picture->drawn, &picture->n_drawn) = devno;
		page_open(picture->page, "span", "");
		page_say(picture->page, "below, not touched: ");
		if (block) {
			buf_printf(&words, DEVNO_FMT " ", DEVNO_ARGS(devno));
			block_words(block, &words);
		} else {
			devno_words(picture->host, devno, &words);
		}
		say_buf(picture->page, "code", "", &words);
		page_close(picture->page);
	}
}

static void draw_floor(
	struct picture *picture, const struct subject *subject, bool has_origin)
{
	page_open(picture->page, "div", "floor");
	draw_floor_of(picture, subject->snapshot);
	draw_floor_of(picture, subject->cow);
	if (has_origin) {
		draw_floor_of(picture, subject->real);
		draw_floor_of(picture, subject->origin);
	}
	if (picture->n_left_out) {
		page_open(picture->page, "b", "");
		page_say(picture->page, "and %zu more devices that are not drawn",
			picture->n_left_out);
		page_close(picture->page);
	}
	page_close(picture->page);
}

void html_picture(struct html *html, const struct report_host *host, size_t at)
{
	const struct subject *subject = host->told[at]->subject;
	struct picture picture = {.page = &html->page,
		.story = &host->story,
		.host = host->member->host,
		.subject = subject};
	bool has_origin;

	page_open(&html->page, "div", "picture");
	draw_own_side(&picture, subject);
	has_origin = !subject->real || !refer_to_origin_side(html, host, subject->real);
	if (has_origin)
		draw_origin_side(&picture, subject);
	if (has_origin && subject->real)
		html->drawn_with[subject->real - host->member->host->devices] = at + 1;
	draw_victims(&picture, subject);
	page_close(&html->page);
	draw_floor(&picture, subject, has_origin);
	free(picture.drawn);
}
