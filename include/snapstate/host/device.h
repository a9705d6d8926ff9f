/* SPDX-License-Identifier: Apache-2.0 */
/* Device-mapper devices of the model, their tables, and what snapshot targets say. */
#ifndef SNAPSTATE_HOST_DEVICE_H
#define SNAPSTATE_HOST_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapstate/buf.h"
#include "snapstate/dm_target.h"

struct host;

enum device_flag {
	DEVICE_SUSPENDED = 1 << 0,
	DEVICE_READ_ONLY = 1 << 1,
	DEVICE_HAS_INACTIVE = 1 << 2,  /* an inactive table is loaded */
	DEVICE_DEFERRED = 1 << 3, /* marked for deferred removal */
	DEVICE_INTERNAL = 1 << 4, /* suspended by the kernel itself */
	DEVICE_NO_TABLE = 1 << 5, /* exists without a live table */
};

/* The word of one flag bit; NULL for a bit that is none. */
const char *device_flag_name(unsigned flag);

/* State of a snapshot target, from its status text (kernel dm-snap.c, snapshot_status).
 */
enum snapshot_state {
	SNAPSHOT_NONE,	  /* no snapshot target */
	SNAPSHOT_VALID,	  /* "used/total metadata" (old: "used/total") */
	SNAPSHOT_INVALID, /* every read and write fails */
	SNAPSHOT_OVERFLOW,
	SNAPSHOT_MERGE_FAILED,
	SNAPSHOT_MERGING, /* target type snapshot-merge */
	SNAPSHOT_UNKNOWN, /* the COW does not say, or the status was not read */
};

/* What the one target of a snapshot says, as host_index_build() read it: it is asked
 * again and again. Right as long as the target has these very strings (snapshot.c). */
struct snapshot_words {
	const char *type, *params, *status;
	struct devno origin, cow;
	enum snapshot_state state;
	bool has_parts, is_lvms;
};

/* A device-mapper device. */
struct device {
	struct devno devno;
	const char *name;
	const char *uuid;	/* "" = none, as older kpartx leaves it */
	uint64_t diskseq;	/* 0 = the kernel does not tell */
	uint32_t open_count; /* opens by fds, mounts, swap, loop, md, other dm tables */
	unsigned flags;		/* enum device_flag */
	struct dm_target *targets;
	size_t n_targets;
	struct dm_target *inactive; /* the inactive table */
	size_t n_inactive;
	struct devno *deps; /* devices its tables refer to, sorted */
	size_t n_deps;
	bool is_gone; /* only in a replayed model: removed by an earlier step */
	struct snapshot_words snapshot;
};

const char *snapshot_state_name(enum snapshot_state state);
enum snapshot_state device_snapshot_state(const struct device *device);
/* Sectors of the COW in use and in all; false when the status does not tell. */
bool device_snapshot_usage(
	const struct device *device, uint64_t *ret_used, uint64_t *ret_total);

/* For a device whose only target is a snapshot (or snapshot-merge): its origin argument,
 * which is the -real device under LVM, and its COW. false: not such a device. */
bool device_snapshot_parts(
	const struct device *device, struct devno *ret_origin, struct devno *ret_cow);
/* The same: LVM could have loaded its table. "ORIGIN COW P 8": LVM's snapshots are
 * persistent, and nothing else (libdm-deptree.c, _snapshot_emit_segment_line). */
bool device_snapshot_is_lvms(const struct device *device);

/* true: LVM's uuid of it is one of that group. */
bool device_is_of_group(const struct device *device, const char *vg_uuid);

/* Look-ups. NULL = none; in a replayed model, what is gone is not found. */
struct device *host_device_by_devno(const struct host *host, struct devno devno);
struct device *host_device_by_uuid(const struct host *host, const char *uuid);
struct device *host_device_by_name(const struct host *host, const char *name);
/* How often it is among them: `deps` of a device, `below` of a block. */
size_t devnos_count(const struct devno *devnos, size_t count, struct devno devno);
/* It is one of the devices that the kernel lists as dependencies of its tables. */
bool device_stands_on(const struct device *device, struct devno below);
/* A volume's own mapping (layer: "") or a layer of it ("-real", "-cow"), by its uuid. */
struct device *host_device_of_lv(const struct host *host, const char *vg_uuid,
	const char *lv_uuid, const char *layer);
/* The same of a volume of this host, without a look-up (index_volumes.c). */
enum lv_layer { LV_VISIBLE, LV_COW, LV_REAL };
#define LV_LAYERS (LV_REAL + 1)
struct lv;
struct device *host_device_of_layer(
	const struct host *host, const struct lv *lv, enum lv_layer layer);
/* The volume whose own mapping it is; NULL: none in the metadata. */
struct lv *host_lv_of_device(const struct host *host, const struct device *device);

/* Below `devno`, itself included, through mappings, partitions, arrays and loop devices:
 * the nearest volume of a group other than `vg_uuid`; NULL: none. */
const struct device *host_volume_below(
	const struct host *host, struct devno devno, const char *vg_uuid);
/* true: so it is on a snapshot, or is one. */
bool host_snapshot_is_below(const struct host *host, const struct device *device);

#endif
