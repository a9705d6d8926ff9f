# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/opened-in-between.sh"
title='Between the last look and lvremove, LVM or a disk changes'
story='What lvremove relies on may change when the host was verified a moment ago. A clone of the disk that is attached then
would be hidden from LVM, which is shown the disks of the group alone: no lvremove begins. Another disk stops nothing. A
new volume of the group only gives the metadata another sequence number, so LVM does nothing, and it is tried once more. A
merge mark on another snapshot of the origin does the same, and is seen then: the plan stops, and nothing is removed.'

# between NAME COMMAND...: carries the plan NAME out, and runs the command when the intent of its first step is in the journal.
between() {
	local name=$1
	shift
	{ until_true 60 journal_has "$name" '^1 intent ' && "$@"; } &
	more_apply "$name" "${slowly[@]}"
	wait $!
}

after() {
	local clone
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	say 'a clone of the disk is attached'
	more_plan clone
	cp "$LAB/onapp-aaaaaaaa.disk" "$LAB/clone.disk"
	between clone losetup /dev/loop7 "$LAB/clone.disk"
	check 'nothing was changed' is "$rc" 3
	check 'it says why' grep 'step 1 changed nothing: loop7 was attached after the host was verified' clone.err
	check 'and what the next look found' grep 'LVM refuses to change the group while a clone of its disk is attached' clone.err
	check 'the snapshot is there' dmsetup info onapp--aaaaaaaa-backup--eeeeeeee
	run losetup -d /dev/loop7

	say 'another disk is attached'
	truncate -s 16M "$LAB/other.disk"
	more_plan disk
	between disk losetup /dev/loop7 "$LAB/other.disk"
	check 'it was carried out' is "$rc" 0
	run losetup -d /dev/loop7

	say 'a volume is made'
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-ffffffff
	more_plan volume
	between volume lvcreate -qq -y -L 4M -n newcomer onapp-aaaaaaaa
	check 'it was carried out' is "$rc" 0
	check 'with a second try' grep 'nothing has changed; once more' volume.out
	check 'the new volume is there' lvs onapp-aaaaaaaa/newcomer

	say 'another snapshot of the origin is marked for merging'
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-gggggggg
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s weekly
	more_plan merge
	between merge lvconvert -qq --merge onapp-aaaaaaaa/weekly
	# 4: it has begun, and cannot tell who changed what
	check 'it stopped' is "$rc" 4
	check 'it says why' grep 'weekly is being merged into the origin, or is marked for it' merge.err
	check 'the snapshot is there' lvs onapp-aaaaaaaa/backup-gggggggg
	check 'the kernel does not merge' not grep snapshot-merge <(dmsetup table)
	check 'the guests go on' guests_alive
}
