# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/idle.sh"
title='A process opens the device between the last look and the act'
story='What was verified a moment ago may be open now. The kernel, and LVM, refuse to remove it then; that is tried again for a
while, and then the process is named. A program that opens and closes the device all the time, as one that watches devices
does, is only in the way for a moment: the plan is carried out.'

# Each fsync of the journal takes a second longer: room for somebody to come in between.
slowly=(strace -o /dev/null -e trace=fsync -e inject=fsync:delay_exit=1500000)
# opener NAME DEVICE: opens it as soon as the intent of the first step is in the journal of NAME.
opener() {
	until_true 60 journal_has "$1" '^1 intent ' || return
	# shellcheck disable=SC2217 # it is to be open
	exec sleep 1000 <"$2"
}
opener_end() {
	kill "$1"
	wait "$1" || true
}

after() {
	local opener
	say 'lvremove'
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	more_plan volume
	opener volume /dev/onapp-aaaaaaaa/backup-eeeeeeee &
	opener=$!
	more_apply volume "${slowly[@]}"
	check 'nothing was changed' is "$rc" 3
	check 'and it said so' grep 'step 1 changed nothing' volume.err
	check 'the process is named' grep -E "process $opener \(sleep\) now has .* open" volume.err
	check 'the snapshot is there' lvs onapp-aaaaaaaa/backup-eeeeeeee
	opener_end $opener
	more_goes_on volume
	check '--resume finished it' is "$rc" 0

	say 'a mapping'
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-ffffffff
	run lvremove -qq --driverloaded n -f onapp-aaaaaaaa/backup-ffffffff
	more_plan stale
	opener stale /dev/mapper/onapp--aaaaaaaa-backup--ffffffff &
	opener=$!
	more_apply stale "${slowly[@]}"
	check 'nothing was changed' is "$rc" 3
	check 'it is open' grep 'step 1 changed nothing: onapp--aaaaaaaa-backup--ffffffff is open' stale.err
	check 'the process is named' grep -E "process $opener \(sleep\) now has .* open" stale.err
	opener_end $opener

	say 'a program that watches devices'
	perl -e 'for (;;) { open(my $d, "+<", $ARGV[0]) or exit; select(undef, undef, undef, 0.1); close($d);
		select(undef, undef, undef, 0.2) }' /dev/mapper/onapp--aaaaaaaa-backup--ffffffff &
	opener=$!
	more_goes_on stale
	check 'it was only in the way' is "$rc" 0
	wait $opener
	run lvchange --refresh onapp-aaaaaaaa/ekwqx3d1vtkp0s
}
