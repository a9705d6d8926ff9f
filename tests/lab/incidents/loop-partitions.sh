# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='Partitions of a loop device on the snapshot'
story='Somebody looked into the snapshot with losetup -P: the kernel made a block device of each partition that it found there,
and they stay until the loop device is detached. No mapping shows them. The loop device is named.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	run losetup -r -P /dev/loop7 /dev/onapp-aaaaaaaa/backup-dddddddd
	run udevadm settle
	run lsblk /dev/loop7
	mount_at /dev/loop7p1 /mnt/backup ext4
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +held'
expect_review 'loop7'
