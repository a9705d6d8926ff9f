# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='lvremove failed half-way, and was run again: the store stays mapped'
story='As half-removed, but lvremove was run a second time while the process still had -cow open. That time it said
"successfully removed", and left the store mapped over extents that LVM counts as free. The process has ended since: the
store is removed by its uuid. The next snapshot of that name could not be made with it in the way.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	cow_open onapp-aaaaaaaa backup-dddddddd
	check 'lvremove fails' not run lvremove -q -y onapp-aaaaaaaa/backup-dddddddd
	run lvremove -q -y onapp-aaaaaaaa/backup-dddddddd
	background_end
}

expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_review 'class +orphan-store'
expect_steps='dm-remove'
gone_dm='onapp--aaaaaaaa-backup--dddddddd-cow'

after() {
	clock_back
	check 'the next snapshot of that name can be made' \
		snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	clock_now
}
