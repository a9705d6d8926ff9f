# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A snapshot that nothing uses'
story='A backup made a snapshot and died before it did anything with it. Only the snapshot is left.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
}

expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_steps='lv-remove'
gone_dm='onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
