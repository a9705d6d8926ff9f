# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='Loop devices stand on the snapshot and on its mapping'
story='Somebody attached the snapshot and one of its partitions to loop devices to look into them, the first one with its
partitions. A loop device is no mapping and leaves no entry among the holders in /sys; losetup shows it. Nobody uses them, so
the plan detaches both; the partitions go with theirs.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	run losetup -r /dev/loop7 /dev/mapper/onapp--aaaaaaaa-backup--ddddddddX1
	run losetup -r -P /dev/loop6 /dev/onapp-aaaaaaaa/backup-dddddddd
	udevadm settle
	check 'it has a partition' test -e /sys/block/loop6/loop6p1
}

gone_dm='onapp--aaaaaaaa-backup--ddddddddX1
onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_steps='loop-detach loop-detach dm-remove lv-remove'
expect_review '\bloop7\b.*is on 254:'

after() {
	check 'both are detached' not grep -q . /sys/block/loop[67]/loop/backing_file
	check 'the partition is gone' not test -e /sys/block/loop6/loop6p1
}
