/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which host this is, which boot of it, and the one time stamp.
 * Input: etc/machine-id, proc/sys/kernel/, the clock. Output: host->identity.
 * Names come from proc and not from uname(2), so that a recorded root has them too.
 */
#include <string.h>
#include <unistd.h>

#include "parts.h"
#include "snapstate/host.h"
#include "snapstate/host/source.h"

static const char *line_of(
	const struct machine *machine, struct host *host, const char *path)
{
	char line[256];

	if (machine_line(machine, line, sizeof(line), "%s", path) < 0)
		return "";
	return host_string(host, line);
}

static bool is_id(const char *text, size_t len, const char *alphabet)
{
	return strlen(text) == len && strspn(text, alphabet) == len;
}

static void read_description(const struct machine *machine, struct host *host)
{
	struct identity *id = &host->identity;

	id->node = line_of(machine, host, "proc/sys/kernel/hostname");
	id->kernel = line_of(machine, host, "proc/sys/kernel/osrelease");
	id->dm_driver = machine->dm->driver_version(machine->context, host);
	id->ticks = (uint32_t)sysconf(_SC_CLK_TCK);
	machine_number(machine, &id->uevents, "sys/kernel/uevent_seqnum");
}

void probe_identity(const struct machine *machine, struct host *host)
{
	struct identity *id = &host->identity;

	id->machine_id = line_of(machine, host, "etc/machine-id");
	id->boot_id = line_of(machine, host, "proc/sys/kernel/random/boot_id");
	machine->clock(machine->context, &id->taken, &id->uptime);
	/* in no fact (facts.h) */
	if (!machine->only)
		read_description(machine, host);

	if (!is_id(id->machine_id, 32, "0123456789abcdef"))
		host_source_set(host, "identity", OUTCOME_ABSENT, "%s",
			"/etc/machine-id holds no machine id");
	else if (!is_id(id->boot_id, 36, "0123456789abcdef-"))
		host_source_set(host, "identity", OUTCOME_ABSENT, "%s",
			"/proc/sys/kernel/random/boot_id holds no boot id");
	else
		host_source_set(host, "identity", OUTCOME_READ, "%s", "");
}
