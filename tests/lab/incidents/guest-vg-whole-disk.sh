# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/guest-vg.sh"
title='LVM looks into volumes, and activates the group of a guest as soon as its snapshot is made'
story='The whole disk of this guest is one physical volume, and lvm.conf of the host says scan_lvs=1. When the backup made
its snapshot, udev found a new disk with the group of the guest on it, and activated guest-root right there, without any
mapping of a partition. Its table says so. It goes, then the snapshot; and although LVM sees the group on the origin
again, nothing activates it there.'

make() {
	echo 'devices { scan_lvs = 1 }' >/etc/lvm/lvmlocal.conf
	vg_make onapp-aaaaaaaa
	run lvcreate -qq -y -L 64M -n ekwqx3d1vtkp0s onapp-aaaaaaaa
	files_make
	run vgcreate -q -y guest /dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s
	guest_volumes_make
	run vgchange -q -an guest
	run udevadm settle
	rm -f /run/lvm/pvs_online/* /run/lvm/vgs_online/* /run/lvm/pvs_lookup/*
	origin_in_use onapp-aaaaaaaa ekwqx3d1vtkp0s
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	run udevadm settle
	check 'udev activated the group of the guest, on the snapshot' stands_on guest-root onapp--aaaaaaaa-backup--dddddddd
}

expect_steps='dm-remove lv-remove'
gone_mount=''
gone_dm='guest-root onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow
	onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
after() {
	check 'the group of the guest is whole' test "$(vgs --noheadings -o vg_name,lv_count,vg_seqno guest |
		xargs)" = 'guest 1 2'
}
