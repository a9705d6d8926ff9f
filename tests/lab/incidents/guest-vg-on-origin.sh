# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/guest-vg.sh"
title='The volume group of the guest is active on the host, on the origin'
story='Someone mapped the partition of the origin itself and works in the volume group of the guest: guest-root stands on
the live copy. Then a backup made a snapshot, mapped its partition too, and died. The names and uuids of the guest are
the same as in guest-vg; the tables are not. The snapshot and its mapping go; guest-root stays mounted and in use.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	guest_vg_make onapp-aaaaaaaa ekwqx3d1vtkp0s
	partitions_map onapp-aaaaaaaa ekwqx3d1vtkp0s
	mount_at /dev/mapper/guest-root /mnt/live
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	check 'the volume of the guest is on the origin' stands_on guest-root onapp--aaaaaaaa-ekwqx3d1vtkp0sX1
}

expected_reviews=()
expect_review '^  [0-9:]+ +guest-root$'
expect_steps='dm-remove lv-remove'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
gone_mount=''
gone_dm='onapp--aaaaaaaa-backup--ddddddddX1 onapp--aaaaaaaa-backup--dddddddd
	onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
after() { check 'the volume of the guest is on the origin' stands_on guest-root onapp--aaaaaaaa-ekwqx3d1vtkp0sX1; }
