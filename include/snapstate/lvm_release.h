/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the LVM at hand can do: the one place that knows. Asked once, by its version; what
 * a release is said to have here was seen in its source, and most of it by running it
 * (lvm_ability.c says which).
 */
#ifndef SNAPSTATE_LVM_RELEASE_H
#define SNAPSTATE_LVM_RELEASE_H

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

/* Appends what --config is given with a change: settings of that release; and for one
 * without --devices, what lets LVM look at these devices and no other. There, paths that
 * are no plain text for its patterns are left out. `is_unmonitored`: dmeventd does not
 * run, and must not be started. */
void lvm_add_change_config(uint32_t release, bool is_unmonitored,
	const char *const paths[], size_t count, struct buf *text);

#endif
