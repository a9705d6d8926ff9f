# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A backup is running: ntfsclone reads the mapping'
story='Nothing is left over here: ntfsclone saves the partition of a Windows guest right now. It holds the mapping
open; there is no mount. The review names the program, its pid and since when it runs.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ntfs
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	fifo_nobody_drains "$LAB/archive"
	background ntfsclone "$LAB/archive" /dev/mapper/onapp--aaaaaaaa-backup--ddddddddX1 \
		ntfsclone --save-image -o - /dev/mapper/onapp--aaaaaaaa-backup--ddddddddX1
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review '\bntfsclone\b' '\b@PID@\b'
