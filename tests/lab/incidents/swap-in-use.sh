# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
title='The host has pages on a swap area of the snapshot'
story='As in swap-on-snapshot, the host swaps on a partition of the snapshot; but it was short of memory since, and has
put pages of its programs there. Refused, with how much it is: swapoff would have to bring them back to memory, and whether
there is room for them, nobody knows beforehand.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4 swap
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd 32M
	partitions_map onapp-aaaaaaaa backup-dddddddd
	run swapon /dev/mapper/onapp--aaaaaaaa-backup--ddddddddX2
	pages_put_out
	check 'pages are there' grep -Eq '^/dev/dm-[0-9]+[[:space:]]+partition[[:space:]]+[0-9]+[[:space:]]+[1-9]' /proc/swaps
}
# A program with some memory that is not touched again; the kernel is told to page it out (madvise(2), MADV_PAGEOUT).
pages_put_out() {
	python3 - <<'EOF' &
import mmap, time
memory = mmap.mmap(-1, 4 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
memory.write(bytes(range(256)) * (len(memory) // 256))
memory.madvise(21)
time.sleep(1000)
EOF
	pause 3
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +held'
expect_review 'swap area /dev/dm-[0-9]+ is active, with [1-9][0-9]* KiB in use'

after() {
	say 'what the review says'
	review_do held
	check 'no swap is left' is "$(wc -l </proc/swaps)" 1
	more_plan since
	more_apply since
	check 'then it is removed' is "$rc" 0
}
