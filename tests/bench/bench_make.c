/* SPDX-License-Identifier: Apache-2.0 */
/* bench_make DEVICES FILE: writes a made-up capture; see made_host.h. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "made_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/io.h"
#include "snapstate/record.h"

int main(int argc, char **argv)
{
	cleanup_host struct host *host = NULL;
	cleanup_buf struct buf archive = BUF_INIT;
	struct err err = ERR_INIT;

	if (argc != 3) {
		fputs("usage: bench_make DEVICES FILE\n", stderr);
		return 2;
	}
	host = made_host((unsigned)strtoul(argv[1], NULL, 10) / MADE_STACK_DEVICES);
	if (record_write(host, "made", &archive, &err) < 0 ||
		file_publish(argv[2], 0600, archive.data, archive.len, &err) < 0) {
		fprintf(stderr, "bench_make: %s\n", err.msg);
		return 1;
	}
	return 0;
}
