# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
title='A leftover beside a snapshot with a table that LVM did not load'
story='Somebody gave the second snapshot of this guest another table, so that it does not become invalid when its store is
full. An lvremove of the first one loads what LVM knows of the second: that table would be lost. Undecided, naming the
second, and what to type if nobody needs its table.'

make() {
	local second=onapp--aaaaaaaa-backup--eeeeeeee
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	run dmsetup reload $second --table "$(dmsetup table $second | sed 's/ P 8/ PO 8/')"
	run dmsetup suspend $second
	run dmsetup resume $second
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_verdict onapp-aaaaaaaa/backup-eeeeeeee undecided
expect_review 'has a table that LVM did not load'

after() {
	say 'what the review says'
	review_do disagree onapp-aaaaaaaa/backup-dddddddd
	check 'it has the table that LVM loads' grep ' P 8' <(dmsetup table onapp--aaaaaaaa-backup--eeeeeeee)
	more_plan since
	more_apply since
	check 'then both are removed' is "$rc" 0
	check 'no snapshot is left' is "$(lvs --noheadings -o lv_name onapp-aaaaaaaa | xargs)" ekwqx3d1vtkp0s
	check 'the guest goes on' guests_alive
}
