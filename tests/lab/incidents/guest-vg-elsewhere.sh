# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/guest-vg.sh"
title='The volume group of the guest lies on the snapshot and on another disk'
story='The guest has a second disk, which is a whole disk of the host, and its volume group spans both. It was activated
with one leg on the snapshot and one on the live disk: guest-mailstore stands on both. To remove it would touch more than the
snapshot. Refused, naming what it stands on.'

make() {
	vg_make onapp-aaaaaaaa
	disk second 32M
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	guest_vg_make onapp-aaaaaaaa ekwqx3d1vtkp0s "$disk"
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	run vgchange -q -ay guest
	check 'the volume of the guest is on the snapshot' stands_on guest-mailstore onapp--aaaaaaaa-backup--ddddddddX1
	check 'and on the other disk' stands_on guest-mailstore "${disk#/dev/}"
}
guest_volumes_make() { run lvcreate -qq -y -l 8 -n mailstore guest; }

expected_verdicts=() expected_reviews=()
expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +foreign-mapping'
expect_review 'a volume of guest, a group that LVM knows on this host'
expect_review 'it is also on loop1'
expect_steps=''
gone_mount='' gone_dm='' gone_lv=''
unset -f after
