/* SPDX-License-Identifier: Apache-2.0 */
/* Targets of a device-mapper table, without their secrets: the one door through which
 * parameters of a table get into the model, wherever they were read. */
#ifndef SNAPSTATE_DM_MASK_H
#define SNAPSTATE_DM_MASK_H

#include <stdint.h>

struct buf;
struct dm_target;
struct host;

/* Adds a target with its secrets masked: nothing else may copy parameters of a table. */
void dm_target_add(struct host *host, struct dm_target **targets, size_t *count,
	uint64_t start, uint64_t length, const char *type, const char *params);
/* The status of a target of that type, as it may be recorded. */
const char *dm_status_masked(struct host *host, const char *type, const char *status);

/* ---- their text ---- */

void dm_params_mask(const char *type, const char *params, struct buf *out);
void dm_status_mask(const char *type, const char *status, struct buf *out);

#endif
