/* SPDX-License-Identifier: Apache-2.0 */
/* bench_read FILE: reads a capture as snapstate-plan does, and nothing else: what the
 * planner is compared with. */
#include <fcntl.h>
#include <stdio.h>

#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/io.h"
#include "snapstate/record.h"

int main(int argc, char **argv)
{
	cleanup_host struct host *host = NULL;
	cleanup_buf struct buf archive = BUF_INIT;
	struct err err = ERR_INIT;

	if (argc != 2) {
		fputs("usage: bench_read FILE\n", stderr);
		return 2;
	}
	if (file_read_at(AT_FDCWD, argv[1], RECORD_ARCHIVE_MAX, &archive, &err) < 0 ||
		record_read(archive.data, archive.len, argv[1], &host, &err) < 0) {
		fprintf(stderr, "bench_read: %s\n", err.msg);
		return 1;
	}
	printf("%zu devices, %zu holders, %zu mounts, %zu volumes\n", host->n_devices,
		host->n_uses, host->n_mounts, host->n_lvs);
	return 0;
}
