/* SPDX-License-Identifier: Apache-2.0 */
/* How much of each kind a model may have; see snapstate/limits.h. */
#include "snapstate/err.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/limits.h"

#include <errno.h>
#include <stddef.h>

static size_t parts_count(const struct host *host)
{
	size_t count = 0;

	for (size_t i = 0; i < host->n_devices; i++)
		count += host->devices[i].n_targets + host->devices[i].n_inactive +
			 host->devices[i].n_deps;
	for (size_t i = 0; i < host->n_blocks; i++)
		count += host->blocks[i].n_below;
	return count;
}

int host_limits_check(const struct host *host, struct err *err)
{
	const struct {
		const char *what;
		size_t count, most;
	} rows[] = {
		{"device-mapper devices", host->n_devices, RECORD_DEVICES_MAX},
		{"table lines and dependencies", parts_count(host), RECORD_PARTS_MAX},
		{"block devices", host->n_blocks, RECORD_BLOCKS_MAX},
		{"mounts", host->n_mounts, RECORD_MOUNTS_MAX},
		{"processes", host->n_processes, RECORD_PROCESSES_MAX},
		{"uses by processes", host->n_uses, RECORD_USES_MAX},
		{"logical volumes", host->n_lvs, RECORD_VOLUMES_MAX},
		{"volume groups", host->n_vgs, RECORD_OTHERS_MAX},
		{"physical volumes", host->n_pvs, RECORD_OTHERS_MAX},
		{"sources", host->n_sources, RECORD_OTHERS_MAX},
		{"live file systems", host->n_superblocks, RECORD_OTHERS_MAX},
		{"mount namespaces", host->n_namespaces, RECORD_OTHERS_MAX},
		{"swap areas", host->n_swaps, RECORD_OTHERS_MAX},
		{"holders in the kernel", host->n_kernel_holders, RECORD_OTHERS_MAX},
		{"changes", host->n_changes, RECORD_OTHERS_MAX},
		{"lines of /etc/fstab", host->n_fstab, RECORD_OTHERS_MAX},
		{"lines of configurations", host->n_configs, RECORD_OTHERS_MAX},
		{"statements of an import", host->n_shown, RECORD_OTHERS_MAX},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].count > rows[i].most)
			return err_set(err, -EFBIG, "more than %zu %s", rows[i].most,
				rows[i].what);
	return 0;
}
