# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/idle.sh"
title='After the plan was made, another snapshot of the same origin was marked for merging'
story='lvconvert --merge of a snapshot whose origin is in use only marks it: the merge begins with the next load of the
origin'\''s table. lvremove of another snapshot of that origin loads it. So a clean-up could begin a merge that nobody asked
it to begin, and the data of the origin would change. The same with a snapshot that is not active, marked or not: lvremove
would activate it, with data that are wrong by now. Neither is removed beside; a new backup of that origin stops nothing.'

origin_sum() { sha256sum <"/dev/onapp-aaaaaaaa/victim" | cut -d ' ' -f 1; }

refused() {
	more_apply "$1"
	check "$1: nothing was changed" is "$rc" 3
	check "$1: it says why" grep "$2" "$1.err"
	check "$1: the snapshot is still there" lvs "onapp-aaaaaaaa/backup-$1"
}

# An origin that no guest uses any more when the plan is carried out, with two snapshots.
stack_make() {
	snapshot_make onapp-aaaaaaaa victim "backup-$1"
}

after() {
	run lvcreate -qq -y -L 16M -n victim onapp-aaaaaaaa
	dd if=/dev/urandom of=/dev/onapp-aaaaaaaa/victim bs=1M count=16 oflag=direct status=none
	stack_make merge
	snapshot_make onapp-aaaaaaaa victim weekly
	dd if=/dev/urandom of=/dev/onapp-aaaaaaaa/weekly bs=1M count=2 oflag=direct status=none
	say 'a snapshot is marked for merging while the origin is open, and then the guest ends'
	local before
	before=$(origin_sum)
	more_plan merge
	background sleep /dev/null /dev/onapp-aaaaaaaa/victim sh -c 'exec sleep 100000 </dev/onapp-aaaaaaaa/victim'
	run lvconvert -qq --merge onapp-aaaaaaaa/weekly
	background_end
	refused merge 'weekly is being merged into the origin, or is marked for it'
	check 'the origin has the data it had' is "$(origin_sum)" "$before"
	check 'the kernel does not merge' not grep snapshot-merge <(dmsetup table onapp--aaaaaaaa-victim)
	run lvchange -qq --refresh onapp-aaaaaaaa/victim
	until_true 60 not lvs onapp-aaaaaaaa/weekly
	say 'a snapshot that is not active since'
	stack_make inactive
	snapshot_make onapp-aaaaaaaa victim monthly
	more_plan inactive
	run dmsetup remove onapp--aaaaaaaa-monthly
	refused inactive 'monthly is in the LVM metadata and not active here'
	run lvchange -qq --refresh onapp-aaaaaaaa/victim
	say 'a new backup of the same origin stops nothing'
	snapshot_make onapp-aaaaaaaa victim backup-newcomer
	more_apply inactive
	check 'it was carried out' is "$rc" 0
	check 'the new backup is still there' lvs onapp-aaaaaaaa/backup-newcomer
	say 'one that is marked for merging while it is not active'
	stack_make inactive-merge
	more_plan inactive-merge
	run dmsetup remove onapp--aaaaaaaa-monthly
	background sleep /dev/null /dev/onapp-aaaaaaaa/victim sh -c 'exec sleep 100000 </dev/onapp-aaaaaaaa/victim'
	run lvconvert -qq --merge onapp-aaaaaaaa/monthly
	background_end
	refused inactive-merge 'monthly is being merged into the origin, or is marked for it'
	check 'the guests go on' guests_alive
}
