/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's device-mapper, through libdevmapper. Output: devices with their tables.
 *
 * Invariants: only the ioctls VERSION, LIST_DEVICES, DEV_STATUS, TABLE_STATUS and
 * TABLE_DEPS are made; status always without flush, since thin, cache and clone targets
 * commit their metadata otherwise (dmsetup(8), --noflush). Devices are asked for by
 * number: names are labels. No module is loaded and no node is made: libdevmapper is not
 * called where the kernel has no device-mapper or /dev has no control node.
 */
#include <errno.h>
#include <fcntl.h>
#include <libdevmapper.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/io.h"

#define CONTROL_NODE "/dev/mapper/control"

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

static bool is_held; /* libdevmapper has its control node open */

/* 0, or why libdevmapper must not be asked. Opening the control node of a kernel without
 * device-mapper would load the module; with no node there, libdevmapper makes one. */
static int check_control(struct err *err)
{
	struct buf misc = BUF_INIT;
	bool is_there;

	if (file_read_at(AT_FDCWD, "/proc/misc", PROBE_SMALL_MAX, &misc, NULL) == 0) {
		is_there = strstr(buf_text(&misc), " device-mapper\n") != NULL;
		buf_free(&misc);
		if (!is_there)
			return err_set(err, -ENODEV, "no device-mapper in this kernel");
	}
	if (is_held || access(CONTROL_NODE, R_OK | W_OK) == 0)
		return 0;
	if (errno == ENOENT)
		return err_set(err, -EACCES,
			"this kernel has device-mapper, but there is no " CONTROL_NODE
			" (in a container?)");
	return err_errno(err, errno, CONTROL_NODE);
}

/* Names byte for byte as the kernel has them. */
static void set_up_library(void)
{
	dm_log_with_errno_init(log_quietly);
	dm_set_name_mangling_mode(DM_STRING_MANGLING_NONE);
}

static int run_task(struct dm_task *task, const char *what, struct err *err)
{
	int errnum;

	if (task && dm_task_run(task))
		return 0;
	errnum = task ? dm_task_get_errno(task) : ENOMEM;
	return err_errno(err, errnum ? errnum : EIO, "device-mapper: %s", what);
}

static int list_live(void *context, struct host *host, struct err *err)
{
	int r = check_control(err);

	(void)context;
	return r < 0 ? r : dm_list_read(CONTROL_NODE, host, err);
}

static bool set_wanted(struct dm_task *task, const struct scope_device *wanted)
{
	if (*wanted->uuid)
		return dm_task_set_uuid(task, wanted->uuid);
	if (*wanted->name)
		return dm_task_set_name(task, wanted->name);
	return dm_task_set_major_minor(
		task, (int)wanted->devno.major, (int)wanted->devno.minor, 0);
}

static int find_live(void *context, struct host *host, const struct scope_device *wanted,
	struct err *err)
{
	cleanup_task struct dm_task *task = NULL;
	struct device *device;
	struct dm_info info;
	const char *uuid;
	int r;

	(void)context;
	/* the library would take it for a path; the kernel has no such name */
	if (strchr(wanted->name, '/'))
		return 0;
	set_up_library();
	task = dm_task_create(DM_DEVICE_INFO);
	if (task && !set_wanted(task, wanted))
		return err_set(err, -EINVAL, "device-mapper: cannot build the question");
	r = run_task(task, "find", err);
	if (r < 0)
		return r;
	if (!dm_task_get_info(task, &info) || !info.exists)
		return 0;
	device = array_add(&host->devices, &host->n_devices);
	device->devno = (struct devno){info.major, info.minor};
	device->name = host_string(host, dm_task_get_name(task));
	uuid = dm_task_get_uuid(task);
	device->uuid = host_string(host, uuid ? uuid : "");
	return 0;
}

enum query { QUERY_LIVE, QUERY_INACTIVE, QUERY_STATUS };

/* Leaves a task that has run. */
static int ask(const struct device *device, int type, enum query query,
	struct dm_task **ret_task, struct err *err)
{
	cleanup_task struct dm_task *task = dm_task_create(type);
	int r;

	if (task &&
		(!dm_task_set_major_minor(
			 task, (int)device->devno.major, (int)device->devno.minor, 0) ||
			!dm_task_no_flush(task) || !dm_task_secure_data(task) ||
			(query == QUERY_INACTIVE && !dm_task_query_inactive_table(task))))
		return err_set(err, -EINVAL, "device-mapper: cannot build the question");
	r = run_task(task, "read", err);
	if (r < 0)
		return r;
	*ret_task = take_ptr(task);
	return 0;
}

static void add_targets(struct host *host, struct dm_task *task,
	struct dm_target **targets, size_t *count)
{
	void *next = NULL;

	do {
		uint64_t start = 0, length = 0;
		char *type = NULL, *params = NULL;

		next = dm_get_next_target(task, next, &start, &length, &type, &params);
		if (type)
			dm_target_add(host, targets, count, start, length, type,
				params ? params : "");
	} while (next);
}

