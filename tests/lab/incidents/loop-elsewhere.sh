# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A loop device on a file of a mount that was unmounted lazily'
story='The snapshot was mounted, a file in it attached to a loop device, and the mount unmounted with umount -l, which seemed to
work. Later somebody mounted the snapshot once more, in another place. The loop device still has the file open; its path
begins where the mount did that is gone, and leads to another file now. No process has a file open. By the device number of
the file it is found: the plan detaches the loop device before it unmounts.'

make() {
	vg_make onapp-aaaaaaaa
	files_make
	fs_make "$LAB/inner" 8 ext4
	mv "$LAB/inner" "$LAB/files/proc-image"
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/first
	run losetup -r /dev/loop7 /mnt/first/proc-image
	run umount -l /mnt/first
	check 'its path is not that of the mount' is "$(cat /sys/block/loop7/loop/backing_file)" /proc-image
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	check 'the snapshot is mounted once' is "$(findmnt -n -o TARGET /dev/mapper/onapp--aaaaaaaa-backup--dddddddd)" /mnt/backup
}

gone_dm='onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
gone_mount='/mnt/backup'
expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_steps='loop-detach umount lv-remove'
expect_review '\bloop7\b.*is on 254:'

after() {
	check 'no loop device has the file' not grep -q image /sys/block/loop*/loop/backing_file
}
