# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A process has a loop device on the snapshot open'
story='As in loop-on-snapshot, the mapping of the snapshot is attached to a loop device; but a program reads from it. lsof shows
it with /dev/loop7, which nobody connects with the snapshot. Refused, naming the program.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	run losetup -r /dev/loop7 /dev/mapper/onapp--aaaaaaaa-backup--ddddddddX1
	background sleep /dev/null /dev/loop7 sh -c 'exec sleep 100000 </dev/loop7'
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +in-use'
expect_review 'sleep, pid @PID@'
expect_review 'has the device open on 7:7'
