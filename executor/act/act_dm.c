/* SPDX-License-Identifier: Apache-2.0 */
/* OP_DM_REMOVE. Input: a device-mapper device, as verified. Output: it is gone. */
#include <errno.h>
#include <libdevmapper.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "act.h"
#include "snapstate/cleanup.h"
#include "snapstate/dm_mask.h"
#include "snapstate/dm_target.h"
#include "snapstate/fact_kind.h"
#include "snapstate/stamp.h"

#define UDEV_WAIT_MS  10000
#define UDEV_QUIET_MS 3000

static void cleanup_task_fn(struct dm_task **task)
{
	if (*task)
		dm_task_destroy(*task);
}
#define cleanup_task cleanup_with(cleanup_task_fn)

/* libdevmapper prints to stderr by default; its errors reach us as return values. */
static void log_quietly(
	int level, const char *file, int line, int errnum, const char *format, ...)
{
	(void)level;
	(void)file;
	(void)line;
	(void)errnum;
	(void)format;
}

/* Names and uuids byte for byte as the kernel has them. */
static void set_up_library(void)
{
	dm_log_with_errno_init(log_quietly);
	dm_set_name_mangling_mode(DM_STRING_MANGLING_NONE);
}

/* The cookie is the key of a SysV semaphore: one for us, and one that udev's rules take
 * off (libdm-common.c, _udev_notify_sem_create). The array is done as a whole or not at
 * all, and leaves the semaphore as it is: it waits for the value 1. false: not within
 * that time. */
static bool is_released_within(uint32_t cookie, unsigned ms)
{
	struct sembuf is_one[] = {{0, -1, 0}, {0, 0, 0}, {0, 1, 0}};
	const size_t count = sizeof(is_one) / sizeof(is_one[0]);
	int semaphore = semget((key_t)cookie, 1, 0);
	int64_t deadline = clock_ms() + ms;
	int r = 0;

	if (semaphore < 0) /* somebody has taken it away by hand */
		return true;
	do {
		int64_t left = deadline - clock_ms();
		struct timespec rest = {left / 1000, left % 1000 * 1000000};

		if (left <= 0)
			return false;
		r = semtimedop(semaphore, is_one, count, &rest);
	} while (r < 0 && errno == EINTR);
	return r == 0 || errno != EAGAIN;
}

/* udev answers the kernel's event by releasing the cookie, which dm_udev_wait() would
 * wait for without end where udevd is stuck. false: it is. */
static bool wait_for_udev(uint32_t cookie, FILE *out)
{
	int is_ready = 0;
	bool is_released;

	if (!cookie)
		return true;
	is_released = is_released_within(cookie, UDEV_QUIET_MS);
	if (!is_released) {
		fprintf(out, "    it is gone; waiting for udev to handle that\n");
		fflush(out);
		is_released = is_released_within(cookie, UDEV_WAIT_MS - UDEV_QUIET_MS);
	}
	if (!is_released)
		dm_udev_complete(cookie);
	dm_udev_wait_immediate(cookie, &is_ready); /* takes the semaphore away */
	return is_released;
}

/* -EBUSY: the kernel found it open. */
static int remove_mapping(struct act_request *request, struct err *err)
{
	const struct plan_target *target = &request->step->target;
	cleanup_task struct dm_task *task = NULL;
	uint32_t cookie = 0;
	int is_named, is_done, errnum;

	set_up_library();
	task = dm_task_create(DM_DEVICE_REMOVE);
	if (!task)
		return err_set(err, -ENOMEM, "libdevmapper gave no task");
	is_named = *target->dm_uuid ? dm_task_set_uuid(task, target->dm_uuid)
				    : dm_task_set_name(task, target->dm_name);
	if (!is_named || !dm_task_set_cookie(task, &cookie, 0))
		return err_set(err, -EINVAL, "libdevmapper refuses to remove %s",
			target->dm_name);
	request->has_acted = true;
	is_done = dm_task_run(task);
	errnum = is_done ? 0 : dm_task_get_errno(task);
	request->is_udev_stuck = !wait_for_udev(cookie, request->out);
	if (request->is_udev_stuck)
		buf_printf(request->output,
			"udev did not handle the removal within %d seconds\n",
			UDEV_WAIT_MS / 1000);
	if (is_done)
		return 0;
	/* the kernel changes nothing when it refuses: open, or not there */
	request->has_acted = errnum != EBUSY && errnum != ENXIO;
	if (errnum == EBUSY)
		return err_set(err, -EBUSY, "%s is open", target->dm_name);
	if (errnum == ENXIO)
		return err_set(err, -ESTALE, "%s is gone", target->dm_name);
	return err_errno(err, errnum ? errnum : EIO, "remove %s", target->dm_name);
}

