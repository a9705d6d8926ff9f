# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='Windows guest: the mapping of an ntfs partition is left behind'
story='A backup of a Windows guest mapped the partition of its snapshot for ntfsclone, which never mounts it, and
died. Only the mapping is left: remove it, then lvremove.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ntfs
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
}

expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_steps='dm-remove lv-remove'
gone_dm='onapp--aaaaaaaa-backup--ddddddddX1 onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow
	onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
