/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the reader of VG metadata: what is read so far, before it becomes part of the
 * host. */
#ifndef SNAPSTATE_TEXT_LVM_METADATA_H
#define SNAPSTATE_TEXT_LVM_METADATA_H

#include "metadata_config.h"
#include "snapstate/host.h"
#include "snapstate/host/lvm.h"

#define LVM_EXTENTS_MAX UINT32_MAX /* lvm2 keeps extents in 32 bits */

/* The text refers to PVs and LVs by section name. */
struct name {
	const char *name;
	size_t at; /* place in pvs or lvs */
};

struct metadata {
	struct host *host; /* its arena keeps the strings; nothing else of it changes */
	struct vg vg;
	struct pv *pvs;
	size_t n_pvs;
	struct name *pv_names; /* sorted; one per PV */
	struct lv *lvs;	       /* without the hidden snapshotN */
	size_t n_lvs;
	struct name *lv_names; /* sorted; one per LV */
	size_t n_lv_names;
};

/* NULL = none of that name. */
const struct pv *metadata_pv(const struct metadata *metadata, const char *name);
struct lv *metadata_lv(const struct metadata *metadata, const char *name);

/* Segments, role, origin of a thin volume, and size of `lv` from its section. */
int segments_read(const struct metadata *metadata, const struct dm_config_node *section,
	struct lv *lv, struct err *err);

/* Whether a section of logical_volumes is a hidden snapshotN, which ties an origin to a
 * COW. */
bool is_snapshot_section(const struct dm_config_node *section);
/* Folds all snapshotN into the LVs that hold their COWs. */
int snapshots_fold(const struct metadata *metadata, const struct dm_config_node *volumes,
	struct err *err);

#endif
