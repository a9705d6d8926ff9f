/* SPDX-License-Identifier: Apache-2.0 */
/* The index of a host: look-ups that do not walk. */
#ifndef SNAPSTATE_HOST_PLACES_H
#define SNAPSTATE_HOST_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "snapstate/buf.h"

struct device;
struct host;
struct sectors;

/*
 * The index makes look-ups fast. Who asks much of a complete and sorted host builds it;
 * without one every look-up walks, with the same results. While a host has one, no array
 * may grow or change its order, and no devno, uuid, name, id, pid, path or table may
 * change; host_sort() drops it. A clone takes it over: there things may be marked as
 * gone, counts and flags may change, and after a device got another table,
 * host_index_device() must be told.
 */
void host_index_build(struct host *host);
void host_index_device(struct host *clone, const struct device *device);
/* true: the index does not list everything. More mounts are on top of each other on the
 * way to one file than any host has; what a look-up misses may be a holder. */
bool host_index_is_cut(const struct host *host);

/* Kinds of places: which array they lead into, and by what. */
enum places_kind {
	PLACES_FIRST = 7, /* what is before are the shapes of holders (host/holders.h) */
	/* by places_devno() */
	/* devices: snapshots with that exception store */
	PLACES_SNAPSHOT_OF_COW = PLACES_FIRST,
	PLACES_CHANGES,
	PLACES_PVS_ON,	 /* physical volumes on that device */
	PLACES_MENTIONS, /* host_mention(); also by places_text() of "VG/LV" */
	/* by places_mount() */
	PLACES_MOUNT_ID,
	PLACES_MOUNT_CHILDREN, /* mounts by their parent's id */
	/* by the number itself */
	PLACES_DEVICE_MINOR,
	PLACES_MOUNT_PEERS,	 /* mounts that have a master, by their own peer group */
	PLACES_STORAGE_PROGRAMS, /* processes: process_is_storage(); the number is 0 */
	/* by places_text() */
	PLACES_DEVICE_UUID,
	PLACES_DEVICE_NAME,
	PLACES_DEVICE_VOLUME, /* devices by "VG/LV", of a dm name without a layer */
	PLACES_FSTAB,	     /* lines of fstab by their mount point */
	PLACES_DEVICE_GROUP, /* devices by the VG uuid in LVM's dm uuid */
	PLACES_BLOCK_NAME,
	PLACES_PVS,	    /* by VG uuid */
	PLACES_LVS,	    /* by VG uuid */
	PLACES_LVS_NOWHERE, /* by VG uuid: with a stripe that is on no known device */
	PLACES_LV_ORIGIN,   /* volumes by origin uuid */
	PLACES_KINDS,
};

/* An element, and one of its keys. */
struct listed {
	uint64_t key;
	uint32_t kind; /* enum places_kind, or enum holder_shape */
	uint32_t position;
};

/*
 * Positions in one array, ascending, each once: at least of all elements that have the
 * key, so that a walk over them instead of over the array, with the same checks as there
 * (also is_gone), finds the same. Without an index: all positions.
 */
struct places {
	const struct host *host;
	uint64_t key;
	uint32_t kind, last; /* of the one that was given; up to which they are given */
	const struct listed *at, *end;	      /* of the index, or of `own` */
	const struct listed *added, *added_end; /* what a replay added to them */
	struct listed *own; /* those of several keys */
	size_t n_own;
	size_t next; /* behind the last one that was given */
	bool is_all;
	bool is_cut; /* of one of several devices there are more */
};
struct places host_places(const struct host *host, enum places_kind kind, uint64_t key);
/* Those of several devices, of each the first `most`. */
struct places host_places_of_devices(const struct host *host, enum places_kind kind,
	const struct devno *devnos, size_t count, size_t most);
/* Of the group's volumes: those that have one of these sectors, and PLACES_LVS_NOWHERE.
 */
struct places host_places_of_sectors(const struct host *host, const char *vg_uuid,
	const struct sectors *sectors, size_t count);

static inline uint64_t places_devno(struct devno devno)
{
	return (uint64_t)devno.major << 32 | devno.minor;
}
uint64_t places_mount(uint64_t namespace_id, uint32_t id);
static inline uint64_t places_text(const char *text)
{
	return hash_bytes(text, strlen(text));
}

/* false: that was the last one. */
bool places_next(struct places *places, size_t *ret_position);
void places_free(struct places *places);
#define cleanup_places cleanup_with(places_free)

#endif
