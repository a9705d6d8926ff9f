# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
hosts='hv7 hv8'
title='In use on another host'
story='Two hosts share the volume group. On hv7 the snapshot is inactive, and lvremove there would succeed: LVM sees only
its own kernel. But on hv8 it is mounted, and a process reads from the mount. Both captures together refuse it and name
the process; the capture of hv7 alone says that the one of hv8 is missing.'

make() {
	on hv7 san_vg_make onapp-aaaaaaaa
	on hv8 make_backup
}
make_backup() {
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	background sleep /dev/null /mnt/backup/hostname sh -c 'exec sleep 100000 </mnt/backup/hostname'
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'sleep, pid @PID@'
expect_review 'active only on hv8: see the verdict there'

# Who vouches that there is no other host is told only that it is not active here.
after() {
	expect_rc 1 alone.txt snapstate-plan post/hv7.snapstate.tar.gz
	check 'without its capture, hv8 is named' grep -q 'hv8 wrote the metadata' alone.txt
	expect_rc 1 single.txt snapstate-plan --single-host post/hv7.snapstate.tar.gz
	check '--single-host: no other host is asked for' not grep -q host-missing single.txt
}
