# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/idle.sh"
title='Somebody holds the lock of the volume group'
story='An LVM command that hangs, or a script with flock, holds the lock of the volume group. The executor waits for it, ten
seconds, and then names who has it; nothing is changed. Once it is free, --resume finishes the plan. A lock that is given
back in time is only waited for.'

lock_hold() {
	flock -x /run/lock/lvm/V_onapp-aaaaaaaa sleep "$1" &
	until_true 10 grep -q 'FLOCK .* WRITE' /proc/locks
}

after() {
	say 'lvremove'
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	more_plan volume
	lock_hold 1000
	more_apply volume
	check 'the host is left as it is' is "$rc" 3
	check 'it took less than half a minute' test "$seconds" -lt 30
	check 'who has the lock is named' grep -E "volume group onapp-aaaaaaaa is locked by pid $! .flock." volume.err
	pkill -P $! sleep
	wait $! || true
	more_goes_on volume
	check '--resume finished it' is "$rc" 0

	say 'a mapping'
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-ffffffff
	run lvremove -qq --driverloaded n -f onapp-aaaaaaaa/backup-ffffffff
	more_plan stale
	lock_hold 1000
	more_apply stale
	check 'the host is left as it is' is "$rc" 3
	check 'it took less than half a minute' test "$seconds" -lt 30
	check 'who has the lock is named' grep -E "volume group onapp-aaaaaaaa is locked by pid $! .flock." stale.err
	pkill -P $! sleep
	wait $! || true

	say 'for a moment'
	lock_hold 5
	more_goes_on stale
	check 'it was waited for' is "$rc" 0
	wait $! || true
	run lvchange --refresh onapp-aaaaaaaa/ekwqx3d1vtkp0s
}
