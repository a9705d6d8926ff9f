/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs lvm. Input: arguments. Output: what it printed, its exit status.
 *
 * Invariants: an absolute path, no shell, a fixed environment, no descriptor but stdin
 * (/dev/null), stdout and stderr. For commands that only read: at the deadline the child
 * is killed, and a killed lvremove would leave a half-removed snapshot.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "parts.h"
#include "snapstate/kernel.h"

/* Names and messages must not depend on who runs us (decimal commas, translated words);
 * and lvm prints pids about descriptors it inherited, if any, unless told not to. */
static char *const lvm_environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
	"LC_ALL=C.UTF-8", "TZ=UTC", "LVM_SUPPRESS_FD_WARNINGS=1", NULL};

struct lvm_call {
	const char *path;
	const char *const *argv;
};

static int exec_lvm(void *context)
{
	const struct lvm_call *call = context;

	kernel_close_from(3);
	execve(call->path, (char *const *)call->argv, lvm_environment);
	return 127;
}

static int run_live(void *context, const char *const argv[], unsigned timeout_seconds,
	size_t max, struct buf *ret_out, struct buf *ret_err_text, struct err *err)
{
	const struct child_limits limits = {.seconds = timeout_seconds, .max = max};
	struct lvm_call call = {.path = lvm_path(), .argv = argv};
	int r;

	(void)context;
	if (!call.path)
		return err_set(err, -ENOENT, "no lvm in /usr/sbin or /sbin");
	r = child_run(&limits, exec_lvm, &call, ret_out, ret_err_text, err);
	if (r < 0)
		err_wrap(err, "%s %s", call.path, argv[1]);
	return r;
}

const struct lvm_ops lvm_ops_live = {
	.run = run_live, .metadata = lvm_metadata_live, .label = lvm_label_live};
