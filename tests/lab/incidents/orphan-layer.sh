# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A removal was interrupted: the -real layer of the origin is left'
story='lvremove was killed when it had given the origin its plain table back, and before it removed the hidden layer below.
Nothing stands on that layer any more; it does no harm, but the next snapshot of this volume cannot be made. A plan never
touches a -real layer, which maps the data of the volume: refused, and the review says what to type.'

make() {
	local origin=onapp--aaaaaaaa-ekwqx3d1vtkp0s snapshot=onapp--aaaaaaaa-backup--dddddddd
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	run lvremove -qq --driverloaded n -f onapp-aaaaaaaa/backup-dddddddd
	run dmsetup remove $snapshot
	run dmsetup remove $snapshot-cow
	dmsetup table $origin-real >"$LAB/table"
	run dmsetup suspend $origin
	run dmsetup load $origin "$LAB/table"
	run dmsetup resume $origin
	run dmsetup table
}

expect_plan_rc=1
expect_verdict onapp--aaaaaaaa-ekwqx3d1vtkp0s-real refuse
expect_review 'class +orphan-layer'
expect_review 'lvchange --refresh'

after() {
	say 'what the review says'
	review_do orphan-layer
	check 'only the origin is left' is "$(dmsetup ls | cut -f 1 | xargs)" onapp--aaaaaaaa-ekwqx3d1vtkp0s
	check 'the next snapshot can be made' run lvcreate -qq -s -n backup-dddddddd -L 4M onapp-aaaaaaaa/ekwqx3d1vtkp0s
	check 'the guest goes on' guests_alive
}
