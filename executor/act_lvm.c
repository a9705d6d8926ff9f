/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OP_LV_REMOVE and OP_LV_REFRESH, and running lvm to its end.
 * Input: a volume, as verified. Output: it is removed, or its tables are reloaded.
 *
 * Invariants: no shell; fixed environment; stdin is /dev/null, so that it never asks; it
 * is never killed and never interrupted: a session of its own, so that no Ctrl-C reaches
 * it, and its output goes to a file in memory, not a pipe, so that it outlives this
 * program unharmed. (lvremove ignores SIGTERM while it holds the lock of the group, and
 * SIGKILL in the middle leaves a half-removed snapshot.)
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "act.h"
#include "snapstate/cleanup.h"
#include "snapstate/stamp.h"

#define LVM_POLL_MS    50
#define LVM_REPORT_MS  10000
#define LVM_OUTPUT_MAX 65536 /* bytes that are shown and journaled */

/* ---- running lvm ---- */

static const char *lvm_path(void)
{
	return access("/usr/sbin/lvm", X_OK) == 0 ? "/usr/sbin/lvm" : "/sbin/lvm";
}

/* In the child. */
static void become_lvm(const char *path, const char *const argv[], int output)
{
	static const char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
		"LC_ALL=C.UTF-8", "LVM_SUPPRESS_FD_WARNINGS=1", NULL};
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	if (null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 ||
		chdir("/") < 0)
		_exit(127);
	/* execve() takes pointers to what it does not change */
	execve(path, (char *const *)argv, (char *const *)environment);
	_exit(127);
}

static int wait_for(const struct act_request *request, pid_t pid, const char *what)
{
	int64_t begin = clock_ms(), said = begin;
	int status = 0;

	for (;;) {
		pid_t done = waitpid(pid, &status, WNOHANG);

		if (done == pid || (done < 0 && errno != EINTR))
			return status;
		act_sleep_ms(LVM_POLL_MS);
		if (clock_ms() - said < LVM_REPORT_MS)
			continue;
		said = clock_ms();
		fprintf(request->out,
			"    lvm %s (pid %d) has been running for %lld seconds. It must "
			"not "
			"be killed: it may hold devices suspended. It waits for a lock, "
			"for "
			"udev, or for a disk (cat /proc/%d/stack).\n",
			what, (int)pid, (long long)(said - begin) / 1000, (int)pid);
		fflush(request->out);
	}
}

static void keep_output(int output, struct buf *ret_text)
{
	char chunk[4096];
	off_t at = 0;
	ssize_t n;

	while (at < LVM_OUTPUT_MAX && (n = pread(output, chunk, sizeof(chunk), at)) > 0) {
		buf_add(ret_text, chunk, (size_t)n);
		at += n;
	}
}

static int run_lvm(struct act_request *request, const char *const argv[], struct err *err)
{
	cleanup_close int output = memfd_create("lvm", MFD_CLOEXEC);
	int status;
	pid_t pid;

	if (output < 0)
		return err_errno(err, errno, "memfd_create");
	signal(SIGCHLD,
		SIG_DFL); /* ignored, as exec may hand it on, it loses the status */
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return err_errno(err, errno, "fork");
	if (pid == 0)
		become_lvm(lvm_path(), argv, output);
	request->has_acted = true;
	status = wait_for(request, pid, argv[1]);
	keep_output(output, request->output);
	if (WIFSIGNALED(status))
		return err_set(err, -EIO, "lvm %s was killed by signal %d", argv[1],
			WTERMSIG(status));
	request->has_acted = WEXITSTATUS(status) != 127;
	if (!request->has_acted)
		return err_set(err, -ENOENT, "%s could not be started", lvm_path());
	if (WEXITSTATUS(status) != 0)
		return err_set(err, -EIO, "lvm %s ended with status %d", argv[1],
			WEXITSTATUS(status));
	return 0;
}

/* ---- the operations ---- */

/* sysfs writes '!' for the slash of names such as cciss/c0d0 */
static void add_block_path(struct buf *paths, const char *kname)
{
	size_t start;

	buf_puts(paths, "/dev/");
	start = paths->len;
	buf_puts(paths, kname);
	for (size_t i = start; i < paths->len; i++)
		if (paths->data[i] == '!')
			paths->data[i] = '/';
}

/* The paths of the group's physical volumes, each with its NUL. A volume on a multipath
 * or crypt device is a dm device; one whose device is not known makes the list useless.
 */
