# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A script of its own, which tags what it makes'
story='The nightly script of a host without OnApp makes a snapshot of a guest disk, tags it with lvcreate --addtag, mounts
it, and dies. Beside it is a snapshot that somebody keeps, of the same kind of name and without the tag. A policy selects by
name and tag: the first can be removed, the second was not asked for.'

make() {
	vg_make vg0
	origin_make vg0 mail whole ext4
	run lvcreate -qq -y -s -L 16M -n mail-monday --addtag backup --addtag host=hv7 vg0/mail
	run lvcreate -qq -y -s -L 16M -n mail-before-upgrade --addtag keep vg0/mail
	mount_at /dev/vg0/mail-monday /mnt/backup
}

policy='# what /etc/cron.daily/backup-guests makes
rule nightly-script
	select vg0/*-monday
	select vg0/*-before-*
	tag backup
	tag host=hv7
	min-age 2h'
plan_args=(--policy policy)
expect_verdict vg0/mail-monday remove
expect_review 'selected by rule nightly-script'
expect_steps='umount lv-remove'
gone_mount='/mnt/backup'
gone_dm='vg0-mail--monday vg0-mail--monday-cow'
gone_lv='vg0/mail-monday'
