/* SPDX-License-Identifier: Apache-2.0 */
/* Targets of a table for the model; see dm_mask.h. */
#include <stdint.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/dm_mask.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"

const char *dm_status_masked(struct host *host, const char *type, const char *status)
{
	cleanup_buf struct buf out = BUF_INIT;

	dm_status_mask(type, status, &out);
	return host_string(host, buf_text(&out));
}

void dm_target_add(struct host *host, struct dm_target **targets, size_t *count,
	uint64_t start, uint64_t length, const char *type, const char *params)
{
	struct dm_target *target = array_add(targets, count);
	cleanup_buf struct buf out = BUF_INIT;

	dm_params_mask(type, params, &out);
	target->start = start;
	target->length = length;
	target->type = host_string(host, type);
	target->params = host_string(host, buf_text(&out));
	target->status = "";
}
