/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SNAPSTATE_DM_TARGET_H
#define SNAPSTATE_DM_TARGET_H

#include <stdint.h>

/* One line of a device-mapper table, or of its status. */
struct dm_target {
	uint64_t start; /* sectors */
	uint64_t length;
	const char *type;
	const char
		*params; /* keys of crypt and integrity masked, unknown types digested */
	const char *status; /* live table only; "" where it was not read */
};

#endif
