/* SPDX-License-Identifier: Apache-2.0 */
/* What LVM takes as a name, and its uuids. */
#ifndef SNAPSTATE_LVM_UUID_H
#define SNAPSTATE_LVM_UUID_H

#include <stdbool.h>

#define LVM_UUID_LEN	 32 /* without hyphens */
#define LVM_UUID_HYPHENS 38
#define LVM_NAME_MAX	 127 /* lvm2 lib/misc/lvm-string.h: NAME_LEN - 1 */

/* What LVM takes as the name of a group or a volume (lvm(8), VALID NAMES; lvm2
 * lib/misc/lvm-string.c, _validate_name()): no hyphen in front, and neither "." nor "..".
 * Safe as a file name and as an argument. */
bool lvm_name_is_valid(const char *name);
/* Letters, digits and +_.-: what is in such a name. */
bool lvm_name_has_byte(char c);

/* The alphabet of lib/uuid/uuid.c */
extern const char lvm_uuid_chars[];

void lvm_uuid_hyphenate(
	const char uuid[LVM_UUID_LEN], char ret_text[LVM_UUID_HYPHENS + 1]);
/* Hyphenated or plain -> plain. false: not a LVM uuid. */
bool lvm_uuid_plain(const char *text, char ret_uuid[LVM_UUID_LEN + 1]);

#endif
