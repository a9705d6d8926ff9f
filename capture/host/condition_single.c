/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Physical volumes that LVM finds on two devices. An lvremove that is given the group's
 * own devices and no others does not see a clone among the others, and removes, where a
 * plain lvremove says "Cannot update volume group ... with duplicate PV devices"; the
 * clone then keeps the old metadata (seen in the lab: incident cloned-since). So the look
 * over all devices that a capture reads comes before each change. A guest's duplicates,
 * found inside its disk and on a snapshot of that, are of another group.
 */
#include <string.h>

#include "condition_rows.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"
#include "snapstate/host/source.h"

void condition_find_single(const struct host *host, const struct condition *condition,
	struct violations *ret)
{
	const struct source *source = host_source(host, "lvm/pvs.json");
	cleanup_places struct places places =
		host_places(host, PLACES_PVS, places_text(condition->vg_uuid));

	/* the first captures have no such source: fullreport alone says it then */
	if (source && source->outcome != OUTCOME_READ &&
		source->outcome != OUTCOME_ABSENT)
		violations_add(ret, "unread", "", "");
	for (size_t i; places_next(&places, &i);) {
		const struct pv *pv = &host->pvs[i];

		if (strcmp(pv->vg_uuid, condition->vg_uuid) != 0)
			continue;
		if (pv->is_duplicate)
			violations_add(ret, "duplicate", pv->name, pv->uuid);
		if (pv->is_missing)
			violations_add(ret, "missing", "", pv->uuid);
	}
}
