/* SPDX-License-Identifier: Apache-2.0 */
/* What a step acts on, under the host's own names, where the plan has pseudonyms. */
#ifndef SNAPSTATE_NAMES_H
#define SNAPSTATE_NAMES_H

#include "snapstate/observe.h"
#include "snapstate/orders.h"

/* What must be named so that the step can be carried out. */
void names_ask(const struct plan_step *step, struct wanted_names *names);

/*
 * *ret_step is a copy of the step whose target carries the names that the host has for
 * the same mount id, device number and uuids; its other members are the step's own.
 * Borrows from all, is not freed; names are added to `strings`. What was seen was
 * verified for this step just now, under pseudonyms: what has that number is what the
 * plan speaks of. -ESTALE: the host has no such thing.
 */
int names_of_step(const struct sight *sight, const struct plan_step *step,
	struct facts *strings, struct plan_step *ret_step, struct err *err);

/* The volume group that a device belongs to or is on; "" = none, or LVM shows none.
 * malloc'ed. */
char *names_group_of_device(const struct sight *sight, struct devno devno);
/* A group's name and sequence number; malloc'ed, NULL = LVM does not show it. */
char *names_group(const struct sight *sight, const char *vg_uuid, uint64_t *ret_seqno);
/* The release of the LVM that shows it, LVM_NEWEST where it does not say (lvm_ability.h).
 */
uint32_t names_lvm_release(const struct sight *sight, const char *vg_uuid);
/* Why it would not change it (lvm_ability.h); malloc'ed, NULL = it would. */
char *names_lvm_refusal(const struct sight *sight, const char *vg_uuid);
/* A volume's, without its group's; malloc'ed, NULL = LVM does not show it. */
char *names_volume(const struct sight *sight, const char *vg_uuid, const char *lv_uuid);

#endif
