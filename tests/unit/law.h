/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The law of a plan, as a test sees it: a host, its plan, a change of the host, and two
 * answers. Would a planner still plan these steps (law_planned)? Would the executor carry
 * them out (law_verified)? See test_law.c.
 */
#ifndef SNAPSTATE_LAW_H
#define SNAPSTATE_LAW_H

#include "judge.h"
#include "planning.h"
#include "proof.h"
#include "reports.h"
#include "random_host.h"

/* ---- hosts (law_host.c) ---- */

/* A copy that may be changed in every way, without what a replay marked as gone. Its
 * strings are shared with `host`, which must outlive it. */
struct host *law_copy(const struct host *host);
/* What a probe of these parts (probe.h) sees of it; of device-mapper only what is near
 * `only`, where that is not NULL. Shares everything with `host`. */
struct host *law_seen(const struct host *host, unsigned parts, const struct scope *only);

/* ---- changes (law_change_*.c) ---- */

/* Something that happens on a real host. */
struct change_of {
	const char *name;
	/* false: this host has nothing to which it could happen */
	bool (*apply)(struct dice *dice, struct host *host, int which);
	int which; /* one of several of its kind */
};
extern const struct change_of law_lvm_changes[], law_dm_changes[], law_use_changes[];
/* All of them, one after the other. NULL: that was the last one. */
const struct change_of *law_change(size_t i);

/* The `of` of one random element, such that it is right; NULL: there is none. */
typedef bool (*device_test)(const struct host *host, const struct device *device);
struct device *law_pick_device(
	struct dice *dice, struct host *host, device_test is_right);
bool law_is_snapshot(const struct host *host, const struct device *device);
bool law_is_any(const struct host *host, const struct device *device);
bool law_is_idle(const struct host *host, const struct device *device);
/* A random snapshot of the metadata. */
struct lv *law_pick_snapshot_volume(struct dice *dice, struct host *host);
/* A device or block is that one, or is on it, through whatever is between. */
bool law_stands_on(const struct host *host, struct devno devno, struct devno below);
/* A number that no device of that major has, and no mount. */
unsigned law_free_minor(const struct host *host, unsigned major);
unsigned law_free_mount(const struct host *host);
/* Text in the host's arena. */
const char *law_text(struct host *host, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- the two answers (law_judge.c) ---- */

/* Plans anew: the plan as read back from its text. NULL, and err: order or proof failed.
 */
struct plan *law_plan(
	const struct host *host, const struct request *request, struct err *err);
enum law_plan_answer {
	LAW_PLANNED,
	LAW_NOT_PLANNED, /* err says why */
	LAW_BESIDE,	 /* not planned, for reasons beside what the step touches */
	LAW_FAILED,	 /* the planner could not order its own steps: a bug; see err */
};
/* Are the steps of `plan` planned anew on this host, on the same identity: all of them
 * where `first` is 0, else that one? *ret_step is the first that is not. */
enum law_plan_answer law_planned(const struct host *host, const struct request *request,
	const struct plan *plan, size_t first, size_t *ret_step, struct err *err);
/* A step that is not planned any more: of what is about it nothing is new since `before`,
 * when it was planned. What a snapshot goes with may be on another one too, which is kept
 * all along, with reasons about that very device. Not of LVM's commands. */
bool law_is_kept_as_before(const struct host *before, const struct host *now,
	const struct request *request, const struct plan_step *step);
/* The executor, before step `first` of the plan, on this host: it finds what it expects,
 * and the kernel does not refuse. With `is_whole` it verifies the whole plan before.
 * *ret_text says why not. */
bool law_verified(const struct plan *plan, size_t first, bool is_whole,
	const struct host *host, struct buf *ret_text);

#endif
