# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/xen-mounted.sh"
title='After the plan was made, the idle mount was made writable, and written to'
story='The snapshot was mounted read-only and idle when the plan was made. Then somebody mounted it anew for writing and
wrote 2 MiB that exist nowhere else. Nothing uses it when the plan is carried out: how it is mounted shows it.'

meddle() {
	local mount
	mount=$(findmnt -rn -o TARGET -S /dev/mapper/onapp--aaaaaaaa-backup--dddddddd)
	run mount -o remount,rw "$mount"
	run dd if=/dev/urandom of="$mount/restored" bs=1M count=2 conv=fsync status=none
}
expect_stale

after() {
	check 'what was written is still there' test -s "$(findmnt -rn -o TARGET -S /dev/mapper/onapp--aaaaaaaa-backup--dddddddd)/restored"
}
