# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='Loop devices stand on files inside the mounted snapshot'
story='The snapshot is mounted, and two files in it are attached to loop devices: one by losetup, whose file system is mounted
once more, and one by mount -o loop. No process has a file open: the kernel does. umount says "target is busy", and fuser
nothing. The plan unmounts both; the second loop device goes with its mount (autoclear), the first one is detached; then the
snapshot can be unmounted and removed.'

make() {
	vg_make onapp-aaaaaaaa
	files_make
	fs_make "$LAB/inner" 8 ext4
	mv "$LAB/inner" "$LAB/files/inner image"
	cp "$LAB/files/inner image" "$LAB/files/other image"
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	run losetup -r /dev/loop7 '/mnt/backup/inner image'
	mount_at /dev/loop7 /mnt/inner
	mkdir /mnt/again
	run mount -r -o loop '/mnt/backup/other image' /mnt/again
	check 'it cannot be unmounted' not umount /mnt/backup
}

gone_dm='onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
gone_mount='/mnt/backup /mnt/inner /mnt/again'
expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_steps='umount umount loop-detach umount lv-remove'
expect_review '\bloop7\b.*is on 254:'
expect_review 'detaches it when its last user closes it'

after() {
	check 'no loop device is on the snapshot' not grep -q backup /sys/block/loop*/loop/backing_file
}
