# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='The guest has a volume group of its own, and the host activated it on the snapshot'
story='The partition of this guest holds a physical volume. When the backup mapped it, the host found the volume group
in it and activated it: guest-root stands on the partition mapping of the snapshot. Its uuids are those of the guest, so
they do not say which copy it stands on; its table does. No plan takes a guest apart: refused, naming the mapping.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	guest_vg_make onapp-aaaaaaaa ekwqx3d1vtkp0s
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	run vgchange -q -ay guest
	check 'the volume of the guest stands on the snapshot' stands_on guest-root onapp--aaaaaaaa-backup--ddddddddX1
}
# What the guest did in its own partition, long before the backup.
guest_vg_make() {
	local partition
	partitions_map "$1" "$2"
	partition=/dev/mapper/$(dm_name "$1" "$2")X1
	run vgcreate -q -y guest "$partition"
	run lvcreate -qq -y -l 2 -n root guest
	run mkfs.ext4 -q /dev/guest/root
	run vgchange -q -an guest
	run kpartx -d -p X "/dev/$1/$2"
	run udevadm settle
}
stands_on() { dmsetup deps -o devname "$1" | grep -F "($2)"; }

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +foreign-mapping'
expect_review 'guest-root \([0-9:]+, uuid'
