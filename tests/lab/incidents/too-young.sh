# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='The snapshot was created seconds ago'
story='Nothing holds this snapshot, but it was created just now: a backup that is starting looks the same for a
moment. Undecided.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	clock_now
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_review 'young|age'
