# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A container works on device-mapper'
story='In a container, which has no udevd of its own, dmsetup is at work: what it does to the stack of the snapshot is not
known, and may never settle. Undecided, naming the process and its namespace.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	unshare -m dmsetup wait onapp--aaaaaaaa-ekwqx3d1vtkp0s &
	background_pid=$!
	until [ "$(cat "/proc/$background_pid/comm")" = dmsetup ]; do pause 0.2; done
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_review 'class +command-running'
expect_review 'in mount namespace [0-9]+, a container'
