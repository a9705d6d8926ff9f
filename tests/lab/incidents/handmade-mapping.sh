# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='Partitions of the snapshot were mapped by hand'
story='Someone mapped the partitions with dmsetup, one without a uuid, one with a uuid of his own. kpartx -d leaves such
mappings alone and says nothing; kpartx -d -f matches numbers by substring and has hit strangers. Their tables say that
they are windows onto the snapshot and onto nothing else, and nobody uses them: they are removed, each by its own
identity. A mapping of the same form on the origin stays.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4 ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	window rescue-root '' backup-dddddddd 2048
	window rescue-boot rescue2 backup-dddddddd 34816
	window live-boot '' ekwqx3d1vtkp0s 34816
	run udevadm settle
	mount_at /dev/mapper/rescue-root /mnt/backup
}
window() { # NAME UUID LV START
	run dmsetup create "$1" ${2:+-u "$2"} --table "0 32768 linear /dev/mapper/$(dm_name onapp-aaaaaaaa "$3") $4"
}

expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_steps='umount dm-remove dm-remove lv-remove'
gone_mount='/mnt/backup'
gone_dm='rescue-root rescue-boot onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow
	onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
