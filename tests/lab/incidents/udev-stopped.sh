# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/idle.sh"
title='udevd is stopped, and lvremove would wait for it without end'
story='A snapshot that nothing uses, and its plan is carried out. Then another one; before its plan runs, udevd is stopped, as
by a debugger, or by a rule that hangs. An lvremove now would wait in its midst, with the origin suspended and the guest on
it frozen. The executor asks udevd first, and starts nothing; when udevd runs again, --resume finishes the plan.'

after() {
	local udevd begun=$SECONDS rc=0
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	more_plan second
	udevd=$(pgrep -o udevd)
	kill -STOP "$udevd"
	run snapstate-execute --apply --unsigned --yes-digest "$more_digits" --journal second \
		--ticket stopped.tar.gz --before second.capture second.plan 2>second.err || rc=$?
	kill -CONT "$udevd"
	run cat second.err
	check 'it did nothing: exit code 5' is "$rc" 5
	check 'it ended' test $((SECONDS - begun)) -lt 120
	check 'and says why' grep 'udev handled no event for 30 seconds' second.err
	check 'the snapshot is there, and nothing is suspended' is "$(dmsetup info -c --noheadings -o suspended | sort -u)" Active
	check 'the ticket says that nothing is done yet' ticket_says stopped.tar.gz "^NOT FINISHED: 0 of 1 steps done, and the host is as"
	run udevadm settle
	run snapstate-execute --apply --resume --unsigned --yes-digest "$more_digits" --journal second \
		--ticket resumed.tar.gz second.plan
	check 'the ticket of the second run' ticket_says resumed.tar.gz '^AS PREDICTED: 1 of 1 steps done'
	check 'it is gone now' is "$(lvs --noheadings -o lv_name onapp-aaaaaaaa | xargs)" ekwqx3d1vtkp0s
}
