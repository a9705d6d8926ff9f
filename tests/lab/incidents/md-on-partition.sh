# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='An array stands on the mapping of the snapshot'
story='The disk of this guest is a member of an array of its own. When the backup mapped the partition, the host found
the array and assembled it. Nobody mounted it, but it claims the mapping and may write to it. Refused, naming the
array.'

make() {
	kernel_module raid1
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	array_make "$(dmsetup info -c --noheadings --separator : -o major,minor onapp--aaaaaaaa-backup--ddddddddX1)"
	check 'the array claims the mapping' grep -F raid1 /proc/mdstat
}
# array_make MAJ:MIN: a mirror of one, without mdadm: through /sys (the kernel's admin-guide/md.rst).
array_make() {
	local md=/sys/block/md_guest/md
	echo md_guest >/sys/module/md_mod/parameters/new_array
	echo none >"$md/metadata_version"
	echo raid1 >"$md/level"
	echo 1 >"$md/raid_disks"
	echo "$1" >"$md/new_dev"
	echo 0 >"$md"/dev-*/slot
	echo 16320 >"$md/component_size" # KiB
	echo readonly >"$md/array_state"
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +held'
expect_review '\bmd_guest\b.*stands on 254:'
