# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A process that is no backup program has the snapshot open'
story='No mount, no mapping: some process has the device node open. It is not a program that snapstate knows as a
backup, but it is a user all the same. Refused, naming it.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	background sleep /dev/null /dev/onapp-aaaaaaaa/backup-dddddddd \
		sh -c 'exec sleep 100000 </dev/onapp-aaaaaaaa/backup-dddddddd'
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +in-use'
expect_review '\bsleep, pid @PID@\b'
expect_review 'has the device open'
