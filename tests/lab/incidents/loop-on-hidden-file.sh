# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A loop device on a file that another mount hides'
story='A file of the mounted snapshot is attached to a loop device, and a second mount of the snapshot shows the same file system
elsewhere. Then something else was mounted on top of the first one. By its path the file is on that, by its device number on
the snapshot: the review shows the loop device, and asks to unmount what is on top.'

make() {
	vg_make onapp-aaaaaaaa
	files_make
	fs_make "$LAB/inner" 8 ext4
	mv "$LAB/inner" "$LAB/files/image"
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/second
	run losetup -r /dev/loop7 /mnt/backup/image
	run mount -t tmpfs none /mnt/backup
	run cp /etc/hostname /mnt/backup/image
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +mounted-below'
expect_review '\bloop7\b.*is on 254:'
expect_review 'to do +unmount /mnt/backup'
