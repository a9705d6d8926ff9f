# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A loop device stands on a file inside the mounted snapshot'
story='The snapshot is mounted, and a file in it, an image perhaps, is attached to a loop device. No process has the
file open: the kernel does. umount would say "target is busy", and fuser nothing. Refused, naming the loop device.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	run losetup -r /dev/loop7 /mnt/backup/database
	check 'it cannot be unmounted' not umount /mnt/backup
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +held'
expect_review '\bloop7\b.*stands on 254:'
