# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A sparse volume: the snapshot itself is the data'
story='This volume looks like a snapshot to every tool, and its name like a backup, but its origin is virtual, made of
zeroes: all that was ever written to it is in the COW and nowhere else. Refused.'

make() {
	kernel_module dm-zero
	vg_make onapp-aaaaaaaa
	run lvcreate -qq -y --type snapshot -L 16M --virtualsize 64M -n backup-dddddddd onapp-aaaaaaaa
	origin_in_use onapp-aaaaaaaa backup-dddddddd
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'its origin is virtual'