static unsigned flags_of(const struct dm_info *info)
{
	return (info->suspended ? DEVICE_SUSPENDED : 0) |
	       (info->read_only ? DEVICE_READ_ONLY : 0) |
	       (info->inactive_table ? DEVICE_HAS_INACTIVE : 0) |
	       (info->deferred_remove ? DEVICE_DEFERRED : 0) |
	       (info->internal_suspend ? DEVICE_INTERNAL : 0) |
	       (info->live_table ? 0 : DEVICE_NO_TABLE);
}

/* One ioctl answers identity, flags, open count and table: they belong together. */
static int read_table(struct host *host, struct device *device, struct err *err)
{
	cleanup_task struct dm_task *task = NULL;
	struct dm_info info;
	const char *name, *uuid;
	int r = ask(device, DM_DEVICE_TABLE, QUERY_LIVE, &task, err);

	if (r < 0)
		return r;
	if (!dm_task_get_info(task, &info) || !info.exists)
		return err_set(err, -ENXIO, "it is gone");
	name = dm_task_get_name(task);
	uuid = dm_task_get_uuid(task);
	if (!name || strcmp(name, device->name) != 0)
		return err_set(err, -ENXIO, "its number has another name now");
	device->uuid = host_string(host, uuid ? uuid : "");
	device->open_count = info.open_count > 0 ? (uint32_t)info.open_count : 0;
	device->flags = flags_of(&info);
	if (info.live_table)
		add_targets(host, task, &device->targets, &device->n_targets);
	return 0;
}

static int read_inactive(struct host *host, struct device *device, struct err *err)
{
	cleanup_task struct dm_task *task = NULL;
	int r = ask(device, DM_DEVICE_TABLE, QUERY_INACTIVE, &task, err);

	if (r == 0)
		add_targets(host, task, &device->inactive, &device->n_inactive);
	return r;
}

/* -ENXIO: the table was swapped since it was read; the second list shows whether the
 * device was. */
static int read_status(struct host *host, struct device *device, struct err *err)
{
	cleanup_task struct dm_task *task = NULL;
	void *next = NULL;
	size_t i = 0;
	int r = ask(device, DM_DEVICE_STATUS, QUERY_STATUS, &task, err);

	if (r < 0)
		return r;
	do {
		struct dm_target *target =
			i < device->n_targets ? &device->targets[i] : NULL;
		uint64_t start = 0, length = 0;
		char *type = NULL, *status = NULL;

		next = dm_get_next_target(task, next, &start, &length, &type, &status);
		if (!type)
			continue;
		if (!target || target->start != start || target->length != length ||
			strcmp(target->type, type) != 0)
			return err_set(err, -ESTALE, "its table changed meanwhile");
		target->status = dm_status_masked(host, type, status ? status : "");
		i++;
	} while (next);
	return 0;
}

static void add_dep(struct device *device, dev_t number)
{
	struct devno devno = {major(number), minor(number)};

	if (device_stands_on(device, devno))
		return;
	*array_add(&device->deps, &device->n_deps) = devno;
}

/* Of the live table, and of the inactive one where there is one. */
static int read_deps(struct device *device, enum query query, struct err *err)
{
	cleanup_task struct dm_task *task = NULL;
	const struct dm_deps *deps;
	int r = ask(device, DM_DEVICE_DEPS, query, &task, err);

	if (r < 0)
		return r;
	deps = dm_task_get_deps(task);
	for (uint32_t i = 0; deps && i < deps->count; i++)
		add_dep(device, (dev_t)deps->device[i]);
	if (device->n_deps)
		qsort(device->deps, device->n_deps, sizeof(*device->deps), devno_order);
	return 0;
}

static int read_live(
	void *context, struct host *host, struct device *device, struct err *err)
{
	bool has_inactive;
	int r = read_table(host, device, err);

	(void)context;
	has_inactive = r == 0 && (device->flags & DEVICE_HAS_INACTIVE);
	if (r == 0 && device->n_targets)
		r = read_status(host, device, err);
	if (r == 0 && device->n_targets)
		r = read_deps(device, QUERY_LIVE, err);
	if (r == 0 && has_inactive)
		r = read_inactive(host, device, err);
	if (r == 0 && has_inactive)
		r = read_deps(device, QUERY_INACTIVE, err);
	return r;
}

static const char *driver_version_live(void *context, struct host *host)
{
	char version[64];

	(void)context;
	if (check_control(NULL) < 0)
		return "";
	set_up_library();
	if (!dm_driver_version(version, sizeof(version)))
		return "";
	return host_string(host, version);
}

void dm_live_hold_control(void)
{
	char version[64];

	if (check_control(NULL) < 0)
		return;
	set_up_library();
	dm_hold_control_dev(1);
	is_held = dm_driver_version(version, sizeof(version));
}

const struct dm_ops dm_ops_live = {
	.list = list_live,
	.read = read_live,
	.driver_version = driver_version_live,
	.find = find_live,
};
