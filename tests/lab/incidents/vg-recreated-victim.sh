# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/vg-recreated.sh"
title='The volume group was made anew, and a new volume is on the extents of the old store'
story='As vg-recreated, and since then the volume "victim" was created in the new group. It has the extents that the old
snapshot still writes to: each first write to a chunk of the origin overwrites its data. The victim is found by device and
sectors, since its group has another uuid. It is named first, and the plan ends it.'

make() {
	make_recreated
	run lvcreate -qq -y -Wn -Zn -l 4 -n victim onapp-aaaaaaaa "$disk:16-19"
	dd if="$LAB/files/database" of=/dev/onapp-aaaaaaaa/victim bs=1M count=3 oflag=direct status=none
	check 'the victim is on the extents of the stale -cow' is \
		"$(dmsetup table onapp--aaaaaaaa-backup--dddddddd-cow)" "$(dmsetup table onapp--aaaaaaaa-victim)"
	check 'nothing wrote to it yet' victim_is_whole
}
victim_is_whole() { cmp -n 3145728 "$LAB/files/database" /dev/onapp-aaaaaaaa/victim; }

expect_review 'class +stale-corrupting'
expect_review 'belong to onapp-aaaaaaaa/victim'

after() {
	check 'the review put the victim first' lost_volume_comes_first onapp-aaaaaaaa/victim
	dd if=/dev/urandom of=/dev/mapper/onapp--aaaaaaaa-ekwqx3d1vtkp0s bs=1M count=4 seek=50 oflag=direct status=none
	check 'the origin was written, and the victim has not changed' victim_is_whole
}
