/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What passes, waited for. Input: the processes as they were read. Output: the same
 * without what udev had open for a moment, and without its rules' commands that ended.
 *
 * udev looks at each device that changes, and where something changes all the time
 * (multipathd, udisks, udevadm trigger) some worker of it has some device open whenever
 * one looks. So each device is settled by itself: at a later pass no process of udev's
 * has it open, and its open count is the same before and behind that pass. Invariants: it
 * ends within SETTLE_MS and one pass; nothing but what is udev's is left out; a device
 * that does not come to rest stays as it was read.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/stamp.h"

#define SETTLE_MS      3000
#define SETTLE_TICK_MS 50

/* Those of udev's: few, while others may be thousands. */
struct udev {
	uint32_t *pids;
	size_t count;
};

static void udev_free(struct udev *udev)
{
	free(udev->pids);
}
#define cleanup_udev cleanup_with(udev_free)

static struct udev find_udev(const struct host *host)
{
	struct udev udev = {0};

	for (size_t i = 0; i < host->n_processes; i++)
		if (host->processes[i].is_of_udev)
			*array_add(&udev.pids, &udev.count) = host->processes[i].pid;
	return udev;
}

static bool is_of(const struct udev *udev, const struct use *use)
{
	for (size_t i = 0; i < udev->count; i++)
		if (udev->pids[i] == use->pid)
			return true;
	return false;
}

static bool has_open(const struct udev *udev, const struct host *host, struct devno devno)
{
	for (size_t i = 0; i < host->n_uses && udev->count; i++)
		if (devno_is_equal(host->uses[i].devno, devno) &&
			is_of(udev, &host->uses[i]))
			return true;
	return false;
}

/* An LVM command of a rule. */
static bool is_command(const struct process *process)
{
	return process->is_of_udev && process_is_storage(process);
}

static bool has_passing(const struct host *host)
{
	cleanup_udev struct udev udev = find_udev(host);

	for (size_t i = 0; i < host->n_uses && udev.count; i++)
		if (is_of(&udev, &host->uses[i]))
			return true;
	for (size_t i = 0; i < host->n_processes; i++)
		if (is_command(&host->processes[i]))
			return true;
	return false;
}

/* ---- open counts ---- */

static struct device *device_of(const struct host *host, struct devno devno)
{
	for (size_t i = 0; i < host->n_devices; i++)
		if (devno_is_equal(host->devices[i].devno, devno))
			return &host->devices[i];
	return NULL;
}

/* Of those devices; not of one that cannot be read. */
static void read_counts(const struct machine *machine, const struct devno *devices,
	size_t n_devices, struct host *ret_now)
{
	if (!machine->dm || machine->dm->list(machine->context, ret_now, NULL) < 0)
		return;
	for (size_t i = 0; i < n_devices; i++) {
		struct device *device = device_of(ret_now, devices[i]);

		if (device &&
			machine->dm->read(machine->context, ret_now, device, NULL) < 0)
			device->devno = DEVNO_NONE;
	}
}

/* ---- what is left out ---- */

static void drop_uses(struct host *host, const struct udev *udev, struct devno devno)
{
	size_t kept = 0;

	for (size_t i = 0; i < host->n_uses; i++)
		if (!devno_is_equal(host->uses[i].devno, devno) ||
			!is_of(udev, &host->uses[i]))
			host->uses[kept++] = host->uses[i];
	host->n_uses = kept;
}

/* What was there before a pass, in it and behind it. */
struct moments {
	struct host *before, *now, *behind;
	struct udev udev; /* of the pass */
};

/* A device that is none of device-mapper's has no count that could be compared. */
static bool is_at_rest(
	const struct moments *moments, const struct host *host, struct devno devno)
{
	const struct device *device = device_of(host, devno);
	const struct device *a = device_of(moments->before, devno);
	const struct device *b = device_of(moments->behind, devno);

	if (has_open(&moments->udev, moments->now, devno))
		return false;
	return !device || (a && b && a->open_count == b->open_count &&
				  strcmp(b->uuid, device->uuid) == 0);
}

static bool has_use(const struct host *host, uint32_t pid)
{
	for (size_t i = 0; i < host->n_uses; i++)
		if (host->uses[i].pid == pid)
			return true;
	return false;
}

static bool has_ended(const struct host *now, const struct process *process)
{
	for (size_t i = 0; i < now->n_processes; i++)
		if (now->processes[i].pid == process->pid &&
			now->processes[i].start == process->start)
			return false;
	return true;
}

/* What is of udev's and holds nothing; of its commands those that have ended. */
static void drop_processes(struct host *host, const struct host *now)
{
	size_t kept = 0;

	for (size_t i = 0; i < host->n_processes; i++) {
		const struct process *process = &host->processes[i];
		bool is_dropped = process->is_of_udev &&
				  (!is_command(process) || has_ended(now, process));

		if (!is_dropped || has_use(host, process->pid))
			host->processes[kept++] = *process;
	}
	host->n_processes = kept;
}

static void settle_devices(struct host *host, const struct moments *moments,
	const struct devno *devices, size_t n_devices)
{
	cleanup_udev struct udev udev = find_udev(host);

	for (size_t i = 0; i < n_devices; i++) {
		struct device *device = device_of(host, devices[i]);

		if (!is_at_rest(moments, host, devices[i]))
			continue;
		drop_uses(host, &udev, devices[i]);
		if (device)
			device->open_count =
				device_of(moments->behind, devices[i])->open_count;
	}
	drop_processes(host, moments->now);
}

static void find_devices(
	const struct host *host, struct devno **ret_devices, size_t *ret_count)
{
	cleanup_udev struct udev udev = find_udev(host);

	for (size_t i = 0; i < host->n_uses && udev.count; i++)
		if (is_of(&udev, &host->uses[i]))
			*array_add(ret_devices, ret_count) = host->uses[i].devno;
}

static void settle(const struct machine *machine, struct host *host)
{
	cleanup_host struct host *before = host_new(), *now = host_new(),
				 *behind = host_new();
	struct moments moments = {.before = before, .now = now, .behind = behind};
	cleanup_free struct devno *devices = NULL;
	struct process_index index;
	size_t n_devices = 0;

	find_devices(host, &devices, &n_devices);
	read_counts(machine, devices, n_devices, before);
	process_index_init(&index, machine, host);
	if (processes_pass(&index, now)) {
		read_counts(machine, devices, n_devices, behind);
		moments.udev = find_udev(now);
		settle_devices(host, &moments, devices, n_devices);
		udev_free(&moments.udev);
	}
	process_index_free(&index);
}

void processes_settle(const struct machine *machine, struct host *host)
{
	int64_t end = clock_ms() + SETTLE_MS;

	if (machine->deadline_ms && end > machine->deadline_ms)
		end = machine->deadline_ms;
	while (has_passing(host) && clock_ms() < end) {
		poll(NULL, 0, SETTLE_TICK_MS);
		settle(machine, host);
	}
}
