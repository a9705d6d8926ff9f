# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
title='A command hangs: udev never completed its cookie'
story='dmsetup has changed a mapping and waits, without a limit, until udev says that it has seen the change: udev never
will, since it lost the event. A command on the stack now may meet half of a change. Undecided, naming the command, and
telling how to release that one cookie.'

make() {
	local cookie
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	cookie=$(dmsetup udevcreatecookie)
	# one event more than udev will ever answer
	perl -e 'my $id = semget(hex($ARGV[0]), 1, 0); defined $id && semop($id, pack("s!3", 0, 1, 0)) or die "$!\n"' "$cookie"
	dmsetup udevreleasecookie "$cookie" &
	background_pid=$!
	until [ "$(cat "/proc/$background_pid/comm")" = dmsetup ]; do pause 0.2; done
	run dmsetup udevcookies
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_review 'class +command-running'
expect_review 'to do +wait until process @PID@ .dmsetup. has ended'
expect_review 'udevcookies'

after() {
	local cookie
	say 'what the review says'
	cookie=$(awk '$1 ~ /^0x/ { print $1 }' < <(review_do command-running || true))
	run dmsetup udevcomplete -y "$cookie"
	check 'the command has ended' wait "$background_pid"
	background_pid=
	more_plan since
	more_apply since
	check 'then the snapshot is removed' is "$rc" 0
}
