# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A guest of Xen has the snapshot as its disk'
story='The configuration of a Xen guest names the snapshot, as xm wrote it: relative to /dev. The guest is off: no backend has
the disk open. Undecided, with the file and the line. A line that is commented out names nothing: the other snapshot is
removed.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	run mkdir -p /etc/xen
	cat >/etc/xen/clone <<-'END'
	name = 'clone'
	#disk = ['phy:/dev/onapp-aaaaaaaa/backup-eeeeeeee,xvda,w']
	disk = ['phy:/dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s,xvda,r',
	        'phy:onapp-aaaaaaaa/backup-dddddddd,xvdb,w']
	END
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_verdict onapp-aaaaaaaa/backup-eeeeeeee remove
expect_review 'class +configured'
expect_review 'line 4 of /etc/xen/clone assigns it to a guest'
expect_steps=lv-remove
gone_dm='onapp--aaaaaaaa-backup--eeeeeeee onapp--aaaaaaaa-backup--eeeeeeee-cow'
gone_lv=onapp-aaaaaaaa/backup-eeeeeeee
