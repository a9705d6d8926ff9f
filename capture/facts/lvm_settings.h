/* SPDX-License-Identifier: Apache-2.0 */
/* Inside lvm_ability.c and lvm_questions.c: lists of settings for --config. */
#ifndef SNAPSTATE_LVM_SETTINGS_H
#define SNAPSTATE_LVM_SETTINGS_H

#include "snapstate/lvm_ability.h"

struct lvm_setting {
	const char *text; /* NULL ends a list */
	uint32_t since, until;
};
void lvm_settings_add(const struct lvm_setting *settings, uint32_t release,
	const char *const paths[], size_t count, struct buf *text);
/* Behind what lvm_settings_add() writes; NULL: the text does not begin with that. */
const char *lvm_settings_behind(
	const struct lvm_setting *settings, uint32_t release, const char *text);

#endif
