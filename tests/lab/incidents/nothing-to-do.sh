# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='Nothing to do: ordinary volumes'
story='A host with the disks of two guests and a mounted volume of its own, and no snapshot. The plan is empty and
applies as a no-op.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	origin_make onapp-aaaaaaaa zn8r2mbw40cqyt
	vg_make hv7 64M
	run lvcreate -qq -y -L 32M -n templates hv7
	run mkfs.ext4 -q /dev/hv7/templates
	mount_at /dev/hv7/templates /mnt/templates
}

expect_plan_rc=7
expect_review 'No snapshots match the selection'
