/* SPDX-License-Identifier: Apache-2.0 */
/* The parts in which a host is read (probe.h), and from which facts and conditions
 * follow. */
#ifndef SNAPSTATE_PROBE_PART_H
#define SNAPSTATE_PROBE_PART_H

enum probe_part {
	PROBE_IDENTITY = 1 << 0,
	PROBE_DM = 1 << 1,
	PROBE_BLOCKS = 1 << 2, /* sysfs: other block devices */
	PROBE_MOUNTS = 1 << 3,
	PROBE_PROCESSES = 1 << 4,
	PROBE_LVM =
		1 << 5, /* needs DM and BLOCKS, to know which devices LVM may look at */
	PROBE_LVSCAN = 1 << 6, /* what only a capture asks of LVM: lvscan */
	PROBE_AGAIN = 1 << 7,  /* probe_look_again() at the end */
	PROBE_FSTAB = 1 << 8,  /* /etc/fstab */
	PROBE_PVS = 1 << 9, /* on which devices LVM finds each physical volume, twice or
			       more too */
	PROBE_CONFIGS = 1 << 10, /* units of systemd, guests' configurations */
	PROBE_HOLDERS = 1 << 11, /* needs DM and BLOCKS: live file systems, swap, and what
				    the kernel itself holds open */
	PROBE_ALL = (1 << 12) - 1,
};

#endif
