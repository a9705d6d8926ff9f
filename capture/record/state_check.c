/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Order and uniqueness of what state.xml holds; see state_words.h.
 * Two devices with one number, or one pid twice, would let two parts of the planner see
 * two different hosts.
 */
#include <errno.h>
#include <string.h>

#include "state_words.h"
#include "snapstate/err.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/change.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/swap.h"

static int number_order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int order_error(const char *what, size_t at, struct err *err)
{
	return err_set(
		err, -EBADMSG, "%s %zu is out of order or there twice", what, at + 1);
}

static int devnos_check(
	const char *what, const struct devno *devnos, size_t count, struct err *err)
{
	for (size_t i = 1; i < count; i++)
		if (devno_compare(devnos[i - 1], devnos[i]) >= 0)
			return order_error(what, i, err);
	return 0;
}

static int sources_check(const struct host *host, struct err *err)
{
	for (size_t i = 1; i < host->n_sources; i++)
		if (strcmp(host->sources[i - 1].name, host->sources[i].name) >= 0)
			return order_error("source", i, err);
	return 0;
}

static int devices_check(const struct host *host, struct err *err)
{
	for (size_t i = 0; i < host->n_devices; i++) {
		const struct device *device = &host->devices[i];

		if (i > 0 &&
			devno_compare(host->devices[i - 1].devno, device->devno) >= 0)
			return order_error("device", i, err);
		if (devnos_check("dep", device->deps, device->n_deps, err) < 0)
			return err_wrap(
				err, "device " DEVNO_FMT, DEVNO_ARGS(device->devno));
	}
	return 0;
}

static int blocks_check(const struct host *host, struct err *err)
{
	for (size_t i = 0; i < host->n_blocks; i++) {
		const struct block *block = &host->blocks[i];

		if (i > 0 && devno_compare(host->blocks[i - 1].devno, block->devno) >= 0)
			return order_error("block", i, err);
		if (devnos_check("below", block->below, block->n_below, err) < 0)
			return err_wrap(
				err, "block " DEVNO_FMT, DEVNO_ARGS(block->devno));
	}
	return 0;
}

static int superblocks_check(const struct host *host, struct err *err)
{
	for (size_t i = 1; i < host->n_superblocks; i++) {
		const struct superblock *a = &host->superblocks[i - 1], *b = a + 1;
		int by_devno = devno_compare(a->devno, b->devno);

		if (by_devno > 0 || (by_devno == 0 && strcmp(a->type, b->type) >= 0))
			return order_error("superblock", i, err);
	}
	return 0;
}

static int namespaces_check(const struct host *host, struct err *err)
{
	for (size_t i = 1; i < host->n_namespaces; i++)
		if (host->namespaces[i - 1].id >= host->namespaces[i].id)
			return order_error("namespace", i, err);
	return 0;
}

/* The one list that may hold an entry twice: two deleted files may have had one name. */
static int swaps_check(const struct host *host, struct err *err)
{
	for (size_t i = 1; i < host->n_swaps; i++)
		if (strcmp(host->swaps[i - 1].path, host->swaps[i].path) > 0)
			return order_error("swap", i, err);
	return 0;
}

static int processes_check(const struct host *host, struct err *err)
{
	for (size_t i = 1; i < host->n_processes; i++)
		if (host->processes[i - 1].pid >= host->processes[i].pid)
			return order_error("process", i, err);
	return 0;
}

static int order_uses(const struct use *a, const struct use *b)
{
	int by_pid = number_order(a->pid, b->pid);
	int by_kind = number_order(a->kind, b->kind);

	if (by_pid)
		return by_pid;
	return by_kind ? by_kind : devno_compare(a->devno, b->devno);
}

static int uses_check(const struct host *host, struct err *err)
{
	for (size_t i = 1; i < host->n_uses; i++)
		if (order_uses(&host->uses[i - 1], &host->uses[i]) >= 0)
			return order_error("use", i, err);
	return 0;
}

static int kernel_holders_check(const struct host *host, struct err *err)
{
	for (size_t i = 1; i < host->n_kernel_holders; i++)
		if (kernel_holder_compare(
			    &host->kernel_holders[i - 1], &host->kernel_holders[i]) >= 0)
			return order_error("kernel-holder", i, err);
	return 0;
}

static int changes_check(const struct host *host, struct err *err)
{
	for (size_t i = 1; i < host->n_changes; i++)
		if (change_compare(&host->changes[i - 1], &host->changes[i]) >= 0)
			return order_error("change", i, err);
	return 0;
}

static int fstab_check(const struct host *host, struct err *err)
{
	for (size_t i = 1; i < host->n_fstab; i++)
		if (host->fstab[i - 1].line >= host->fstab[i].line)
			return order_error("fstab-entry", i, err);
	return 0;
}

static int configs_check(const struct host *host, struct err *err)
{
	for (size_t i = 1; i < host->n_configs; i++)
		if (config_entry_compare(&host->configs[i - 1], &host->configs[i]) >= 0)
			return order_error("config", i, err);
	return 0;
}

int state_check(const struct host *host, struct err *err)
{
	static int (*const checks[])(const struct host *, struct err *) = {sources_check,
		devices_check, blocks_check, superblocks_check, namespaces_check,
		swaps_check, processes_check, uses_check, kernel_holders_check,
		changes_check, fstab_check, configs_check};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (checks[i](host, err) < 0)
			return -EBADMSG;
	return 0;
}
