# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A leftover beside a suspended snapshot with a mapping on it'
story='The snapshot of one guest is suspended, and a partition mapping stands on it. That of another guest is an ordinary
leftover: its removal must not wait for the first, which a plain lvremove does, since it reads every mapping.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	origin_make onapp-aaaaaaaa zn8r2mbw40cqyt
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	snapshot_make onapp-aaaaaaaa zn8r2mbw40cqyt backup-eeeeeeee
	partitions_map onapp-aaaaaaaa backup-dddddddd
	run dmsetup suspend onapp--aaaaaaaa-backup--dddddddd
}

lvs_args=(--config 'devices { filter = [ "a|^/dev/loop|", "r|.*|" ] }')
expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_verdict onapp-aaaaaaaa/backup-eeeeeeee remove
expect_steps='lv-remove'
gone_dm='onapp--aaaaaaaa-backup--eeeeeeee onapp--aaaaaaaa-backup--eeeeeeee-cow onapp--aaaaaaaa-zn8r2mbw40cqyt-real'
gone_lv='onapp-aaaaaaaa/backup-eeeeeeee'

after() {
	check 'the other one is still suspended' is_suspended onapp--aaaaaaaa-backup--dddddddd
	run dmsetup resume onapp--aaaaaaaa-backup--dddddddd
}
