# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
title='The volume group is exported'
story='Another host exported the volume group, to move its disk, while it was still active here. LVM lets nobody change such a
group. Refused, with the command that imports it.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	run vgexport -q --driverloaded n onapp-aaaaaaaa
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +vg-unsafe'
expect_review 'onapp-aaaaaaaa is exported'

after() {
	say 'what the review says'
	review_do vg-unsafe
	more_plan since
	more_apply since
	check 'then it is removed' is "$rc" 0
	check 'the guest goes on' guests_alive
}
