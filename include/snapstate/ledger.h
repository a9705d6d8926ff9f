/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open-count ledger: why a dm device is open. The kernel gives one number; each
 * recorded holder explains a part of it. A removal is safe only where nothing is left
 * unexplained, or negative: then something was counted that does not open the device, or
 * has come since.
 */
#ifndef SNAPSTATE_LEDGER_H
#define SNAPSTATE_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

struct device;
struct host;

struct ledger {
	uint32_t open;
	uint32_t tables; /* dm devices whose tables open it */
	uint32_t file_systems;
	uint32_t swaps;
	uint32_t blocks; /* loop, md and others; holders in the kernel */
	uint32_t nodes;	 /* fds on the device itself */
	int64_t unexplained;	 /* open minus all of the above: 0 = explained */
};
void ledger_of_device(
	const struct host *host, const struct device *device, struct ledger *ret);
/* Whether anybody uses a volume: it is open (by a machine, a mapping, swap, a loop
 * device, an array, an export), or a file system on it is live, mounted in whatever
 * namespace. What only udevd has open is not in use: its workers open each device that
 * changes, for a moment. */
bool host_device_is_in_use(const struct host *host, const struct device *device);
int64_t ledger_unexplained(const struct ledger *ledger);

#endif
