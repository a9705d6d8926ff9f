# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A process has the hidden -cow device open'
story='Nothing uses the snapshot itself, but a process has its COW open. lvremove does not look there: it
would commit the new metadata, fail half-way, and leave the store mapped over freed extents. Refused, naming the
process.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	cow_open onapp-aaaaaaaa backup-dddddddd
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +in-use'
expect_review '\bsleep, pid @PID@\b'
expect_review 'has the device open'
