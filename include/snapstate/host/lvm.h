/* SPDX-License-Identifier: Apache-2.0 */
/* Volume groups of the model, their volumes and disks, and whose extents are whose. */
#ifndef SNAPSTATE_HOST_LVM_H
#define SNAPSTATE_HOST_LVM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapstate/buf.h"

struct device;
struct host;

/* Where a segment's data lies: a physical volume, or another logical volume. */
struct stripe {
	const char *pv_uuid; /* "" when lv_name is set */
	const char *lv_name; /* "" when pv_uuid is set */
	uint64_t start;	     /* first extent on the PV, or within the LV */
};

struct segment {
	uint64_t start; /* extents, within the LV */
	uint64_t extents;
	const char *type; /* striped, snapshot, thin, thin-pool, mirror, raid1, ... */
	struct stripe *stripes;
	size_t n_stripes;
};

enum lv_role {
	LV_ORDINARY,
	LV_SNAPSHOT, /* classic copy-on-write snapshot: its own extents are the COW */
	LV_THIN,
	LV_THIN_POOL,
	LV_OTHER, /* raid, mirror, cache, ... */
};
const char *lv_role_name(enum lv_role role);

struct lv {
	const char *vg_uuid;
	const char *uuid;
	const char *name;
	enum lv_role role;
	const char *origin_uuid; /* snapshot: its origin; thin snapshot: its origin; "" =
				    none */
	bool is_merging;
	bool has_virtual_origin; /* sparse volume: the origin is a hidden zero device */
	bool has_external_origin; /* thin volume over a volume outside the pool */
	bool is_visible;
	int64_t created; /* seconds since 1970; 0 = the metadata does not say */
	const char
		*creator; /* node name of the host that made it; may be NULL: not said */
	const char *tags; /* as LVM lists them, a comma between two; NULL and "" = none */
	uint64_t extents;
	struct segment *segments;
	size_t n_segments;
	bool is_gone; /* only in a replayed model */
};

struct pv {
	const char *vg_uuid;
	const char *uuid;
	const char *name; /* today's device name, a label */
	struct devno devno; /* DEVNO_NONE: missing, or the report does not tell */
	uint64_t pe_start; /* sectors */
	uint64_t pe_count;
	bool is_missing;
	bool is_duplicate;
	bool is_in_use; /* by its own label some group has it, also where no metadata say
			   which */
};

struct vg {
	const char *uuid;
	const char *name;
	uint64_t seqno;
	uint64_t extent_size; /* sectors */
	const char *system_id;
	const char *lock_type; /* "" = none */
	const char *writer; /* node name of the host that last wrote the metadata; may be
			     * NULL: not said */
	bool is_writable;
	bool is_exported;
	bool is_partial;
	bool is_clustered;
	bool is_foreign; /* its system id is not this host's */
	bool has_metadata; /* the metadata text was read, so an LV that is not listed is
			      absent */
};

/* A run of sectors on one device. */
struct sectors {
	struct devno devno;
	uint64_t start, length;
};

const struct vg *host_vg(const struct host *host, const char *vg_uuid);
struct lv *host_lv(const struct host *host, const char *vg_uuid, const char *lv_uuid);
const struct lv *host_lv_by_name(
	const struct host *host, const char *vg_uuid, const char *name);
const struct pv *host_pv(const struct host *host, const char *pv_uuid);
/* Where a stripe with a PV uuid lies; false: on no known device. */
bool host_stripe_sectors(const struct host *host, const struct vg *vg,
	const struct segment *segment, const struct stripe *stripe, struct sectors *ret);

/*
 * What LVM has not seen is not there only where it has looked everywhere (lvm_view.c). A
 * filter of lvm.conf, the devices file and the capture's own list of safe devices each
 * keep devices from it, and of what is on those it says nothing at all, or that it is
 * missing.
 */
/* The block devices that may hold a physical volume, and that LVM does not list:
 * ascending, each once, malloc'ed. Not among them: what is on a volume of LVM (that is a
 * guest's), what has a file system or swap of its own, and what LVM leaves out since it
 * shows as another device. */
void host_lvm_unread(
	const struct host *host, struct devno **ret_devnos, size_t *ret_count);
/* true: LVM lists it. */
bool host_lvm_lists(const struct host *host, struct devno devno);
/* true: LVM was read, every such device was, and the metadata of all that it found. */
bool host_lvm_is_whole(const struct host *host);
/* true: LVM was read as a whole, and has no group of that uuid. */
bool host_group_is_gone(const struct host *host, const char *vg_uuid);
/* true: LVM lists that disk, as itself and not as a part of another device, and has read
 * the metadata of the group that it belongs to, if any. */
bool host_owner_is_known(const struct host *host, struct devno devno);
/* true: LVM has no group of that volume's uuid, and the owner of each disk below the
 * volume is known: whatever there may be of its group elsewhere, its extents are others'
 * by now. */
bool host_is_displaced(const struct host *host, const struct device *volume);

/* ---- whose extents (overlaps.c) ---- */

/* One volume that owns extents which a device still maps. */
struct overlap {
	const struct lv *victim;
	uint64_t extents; /* of the victim's group */
};
/* Of any group. `vg_uuid` is the device's own, by its uuid. malloc'ed array, most extents
 * first. false in *ret_is_complete: there may be more. */
void host_overlaps(const struct host *host, const struct device *device,
	const char *vg_uuid, struct overlap **ret_overlaps, size_t *ret_count,
	bool *ret_is_complete);
/* true: it is known whose each disk is that the device is on. */
bool host_owners_are_known(const struct host *host, const struct device *device);

#endif
