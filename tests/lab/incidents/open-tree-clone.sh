# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A service keeps a copy of the mount that no mount table has'
story='A service copied the mount of the snapshot with open_tree, as programs for containers do, and keeps the descriptor. The
copy is in no mount table, and the open count is the same with it; but the descriptor is of the file system, and shows in
/proc. Refused, naming the service.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	out_of_sight keep-tree /mnt/backup
	check 'the mount tables have one' is "$(grep -c ' /dev/mapper/onapp' /proc/self/mountinfo)" 1
	check 'the device is open once' is "$(dmsetup info -c --noheadings -o open onapp--aaaaaaaa-backup--dddddddd)" 1
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +in-use'
expect_review '\bout_of_sight, pid @PID@\b'
expect_review 'has a file open on 254:'
