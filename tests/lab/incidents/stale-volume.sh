# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A plain volume that was removed on another host, still active here'
story='The disks of these guests are chains of plain volumes on shared storage. Another host coalesced a node of a chain and
removed its volume; here it is still active, open nowhere. Nothing in the kernel or in the metadata tells such a node from a
volume that somebody removed by mistake, whose last trace is this mapping: so no plan takes it, and the review says what to ask.'

plan_args=(--select 'VG_XenStorage-*/VHD-*')
make_node() {
	vg_make VG_XenStorage-0f3c
	files_make
	run lvcreate -qq -y -Wn -L 16M -n VHD-1111 VG_XenStorage-0f3c
	dd if="$LAB/files/database" of=/dev/VG_XenStorage-0f3c/VHD-1111 bs=1M oflag=direct status=none
}
remove_node_elsewhere() { run lvremove -qq --driverloaded n -f VG_XenStorage-0f3c/VHD-1111; }
make() {
	make_node
	run lvchange -qq -pr VG_XenStorage-0f3c/VHD-1111
	remove_node_elsewhere
}

expect_plan_rc=1
expect_verdict VG_XenStorage-0f3c/VHD-1111 undecided
expect_review 'class +stale-volume'
expect_review 'LVM counts its extents as free'

after() {
	# XenServer's tool, of a pool that does not know the disk
	xe() { :; }
	export -f xe
	say 'what the review says'
	review_do stale-volume
	check 'nothing is left' is "$(dmsetup ls)" 'No devices found'
}
