/* SPDX-License-Identifier: Apache-2.0 */
/* Swap areas of the model. */
#ifndef SNAPSTATE_HOST_SWAP_H
#define SNAPSTATE_HOST_SWAP_H

#include <stdbool.h>
#include <stdint.h>

#include "snapstate/host/file.h"

struct host;

struct swap {
	const char *path; /* as /proc/swaps shows it */
	struct devno devno; /* DEVNO_NONE: a file, or not found */
	struct file_at file; /* of a file */
	uint64_t size;	    /* KiB; 0 = not recorded */
	uint64_t used;	    /* KiB */
	bool has_used;	    /* false: not recorded */
	bool is_gone;	    /* only in a replayed model */
};

/* That of a file to swap on; DEVNO_NONE also where the host swaps on a device. */
struct devno host_swap_file_devno(const struct host *host, const struct swap *swap);

#endif
