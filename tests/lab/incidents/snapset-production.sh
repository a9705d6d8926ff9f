# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A snapshot is the working copy'
story='A set of two snapshots. After a failed upgrade the database was started again on the snapshot of its volume, read-write, and
the origin lies idle: to dm it looks like any leftover, and what was written since is nowhere else. Undecided, with the
question to ask; once the operator asserts that it is a leftover, it can be removed. The other snapshot of the set is closed
and old: removed.'

make() {
	guest=off
	vg_make vg3
	origin_make vg3 lv1 whole ext4
	origin_make vg3 lv2 whole ext4
	snapshot_make vg3 lv1 lv1_snapset2
	snapshot_make vg3 lv2 lv2_snapset2
	mount_writable /dev/vg3/lv1_snapset2 /mnt/database
}
after() {
	check 'asserted, it can be removed' asserted
}
asserted() {
	snapstate-plan --policy policy --leftover-mount /mnt/database -o asserted.snapplan capture.snapstate.tar.gz >asserted.txt &&
		grep -q '^leftover-mount /mnt/database$' asserted.snapplan &&
		[ "$(grep -c '^step' asserted.snapplan)" = 3 ]
}

policy='# sets of snapshots, as snapm makes them
rule snapset
	select */*_snapset*
	min-age 1h
	mount /run/snapm/*'
plan_args=(--policy policy)
expect_plan_rc=1
expect_verdict vg3/lv1_snapset2 undecided
expect_verdict vg3/lv2_snapset2 remove
expect_review 'class +mounted-read-write'
expect_review 'plan again with --leftover-mount /mnt/database'
expect_steps=lv-remove
gone_dm='vg3-lv2_snapset2 vg3-lv2_snapset2-cow vg3-lv2-real'
gone_lv=vg3/lv2_snapset2
