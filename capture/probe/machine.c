/* SPDX-License-Identifier: Apache-2.0 */
/*
 * This machine, live. Output: a struct machine over "/", libdevmapper and lvm.
 */
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "parts.h"

static uint64_t uptime_ticks(void)
{
	uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);
	struct timespec since_boot;

	clock_gettime(CLOCK_BOOTTIME, &since_boot);
	return (uint64_t)since_boot.tv_sec * hz +
	       (uint64_t)since_boot.tv_nsec / (1000000000u / hz);
}

static void clock_live(void *context, int64_t *ret_now, uint64_t *ret_uptime_ticks)
{
	struct timespec now;

	(void)context;
	clock_gettime(CLOCK_REALTIME, &now);
	*ret_uptime_ticks = uptime_ticks();
	*ret_now = now.tv_sec;
}

int machine_open_live(struct machine *ret_machine, struct err *err)
{
	int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return err_errno(err, errno, "open /");
	*ret_machine = (struct machine){
		.root = root,
		.dm = &dm_ops_live,
		.lvm = &lvm_ops_live,
		.files = &file_ops_live,
		.clock = clock_live,
	};
	return 0;
}

void machine_close(struct machine *machine)
{
	if (machine->root >= 0)
		close(machine->root);
	machine->root = -1;
}
