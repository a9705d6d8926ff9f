# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/idle.sh"
title='udevd stops while it is waited for'
story='udevd is stopped, as by a debugger or by a rule that hangs, when lvremove has begun: lvremove waits in its midst, and
must not be killed. What it waits for is printed, somebody who asks to stop is told when that will be, and when udevd runs
again the step ends well. Then the same for a removal of a mapping: that one is done, and nothing more is begun.'

udevd_stop() { udevd=$(pgrep -o udevd) && kill -STOP "$udevd"; }
udevd_goes_on() { kill -CONT "$udevd" && udevadm settle; }
# Stops udevd as soon as lvremove is there, asks to stop, and lets udevd go on after 25 seconds.
trouble_make() {
	until_true 60 is_running lvm lvremove || return
	kill -STOP "$1"
	lvm_pid=$found_pid
	pause 5
	is_running snapstate-execu --apply && kill -TERM "$found_pid"
	pause 20
	{ cat "/proc/$lvm_pid/wchan" && echo; } >midway.wchan || true
	[ ! -e "/proc/$lvm_pid/exe" ] || echo "it is alive" >midway.alive
	kill -CONT "$1"
}

after() {
	local udevd
	say 'in the midst of lvremove'
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	more_plan midway
	udevd=$(pgrep -o udevd)
	trouble_make "$udevd" &
	more_apply midway
	wait $!
	cat midway.wchan
	check 'it ended well: all its steps were done' is "$rc" 0
	check 'lvremove was alive after 25 seconds' test -e midway.alive
	check 'what it waits for was printed' grep -E 'lvm .pid [0-9]+. has been running for 10 seconds, and waits for udev' midway.out
	check 'who asked to stop was told' grep 'You asked to stop: that happens when it has ended' midway.out
	check 'nothing is suspended' is "$(dmsetup info -c --noheadings -o suspended | sort -u)" Active
	check 'the snapshot is gone' is "$(lvs --noheadings -o lv_name onapp-aaaaaaaa | xargs)" ekwqx3d1vtkp0s
	check 'the guest has not noticed more than a pause' guests_alive

	say 'before a mapping is removed'
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-ffffffff
	run lvremove -qq --driverloaded n -f onapp-aaaaaaaa/backup-ffffffff
	more_plan stale
	udevd_stop
	more_apply stale
	udevd_goes_on
	check 'it stopped midway' is "$rc" 4
	check 'it took less than half a minute' test "$seconds" -lt 30
	check 'it said that it waits' grep 'it is gone; waiting for udev' stale.out
	check 'one step is done' grep '1 of 2 steps completed' stale.err
	check 'and why no other was begun' grep 'it is done, but udev did not handle it' stale.err
	more_goes_on stale
	check '--resume finished it' is "$rc" 0
	run lvchange --refresh onapp-aaaaaaaa/ekwqx3d1vtkp0s
}
