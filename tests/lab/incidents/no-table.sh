# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
title='Devices of snapshots that have no table'
story='Two creations of snapshots stopped when LVM had made a device in the kernel, and before it loaded its table: in one the
store alone is there, in the other the snapshot. They map nothing. Undecided, with what to type.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	origin_make onapp-aaaaaaaa zn8r2mbw40cqyt whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	snapshot_make onapp-aaaaaaaa zn8r2mbw40cqyt backup-eeeeeeee
	creation_stop ekwqx3d1vtkp0s onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd
	creation_stop zn8r2mbw40cqyt onapp--aaaaaaaa-backup--eeeeeeee onapp--aaaaaaaa-backup--eeeeeeee-cow
}
# creation_stop ORIGIN SNAPSHOT DEVICE: all is as before the snapshot was made, but for the device.
creation_stop() {
	local origin=onapp--aaaaaaaa-$1 uuid
	uuid=$(dmsetup info -c --noheadings -o uuid "$3")
	run dmsetup remove "$2"
	run dmsetup suspend "$origin"
	run dmsetup load "$origin" --table "$(dmsetup table "$origin-real")"
	run dmsetup resume "$origin"
	run dmsetup remove "$origin-real"
	run dmsetup remove "$2-cow"
	run dmsetup create "$3" -u "$uuid" --notable
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_verdict onapp-aaaaaaaa/backup-eeeeeeee undecided
expect_review 'has no table'

after() {
	say 'what the review says'
	review_do half-removed onapp-aaaaaaaa/backup-dddddddd
	check 'it is a snapshot' grep snapshot <(dmsetup table onapp--aaaaaaaa-backup--dddddddd)
	review_do unsettled onapp-aaaaaaaa/backup-eeeeeeee
	check 'it is gone' not dmsetup info onapp--aaaaaaaa-backup--eeeeeeee-cow
	more_plan since
	more_apply since
	check 'the first can be removed then' is "$rc" 0
	check 'it is' not lvs onapp-aaaaaaaa/backup-dddddddd
	check 'the guests go on' guests_alive
}
