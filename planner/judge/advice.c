/* SPDX-License-Identifier: Apache-2.0 */
/* Which reasons tell what a person should know or do whatever the verdict is. */
#include <string.h>

#include "judge.h"
#include "snapstate/host/device.h"

bool reason_is_guest_volume(const struct reason *reason)
{
	return reason->rule == RULE_MAPPED_IDLE && reason->about.kind == ABOUT_DEVICE &&
	       strncmp(((const struct device *)reason->about.it)->uuid, "LVM-", 4) == 0;
}

/* What a backup that read the snapshot may have got is not what the origin was. An
 * overflow makes writes to the snapshot fail: of a file system that was mounted for the
 * backup, its journal's replay too (kernel dm-snap.c, snapshot_map). */
bool rule_spoils_backup(enum rule rule)
{
	return rule == RULE_INVALID || rule == RULE_OVERFLOWED || rule == RULE_SHRUNK ||
	       rule == RULE_ACTIVE_TWICE;
}

bool reason_advises(const struct reason *reason)
{
	return reason->rule == RULE_FSTAB || rule_spoils_backup(reason->rule) ||
	       reason_is_guest_volume(reason) ||
	       (reason->about.kind == ABOUT_LV &&
		       rule_text(reason->rule)->verdict == VERDICT_REMOVE);
}