static int add_group_paths(const struct host *host, const char *vg_uuid,
	struct buf *ret_paths, struct err *err)
{
	for (size_t i = 0; i < host->n_pvs; i++) {
		const struct pv *pv = &host->pvs[i];
		const struct block *block = host_block_by_devno(host, pv->devno);

		if (strcmp(pv->vg_uuid, vg_uuid) != 0)
			continue;
		if (block)
			add_block_path(ret_paths, block->kname);
		else if (host_device_by_devno(host, pv->devno))
			buf_printf(ret_paths, "/dev/dm-%u", pv->devno.minor);
		else
			return err_set(err, -ENODEV,
				"the device of physical volume %s is not known",
				pv->uuid);
		buf_add(ret_paths, "", 1);
	}
	if (!ret_paths->len)
		return err_set(err, -ENODEV, "no physical volume of the group is known");
	return 0;
}

/*
 * LVM gets the physical volumes of the group, and no other device: left to itself it
 * reads each mapping that is no logical volume, and waits without end on one that stands
 * on a suspended device (seen in the lab: incident suspended-neighbour).
 */
static int run_on_group(
	struct act_request *request, const char *const argv[], struct err *err)
{
	cleanup_free const char **full = NULL;
	cleanup_buf struct buf paths = BUF_INIT;
	size_t n = 0;
	int r = add_group_paths(
		request->host, request->step->target.vg_uuid, &paths, err);

	if (r < 0)
		return r;
	for (size_t i = 0; argv[i]; i++)
		*array_add(&full, &n) = argv[i];
	for (size_t at = 0; at < paths.len; at += strlen(paths.data + at) + 1) {
		*array_add(&full, &n) = "--devices";
		*array_add(&full, &n) = paths.data + at;
	}
	*array_add(&full, &n) = NULL;
	return run_lvm(request, full, err);
}

#define LVM_CONFIG                                                                       \
	"global{wait_for_locks=0} devices{scan_lvs=0 ignore_suspended_devices=1 "        \
	"hints=\"none\"}"

/* What LVM shall find under its lock, and the volume's name of today. */
static int select_volume(const struct act_request *request, struct buf *ret_selection,
	struct buf *ret_name, struct err *err)
{
	const struct plan_target *target = &request->step->target;
	const struct vg *vg = host_vg(request->host, target->vg_uuid);
	const struct lv *lv = host_lv(request->host, target->vg_uuid, target->lv_uuid);
	char vg_uuid[LVM_UUID_HYPHENS + 1], lv_uuid[LVM_UUID_HYPHENS + 1];

	if (!vg || !lv || !vg->seqno)
		return err_set(err, -ENOENT, "LVM does not show volume %s/%s",
			target->vg_name, target->lv_name);
	if (!guard_name_is_valid(vg->name) || !guard_name_is_valid(lv->name))
		return err_set(err, -EINVAL, "not a valid name of a volume: %s/%s",
			vg->name, lv->name);
	lvm_uuid_hyphenate(target->vg_uuid, vg_uuid);
	lvm_uuid_hyphenate(target->lv_uuid, lv_uuid);
	buf_printf(ret_selection, "lv_uuid=\"%s\" && vg_uuid=\"%s\" && vg_seqno=%llu",
		lv_uuid, vg_uuid, (unsigned long long)vg->seqno);
	buf_printf(ret_name, "%s/%s", vg->name, lv->name);
	return 0;
}

/*
 * Safe, because: LVM itself compares uuids, origin, role and the sequence number of the
 * metadata that was just verified, after it has taken the lock of the volume group and
 * read the metadata that it is going to change (tools/toollib.c, process_each_lv); so no
 * other volume can be met, nor this one in another state. An origin never matches: it has
 * no origin_uuid. Only fields of the metadata are used; fields of the kernel's state are
 * not filled at that point. LVM refuses a volume that is open. A selection that matches
 * nothing ends with status 0: the caller reads the host again.
 */
int act_lv_remove(struct act_request *request, struct err *err)
{
	cleanup_buf struct buf selection = BUF_INIT, name = BUF_INIT;
	char origin[LVM_UUID_HYPHENS + 1];
	int r = select_volume(request, &selection, &name, err);

	if (r < 0)
		return r;
	lvm_uuid_hyphenate(request->step->target.origin_uuid, origin);
	buf_printf(&selection,
		" && origin_uuid=\"%s\" && lv_role=snapshot && lv_merging=0", origin);
	const char *const argv[] = {"lvm", "lvremove", "-y", "--config", LVM_CONFIG, "-S",
		selection.data, name.data, NULL};
	return run_on_group(request, argv, err);
}

/*
 * Safe, because: a refresh reloads the tables that follow from the metadata, and LVM
 * compares uuids and the sequence number of that metadata, which was just verified, under
 * the lock as above. It makes nothing active that is inactive and changes no metadata.
 */
int act_lv_refresh(struct act_request *request, struct err *err)
{
	cleanup_buf struct buf selection = BUF_INIT, name = BUF_INIT;
	int r = select_volume(request, &selection, &name, err);

	if (r < 0)
		return r;
	const char *const argv[] = {"lvm", "lvchange", "--refresh", "--config",
		LVM_CONFIG, "-S", selection.data, name.data, NULL};
	return run_on_group(request, argv, err);
}
