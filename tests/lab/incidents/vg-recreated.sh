# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='The volume group was made anew on the same disk, and nothing overlaps yet'
story='Another host removed the volume group and made one of the same name on the same disk. This kernel knows nothing of
it: the guest still runs on its volume, with the snapshot beside it, and both are on extents that the new group counts as
free. The snapshot is stale and goes. The origin is live data that no metadata knows: it stays, and the review says so first.'

# on_another_host COMMAND...: LVM on a host that has the same disk and none of this one's mappings. A second loop device shows
# it, since LVM would not open the first one, which the mappings hold; the folder of the group in /dev is in the way of a name.
on_another_host() {
	local other
	other=$(losetup -f --show "$LAB/onapp-aaaaaaaa.disk")
	mv /dev/onapp-aaaaaaaa /dev/of-another-host
	run "${@//DISK/$other}" --driverloaded n --devices "$other"
	mv /dev/of-another-host /dev/onapp-aaaaaaaa
	losetup -d "$other"
	udevadm settle
}
vg_make_anew() {
	on_another_host vgremove -qq -f onapp-aaaaaaaa
	on_another_host vgcreate -q onapp-aaaaaaaa DISK
}
make_recreated() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	vg_make_anew
}
make() { make_recreated; }

# It is named before the first verdict.
lost_volume_comes_first() { sed -E '/^(REMOVE|REFUSE|UNDECIDED)/q' review.txt | grep "$1"; }

expect_plan_rc=8
expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_verdict onapp-aaaaaaaa/ekwqx3d1vtkp0s refuse
expect_review 'no longer exists'
expect_review 'class +lost-volume'
expect_review 'to do +never remove it'
expect_review 'lvcreate'
expect_review 'vgcfgrestore --list onapp-aaaaaaaa'
expect_steps='dm-remove dm-remove'
gone_dm='onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow'

after() {
	check 'the review put the live data first' lost_volume_comes_first onapp-aaaaaaaa/ekwqx3d1vtkp0s
	check 'the plan expects that the old group is gone' grep -Eq '^expect group [^ ]+ absent$' plan.snapplan
}
