# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='XenServer: tapdisk serves the snapshot of a virtual disk'
story='On a host of XenServer the disk of a guest is a plain volume of the group VG_XenStorage-UUID. A script of the site made a
snapshot of it to look at files of yesterday, and attached it to a machine: tapdisk serves it. Refused; what to do names the
tools of that host, tap-ctl and xe.'

sr=9f0b1c58-3c0a-4b0e-9d0c-6f6f0e1d2a3b
vdi=4d1c2b3a-5e6f-4a7b-8c9d-0e1f2a3b4c5d
group=VG_XenStorage-$sr
make() {
	vg_make $group
	origin_make $group VHD-$vdi whole ext4
	snapshot_make $group VHD-$vdi snap-of-yesterday
	cp /bin/sleep "$LAB/tapdisk"
	background tapdisk /dev/null /dev/$group/snap-of-yesterday \
		sh -c "exec $LAB/tapdisk 100000 </dev/$group/snap-of-yesterday"
}

plan_args=(--select "$group/snap-*")
expect_plan_rc=1
expect_verdict $group/snap-of-yesterday refuse
expect_review 'class +vm-running'
expect_review 'tap-ctl list'
expect_review "xe vdi-list"
