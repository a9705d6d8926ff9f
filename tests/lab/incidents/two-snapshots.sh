# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='Two snapshots of one origin: one left over, one in use'
story='An old backup left its snapshot behind, mapped and mounted. Another backup of the same disk is running: tar
reads the mounted partition of the second snapshot. The first can be removed; the second, the origin and its hidden
-real layer stay as they are.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	mount_at /dev/mapper/onapp--aaaaaaaa-backup--ddddddddX1 /mnt/backup-dddddddd
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	partitions_map onapp-aaaaaaaa backup-eeeeeeee
	mount_at /dev/mapper/onapp--aaaaaaaa-backup--eeeeeeeeX1 /mnt/backup-eeeeeeee
	fifo_nobody_drains "$LAB/archive"
	background tar "$LAB/archive" /mnt/backup-eeeeeeee/database tar -c -C /mnt/backup-eeeeeeee .
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_verdict onapp-aaaaaaaa/backup-eeeeeeee refuse
expect_review '\btar\b' '\b@PID@\b'
expect_steps='umount dm-remove lv-remove'
gone_mount='/mnt/backup-dddddddd'
gone_dm='onapp--aaaaaaaa-backup--ddddddddX1 onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
