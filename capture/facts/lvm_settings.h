/* SPDX-License-Identifier: Apache-2.0 */
/* Inside lvm_ability.c, lvm_questions.c and lvm_known.c: lists of settings for --config.
 */
#ifndef SNAPSTATE_LVM_SETTINGS_H
#define SNAPSTATE_LVM_SETTINGS_H

#include "snapstate/lvm_release.h"

struct lvm_setting {
	const char *text; /* NULL ends a list */
	uint32_t since, until;
};
bool lvm_setting_is_of(const struct lvm_setting *setting, uint32_t release);
void lvm_settings_add(const struct lvm_setting *settings, uint32_t release,
	const char *const paths[], size_t count, struct buf *text);

/* A filter that accepts these devices and no other. */
#define LVM_FILTER_LISTS 2
extern const char *const lvm_filter_lists[LVM_FILTER_LISTS];
#define LVM_FILTER_ITEM	    "\"a|^"
#define LVM_FILTER_ITEM_END "$|\","
#define LVM_FILTER_END	    "\"r|.*|\"]"
/* How much of it stands for itself in a pattern of LVM's (libdm/regex/parse_rx.c). */
size_t lvm_filter_plain(const char *path);

/* lvm_known.c: behind what lvm_settings_add() writes; NULL: the text does not begin with
 * that. */
const char *lvm_settings_behind(
	const struct lvm_setting *settings, uint32_t release, const char *text);

#endif
