# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='The host swaps on a file of the mounted snapshot'
story='Somebody mounted the snapshot read-write and turned on the swap file that the guest has there. No process has a file open:
the kernel does, and umount says only "target is busy". Refused, with the command that ends it. When that was done and a
plan was made, it is turned on again: then nothing is done.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd 64M
	mount_writable /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	run dd if=/dev/zero of='/mnt/backup/swap file' bs=1M count=8 status=none
	run chmod 600 '/mnt/backup/swap file'
	run mkswap -q '/mnt/backup/swap file'
	run swapon '/mnt/backup/swap file'
	check 'it cannot be unmounted' not quietly umount /mnt/backup
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +held'
expect_review 'swap file /mnt/backup/swap file is active'
expect_review "\`swapoff '/mnt/backup/swap file'\`"

after() {
	review_do held
	more_plan since
	run swapon '/mnt/backup/swap file'
	more_apply since
	check 'nothing was changed' is "$rc" 3
	check 'it says what it found' grep -E 'swap /mnt/backup/swap file on .* now is active' since.err
	check 'the host has it mounted' findmnt /mnt/backup
}
