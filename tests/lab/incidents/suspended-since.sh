# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/idle.sh"
title='After the plan was made, a device was suspended'
story='Somebody, or a tool that died, suspended a device since the plan was made: every read of it waits, and so would lvremove.
The snapshot itself, its store, its origin: the executor does not wait, it shows what differs and changes nothing. Another
snapshot of that origin: lvremove would resume it; that is refused too. One of another origin is none
of its business.'

refused_while() {
	run dmsetup suspend "$1"
	more_apply "$2"
	check "$1: nothing was changed" is "$rc" 3
	check 'it did not wait' test "$seconds" -lt 30
	check 'it says what is suspended' grep -E "$1 \([0-9:]+\) is now suspended" "$2.err"
	check 'it is still suspended' is_suspended "$1"
	run dmsetup resume "$1"
}

after() {
	local snapshot=onapp--aaaaaaaa-backup--eeeeeeee
	origin_make onapp-aaaaaaaa zn8r2mbw40cqyt
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	more_plan since
	refused_while $snapshot since
	refused_while $snapshot-cow since
	refused_while onapp--aaaaaaaa-ekwqx3d1vtkp0s since
	say 'another snapshot of the same origin'
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s weekly
	run dmsetup suspend onapp--aaaaaaaa-weekly
	more_apply since
	check 'nothing was changed' is "$rc" 3
	check 'it says why' grep 'onapp--aaaaaaaa-weekly is suspended: LVM would resume it' since.err
	check 'it is still suspended' is_suspended onapp--aaaaaaaa-weekly
	run dmsetup resume onapp--aaaaaaaa-weekly
	say 'a neighbour'
	snapshot_make onapp-aaaaaaaa zn8r2mbw40cqyt backup-ffffffff
	run dmsetup suspend onapp--aaaaaaaa-backup--ffffffff
	more_apply since
	check 'it was carried out' is "$rc" 0
	check 'the neighbour is still suspended' is_suspended onapp--aaaaaaaa-backup--ffffffff
	run dmsetup resume onapp--aaaaaaaa-backup--ffffffff
	check 'the guests go on' guests_alive
}
