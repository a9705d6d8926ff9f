# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='An idle array stands on the mapping of the snapshot'
story='The disk of this guest is a member of an array of its own. When the backup mapped the partition, the host found
the array and assembled it. Nobody mounted it and nothing was written to it, but it claims the mapping. Its only member is on
the snapshot, so the plan stops it.'

make() {
	kernel_module raid1
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	array_make onapp--aaaaaaaa-backup--ddddddddX1
	check 'the array claims the mapping' grep -F raid1 /proc/mdstat
}

gone_dm='onapp--aaaaaaaa-backup--ddddddddX1
onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_steps='md-stop dm-remove lv-remove'
expect_review '\bmd_guest\b.*is on 254:'

after() {
	check 'the array is gone' not test -e /sys/block/md_guest
}
