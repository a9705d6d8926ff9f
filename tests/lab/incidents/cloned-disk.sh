# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A clone of the disk is attached'
story='Someone attached a block-level copy of the disk, as storage snapshots are for a restore: each physical volume
exists twice. LVM uses one of the two and says so in a warning only; `lvm fullreport` lists just that one. Which of the
two a later command would write to is not certain: refused.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	cp "$LAB/onapp-aaaaaaaa.disk" "$LAB/clone.disk"
	run losetup -f --show "$LAB/clone.disk"
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'is seen on more than one device'
