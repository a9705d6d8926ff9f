/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two command lines of lvm that change something, and nothing else:
 *
 *   lvm lvremove -y --config CONFIG -S SELECTION VG/LV [--devices PATH]...
 *   lvm lvchange --refresh --config CONFIG -S SELECTION VG/LV [--devices PATH]...
 *
 * CONFIG and whether it names the devices follow from the release (lvm_ability.h).
 * The selection names one volume by uuid, its group's uuid and sequence number; that of
 * lvremove its origin as well, and that it is a snapshot which is not being merged.
 *
 * Who starts lvm is told what the volume is, and puts the command line together itself:
 * it can be told no option and no command.
 */
#ifndef SNAPSTATE_LVM_CHANGE_H
#define SNAPSTATE_LVM_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapstate/buf.h"
#include "snapstate/err.h"

struct lvm_volume {
	const char *vg_uuid, *lv_uuid; /* plain, 32 characters */
	const char *origin_uuid;       /* "": refresh it, else remove it */
	uint64_t seqno;
	const char *vg_name, *lv_name;
	bool is_unmonitored; /* dmeventd does not run, and must not be started */
	uint32_t release;    /* of LVM; it has LVM_HAS_SELECTION */
};

/* Whether LVM of that release compares what is named. -ENOTSUP: it would not change
 * anything, or not only what is meant. */
int lvm_release_check(uint32_t release, struct err *err);

/* As words, each with its NUL. `paths`: of the group's physical volumes, each with its
 * NUL. */
void lvm_change_write(
	const struct lvm_volume *volume, const struct buf *paths, struct buf *ret_words);

/* The command line for such words; malloc'ed, the arguments point into `words` and
 * `storage`. NULL: they are no such words, or one of them is not what it must be. */
const char **lvm_change_arguments(const struct buf *words, struct buf *storage);

#endif
