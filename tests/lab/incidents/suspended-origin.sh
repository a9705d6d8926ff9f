# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='The origin is suspended'
story='A tool suspended the origin to change its table, and died before it resumed it: the guest waits. Nothing may be
removed now, lvremove would fail half-way. Undecided, and the capture does not wait.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	run dmsetup suspend onapp--aaaaaaaa-ekwqx3d1vtkp0s
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_review 'class +unsettled'
expect_review 'onapp--aaaaaaaa-ekwqx3d1vtkp0s .*is suspended'

after() {
	check 'it is still suspended' is_suspended onapp--aaaaaaaa-ekwqx3d1vtkp0s
	check 'the first thing of the review is what to type' \
		is "$(head -1 review.txt)" 'SUSPENDED  onapp--aaaaaaaa-ekwqx3d1vtkp0s'
	review_do unsettled
	check 'it is resumed' not is_suspended onapp--aaaaaaaa-ekwqx3d1vtkp0s
	check 'the guest goes on' guests_alive
}
