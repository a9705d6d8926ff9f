# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A virtual machine runs on the snapshot'
story='Somebody started a machine from the snapshot, to look at files of yesterday: a process of qemu has it open. What the
machine wrote since is nowhere else. Refused, naming it.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	cp /bin/sleep "$LAB/qemu-system-x86_64"
	background qemu-system-x86 /dev/null /dev/onapp-aaaaaaaa/backup-dddddddd \
		sh -c "exec $LAB/qemu-system-x86_64 100000 </dev/onapp-aaaaaaaa/backup-dddddddd"
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +vm-running'
expect_review 'to do +detach it from the virtual machine' '@PID@'
