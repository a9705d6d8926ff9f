# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='The guest has a volume group of its own, and the host activated it on the snapshot'
story='The partition of this guest holds a physical volume. When the backup mapped it, udev on the host found the volume
group in it and activated it, and the backup mounted its root. guest-root has the same uuid on the snapshot as on the
origin, so that does not say which copy it stands on; its table does: on the partition mapping of the snapshot and on
nothing else. Nobody uses it, so it is unmounted and removed by uuid, before the partition and the snapshot. No LVM
command ever sees the group of the guest, nothing activates it again, and the guest on the origin has not noticed.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	guest_vg_make onapp-aaaaaaaa ekwqx3d1vtkp0s
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	check 'udev activated the group of the guest, on the snapshot' \
		until_true 30 stands_on guest-root onapp--aaaaaaaa-backup--ddddddddX1
	mount_at /dev/mapper/guest-root /mnt/backup
}
guest=guest
# guest_vg_make VG LV [PV]...: what the guest did in its own partition, long before the backup: a group of its own, also on
# further disks. The host did not see it, so what its udev noted meanwhile is forgotten.
guest_vg_make() {
	local partition
	partitions_map "$1" "$2"
	partition=/dev/mapper/$(dm_name "$1" "$2")X1
	run vgcreate -q -y "$guest" "$partition" "${@:3}"
	guest_volumes_make
	run vgchange -q -an "$guest"
	run udevadm settle
	run kpartx -d -p X "/dev/$1/$2"
	run udevadm settle
	rm -f /run/lvm/pvs_online/* /run/lvm/vgs_online/* /run/lvm/pvs_lookup/*
}
guest_volumes_make() {
	run lvcreate -qq -y -l 2 -n root guest
	run mkfs.ext4 -q -d "$LAB/files/boot" /dev/guest/root
}
stands_on() { dmsetup deps -o devname "$1" | grep -F "($2)"; }

expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_review 'volume of a guest guest-root'
expect_steps='umount dm-remove dm-remove lv-remove'
gone_mount='/mnt/backup'
gone_dm='guest-root onapp--aaaaaaaa-backup--ddddddddX1 onapp--aaaaaaaa-backup--dddddddd
	onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
# plain lvs finds the volume of the guest only through the mapping
gone_lv='onapp-aaaaaaaa/backup-dddddddd guest/root'

# With the snapshot gone, the guest's own copy can be activated: its group is as it was.
after() {
	partitions_map onapp-aaaaaaaa ekwqx3d1vtkp0s
	check 'the group of the guest is whole' test "$(vgs --noheadings -o vg_name,lv_count,vg_seqno guest |
		xargs)" = 'guest 1 2'
}
