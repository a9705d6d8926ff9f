# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
title='Loop devices that no plan detaches'
story='Somebody looked into the store of a snapshot with a loop device, and into the partitions of another snapshot with one
that did not look for partitions by itself: they told the kernel of them with partx, and such partitions outlive their loop
device. Refused, with what to type.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	run losetup -r /dev/loop6 /dev/mapper/onapp--aaaaaaaa-backup--dddddddd-cow
	run losetup -r /dev/loop7 /dev/onapp-aaaaaaaa/backup-eeeeeeee
	run partx -a /dev/loop7
	run udevadm settle
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_verdict onapp-aaaaaaaa/backup-eeeeeeee refuse
expect_review 'class +held'

after() {
	say 'what the review says'
	review_do held onapp-aaaaaaaa/backup-dddddddd
	check 'the store is not attached any more' not test -e /sys/block/loop6/loop
	review_do held onapp-aaaaaaaa/backup-eeeeeeee
	check 'the partitions are gone' not test -e /sys/block/loop7/loop7p1
	more_plan since
	more_apply since
	check 'then both are removed' is "$rc" 0
	check 'no snapshot is left' is "$(lvs --noheadings -o lv_name onapp-aaaaaaaa | xargs)" ekwqx3d1vtkp0s
	check 'nothing is attached' not losetup /dev/loop7
	check 'the guest goes on' guests_alive
}
