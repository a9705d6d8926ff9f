/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open-count ledger: a device's open count, and every holder that explains a part of
 * it. How often each kind of holder opens a device is in its row (holders.c).
 */
#include <stdbool.h>
#include <stdint.h>

#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/process.h"
#include "snapstate/ledger.h"

int64_t ledger_unexplained(const struct ledger *ledger)
{
	return (int64_t)ledger->open - ledger->tables - ledger->file_systems -
	       ledger->swaps - ledger->blocks - ledger->nodes;
}

static void ledger_add(struct ledger *ledger, const struct holder *holder)
{
	switch (holder->shape) {
	case HELD_BY_TABLE:
		ledger->tables += holder->opens;
		return;
	case HELD_BY_SUPERBLOCK:
	case HELD_BY_MOUNT:
		/* all mounts of one file system share one open */
		ledger->file_systems = holder->opens;
		return;
	case HELD_BY_SWAP:
		ledger->swaps += holder->opens;
		return;
	case HELD_BY_BLOCK:
	case HELD_BY_KERNEL:
		ledger->blocks += holder->opens;
		return;
	case HELD_BY_PROCESS:
		ledger->nodes += holder->opens;
		return;
	case HOLDER_SHAPES:
		return;
	}
}

static struct ledger ledger_sum(const struct host *host, struct devno devno)
{
	struct ledger ledger = {0};

	for (enum holder_shape shape = 0; shape < HOLDER_SHAPES; shape++) {
		struct holders holders = host_holders_by(host, devno, shape);

		for (struct holder holder; holders_next(&holders, &holder);) {
			ledger_add(&ledger, &holder);
			if (shape == HELD_BY_SUPERBLOCK || shape == HELD_BY_MOUNT)
				break; /* one tells of all, and there may be many */
		}
	}
	return ledger;
}

/* What is on many snapshots is asked about for each of them, and may be held by as many:
 * so the index keeps what was summed up. */
static struct ledger ledger_kept(const struct host *host, const struct device *device)
{
	struct ledger_sums *sums = index_ledgers(host);
	size_t at = (size_t)(device - host->devices);

	if (!sums || device < host->devices || at >= host->n_devices)
		return ledger_sum(host, device->devno);
	if (!sums[at].is_known)
		sums[at] = (struct ledger_sums){ledger_sum(host, device->devno), true};
	return sums[at].ledger;
}

void ledger_of_device(
	const struct host *host, const struct device *device, struct ledger *ret)
{
	struct ledger ledger = ledger_kept(host, device);

	ledger.open = device->open_count;
	ledger.unexplained = ledger_unexplained(&ledger);
	*ret = ledger;
}

bool host_device_is_in_use(const struct host *host, const struct device *device)
{
	struct holders uses = host_holders_by(host, device->devno, HELD_BY_PROCESS);
	struct ledger ledger;
	uint64_t by_udev = 0;

	for (struct holder holder; holders_next(&uses, &holder);) {
		if (holder.row->is_of_file ||
			!process_is_udev(host_process(host, holder.use->pid)))
			return true;
		by_udev += holder.opens;
	}
	ledger_of_device(host, device, &ledger);
	return ledger.open > by_udev || ledger.file_systems;
}
