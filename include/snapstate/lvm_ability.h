/* SPDX-License-Identifier: Apache-2.0 */
/* What the LVM at hand is asked in which way, and what its answers mean. */
#ifndef SNAPSTATE_LVM_ABILITY_H
#define SNAPSTATE_LVM_ABILITY_H

#include <stdbool.h>
#include <stdint.h>

#include "snapstate/buf.h"
#include "snapstate/lvm_release.h"

/* true: a host's own configuration may make such a release refuse each change, with exit
 * status 0; `lvm dumpconfig global/metadata_read_only global/locking_type` tells. From
 * 2.03.00 on neither setting does. */
bool lvm_asks_settings(uint32_t release);
/* By what that printed, and LVM_LVMETAD_RUNS where its socket is there. */
#define LVM_LVMETAD_RUNS "lvmetad runs"
/* NULL: it changes groups. */
const char *lvm_refusal(const char *settings);
/* Each release from which on any question is put in another way, oldest first; 0 ends. */
extern const uint32_t lvm_generations[];

/* Appends what --config is given with a question: settings of that release that keep LVM
 * from changing anything; and for a release without --devices, what lets it look at these
 * devices and no other. There, paths that are no plain text for its patterns are left
 * out. */
void lvm_add_question_config(
	uint32_t release, const char *const paths[], size_t count, struct buf *text);
/* true: such settings, and no more. */
bool lvm_is_question_config(uint32_t release, const char *text);

#endif
