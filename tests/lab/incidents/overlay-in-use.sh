# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='An overlay on the mounted snapshot, and a process inside it'
story='Somebody repairs a guest in an overlay: the mounted snapshot is its lower layer, and a process has a file of it open. No
process has anything open on the mount of the snapshot, which looks idle; its umount would even succeed, and the file system
would stay live. Refused, naming the overlay.'

overlay_make() {
	mkdir -p /mnt/upper /mnt/work '/mnt/merged root'
	run mount -t overlay overlay -o lowerdir=/mnt/backup,upperdir=/mnt/upper,workdir=/mnt/work '/mnt/merged root'
}
make() {
	kernel_module overlay
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	overlay_make
	background tail /dev/null '/mnt/merged root/hostname' tail -f '/mnt/merged root/hostname'
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +held'
expect_review 'holds a layer of an overlay that is mounted \(/mnt/merged root\)'
expect_review "umount '/mnt/merged root'"
