/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a volume is a guest's own: its volume group, or the volume itself, is on a
 * volume of this host. LVM finds such a group where it may look into volumes, or into the
 * partition mappings on them, and then its volumes are listed like the host's. They hold
 * a guest's data, whatever they are called. A plan has it as a condition of the whole
 * group (condition_ground.c).
 */
#include <string.h>

#include "checks.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"

static void check_device(
	const struct host *host, struct subject *subject, const struct device *device)
{
	const struct device *volume =
		device ? host_volume_below(host, device->devno, subject->vg_uuid) : NULL;

	if (volume)
		subject_reason(subject, RULE_GUEST_VOLUME,
			"%s (" DEVNO_FMT ") is on %s (" DEVNO_FMT
			"), a volume of another group",
			device->name, DEVNO_ARGS(device->devno), volume->name,
			DEVNO_ARGS(volume->devno));
}

void check_nesting(const struct survey *survey, const struct sharing *sharing,
	struct subject *subject)
{
	const struct host *host = survey->host;
	const struct group_pvs *pvs = sharing_pvs(survey, sharing, subject->vg_uuid);

	for (size_t i = 0; pvs && i < pvs->n_nested; i++) {
		const struct pv *pv = &host->pvs[pvs->nested[i]];
		const struct device *volume =
			host_volume_below(host, pv->devno, subject->vg_uuid);

		if (i == ALIKE_MOST) {
			subject_add_words(subject, "; and so are more of them");
			break;
		}
		subject_reason(subject, RULE_GUEST_VOLUME,
			"physical volume %s is on %s (" DEVNO_FMT
			"), a volume of another group",
			pv->uuid, volume->name, DEVNO_ARGS(volume->devno));
	}
	check_device(host, subject, subject->real);
	check_device(host, subject, subject->cow);
}
