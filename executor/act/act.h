/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The closed set of operations: act_umount.c, act_dm.c, act_lvm.c, act_block.c. Nothing
 * else in the executor changes the host, and everything reaches them through struct
 * act_ops, so that tests hand in a machine that only pretends.
 */
#ifndef SNAPSTATE_ACT_H
#define SNAPSTATE_ACT_H

#include <stdio.h>

#include "runner.h"
#include "snapstate/observe.h"
#include "snapstate/orders.h"

/* One step to be carried out now. */
struct act_request {
	const struct plan_step *step;
	struct runner *runner;	      /* who starts lvm on this machine */
	const struct sight *sight;    /* as it was just verified for this step */
	/* Looks once more, at these parts of the host ("dm,blocks"), for what has this
	 * name (observe.h). */
	int (*look)(void *eyes, const char *parts, const char *name,
		struct sight *ret_sight, struct err *err);
	void *eyes;
	FILE *out;	    /* for words to the operator while something takes long */
	struct buf *output; /* what a command printed: lines */
	/* Set before the first call that may change the host; false at the end: it surely
	 * was not changed. */
	bool has_acted;
	/* Set when udev did not handle what was done. LVM waits for it without end, in
	 * the middle of its work: no further step may begin. */
	bool is_udev_stuck;
};

struct act_ops {
	/* Whether such a step can be carried out on this kernel; changes nothing. -errno:
	 * err names the call that is missing. */
	int (*check)(void *context, enum plan_op op, struct err *err);
	/*
	 * Keeps LVM commands away from a volume group until release(). *ret_hold is -1
	 * where this host has no such locks. Waits a while for who else holds it, and
	 * says so on `out` at once; -EBUSY: it still does, as err says.
	 */
	int (*hold)(void *context, const char *vg_name, FILE *out, int *ret_hold,
		struct err *err);
	void (*release)(void *context, const char *vg_name, int hold);
	/*
	 * Carries out a step, once. What it returns is not believed: the caller reads the
	 * host again. -EBUSY: in use, not changed, another try may succeed. -EAGAIN: not
	 * changed, since somebody else is at work there. -ESTALE: not what was verified
	 * any more.
	 */
	int (*perform)(void *context, struct act_request *request, struct err *err);
	void (*pause)(void *context, unsigned ms);
	int64_t (*now_ms)(void *context); /* monotonic */
	int64_t (*time)(void *context);	  /* seconds since 1970 */
	/* true: somebody asked this program to stop (between steps) */
	bool (*is_stopped)(void *context);
};

/* This machine. The context is a struct runner. */
extern const struct act_ops act_ops_live;

struct hands {
	const struct act_ops *ops;
	void *context;
};

/* From here on, signals that ask to stop stay pending until a step has ended, where
 * is_stopped() sees them. */
void act_block_stop_signals(void);

/* ---- inside ---- */

/* See act_ops.hold. `folder` is LVM's locking_dir; waits up to wait_ms. */
int guard_take(const char *folder, const char *vg_name, unsigned wait_ms, int *ret_hold,
	struct err *err);
void guard_drop(const char *folder, const char *vg_name, int hold);
/* Waits until nobody holds LVM's lock of the group, bounded. -EAGAIN: err says who
 * does. */
int act_wait_for_lock(const char *vg_name, FILE *out, struct err *err);
/* true: a signal asks this program to stop, which it does behind this step. */
bool act_is_stopped(void);
/* -EAGAIN: a block device, but for device-mapper's, was attached since `seen`. Both name
 * all disks. */
int act_check_disks(const struct sight *seen, const struct sight *now, struct err *err);

int act_check(enum plan_op op, struct err *err);
/* One operation each; see act_ops.perform. */
int act_umount(struct act_request *request, struct err *err);
int act_dm_remove(struct act_request *request, struct err *err);
int act_lv_remove(struct act_request *request, struct err *err);
int act_lv_refresh(struct act_request *request, struct err *err);
int act_swap_off(struct act_request *request, struct err *err);
int act_md_stop(struct act_request *request, struct err *err);
int act_loop_detach(struct act_request *request, struct err *err);

void act_sleep_ms(unsigned ms);

#endif
