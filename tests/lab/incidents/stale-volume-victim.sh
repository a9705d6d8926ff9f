# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/stale-volume.sh"
title='A plain volume that was removed on another host is in use here, and its extents were given away'
story='As stale-volume, but a guest still has the node open, and another host gave its extents to the volume VHD-2222. What is
written through one of the two overwrites the other, and no tool reports it. Nothing is removed: the people who use the two have to
say whose data are worth more. The review says so first.'

make() {
	make_node
	origin_in_use VG_XenStorage-0f3c VHD-1111
	remove_node_elsewhere
	run lvcreate -qq -y -Wn -Zn -L 16M -n VHD-2222 VG_XenStorage-0f3c
	check 'both are on the same extents' is \
		"$(dmsetup table VG_XenStorage--0f3c-VHD--1111)" "$(dmsetup table VG_XenStorage--0f3c-VHD--2222)"
}
# Its node in /dev/VG goes with udev's next look at the group.
origin_checksums() { true; }
lost_volume_comes_first() { sed -E '/^(REMOVE|REFUSE|UNDECIDED)/q' review.txt | grep "$1"; }

expect_plan_rc=8
expected_verdicts=() expected_reviews=()
expect_verdict VG_XenStorage-0f3c/VHD-1111 refuse
expect_review 'class +lost-volume'
expect_review 'extents of it belong to VG_XenStorage-0f3c/VHD-2222'

after() {
	check 'the review put the hazard first' lost_volume_comes_first VG_XenStorage-0f3c/VHD-2222
}
