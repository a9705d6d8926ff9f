/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a command of LVM, device-mapper or kpartx is at work: what it has begun is in
 * no table and no metadata yet, and it acts by what it read before. By the program and
 * its owner (programs.c): what a user calls a process is no evidence.
 */
#include "condition_rows.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/places.h"
#include "snapstate/host/process.h"

void condition_find_quiet(const struct host *host, const struct condition *condition,
	struct violations *ret)
{
	cleanup_places struct places places =
		host_places(host, PLACES_STORAGE_PROGRAMS, 0);

	(void)condition;
	for (size_t i; places_next(&places, &i);)
		if (process_is_storage(&host->processes[i]))
			violations_add(ret, "command", host->processes[i].comm, "");
}
