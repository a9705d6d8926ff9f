# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/guest-vg.sh"
title='The host looks into volumes, and activated the group of a guest on its snapshot'
story='The whole disk of this guest is one physical volume, and lvm.conf of the host says scan_lvs=1. So the host finds the
group of the guest on the snapshot itself, without any mapping of a partition, and there somebody activated guest-root.
Its table says so. It goes, then the snapshot; the group of the guest, which LVM sees on the origin again, is as it was.'

make() {
	echo 'devices { scan_lvs = 1 } global { event_activation = 0 }' >/etc/lvm/lvmlocal.conf
	vg_make onapp-aaaaaaaa
	run lvcreate -qq -y -L 64M -n ekwqx3d1vtkp0s onapp-aaaaaaaa
	files_make
	run vgcreate -q -y guest /dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s
	guest_volumes_make
	run vgchange -q -an guest
	origin_in_use onapp-aaaaaaaa ekwqx3d1vtkp0s
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	run vgchange -q -ay --devices /dev/onapp-aaaaaaaa/backup-dddddddd guest
	run udevadm settle
	check 'the volume of the guest is on the snapshot' stands_on guest-root onapp--aaaaaaaa-backup--dddddddd
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
