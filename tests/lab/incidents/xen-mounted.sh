# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='Linux guest on Xen: the snapshot is still mounted'
story='The disk of a Xen guest holds a file system without partitions. Its backup mounted the snapshot and died
before it unmounted it. Nothing uses the mount: umount, then lvremove.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
}

expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_steps='umount lv-remove'
gone_mount='/mnt/backup'
gone_dm='onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
