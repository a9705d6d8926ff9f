/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether anybody uses a volume. Each user opens its device, a mount as well (kernel
 * dm.c, dm_blk_open()), so device-mapper alone answers it; where processes were read,
 * opens of udevd's are left out.
 */
#include "condition_rows.h"
#include "snapstate/cleanup.h"
#include "snapstate/ledger.h"

void condition_find_in_use(const struct host *host, const struct condition *condition,
	struct violations *ret)
{
	const struct device *device =
		host_device_of_lv(host, condition->vg_uuid, condition->lv_uuid, "");

	if (!device)
		violations_add(ret, "inactive", "", "");
	else if (!host_device_is_in_use(host, device))
		violations_add(ret, "idle", "", "");
}
