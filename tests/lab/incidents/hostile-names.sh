# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='Names that a user chose'
story='An ordinary user mounted a tmpfs in a namespace of its own, with the snapshot as its source, and called two processes
lvremove and tar; one of them runs the name from a file that is the system'"'"'s sleep. None of that is evidence: the snapshot
is a leftover, and goes.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	# before the mount: a copy of it in a namespace of the user's own would be a holder
	mkdir -p /mnt/home
	chown 1000:1000 /mnt/home
	# shellcheck disable=SC2016 # of the other shell
	setpriv --reuid 1000 --regid 1000 --clear-groups unshare --user --map-root-user --mount bash -c '
		mkdir /mnt/home/m
		mount -t tmpfs /dev/mapper/onapp--aaaaaaaa-backup--dddddddd /mnt/home/m
		touch /mnt/home/lvremove
		mount --bind "$(command -v sleep)" /mnt/home/lvremove
		/mnt/home/lvremove 100000 &
		exec -a tar python3 -c "
import ctypes, time
ctypes.CDLL(None).prctl(15, b\"tar\", 0, 0, 0)
time.sleep(100000)"' </dev/null >/dev/null 2>&1 &
	until_true 20 is_running tar -c
	until_true 20 is_running lvremove 100000
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	run ps -eo pid,user,comm,args
}

gone_dm='onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
gone_mount='/mnt/backup'
expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_steps='umount lv-remove'
