/* SPDX-License-Identifier: Apache-2.0 */
/* The names and uuids of device-mapper, LVM and kpartx. */
#ifndef SNAPSTATE_LVM_NAMES_H
#define SNAPSTATE_LVM_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapstate/lvm_uuid.h"

/* Splits "LVM-" + VG uuid (32) + LV uuid (32) [+ "-" + layer]. false: not of that form.
 * *ret_layer points into `dm_uuid` ("" = the visible device itself).
 * (LVM lib/activate/dev_manager.c, libdm-string.c) */
bool lvm_dm_uuid_split(const char *dm_uuid, char ret_vg[LVM_UUID_LEN + 1],
	char ret_lv[LVM_UUID_LEN + 1], const char **ret_layer);

/* "partN-" + parent's uuid, as kpartx sets it: the partition number and the parent's uuid
 * (pointer into dm_uuid). false: not of that form. */
bool kpartx_uuid_split(
	const char *dm_uuid, uint32_t *ret_number, const char **ret_parent);

/* Splits a dm name into VG, LV and layer, undoing the doubled hyphens. false: no
 * separator. The results are malloc'ed. */
bool lvm_dm_name_split(
	const char *dm_name, char **ret_vg, char **ret_lv, char **ret_layer);

/* What LVM takes as a tag: letters, digits and _+.-/=!:#&, no '-' in front, of any length
 * here (lvm2 lib/misc/lvm-string.c, validate_tag()). */
bool lvm_tag_is_valid(const char *tag);
/* One tag of a list (struct lv). */
bool lvm_tags_have(const char *tags, const char *tag);
/* The length of the first tag of a list; *ret_next is where the next one begins, NULL =
 * that was the last one. */
size_t lvm_tags_first(const char *tags, const char **ret_next);

#endif
