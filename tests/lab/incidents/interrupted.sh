# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/idle.sh"
title='Somebody asks the executor to stop'
story='A plan of two volumes. Ctrl-C before its first step: nothing is done. A supervisor says TERM while lvremove is at work:
that step is finished, confirmed and recorded, and no other is begun. --resume goes on. Each line is in syslog as well. The
same when the connection to its terminal is lost.'

slowly=(strace -o /dev/null -e trace=fsync -e inject=fsync:delay_exit=1500000)
asker() { # SIGNAL NAME COMMAND...
	local signal=$1 name=$2
	shift 2
	until_true 60 "$@" || return
	is_running snapstate-execu "$name.plan" && kill -"$signal" "$found_pid"
}

after() {
	start_syslog
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-ffffffff
	more_plan two
	say 'before the first step'
	asker INT two journal_has two '^0 verified ' &
	more_apply two "${slowly[@]}"
	wait $!
	check 'nothing was changed' is "$rc" 3
	check 'it says so' grep 'interrupted between steps' two.err
	check 'no step was begun' not journal_has two '^[1-9] intent '
	check 'syslog has it' grep -E '0 stopped .* steps are left' syslog.txt

	say 'while lvremove is at work'
	asker TERM two is_running lvm lvremove &
	more_goes_on two
	wait $!
	check 'it stopped midway' is "$rc" 4
	check 'the step that was begun is done' journal_has two '^1 done '
	check 'no other was begun' not journal_has two '^2 intent '
	check 'it says so' grep '1 of 2 steps completed' two.err
	check 'syslog has it' grep -E ' 1 done ' syslog.txt
	more_goes_on two
	check '--resume finished it' is "$rc" 0
	check 'once' is "$(grep -cE '^1 (done|was-done) ' two/*.journal)" 1
	check 'syslog has the end' grep -E '0 finished ' syslog.txt

	say 'the connection is lost while lvremove is at work'
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-gggggggg
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-hhhhhhhh
	more_plan lost
	mkdir -p /dev/pts
	run mount -t devpts devpts /dev/pts
	script -qc "snapstate-execute --apply --unsigned --yes-digest $more_digits --journal lost lost.plan" lost.out \
		</dev/null >/dev/null 2>&1 &
	check 'it is at work' until_true 60 is_running lvm lvremove
	{ kill -KILL $! && wait $!; } 2>/dev/null || true
	until_true 60 not is_running snapstate-execu lost.plan
	check 'the step that was begun is done' journal_has lost '^1 done '
	check 'no other was begun' not journal_has lost '^2 intent '
	check 'it stopped by itself' journal_has lost '^0 stopped .* steps are left'
	more_goes_on lost
	check '--resume finished it' is "$rc" 0
	kill "$syslog_pid"
}
