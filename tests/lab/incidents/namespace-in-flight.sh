# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
title='A copy of the mount, or a mount namespace, in flight keeps the file system live'
story='A service sent a copy of the mount over a unix socket, as a descriptor that nobody has received, and somebody has
unmounted the snapshot since. /sys/fs shows that its file system is live: refused, with the command that names who may have
it. Where it is still mounted, nothing shows that the umount will leave the file system live: the plan stops behind it, and
says why. So it does where a mount namespace is in flight.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	out_of_sight send-tree /mnt/backup
	run umount /mnt/backup
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +hidden-fs'
expect_review 'to do .*stop what still uses the file system'

named() { grep -qE "^/proc/$background_pid/fdinfo/" "$1"; }

live() {
	say "$1"
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	out_of_sight "$1" /mnt/backup
	more_plan "$1"
	check 'the review says remove' grep '^REMOVE ' "$1.review"
	more_apply "$1"
	check 'it stopped midway' is "$rc" 4
	check 'it says so' grep '/mnt/backup is unmounted, but its file system is still live: held by something' "$1.err"
	check 'the snapshot is there' lvs onapp-aaaaaaaa/backup-dddddddd
	more_plan "$1-since"
	check 'a new plan refuses' grep '^REFUSE .* onapp-aaaaaaaa/backup-dddddddd' "$1-since.review"
	review_type "$1-since.review" hidden-fs >typed || true
	check 'what it says to type names the service' named typed
	background_end
	more_plan "$1-ended"
	more_apply "$1-ended"
	check 'then it is removed' is "$rc" 0
}

after() {
	say 'what the review says'
	review_do hidden-fs >typed || true
	sed 's/^/  | /' typed
	check 'it names the service' named typed
	background_end
	live send-tree
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	live send-namespace
	check 'the guests go on' guests_alive
}
