# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
hosts='hv7 hv8'
title='Removed on hv7, still mapped on hv8, and its extents given away'
story='Two hosts share the volume group. The guest and its backup run on hv8: snapshot and partition mapping are active
there. Somebody removed the snapshot on hv7, where it was inactive, so LVM did not object; and made the volume "victim",
which got its extents. On hv8 the stale -cow still writes to them with each first write to a chunk of the origin. The
mappings go on hv8, from the top down; on hv7 there is nothing to do.'

make() {
	on hv7 san_vg_make onapp-aaaaaaaa
	on hv8 make_backup
	on hv7 run lvremove -qq -f onapp-aaaaaaaa/backup-dddddddd
	on hv7 make_victim
	on hv8 check 'the victim is on the extents of the stale -cow' victim_is_under_cow
}
make_backup() {
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
}
victim_is_under_cow() { is "$(cat "$post/victim")" "$(dmsetup table onapp--aaaaaaaa-backup--dddddddd-cow)"; }
make_victim() {
	files_make
	run lvcreate -qq -y -Wn -Zn -L 16M -n victim onapp-aaaaaaaa
	dd if="$LAB/files/database" of=/dev/onapp-aaaaaaaa/victim bs=1M count=3 oflag=direct status=none
	origin_in_use onapp-aaaaaaaa victim
	dmsetup table onapp--aaaaaaaa-victim >"$post/victim"
}

expect_plan_rc=8
expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_review 'onapp-aaaaaaaa/victim'
expect_on hv8 'dm-remove dm-remove dm-remove' \
	'onapp--aaaaaaaa-backup--ddddddddX1 onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow'

after() {
	expect_rc 8 alone.txt snapstate-plan post/hv8.snapstate.tar.gz
	check 'without its capture, hv7 is named' grep -q 'hv7 wrote the metadata' alone.txt
	expect_rc 8 single.txt snapstate-plan --single-host post/hv8.snapstate.tar.gz
	on hv8 dd if=/dev/urandom of=/dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s bs=1M count=4 seek=50 oflag=direct status=none
	on hv7 check 'the origin was written on hv8, and the victim has not changed' victim_is_whole
}
# Direct: what another host wrote is not in this one's cache.
victim_is_whole() {
	dd if=/dev/onapp-aaaaaaaa/victim bs=1M count=3 iflag=direct status=none | cmp - "$LAB/files/database"
}
