# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A loop device stands on the mapping of the snapshot'
story='Somebody attached the partition of the snapshot to a loop device to look into it. A loop device is no mapping
and leaves no entry among the holders in /sys; losetup shows it. Refused, naming the loop device.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	run losetup -r /dev/loop7 /dev/mapper/onapp--aaaaaaaa-backup--ddddddddX1
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +held'
expect_review '\bloop7\b.*stands on 254:'
