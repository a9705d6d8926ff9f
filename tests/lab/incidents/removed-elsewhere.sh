# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='Removed on another host: gone from the metadata, alive in this kernel'
story='The snapshot was removed by another host that shares the volume group. This host does not know: snapshot,
-cow and partition mapping are still active here, and LVM no longer lists them. They are removed from the top down:
mapping, snapshot, -cow. The origin stays a snapshot-origin on its -real, which is harmless.'

make_removed_elsewhere() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	# What this host sees after a neighbour ran lvremove: the metadata changes, the mappings stay.
	run lvremove -qq --driverloaded n -f onapp-aaaaaaaa/backup-dddddddd
}
make() { make_removed_elsewhere; }

expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_steps='dm-remove dm-remove dm-remove'
gone_dm='onapp--aaaaaaaa-backup--ddddddddX1 onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow'
