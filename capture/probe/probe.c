/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live machine -> model: the parts, in the order that is safest on a sick host. What only
 * reads the kernel's memory comes first; LVM, which reads devices, last.
 * Input: struct machine, the parts wanted. Output: a sorted model in which every source
 * has an outcome. See probe.h.
 */
#include "parts.h"
#include "snapstate/host.h"
#include "snapstate/host/source.h"

/* One source of a step, and the part that asks for it. */
struct step_source {
	enum probe_part part;
	const char *name;
};

#define STEP_SOURCES_MAX 3

struct step {
	const char *name; /* for people; NULL: too short to be told */
	unsigned parts;	  /* any of them */
	void (*read)(const struct machine *machine, struct host *host, unsigned parts);
	struct step_source sources[STEP_SOURCES_MAX];
};

static void read_identity(
	const struct machine *machine, struct host *host, unsigned parts)
{
	(void)parts;
	probe_identity(machine, host);
}

static void read_dm(const struct machine *machine, struct host *host, unsigned parts)
{
	(void)parts;
	probe_dm(machine, host);
}

static void read_blocks(const struct machine *machine, struct host *host, unsigned parts)
{
	if (parts & PROBE_BLOCKS)
		probe_blocks(machine, host);
	if (!(parts & PROBE_HOLDERS))
		return;
	probe_superblocks(machine, host);
	probe_swaps(machine, host);
}

static void read_mounts(const struct machine *machine, struct host *host, unsigned parts)
{
	(void)parts;
	probe_mounts(machine, host);
}

static void read_configs(const struct machine *machine, struct host *host, unsigned parts)
{
	if (parts & PROBE_FSTAB)
		probe_fstab(machine, host);
	if (parts & PROBE_CONFIGS)
		probe_configs(machine, host);
}

static void read_holders(const struct machine *machine, struct host *host, unsigned parts)
{
	(void)parts;
	probe_files(machine, host);
	probe_kernel_holders(machine, host);
}

static void read_processes(
	const struct machine *machine, struct host *host, unsigned parts)
{
	(void)parts;
	probe_processes(machine, host);
}

static void read_overlays(
	const struct machine *machine, struct host *host, unsigned parts)
{
	(void)parts;
	probe_overlays(machine, host);
}

static void look_again(const struct machine *machine, struct host *host, unsigned parts)
{
	(void)parts;
	probe_look_again(machine, host);
}

static const struct step steps[PROBE_STEPS] = {
	{NULL, PROBE_IDENTITY, read_identity, {{PROBE_IDENTITY, "identity"}}},
	{"device-mapper", PROBE_DM, read_dm, {{PROBE_DM, "dm"}}},
	{"block devices", PROBE_BLOCKS | PROBE_HOLDERS, read_blocks,
		{{PROBE_BLOCKS, "blocks"}, {PROBE_HOLDERS, "superblocks"},
			{PROBE_HOLDERS, "swaps"}}},
	{"mounts", PROBE_MOUNTS, read_mounts, {{PROBE_MOUNTS, "mounts"}}},
	/* knows files by their mounts */
	{"holders in the kernel", PROBE_HOLDERS, read_holders,
		{{PROBE_HOLDERS, "holders"}}},
	{"processes", PROBE_PROCESSES, read_processes, {{PROBE_PROCESSES, "processes"}}},
	/* knows all mount namespaces, also those that only descriptors keep */
	{"overlays", PROBE_HOLDERS, read_overlays, {{PROBE_HOLDERS, "holders"}}},
	{"configurations", PROBE_FSTAB | PROBE_CONFIGS, read_configs,
		{{PROBE_FSTAB, "fstab"}, {PROBE_CONFIGS, "configs"}}},
	[PROBE_STEP_LVM] = {"LVM", PROBE_LVM | PROBE_PVS | PROBE_LVSCAN, probe_lvm,
		{{PROBE_LVM, "lvm/report.json"}, {PROBE_PVS, "lvm/pvs.json"},
			{PROBE_LVSCAN, "lvm/lvscan.txt"}}},
	[PROBE_STEP_AGAIN] = {"what changed meanwhile", PROBE_AGAIN, look_again,
		{{PROBE_AGAIN, "again"}}},
};

void probe_start(struct host *host, unsigned parts)
{
	for (size_t i = 0; i < PROBE_STEPS; i++)
		for (size_t j = 0; j < STEP_SOURCES_MAX && steps[i].sources[j].name; j++)
			if (!(parts & steps[i].sources[j].part))
				host_source_set(host, steps[i].sources[j].name,
					OUTCOME_SKIPPED, "%s", "");
}

bool probe_step_is_wanted(size_t step, unsigned parts)
{
	return steps[step].parts & parts;
}

void probe_step_announce(const struct machine *machine, size_t step)
{
	if (machine->progress && steps[step].name)
		machine->progress(machine->context, steps[step].name);
}

/* Nothing holds a device that is not there. */
static bool is_moot(const struct machine *machine, size_t step, const struct host *host)
{
	return (steps[step].parts & (PROBE_BLOCKS | PROBE_HOLDERS)) &&
	       !probe_is_any_asked_for(machine, host);
}

void probe_step_read(
	const struct machine *machine, size_t step, unsigned parts, struct host *host)
{
	if (is_moot(machine, step, host))
		probe_step_give_up(host, step, OUTCOME_READ, "");
	else
		steps[step].read(machine, host, parts);
}

void probe_step_give_up(
	struct host *host, size_t step, enum outcome outcome, const char *detail)
{
	for (size_t i = 0; i < STEP_SOURCES_MAX && steps[step].sources[i].name; i++) {
		const char *name = steps[step].sources[i].name;
		const struct source *source = host_source(host, name);

		if (!source || source->outcome != OUTCOME_SKIPPED)
			host_source_set(host, name, outcome, "%s", detail);
	}
}

int probe_host(const struct machine *machine, unsigned parts, struct host **ret_host,
	struct err *err)
{
	struct host *host = host_new();

	(void)err; /* what could not be read is an outcome */
	probe_start(host, parts);
	for (size_t i = 0; i < PROBE_STEPS; i++) {
		if (!probe_step_is_wanted(i, parts))
			continue;
		probe_step_announce(machine, i);
		probe_step_read(machine, i, parts, host);
	}
	host_sort(host);
	*ret_host = host;
	return 0;
}
