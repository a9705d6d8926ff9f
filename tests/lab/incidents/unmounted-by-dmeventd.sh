# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
title='dmeventd unmounts a snapshot that is full'
story='A backup mounted its snapshot, and the guest wrote more than the COW has room for. dmeventd, which monitors it, has seen
that it is invalid, and unmounted it (daemons/dmeventd/plugins/snapshot in lvm2). What is left is removed.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd 4M
	run lvchange --monitor y onapp-aaaaaaaa/backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	check 'it is monitored' is "$(lvs --noheadings -o seg_monitor onapp-aaaaaaaa/backup-dddddddd | xargs)" monitored
	run dd if=/dev/urandom of=/dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s bs=1M count=6 seek=40 oflag=direct status=none
	check 'the snapshot is Invalid' is "$(dmsetup status onapp--aaaaaaaa-backup--dddddddd)" '0 131072 snapshot Invalid'
	check 'dmeventd unmounted it' until_true 60 not findmnt /mnt/backup
}

gone_dm='onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_review 'invalid|Invalid|overflow'
expect_steps=lv-remove
