/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_probe FILE: the probe's pass over processes on this machine, as if the file
 * system that FILE is on stood on the only device-mapper device. No device is touched:
 * the list of devices is made up.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/source.h"
#include "snapstate/probe.h"

static int made_list(void *context, struct host *host, struct err *err)
{
	const struct stat *file = context;

	(void)err;
	*array_add(&host->devices, &host->n_devices) =
		(struct device){.devno = {major(file->st_dev), minor(file->st_dev)},
			.name = "made-up",
			.uuid = ""};
	return 0;
}

static int made_read(
	void *context, struct host *host, struct device *device, struct err *err)
{
	(void)context, (void)host, (void)device, (void)err;
	return 0;
}

static const char *made_version(void *context, struct host *host)
{
	(void)context, (void)host;
	return "";
}

static void made_clock(void *context, int64_t *ret_now, uint64_t *ret_uptime_ticks)
{
	(void)context;
	*ret_now = 0;
	*ret_uptime_ticks = 0;
}

int main(int argc, char **argv)
{
	static const struct dm_ops dm = {made_list, made_read, made_version, NULL};
	struct stat file;
	struct machine machine = {.dm = &dm, .context = &file, .clock = made_clock};
	cleanup_host struct host *host = NULL;
	const struct source *source;
	unsigned parts = PROBE_DM | PROBE_PROCESSES;
	struct err err = ERR_INIT;

	if (argc == 3 && strcmp(argv[2], "mounts") == 0)
		parts |= PROBE_MOUNTS;
	else if (argc != 2)
		argc = 0;
	if (!argc || stat(argv[1], &file) < 0) {
		fputs("usage: bench_probe FILE [mounts]\n", stderr);
		return 2;
	}
	machine.root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (probe_host(&machine, parts, &host, &err) < 0)
		return 1;
	close(machine.root);
	source = host_source(host, "processes");
	printf("%zu uses, %s %s\n", host->n_uses, outcome_name(source->outcome),
		source->detail);
	return host->n_uses ? 0 : 1;
}
