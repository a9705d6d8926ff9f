# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
hosts='hv7 hv8'
title='Active on two hosts'
story='Two hosts share the volume group. The guest runs on hv7, where its backup made the snapshot; a second run on hv8
activated it there too and mapped its partition. LVM without a lock manager lets both. lvremove on one of them would free
extents that the kernel of the other still writes to. So the mappings go on hv7 first, and hv8 takes the journal of that
before it removes the volume.'

make() {
	on hv7 make_backup
	on hv8 make_second
}
make_backup() {
	san_vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
}
make_second() {
	san_activate onapp-aaaaaaaa/backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
}

expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
mappings='onapp--aaaaaaaa-backup--ddddddddX1 onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow'
expect_on hv7 'dm-remove dm-remove dm-remove' "$mappings"
expect_on hv8 'dm-remove lv-remove' "$mappings onapp--aaaaaaaa-ekwqx3d1vtkp0s-real"
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
