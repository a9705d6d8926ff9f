# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='Quota is on in the mounted snapshot'
story='The guest counts quota in its file system, and so does the kernel of the host since somebody mounted the snapshot read-write. It
has the files of quota open for that; the umount ends it. The plan unmounts and removes.'

make() {
	kernel_module quota_v2
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd 64M
	run tune2fs -O quota /dev/onapp-aaaaaaaa/backup-dddddddd
	mount_writable /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	check 'the kernel counts' test "$(cat /proc/sys/fs/quota/allocated_dquots)" != 0
}

gone_dm='onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
gone_mount='/mnt/backup'
expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_steps='umount lv-remove'
