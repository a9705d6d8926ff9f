# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='The host swaps on a partition of the snapshot'
story='The second partition of this guest is its swap area. When the backup had it mapped, somebody ran swapon -a, or a
tool did that takes every swap area it finds. No mount shows it, and lvremove says only "in use". Refused: memory of the
host may be in there.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4 swap
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd 32M
	partitions_map onapp-aaaaaaaa backup-dddddddd
	run swapon /dev/mapper/onapp--aaaaaaaa-backup--ddddddddX2
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +held'
expect_review 'the host swaps on'
