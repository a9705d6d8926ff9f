# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A backup is running: tar reads the mount'
story='Nothing is left over here: tar archives the mounted partition of the snapshot right now. The review names
the program, its pid and since when it runs.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	mount_at /dev/mapper/onapp--aaaaaaaa-backup--ddddddddX1 /mnt/backup
	fifo_nobody_drains "$LAB/archive"
	background tar "$LAB/archive" /mnt/backup/database tar -c -C /mnt/backup .
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review '\btar\b' '\b@PID@\b'

# The capture's own processes stand on the snapshot then, and are nobody's business.
after() {
	run bash -c 'cd /mnt/backup && exec snapstate-capture -q -o /run/inside.snapstate.tar.gz'
	check 'a capture from within the mount does not see itself' \
		"$LAB_DIR/compare-captures" capture.snapstate.tar.gz /run/inside.snapstate.tar.gz
}
