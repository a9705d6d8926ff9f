# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='The store was made smaller than what it holds'
story='To win space somebody reduced the snapshot with lvreduce, which asks nothing about what is in the store. The kernel
counts more sectors used than there are; what is read from it may be wrong. It can be removed.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	run dd if=/dev/urandom of=/dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s bs=1M count=6 seek=40 oflag=direct status=none
	run lvreduce -qq -y -f -L 4M onapp-aaaaaaaa/backup-dddddddd
	run dmsetup status onapp--aaaaaaaa-backup--dddddddd
}

expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_review 'class +shrunk'
expect_steps='lv-remove'
gone_dm='onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv=onapp-aaaaaaaa/backup-dddddddd
