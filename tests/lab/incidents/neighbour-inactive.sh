# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
title='A leftover beside a snapshot that is not active'
story='Somebody took the second snapshot of this guest away with dmsetup, and LVM still knows it. An lvremove of the first
one loads everything that LVM knows of the origin: the second would come back, over exceptions that miss what the guest
wrote meanwhile. Undecided, naming the second.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	run dmsetup remove onapp--aaaaaaaa-backup--eeeeeeee
	run dmsetup remove onapp--aaaaaaaa-backup--eeeeeeee-cow
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_verdict onapp-aaaaaaaa/backup-eeeeeeee undecided
expect_review 'backup-eeeeeeee, another snapshot of its origin, is not active here'

after() {
	check 'the second one is not there' not dmsetup info onapp--aaaaaaaa-backup--eeeeeeee
	say 'what the review says'
	review_do disagree onapp-aaaaaaaa/backup-dddddddd
	check 'the second one is gone' not lvs onapp-aaaaaaaa/backup-eeeeeeee
	check 'the first one is there' grep snapshot <(dmsetup status onapp--aaaaaaaa-backup--dddddddd)
	more_plan since
	more_apply since
	check 'then that is removed' is "$rc" 0
	say 'what lvremove of the first one would have done'
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	run dmsetup remove onapp--aaaaaaaa-backup--eeeeeeee
	run dmsetup remove onapp--aaaaaaaa-backup--eeeeeeee-cow
	run lvremove -q -y onapp-aaaaaaaa/backup-dddddddd
	check 'what the review says of lvremove is true' dmsetup info onapp--aaaaaaaa-backup--eeeeeeee
}
