# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='The snapshot is to be merged into its origin'
story='Somebody chose to set the guest back: lvconvert --merge. The origin is open, so the merge begins with its next
activation; until then the snapshot is what the guest will become. Refused.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	run lvconvert -q --merge onapp-aaaaaaaa/backup-dddddddd
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +merging'
