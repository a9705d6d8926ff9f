# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/idle.sh"
title='After the plan was made, a clone of the disk was attached'
story='Someone attached a block-level copy of the disk since the plan was made. A plain lvremove refuses to change a group
with duplicate physical volumes; one that is shown the disk alone does not see the clone, and removes. So all devices are
looked at before. A second copy of a physical volume within a guest'\''s disk, as every snapshot of it is, stops nothing.'

after() {
	local clone
	origin_make onapp-aaaaaaaa zn8r2mbw40cqyt
	snapshot_make onapp-aaaaaaaa zn8r2mbw40cqyt backup-eeeeeeee
	more_plan clone
	cp "$LAB/onapp-aaaaaaaa.disk" "$LAB/clone.disk"
	clone=$(losetup -f --show "$LAB/clone.disk")
	more_apply clone
	check 'nothing was changed' is "$rc" 3
	check 'it says why' grep 'LVM refuses to change the group while a clone of its disk is attached' clone.err
	check 'the snapshot is still there' dmsetup info onapp--aaaaaaaa-backup--eeeeeeee
	run losetup -d "$clone"
	say 'the second copy is a guest'\''s'
	disk guests 32M
	run pvcreate -qq -y "$disk"
	cp "$LAB/guests.disk" "$LAB/guests-copy.disk"
	run losetup -f --show "$LAB/guests-copy.disk"
	more_apply clone
	check 'it was carried out' is "$rc" 0
	check 'the guests go on' guests_alive
}
