/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the LVM at hand can do: the one place that knows. Asked once, by its version; what
 * a release is said to have here was seen in its source, and most of it by running it
 * (lvm_ability.c says which).
 */
#ifndef SNAPSTATE_LVM_ABILITY_H
#define SNAPSTATE_LVM_ABILITY_H

#include <stdbool.h>
#include <stdint.h>

#include "snapstate/buf.h"

/* 2.02.187 -> LVM_RELEASE(2, 2, 187) */
#define LVM_RELEASE(major, minor, patch) (((major)*1000u + (minor)) * 1000u + (patch))
#define LVM_NEWEST			 UINT32_MAX /* of a release that does not say */

enum lvm_feature {
	LVM_HAS_FOREIGN,    /* --foreign, and system ids to be foreign by */
	LVM_HAS_SHARED,	    /* --shared: groups with a lock manager */
	LVM_HAS_SELECTION,  /* -S with what lvremove and lvchange are to compare */
	LVM_HAS_PV_IN_USE,  /* column pv_in_use */
	LVM_HAS_LOCK_TYPE,  /* column vg_lock_type */
	LVM_HAS_PV_NUMBERS, /* columns pv_major, pv_minor */
	LVM_HAS_DUPLICATES, /* column pv_duplicate; before, a warning tells */
	LVM_HAS_FULLREPORT, /* fullreport, and JSON */
	LVM_HAS_NOLOCKING,  /* --nolocking of every command; before, locking types */
	LVM_HAS_DEVICES,    /* --devices PATH; before, a filter */
};
/* The release that a text names: "2.02.98(2) (2012-10-15)", or what `lvm version` prints.
 * LVM_NEWEST: none is found. */
uint32_t lvm_release_of(const char *text);
/* Appends it as LVM writes it; not LVM_NEWEST. */
void lvm_release_print(uint32_t release, struct buf *text);
bool lvm_has(uint32_t release, enum lvm_feature feature);
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
/* The same with a change. `is_unmonitored`: dmeventd does not run, and must not be
 * started. */
void lvm_add_change_config(uint32_t release, bool is_unmonitored,
	const char *const paths[], size_t count, struct buf *text);

#endif
