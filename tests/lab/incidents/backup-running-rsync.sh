# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A backup is running: rsync reads the mount'
story='Nothing is left over here: an incremental backup copies from the mounted snapshot right now, with a limited
bandwidth. The review names the program, its pid and since when it runs.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	# 3 MiB at 4 KiB per second outlast the guest.
	background rsync /dev/null /mnt/backup/database rsync -a --bwlimit=4 /mnt/backup/ "$LAB/increment/"
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review '\brsync\b' '\b@PID@\b'
