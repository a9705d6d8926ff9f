# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='Lazily unmounted while a process has a file open'
story='Somebody could not unmount the snapshot, so they did it with umount -l. That took away its name, not the file
system: a process still reads a file there, and it stays mounted until that process ends. No mount table shows it, and
lvremove says that it contains a filesystem in use. Refused, naming the process.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	background tail /dev/null /mnt/backup/hostname tail -f /mnt/backup/hostname
	run umount -l /mnt/backup
	check 'findmnt does not show it' not findmnt /dev/mapper/onapp--aaaaaaaa-backup--dddddddd
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'ext4 on .* is live, but in no mount table'
expect_review '\btail\b' '\bpid @PID@\b'