/* udev's mangling of names in /dev/mapper (libdm-common.c, _mangle_string). */
static void add_node_name(struct buf *path, const char *name)
{
	static const char plain[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
		"uvwxyz#+-.:=@_";

	for (; *name; name++) {
		if (strchr(plain, *name))
			buf_add(path, name, 1);
		else
			buf_printf(path, "\\x%02x", (unsigned char)*name);
	}
}

static bool has_mapping(struct devno devno)
{
	cleanup_task struct dm_task *task = dm_task_create(DM_DEVICE_INFO);
	struct dm_info info;

	if (!task ||
		!dm_task_set_major_minor(task, (int)devno.major, (int)devno.minor, 0) ||
		!dm_task_run(task) || !dm_task_get_info(task, &info))
		return true; /* not known to be gone */
	return info.exists;
}

/* What udev ("../dm-4") or the library (a block node) has made for this device. */
static bool is_node_of(const char *path, struct devno devno)
{
	char link[64] = "", own[64];
	struct stat node;

	snprintf(own, sizeof(own), "../dm-%u", devno.minor);
	if (lstat(path, &node) < 0)
		return false;
	if (S_ISLNK(node.st_mode))
		return readlink(path, link, sizeof(link) - 1) > 0 &&
		       strcmp(link, own) == 0;
	return S_ISBLK(node.st_mode) && major(node.st_rdev) == devno.major &&
	       minor(node.st_rdev) == devno.minor;
}

/* Without udevd a removal by uuid leaves the node behind, since the library then knows no
 * name. It is unlinked only if it is still the node of that device, which is gone. */
static void unlink_stale_node(const struct plan_target *target)
{
	cleanup_buf struct buf path = BUF_INIT;

	buf_puts(&path, "/dev/mapper/");
	add_node_name(&path, target->dm_name);
	if (is_node_of(path.data, target->devno) && !has_mapping(target->devno))
		unlink(path.data);
}

static void keep_table(const struct facts *facts, struct devno devno, struct facts *ret)
{
	for (size_t i = 0; i < facts->count; i++)
		if (fact_is_of(facts->lines[i], FACT_TABLE, devno))
			facts_add(ret, facts->lines[i]);
}

/* The table as of now, in the words of every other fact. */
static void read_table(struct dm_task *task, struct devno devno, struct facts *ret)
{
	void *next = NULL;

	do {
		uint64_t start = 0, length = 0;
		char *type = NULL, *params = NULL;
		cleanup_buf struct buf line = BUF_INIT, masked = BUF_INIT;
		struct dm_target target;

		next = dm_get_next_target(task, next, &start, &length, &type, &params);
		if (!type)
			continue;
		dm_params_mask(type, params ? params : "", &masked);
		target = (struct dm_target){.start = start,
			.length = length,
			.type = type,
			.params = buf_text(&masked)};
		fact_target(FACT_TABLE, devno, &target, &line);
		facts_add(ret, buf_text(&line));
	} while (next);
	facts_sort(ret);
}

static int check_table(
	const struct act_request *request, struct dm_task *task, struct err *err)
{
	const struct plan_target *target = &request->step->target;
	cleanup_facts struct facts table = FACTS_INIT, expected = FACTS_INIT;
	const char *uuid = dm_task_get_uuid(task), *name = dm_task_get_name(task);
	bool is_same;

	if (strcmp(uuid ? uuid : "", target->dm_uuid) != 0 || !name ||
		strcmp(name, target->dm_name) != 0)
		return err_set(err, -ESTALE, "device " DEVNO_FMT " is no longer %s",
			DEVNO_ARGS(target->devno), target->dm_name);
	read_table(task, target->devno, &table);
	keep_table(&request->step->gone, target->devno, &expected);
	is_same = table.count == expected.count;
	for (size_t i = 0; i < table.count && is_same; i++)
		is_same = facts_has(&expected, table.lines[i]);
	if (!is_same)
		return err_set(
			err, -ESTALE, "the table of %s has changed", target->dm_name);
	return 0;
}

/* What the signed plan says has this number, uuid, name and table, as of now. */
static int check_again(const struct act_request *request, struct err *err)
{
	const struct plan_target *target = &request->step->target;
	cleanup_task struct dm_task *task = NULL;
	struct dm_info info;

	set_up_library();
	task = dm_task_create(DM_DEVICE_TABLE);
	if (!task ||
		!dm_task_set_major_minor(
			task, (int)target->devno.major, (int)target->devno.minor, 0) ||
		!dm_task_no_flush(task) || !dm_task_secure_data(task))
		return err_set(err, -ENOMEM, "libdevmapper gave no task");
	if (!dm_task_run(task)) {
		int errnum = dm_task_get_errno(task);

		/* 0: the library failed before it asked the kernel */
		return err_errno(err, errnum ? errnum : EIO, "device " DEVNO_FMT,
			DEVNO_ARGS(target->devno));
	}
	if (!dm_task_get_info(task, &info) || !info.exists)
		return err_set(err, -ESTALE, "device " DEVNO_FMT " is gone",
			DEVNO_ARGS(target->devno));
	return check_table(request, task, err);
}

/*
 * Safe, because: number, uuid, name and table are read once more right before, by this
 * process, and compared with the plan's; the kernel then looks the device up by uuid
 * alone and refuses a request that also carries a name (dm-ioctl.c, __get_dev_cell), and
 * a uuid is never given to another device while this one lives. A removal is refused
 * while anything has the device open (dm.c, dm_lock_for_deletion), atomically; it loses
 * no data, since it only takes a mapping away; and nobody can open it half removed.
 * Without a uuid the name is used. LVM, which might swap such a table, is kept away by
 * the lock of the volume group that the caller holds. A guest's group has a lock of its
 * own: somebody who moves one of its volumes to the origin's copy within this moment
 * loses an idle mapping, no data. Never deferred (it would go at some later moment),
 * never forced (it would get an error table first).
 */
int act_dm_remove(struct act_request *request, struct err *err)
{
	const struct plan_target *target = &request->step->target;
	int r = check_again(request, err);

	if (r == 0)
		r = remove_mapping(request, err);
	if (r == 0)
		unlink_stale_node(target);
	return r;
}
