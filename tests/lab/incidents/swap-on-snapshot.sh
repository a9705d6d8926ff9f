# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='The host swaps on a partition of the snapshot, and uses nothing of it'
story='The second partition of this guest is its swap area. When the backup had it mapped, somebody ran swapon -a, or a
tool did that takes every swap area it finds. No mount shows it, and lvremove says only "in use". The kernel has put no
page there, so the plan turns it off, removes the mappings, and then the snapshot.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4 swap
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd 32M
	partitions_map onapp-aaaaaaaa backup-dddddddd
	run swapon /dev/mapper/onapp--aaaaaaaa-backup--ddddddddX2
	check 'it cannot be removed' not quietly lvremove -y onapp-aaaaaaaa/backup-dddddddd
}

gone_dm='onapp--aaaaaaaa-backup--ddddddddX1 onapp--aaaaaaaa-backup--ddddddddX2
onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_steps='swap-off dm-remove dm-remove lv-remove'
expect_review 'swap area /dev/dm-[0-9]+ is active, but unused'

after() {
	check 'the host does not swap on it' not grep -F dm- /proc/swaps
}
