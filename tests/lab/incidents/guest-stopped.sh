# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='The guest stops between plan and execution'
story='A snapshot is mounted read-write where no backup mounts. When the plan was made a guest ran on its origin, and that alone
showed that the snapshot was no working copy. Then the guest stops, and the snapshot may be what goes on in its place: a new
plan would ask, so this one is not carried out.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	run mount -t tmpfs tmpfs /srv
	mount_writable /dev/onapp-aaaaaaaa/backup-dddddddd /srv/restored
}
meddle() {
	guest_stop onapp-aaaaaaaa ekwqx3d1vtkp0s
}
after() {
	check 'the missing use of the origin is named' grep -hE 'nobody uses the snapshot.s origin' apply.out*
}

expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_review 'mounted read-write on /srv/restored, but its origin'
expect_steps='umount lv-remove'
expect_stale
