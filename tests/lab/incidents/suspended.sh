# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='The snapshot is suspended'
story='Somebody, or a tool that died, left the snapshot suspended: every read of it waits until it is resumed. A plain
lvs does, for it looks for a volume group in the partition mapping on it. A capture must not wait. Undecided: a
suspended device is in the middle of a change that somebody else began.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	run dmsetup suspend onapp--aaaaaaaa-backup--dddddddd
}

lvs_args=(--config 'devices { filter = [ "a|^/dev/loop|", "r|.*|" ] }')
expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_review 'class +unsettled'
expect_review 'onapp--aaaaaaaa-backup--dddddddd .*is suspended'

after() {
	check 'it is still suspended' is_suspended onapp--aaaaaaaa-backup--dddddddd
	say 'what the review says'
	review_do unsettled
	check 'it is resumed' not is_suspended onapp--aaaaaaaa-backup--dddddddd
}
