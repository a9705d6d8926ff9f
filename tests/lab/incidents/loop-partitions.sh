# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='Partitions of a loop device on the snapshot'
story='Somebody looked into the snapshot with losetup -P: the kernel made a block device of each partition that it found there,
and they stay until the loop device is detached. No mapping shows them. One is mounted, and nobody uses it: the mount goes,
then the loop device with its partitions, then the snapshot.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	run losetup -r -P /dev/loop7 /dev/onapp-aaaaaaaa/backup-dddddddd
	run udevadm settle
	run lsblk /dev/loop7
	mount_at /dev/loop7p1 /mnt/backup ext4
}

gone_mount='/mnt/backup'
gone_dm='onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_steps='umount loop-detach lv-remove'
expect_review '\bloop7\b.*is on 254:'
expect_review '\bloop7p1\b.*is removed with it'

after() {
	check 'it is detached' not grep -q . /sys/block/loop7/loop/backing_file
	check 'its partitions are gone' not test -e /sys/block/loop7/loop7p1
}
