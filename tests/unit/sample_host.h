/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A made-up host for tests: one volume group on loop 7:0, one origin with a leftover
 * backup snapshot, an idle mounted partition mapping on it. Tests change one thing and
 * look.
 */
#ifndef SNAPSTATE_SAMPLE_HOST_H
#define SNAPSTATE_SAMPLE_HOST_H

#include <stdint.h>

#include "snapstate/host/process.h"

struct devno;

#define SAMPLE_TAKEN  1795400000
#define SAMPLE_VG     "VVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV"
#define SAMPLE_PV     "PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP"
#define SAMPLE_ORIGIN "OOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOO"
#define SAMPLE_SNAP   "SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS"
#define SAMPLE_VICTIM "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"
#define SAMPLE_NEIGHBOUR "NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN"
#define SAMPLE_NS     4026531841u

/* 254:0 origin, 254:1 -real, 254:2 -cow, 254:3 snapshot, 254:4 partition mapping (mounted
 * on /mnt/backup). Every source is read. Sorted. */
struct host *sample_host(void);

/* The same without the mapping and its mount. */
struct host *sample_host_idle(void);

/* The kernel merges the snapshot, of an idle host, into its origin. */
void sample_make_merging(struct host *host, const char *status);
/* The snapshot's volume is gone from the metadata. */
void sample_make_stale(struct host *host);
/* And its extents belong to a volume named "victim". */
void sample_add_victim(struct host *host);

/* A second snapshot of the same origin, nobody's backup: 254:8 -cow, 254:9. Returns its
 * -cow. */
struct device *sample_add_neighbour(struct host *host);

/* Another origin, and an idle backup of it, which has nothing in common with the others
 * but the group: 254:20 origin, 254:21 -real, 254:22 -cow, 254:23 snapshot for number 2,
 * the next ones for 3. */
#define SAMPLE_BACKUP(number)                                                            \
	((number) == 2 ? "TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT"                              \
		       : "UUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUU")
void sample_add_backup(struct host *host, unsigned number);

/* Only the volume group, its physical volume and the sources: no device, no volume. */
struct host *sample_host_empty(void);

struct device *sample_device(struct host *host, unsigned minor);
struct device *sample_add_device(struct host *host, unsigned minor, const char *name,
	const char *uuid, const char *type, const char *params, uint64_t length);
/* On `file`; `state` as in struct block. */
struct block *sample_add_loop(
	struct host *host, unsigned number, const char *file, const char *state);
/* A clean, idle raid1 with one member. */
struct block *sample_add_array(struct host *host, unsigned number, unsigned minor);
void sample_add_member(struct host *host, struct block *array, unsigned minor);
struct block *sample_add_partition(struct host *host, unsigned number, struct devno disk);
/* Used by 0 KiB. */
struct swap *sample_add_swap(struct host *host, struct devno devno);
void sample_add_file_system(struct host *host, struct devno devno);
void sample_add_mount(struct host *host, uint64_t namespace_id, unsigned id,
	unsigned parent, unsigned minor, const char *target);
void sample_add_use(struct host *host, unsigned pid, const char *comm, enum use_kind kind,
	unsigned minor);

#endif
