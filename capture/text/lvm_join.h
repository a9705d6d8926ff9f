/* SPDX-License-Identifier: Apache-2.0 */
/* The report and the metadata describe the same VGs and PVs: joined by uuid, never twice.
 */
#ifndef SNAPSTATE_TEXT_LVM_JOIN_H
#define SNAPSTATE_TEXT_LVM_JOIN_H

#include "snapstate/host.h"

/* What each tells better: the metadata what a VG consists of; the report what LVM sees
 * today, devices' names and numbers, and what is missing. */
enum lvm_text {
	LVM_REPORT,
	LVM_METADATA,
};

/* Strings are already in the host's arena. Does not sort. */
void lvm_join_vgs(
	struct host *host, enum lvm_text from, const struct vg *vgs, size_t n_vgs);
void lvm_join_pvs(
	struct host *host, enum lvm_text from, const struct pv *pvs, size_t n_pvs);

#endif
