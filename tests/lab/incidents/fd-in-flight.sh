# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
title='A descriptor in flight holds the snapshot, or its mount'
story='A service sent a descriptor of the snapshot over a unix socket and closed it; the other side has not received it. No
process shows it, but the open count does: undecided, with the command that names who may have it. Then the same with a
file on an idle mount of the snapshot, and with one that is registered with io_uring: nothing shows these, until umount
says that the mount is in use. Then nothing is changed, and the executor says what such a thing may be, and what names it.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	out_of_sight send-file /dev/onapp-aaaaaaaa/backup-dddddddd
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_review 'class +opens-unexplained'
expect_review 'has open count 1, but no holder was found'

named() { grep -qE "^/proc/$background_pid/fdinfo/" "$1"; }

busy() {
	say "$1"
	out_of_sight "$1" /mnt/backup/hostname
	more_plan "$1"
	check 'the review says remove' grep '^REMOVE ' "$1.review"
	more_apply "$1"
	check 'nothing was changed' is "$rc" 3
	check 'it is still mounted' findmnt /mnt/backup
	check 'it says so' grep '/mnt/backup was in use at each attempt, and no process shows by what' "$1.err"
	report_type "$1.err" >typed || true
	check 'what it says to type names the service' named typed
	background_end
	more_goes_on "$1"
	check '--resume finished it' is "$rc" 0
}

after() {
	say 'what the review says'
	review_do opens-unexplained >typed || true
	sed 's/^/  | /' typed
	check 'it names the service' named typed
	background_end
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	busy send-file
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	mount_at /dev/onapp-aaaaaaaa/backup-eeeeeeee /mnt/backup
	busy register-file
	check 'the guests go on' guests_alive
}
