/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A made-up host of any size, the same for the same size: stacks of five devices each
 * (origin, -real layer, COW, snapshot, partition mapping), 125 stacks in a
 * volume group. Every partition mapping is mounted; on every other one seven processes
 * have a file, a working directory, a root and a mapping, so that half of the snapshots
 * are to be refused and half to be removed. Per 1,000 devices 3,000 holders and 500
 * mounts, as on a host whose backups were left behind for months.
 */
#ifndef SNAPSTATE_MADE_HOST_H
#define SNAPSTATE_MADE_HOST_H

#define MADE_STACK_DEVICES 5

/* The model as a capture has it: LVM's answers and the mounts are documents. Sorted. */
struct host *made_host(unsigned stacks);
/* The same where nobody is at the backups any more: all snapshots are to be removed. */
struct host *made_host_left(unsigned stacks);

#endif
