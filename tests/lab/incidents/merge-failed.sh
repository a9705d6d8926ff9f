# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
title='A merge into the origin failed'
story='Somebody merges a snapshot back into its origin, since the guest was damaged. A part of the disk cannot be read, and
the merge stops: the origin is partly merged, and the rest of the data is in the snapshot alone. LVM is not let near that
disk, so the metadata are not known. Refused: never remove it, nor the origin. When the disk can be read again, the command
of the review goes on with the merge.'

guest=off
sectors=522240 # of the disk that LVM has

make() {
	local begin
	disk san 256M
	# not at the disk's begin: LVM would find the label on the disk itself as well
	run dmsetup create san --table "0 $sectors linear $disk 2048"
	run vgcreate -q onapp-aaaaaaaa /dev/mapper/san
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	sha256sum </dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s >"$LAB/before"
	dd if=/dev/urandom of=/dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s bs=1M count=12 conv=notrunc oflag=direct status=none
	# the second half of the store
	begin=$(($(dmsetup table onapp--aaaaaaaa-backup--dddddddd-cow | cut -d' ' -f5) + 16384))
	san_load "0 $begin linear $disk 2048
$begin 16384 error
$((begin + 16384)) $((sectors - begin - 16384)) linear $disk $((begin + 16384 + 2048))"
	run lvconvert -qq --merge onapp-aaaaaaaa/backup-dddddddd || true
	until_true 20 merge_has_failed
}
san_load() {
	run dmsetup suspend san
	dmsetup load san <<<"$1"
	run dmsetup resume san
}
is_gone() { not lvs onapp-aaaaaaaa/backup-dddddddd >/dev/null 2>&1; }
merge_has_failed() { dmsetup status | grep -q 'Merge failed'; }

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +merging'
expect_review 'never remove it: the merge failed'
expect_review 'the kernel merges it into onapp--aaaaaaaa-ekwqx3d1vtkp0s'

after() {
	say 'what the review says'
	check 'nobody is told to remove the origin' not grep 'dmsetup remove' review.txt
	san_load "0 $sectors linear $disk 2048"
	review_do merging
	check 'it is merged, and gone' until_true 1 is_gone
	check 'the origin has the data of the snapshot' is "$(cat "$LAB/before")" "$(sha256sum </dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s)"
}
