/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The closed set of operations on this machine, and what the loop over the steps needs of
 * it. Each operation argues at its definition why it is safe.
 */
#include <errno.h>
#include <signal.h>
#include <time.h>

#include "act.h"
#include "snapstate/stamp.h"

#define LVM_LOCKING_DIR	 "/run/lock/lvm"
#define LVM_LOCK_WAIT_MS 10000

void act_sleep_ms(unsigned ms)
{
	struct timespec rest = {ms / 1000, (long)(ms % 1000) * 1000000};

	while (nanosleep(&rest, &rest) < 0 && errno == EINTR)
		continue;
}

static int (*const acts[PLAN_OPS])(struct act_request *request, struct err *err) = {
	[OP_UMOUNT] = act_umount,
	[OP_DM_REMOVE] = act_dm_remove,
	[OP_LV_REMOVE] = act_lv_remove,
	[OP_LV_REFRESH] = act_lv_refresh,
	[OP_SWAP_OFF] = act_swap_off,
	[OP_MD_STOP] = act_md_stop,
	[OP_LOOP_DETACH] = act_loop_detach,
};

static int check_live(void *context, enum plan_op op, struct err *err)
{
	(void)context;
	return act_check(op, err);
}

static int perform_live(void *context, struct act_request *request, struct err *err)
{
	request->runner = context;
	return acts[request->step->op](request, err);
}

static int hold_live(
	void *context, const char *vg_name, FILE *out, int *ret_hold, struct err *err)
{
	struct err busy = ERR_INIT;
	int r = guard_take(LVM_LOCKING_DIR, vg_name, 0, ret_hold, &busy);

	(void)context;
	if (r == 0)
		return 0;
	if (r == -EBUSY) {
		err_plain(&busy);
		fprintf(out, "    %s; waiting up to %u seconds for it\n", busy.msg,
			LVM_LOCK_WAIT_MS / 1000);
		fflush(out);
	}
	return guard_take(LVM_LOCKING_DIR, vg_name, LVM_LOCK_WAIT_MS, ret_hold, err);
}

int act_wait_for_lock(const char *vg_name, FILE *out, struct err *err)
{
	int hold = -1;
	int r = hold_live(NULL, vg_name, out, &hold, err);

	if (r == 0)
		guard_drop(LVM_LOCKING_DIR, vg_name, hold);
	if (r == -EBUSY && err)
		err->code = -EAGAIN;
	return r == -EBUSY ? -EAGAIN : r;
}

static void release_live(void *context, const char *vg_name, int hold)
{
	(void)context;
	guard_drop(LVM_LOCKING_DIR, vg_name, hold);
}

static void pause_live(void *context, unsigned ms)
{
	(void)context;
	act_sleep_ms(ms);
}

static int64_t now_ms_live(void *context)
{
	(void)context;
	return clock_ms();
}

static int64_t time_live(void *context)
{
	(void)context;
	return time(NULL);
}

static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

void act_block_stop_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof(stop_signals) / sizeof(stop_signals[0]); i++)
		sigaddset(&signals, stop_signals[i]);
	sigprocmask(SIG_BLOCK, &signals, NULL);
}

bool act_is_stopped(void)
{
	bool is_stopped = false;
	sigset_t pending;

	if (sigpending(&pending) < 0)
		return false;
	for (size_t i = 0; i < sizeof(stop_signals) / sizeof(stop_signals[0]); i++)
		is_stopped |= sigismember(&pending, stop_signals[i]) == 1;
	return is_stopped;
}

static bool is_stopped_live(void *context)
{
	(void)context;
	return act_is_stopped();
}

const struct act_ops act_ops_live = {
	.check = check_live,
	.hold = hold_live,
	.release = release_live,
	.perform = perform_live,
	.pause = pause_live,
	.now_ms = now_ms_live,
	.time = time_live,
	.is_stopped = is_stopped_live,
};
