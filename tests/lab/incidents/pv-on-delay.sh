# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A physical volume of the group is on a target that no capture reads'
story='One physical volume of the group is on a dm-delay device, as others are on dm-cache or VDO. The capture lets LVM read only
targets that are known to be safe, so that LVM calls this one missing. It is not: nothing needs to be brought back. Undecided,
and the device is named.'

make() {
	kernel_module dm-delay
	vg_make onapp-aaaaaaaa
	disk second 64M
	# shellcheck disable=SC2154 # disk sets it
	# not at the disk's begin: LVM would find the label on the disk itself as well
	run dmsetup create slow --table "0 129024 delay $disk 2048 0"
	run vgextend -qq onapp-aaaaaaaa /dev/mapper/slow
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_review 'class +evidence-missing'
expect_review 'slow \([0-9:]+, delay\)'

after() {
	say 'what the review says'
	check 'lsblk shows the physical volume' review_do evidence-missing
	check 'it is one' grep LVM2_member <(review_do evidence-missing)
	check 'nobody is told to bring it back' not grep -q 'bring back' review.txt
}
