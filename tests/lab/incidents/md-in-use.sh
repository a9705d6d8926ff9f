# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A process works on the mounted array of the snapshot'
story='As in md-mounted; but somebody has his working directory on the array. Refused, naming him.'

make() {
	kernel_module raid1
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	array_make onapp--aaaaaaaa-backup--ddddddddX1
	mount_at /dev/md_guest /mnt/backup
	background sleep /dev/null /mnt/backup/hostname sh -c 'cd /mnt/backup && exec sleep 100000 <hostname'
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +in-use'
expect_review 'sleep, pid @PID@'
expect_review 'has a file open on 9:'
