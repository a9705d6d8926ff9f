# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='lvremove failed half-way: a plain volume over a COW'
story='A process had the hidden -cow open when somebody removed the snapshot. lvremove committed the metadata and then
failed: the volume is a plain one now, without an origin, and the store is still mapped. The process has ended since.
Undecided: what the metadata calls a volume is what the kernel has as the remains of a snapshot.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	cow_open onapp-aaaaaaaa backup-dddddddd
	check 'lvremove fails' not run lvremove -q -y onapp-aaaaaaaa/backup-dddddddd
	background_end
	check 'it is no snapshot any more' is "$(lvs --noheadings -o origin onapp-aaaaaaaa/backup-dddddddd | xargs)" ''
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_review 'class +half-removed'
expect_review 'Check first that no LVM command is running'

after() {
	local origin=onapp--aaaaaaaa-ekwqx3d1vtkp0s
	say 'what the review says'
	review_do half-removed
	check 'the volume is gone' not lvs onapp-aaaaaaaa/backup-dddddddd
	check 'only the origin is left' is "$(dmsetup ls | cut -f 1 | xargs)" "$origin"
	check 'the next snapshot of that name can be made' \
		run lvcreate -qq -s -n backup-dddddddd -L 4M onapp-aaaaaaaa/ekwqx3d1vtkp0s
	check 'the guest goes on' guests_alive
}
