# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='The array on the mapping of the snapshot is mounted'
story='As in md-on-partition, the host assembled the array of a guest, and a backup mounted it to read its files. It is idle now:
the plan unmounts it, stops the array, and removes the mapping and the snapshot.'

make() {
	kernel_module raid1
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	array_make onapp--aaaaaaaa-backup--ddddddddX1
	mount_at /dev/md_guest /mnt/backup
}

gone_dm='onapp--aaaaaaaa-backup--ddddddddX1
onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
gone_mount='/mnt/backup'
expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_steps='umount md-stop dm-remove lv-remove'
expect_review '\bmd_guest\b.*is on 254:'

after() {
	check 'the array is gone' not test -e /sys/block/md_guest
}
