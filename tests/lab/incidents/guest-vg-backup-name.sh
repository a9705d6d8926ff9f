# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/guest-vg.sh"
title='The guest is a host of this kind itself, and has a snapshot with the name of a backup'
story='The guest runs guests of its own: its volume group is called onapp-guest, and it holds a snapshot backup-eeeeeeee,
which is its own business. The host activated all of it on a snapshot of the guest. By its name onapp-guest/backup-eeeeeeee
is a candidate, and its devices are those of a snapshot; but they lie on a volume of another group. Both are refused.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	guest_vg_make onapp-aaaaaaaa ekwqx3d1vtkp0s
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	check 'the snapshot of the guest is active, on that of the host' \
		stands_on onapp--guest-backup--eeeeeeee-cow onapp--aaaaaaaa-backup--ddddddddX1
}
guest=onapp-guest
guest_volumes_make() {
	run lvcreate -qq -y -l 1 -n root "$guest"
	run lvcreate -qq -y -s -l 1 -n backup-eeeeeeee "$guest/root"
}

expected_verdicts=() expected_reviews=()
expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_verdict onapp-guest/backup-eeeeeeee refuse
expect_review 'class +guest-volume'
expect_steps=''
gone_mount='' gone_dm='' gone_lv=''
unset -f after
