# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
title='The snapshot is to be merged into its origin'
story='Somebody chose to set the guest back: lvconvert --merge. The origin is open, so the merge begins with its next
activation; until then the snapshot is what the guest will become. Refused.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	run lvconvert -q --merge onapp-aaaaaaaa/backup-dddddddd
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +merging'

# The one that vgcfgrestore lists as made before the merge was asked for. LVM 2.03.16 prints its name twice.
archive_of_before() {
	sed -n 's/^ *File:[[:space:]]*//p; s/^ *Description:[[:space:]]*//p' | grep -B1 'before. executing .*lvconvert' |
		sed -n '1{ s,\.vg/.*,.vg,; p }'
}
after() {
	local file
	check 'neither lvremove' not quietly lvremove -y onapp-aaaaaaaa/backup-dddddddd
	check 'nor a split undoes it' not quietly lvconvert -y --splitsnapshot onapp-aaaaaaaa/backup-dddddddd
	say 'what the review says'
	review_do merging >typed
	sed 's/^/  | /' typed
	file=$(archive_of_before <typed)
	run vgcfgrestore -f "$file" onapp-aaaaaaaa <<<y
	check 'the mark is gone' is "$(lvs --noheadings -o lv_merging onapp-aaaaaaaa/backup-dddddddd | xargs)" ''
	check 'the kernel does not merge' not grep snapshot-merge <(dmsetup table)
	more_plan since
	more_apply since
	check 'then it is removed' is "$rc" 0
	check 'the data of the origin is unchanged' is "$checksums" "$(origin_checksums)"
	check 'the guest goes on' guests_alive
}
