# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/guest-vg.sh"
title='A process uses the volume of the guest that was activated on the snapshot'
story='As guest-vg, but a process has a file open in the file system on guest-root. Refused, naming it.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	guest_vg_make onapp-aaaaaaaa ekwqx3d1vtkp0s
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	mount_at /dev/mapper/guest-root /mnt/backup
	background sleep /dev/null /mnt/backup sh -c 'cd /mnt/backup && exec sleep 100000 <.'
}

expected_verdicts=() expected_reviews=()
expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +in-use'
expect_review '\bsleep, pid @PID@\b'
expect_steps=''
gone_mount='' gone_dm='' gone_lv=''
unset -f after
