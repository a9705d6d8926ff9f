# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/kvm-mapped.sh"
title='Linux guest on KVM: two partitions are mapped and mounted'
story='As kvm-mapped, with two partitions (/ and /boot), the second mounted below the first.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4 ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	mount_at /dev/mapper/onapp--aaaaaaaa-backup--ddddddddX1 /mnt/backup
	mount_at /dev/mapper/onapp--aaaaaaaa-backup--ddddddddX2 /mnt/backup/boot
}

expect_steps='umount umount dm-remove dm-remove lv-remove'
gone_mount+=' /mnt/backup/boot'
gone_dm+=' onapp--aaaaaaaa-backup--ddddddddX2'
