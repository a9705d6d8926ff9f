# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='Exported as a SCSI target'
story='For a restore someone exported the snapshot to another machine (LIO, an iblock backstore). The kernel has it open;
no process, mount or device mapping shows that. Refused, naming the backstore.'

make() {
	local core=/sys/kernel/config/target/core
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	kernel_module configfs
	kernel_module target_core_mod
	kernel_module target_core_iblock
	mount -t configfs none /sys/kernel/config
	mkdir -p $core/iblock_0/restore
	echo udev_path=/dev/onapp-aaaaaaaa/backup-dddddddd >$core/iblock_0/restore/control
	echo 1 >$core/iblock_0/restore/enable
	run cat $core/iblock_0/restore/info
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'is exported as a SCSI target .iblock_0/restore.'
