# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
title='oVirt: a filter of the host hides the storage domain from plain LVM commands'
story='vdsm has put a filter into lvm.conf (vdsm-tool config-lvm-filter): plain LVM commands see the disks of the host alone, and vdsm
passes a filter of its own with each command. A script of the site made a snapshot of an image, mounted it, and died. To plain
lvs the whole group looks like one that has gone. It is read by device all the same, and the snapshot is removed.'

group=0c4b6f0a-7d1e-4b57-9f5c-2f6b8f6f1a11
volume=6f1d7c9e-52c2-4f0b-8a77-5f4f0f0d3b22
lvs_args=(--config 'devices { filter = [ "a|.*|" ] }')
make() {
	vg_make $group
	origin_make $group $volume whole ext4
	snapshot_make $group $volume snap-of-yesterday
	mount_at /dev/$group/snap-of-yesterday /mnt/backup
	echo 'devices { filter = [ "r|.*|" ] }' >>/etc/lvm/lvmlocal.conf
	check 'plain lvs does not show it' not lvs $group/snap-of-yesterday
}

plan_args=(--select "$group/snap-*")
expect_verdict $group/snap-of-yesterday remove
expect_steps='umount lv-remove'
gone_dm="${group//-/--}-snap--of--yesterday ${group//-/--}-snap--of--yesterday-cow ${group//-/--}-${volume//-/--}-real"
gone_lv="$group/snap-of-yesterday"
gone_mount='/mnt/backup'
after() {
	check 'the filter is as it was' not lvs $group
}
