/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live machine -> model: the parts, in the order that is safest on a sick host. What only
 * reads the kernel's memory comes first; LVM, which reads devices, last.
 * Input: struct machine, the parts wanted. Output: a sorted model in which every source
 * has an outcome. See probe.h.
 */
#include "parts.h"

static void say(const struct machine *machine, const char *what)
{
	if (machine->progress)
		machine->progress(machine->context, what);
}

static void skip(struct host *host, unsigned parts)
{
	static const struct {
		enum probe_part part;
		const char *source;
	} sources[] = {
		{PROBE_IDENTITY, "identity"},
		{PROBE_DM, "dm"},
		{PROBE_BLOCKS, "blocks"},
		{PROBE_BLOCKS, "superblocks"},
		{PROBE_BLOCKS, "swaps"},
		{PROBE_BLOCKS, "holders"},
		{PROBE_MOUNTS, "mounts"},
		{PROBE_PROCESSES, "processes"},
		{PROBE_LVM, "lvm/report.json"},
		{PROBE_LVSCAN, "lvm/pvs.json"},
		{PROBE_LVSCAN, "lvm/lvscan.txt"},
	};

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (!(parts & sources[i].part))
			host_source_set(
				host, sources[i].source, OUTCOME_SKIPPED, "%s", "");
}

static void probe_parts(const struct machine *machine, unsigned parts, struct host *host)
{
	if (parts & PROBE_IDENTITY)
		probe_identity(machine, host);
	if (parts & PROBE_DM) {
		say(machine, "device-mapper");
		probe_dm(machine, host);
	}
	if (parts & PROBE_BLOCKS) {
		say(machine, "block devices");
		probe_blocks(machine, host);
		probe_superblocks(machine, host);
		probe_swaps(machine, host);
	}
	if (parts & PROBE_MOUNTS) {
		say(machine, "mounts");
		probe_mounts(machine, host);
	}
	if (parts & PROBE_BLOCKS) /* knows files by their mounts */
		probe_kernel_holders(machine, host);
	if (parts & PROBE_PROCESSES) {
		say(machine, "processes");
		probe_processes(machine, host);
	}
	if (parts & (PROBE_LVM | PROBE_LVSCAN)) {
		say(machine, "LVM");
		probe_lvm(machine, host, parts);
	}
}

int probe_host(const struct machine *machine, unsigned parts, struct host **ret_host,
	struct err *err)
{
	struct host *host = host_new();

	(void)err; /* what could not be read is an outcome */
	skip(host, parts);
	probe_parts(machine, parts, host);
	host_sort(host);
	*ret_host = host;
	return 0;
}
