/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every device-mapper device, or those of machine->only and what is near them
 * (dm_near.c), as of one moment. Input: machine->dm, sysfs for diskseq. Output:
 * host->devices and the source "dm".
 *
 * Invariant: with OUTCOME_READ the list of devices was the same before and after their
 * tables were read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/source.h"

static void forget_devices(struct host *host)
{
	for (size_t i = 0; i < host->n_devices; i++) {
		free(host->devices[i].targets);
		free(host->devices[i].inactive);
		free(host->devices[i].deps);
	}
	free(host->devices);
	host->devices = NULL;
	host->n_devices = 0;
}

/* The kernel keeps them in hash order, which a removal elsewhere may change. */
static bool is_same_list(struct host *a, struct host *b)
{
	host_sort(a);
	host_sort(b);
	if (a->n_devices != b->n_devices)
		return false;
	for (size_t i = 0; i < a->n_devices; i++)
		if (!devno_is_equal(a->devices[i].devno, b->devices[i].devno) ||
			strcmp(a->devices[i].name, b->devices[i].name) != 0 ||
			strcmp(a->devices[i].uuid, b->devices[i].uuid) != 0)
			return false;
	return true;
}

static void copy_list(struct host *host, const struct host *list)
{
	for (size_t i = 0; i < list->n_devices; i++) {
		struct device *device = array_add(&host->devices, &host->n_devices);

		device->devno = list->devices[i].devno;
		device->name = host_string(host, list->devices[i].name);
		device->uuid = host_string(host, list->devices[i].uuid);
	}
}

bool dm_kname_devno(const struct host *host, const char *kname, struct devno *ret_devno)
{
	const size_t skip = strlen(DM_KNAME);
	uint64_t minor;

	if (!host->n_devices || strncmp(kname, DM_KNAME, skip) != 0 ||
		parse_u64(kname + skip, strlen(kname + skip), 10, &minor) < 0 ||
		minor > UINT32_MAX)
		return false;
	*ret_devno = (struct devno){host->devices[0].devno.major, (uint32_t)minor};
	return true;
}

bool dm_is_vanished(int r)
{
	return r == -ENXIO || r == -ENODEV || r == -ENOENT || r == -ESTALE;
}

/* Linux 5.15 and later: a number that no two incarnations of a device share. */
static void read_diskseq(const struct machine *machine, struct device *device)
{
	if (!device->diskseq)
		machine_number(machine, &device->diskseq,
			"sys/dev/block/" DEVNO_FMT "/diskseq", DEVNO_ARGS(device->devno));
}

int probe_dm_device(
	const struct machine *machine, struct host *host, size_t i, struct err *err)
{
	struct device *device = &host->devices[i];
	struct err e = ERR_INIT;
	int r = machine->dm->read(machine->context, host, device, &e);

	if (dm_is_vanished(r))
		r = -EAGAIN;
	read_diskseq(machine, device);
	return r < 0 ? err_set(err, r, "%s: %s", device->name, e.msg) : 0;
}

/* 0: all read; -EAGAIN: something changed meanwhile; else the first error, with the rest
 * read all the same. */
static int read_devices(const struct machine *machine, struct host *host, struct err *err)
{
	int first = 0;

	for (size_t i = 0; i < host->n_devices; i++) {
		struct err e = ERR_INIT;
		int r = probe_dm_device(machine, host, i, &e);

		if (r < 0 && (first == 0 || r == -EAGAIN)) {
			first = r;
			err_set(err, r, "%s", e.msg);
		}
	}
	return first;
}

static int list_devices(
	const struct machine *machine, bool is_near, struct host *host, struct err *err)
{
	return is_near ? probe_dm_find(machine, host, err)
		       : machine->dm->list(machine->context, host, err);
}

static int read_once(
	const struct machine *machine, bool is_near, struct host *host, struct err *err)
{
	struct host *before = host_new(), *after = host_new();
	int r = list_devices(machine, is_near, before, err);

	if (r == 0) {
		copy_list(host, before);
		r = is_near ? probe_dm_near(machine, host, err)
			    : read_devices(machine, host, err);
	}
	if (r == 0)
		r = list_devices(machine, is_near, after, err);
	if (r == 0 && !is_same_list(before, after))
		r = err_set(err, -EAGAIN, "devices came or went");
	host_free(before);
	host_free(after);
	return r;
}

void probe_dm(const struct machine *machine, struct host *host)
{
	bool is_near = machine->only && machine->dm->find;
	struct err err = ERR_INIT;
	int r = -EAGAIN;

	for (int i = 0; i < PROBE_TRIES && r == -EAGAIN; i++) {
		forget_devices(host);
		r = read_once(machine, is_near, host, &err);
		if (r != -ENOTSUP || !is_near)
			continue;
		is_near = false;
		r = -EAGAIN;
	}
	if (r == 0)
		host_source_set(host, "dm", OUTCOME_READ, "%s", "");
	else if (r == -EAGAIN)
		host_source_set(host, "dm", OUTCOME_CHANGED, "%s", err.msg);
	else
		host_source_set(host, "dm", outcome_of_errno(r), "%s", err.msg);
}
