# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A physical volume of the group is missing'
story='One disk of the volume group is gone. Nothing of the snapshot was on it, and LVM would still remove it, but the
metadata that would be written then is without the missing disk: whatever is on that would be lost. Refused.'

make() {
	vg_make onapp-aaaaaaaa
	disk second 64M
	# shellcheck disable=SC2154 # disk sets it
	run vgextend -qq onapp-aaaaaaaa "$disk"
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	run losetup -d "$disk"
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +vg-unsafe'
expect_review 'to do +bring back the missing physical volume'
