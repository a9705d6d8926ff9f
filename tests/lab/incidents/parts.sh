# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
title='One of three leftovers is in use after the plan was made'
story='Three snapshots of three guests. Between plan and execution a process opens one of them. Without --keep-going nothing
is changed. With it the other two are removed, and the one that is in use is left out, and named. When the process has
ended, --resume removes it.'

make() {
	local origin
	vg_make onapp-aaaaaaaa
	for origin in dddddddd eeeeeeee ffffffff; do
		origin_make onapp-aaaaaaaa "disk-$origin" whole ext4
		snapshot_make onapp-aaaaaaaa "disk-$origin" "backup-$origin"
	done
}

meddle() {
	background sleep /dev/null /dev/onapp-aaaaaaaa/backup-eeeeeeee \
		sh -c 'exec sleep 100000 </dev/onapp-aaaaaaaa/backup-eeeeeeee'
}

expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_verdict onapp-aaaaaaaa/backup-eeeeeeee remove
expect_verdict onapp-aaaaaaaa/backup-ffffffff remove
expect_review 'part +2 of 3'
expect_steps='lv-remove lv-remove lv-remove'
expect_stale

# go_on NAME WORD...: carries the plan out once more; sets $rc.
go_on() {
	local name=$1
	shift
	rc=0
	snapstate-execute --apply --yes-digest "$digits" --unsigned --journal journal "$@" plan.snapplan \
		>"$name.out" 2>"$name.err" || rc=$?
	show "$name.out" "$name.err"
}

after() {
	check 'it says what can be done all the same' grep '1 of 3 parts differs: --keep-going' apply.out.err

	say 'it keeps going'
	rc=0
	snapstate-execute --keep-going --unsigned plan.snapplan >rehearsal.out 2>&1 || rc=$?
	check 'the rehearsal says that one is kept' is "$rc" 1
	check 'and which' grep 'part 2 of 3, onapp-aaaaaaaa/backup-eeeeeeee: process .*sleep' rehearsal.out
	check 'nothing was changed' lvs onapp-aaaaaaaa/backup-dddddddd
	go_on kept --keep-going --ticket ticket.tar.gz
	check 'one is kept' is "$rc" 1
	check 'two are removed' grep '^2 steps completed and verified, 1 skipped' kept.out
	check 'the first is gone' not lvs onapp-aaaaaaaa/backup-dddddddd
	check 'the last is gone' not lvs onapp-aaaaaaaa/backup-ffffffff
	check 'the one in use is there' lvs onapp-aaaaaaaa/backup-eeeeeeee
	check 'the journal says why' grep -E '^2 skipped .*part 2 of 3, ' journal/*.journal
	check 'the ticket says so' ticket_says ticket.tar.gz '2 of 3 steps done, 1 skipped'
	check 'its user is alive' backup_alive

	say 'it is still in use'
	go_on again --resume --keep-going
	check 'nothing was changed' is "$rc" 3

	say 'nobody uses it any more'
	background_end
	go_on rest --resume
	check 'it was carried out' is "$rc" 0
	check 'it is gone' not lvs onapp-aaaaaaaa/backup-eeeeeeee
	check 'each step was done once' is 3 "$(grep -cE '^[1-3] done ' journal/*.journal)"
	check 'the guests go on' guests_alive
}
