# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='Linux guest on KVM: the partition is mapped and mounted'
story='A backup of a KVM guest mapped the partition of its snapshot with kpartx, mounted it, and died before it
cleaned up. Nothing uses the mount. Undone in order: umount, the mapping, the snapshot.'

stack_make() {
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	mount_at /dev/mapper/onapp--aaaaaaaa-backup--ddddddddX1 /mnt/backup
}
make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	stack_make
}

expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_steps='umount dm-remove lv-remove'
gone_mount='/mnt/backup'
gone_dm='onapp--aaaaaaaa-backup--ddddddddX1 onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow
	onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
