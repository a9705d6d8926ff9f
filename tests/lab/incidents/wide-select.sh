# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='The names that were asked for take in an origin and a plain volume'
story='Somebody asked for onapp-*/*. That takes in the volume of a guest, whose removal would take its snapshot along, and
a plain volume of a backup name, which a failed lvcreate left. Both are refused; the leftover snapshot goes.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	origin_make onapp-aaaaaaaa fr4x0cc2bbjq1t whole ext4
	snapshot_make onapp-aaaaaaaa fr4x0cc2bbjq1t backup-ffffffff
	run lvcreate -qq -y -L 4M -n backup-eeeeeeee onapp-aaaaaaaa
}

plan_args=(--select 'onapp-*/*')
expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/ekwqx3d1vtkp0s refuse
expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_verdict onapp-aaaaaaaa/fr4x0cc2bbjq1t refuse
expect_verdict onapp-aaaaaaaa/backup-ffffffff remove
expect_verdict onapp-aaaaaaaa/backup-eeeeeeee refuse
expect_review 'class +origin'
expect_review 'class +not-a-snapshot'
expect_steps='lv-remove lv-remove'
gone_dm='onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real
	onapp--aaaaaaaa-backup--ffffffff onapp--aaaaaaaa-backup--ffffffff-cow onapp--aaaaaaaa-fr4x0cc2bbjq1t-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd onapp-aaaaaaaa/backup-ffffffff'
