/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host in the making, for made-up hosts of any shape: one volume group on one disk, and
 * what its maker adds. mold_finish() gives the host as a capture has it: what LVM and the
 * mount tables say are documents. Nothing is random.
 */
#ifndef SNAPSTATE_MOLD_H
#define SNAPSTATE_MOLD_H

#include "snapstate/buf.h"
#include "snapstate/host.h"
#include "snapstate/host/process.h"

#define MOLD_ROOT_MOUNT 20 /* id of "/" in the host's namespace */

struct mold {
	struct host *host;
	struct buf mounts;  /* of the host's namespace */
	struct buf volumes; /* sections of the metadata */
	struct buf report;  /* the same in LVM's report */
	struct buf groups;  /* further groups of the report */
	struct buf pvs, pv_report; /* further physical volumes of the group */
	unsigned n_pvs;
	unsigned n_volumes, n_mounts, n_extents, n_spaces;
};

void mold_begin(struct mold *mold);
struct host *mold_finish(struct mold *mold);

const char *mold_words(struct mold *mold, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Device-mapper devices are 254:0, 254:1, ... in the order in which they are added; all
 * of these give the minor of the device that was asked for. */
struct devno mold_dm(unsigned minor);
unsigned mold_origin(struct mold *mold);
unsigned mold_snapshot(struct mold *mold, unsigned origin);
/* As mold_snapshot(), but LVM's metadata has lost it. */
unsigned mold_stale(struct mold *mold, unsigned origin);
/* A linear mapping with one target on each of these. */
unsigned mold_mapping(struct mold *mold, const struct devno *below, size_t count);
unsigned mold_mapping_on(struct mold *mold, unsigned below);

/* One more physical volume of the group, that is missing. */
void mold_missing_pv(struct mold *mold);
/* A plain volume of that many segments of one extent each, with a gap of one between two;
 * gives the extent where it begins. */
unsigned mold_pieces(struct mold *mold, unsigned count);

/* Gives its id. */
unsigned mold_mount(
	struct mold *mold, unsigned parent, struct devno devno, const char *target);
void mold_loop(struct mold *mold, struct devno below, const char *file);
void mold_use(struct mold *mold, enum use_kind kind, struct devno devno);

#endif
