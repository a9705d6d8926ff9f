/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The devices of machine->only, and what is near them, for a caller that looks at the
 * same few again and again on a host with thousands. Input: machine->dm, machine->only,
 * sysfs. Output: host->devices.
 *
 * Invariant: what the facts about these devices follow from is there, as if all had been
 * read: all that they are on, down to the disks (whether an open count is a fact hangs
 * on that), and each mapping that is on one of them. The kernel lists the latter in
 * sysfs, since each table claims its devices there, waiting ones too (dm.c,
 * open_table_device: bd_link_disk_holder); a table that did not would still count as an
 * opener.
 */
#include <errno.h>
#include <string.h>

#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"

int probe_dm_find(const struct machine *machine, struct host *host, struct err *err)
{
	const struct scope *only = machine->only;
	int r = 0;

	for (size_t i = 0; i < only->n_devices && r == 0; i++) {
		struct scope_device wanted = only->devices[i];

		if (!*wanted.uuid && !*wanted.name)
			continue;
		wanted.devno = DEVNO_NONE;
		r = machine->dm->find(machine->context, host, &wanted, err);
	}
	return r;
}

bool probe_is_asked_for(const struct machine *machine, const struct device *device)
{
	const struct scope *only = machine->only;

	for (size_t i = 0; only && i < only->n_devices; i++) {
		const struct scope_device *wanted = &only->devices[i];

		if (*wanted->uuid ? strcmp(wanted->uuid, device->uuid) == 0
				  : strcmp(wanted->name, device->name) == 0)
			return true;
	}
	return !only;
}

bool probe_is_any_asked_for(const struct machine *machine, const struct host *host)
{
	for (size_t i = 0; i < host->n_devices; i++)
		if (probe_is_asked_for(machine, &host->devices[i]))
			return true;
	return !machine->only;
}

/* Adds it where it is device-mapper's. */
static int add_number(const struct machine *machine, struct host *host,
	struct devno devno, struct err *err)
{
	const struct scope_device wanted = {.devno = devno, .uuid = "", .name = ""};

	return host_device_by_devno(host, devno)
		       ? 0
		       : machine->dm->find(machine->context, host, &wanted, err);
}

static int add_below(
	const struct machine *machine, struct host *host, size_t i, struct err *err)
{
	int r = 0;

	/* adding one moves them all */
	for (size_t d = 0; d < host->devices[i].n_deps && r == 0; d++)
		r = add_number(machine, host, host->devices[i].deps[d], err);
	return r;
}

static int add_above(
	const struct machine *machine, struct host *host, size_t i, struct err *err)
{
	struct devno devno = host->devices[i].devno, above;
	cleanup_closedir DIR *dir = machine_dir(
		machine, "sys/dev/block/" DEVNO_FMT "/holders", DEVNO_ARGS(devno));
	const char *name;
	int r = 0;

	if (!dir)
		return -ENOTSUP;
	while (r == 0 && (name = dir_next(dir))) {
		/* what is not device-mapper's is no device of the list */
		if (dm_kname_devno(host, name, &above))
			r = add_number(machine, host, above, err);
	}
	return r;
}

int probe_dm_near(const struct machine *machine, struct host *host, struct err *err)
{
	size_t n_listed = host->n_devices;
	int r = 0;

	for (size_t i = 0; i < n_listed && r == 0; i++)
		r = add_above(machine, host, i, err);
	for (size_t i = 0; i < host->n_devices && r == 0; i++) {
		r = probe_dm_device(machine, host, i, err);
		if (r == 0)
			r = add_below(machine, host, i, err);
	}
	return r;
}
