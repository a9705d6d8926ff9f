# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='An entry of /etc/fstab mounts the snapshot where no backup does'
story='/etc/fstab mounts one snapshot read-only, and another one when somebody asks for it ("noauto"). Neither place is one
of backups, and neither is mounted. Whoever wrote that means to use them: undecided; once the operator asserts that what is
mounted there is a leftover, it can be removed. A third one is in no configuration, and is removed.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-ffffffff
	cat >/etc/fstab <<-'END'
	/dev/root / hostfs defaults 0 1
	/dev/onapp-aaaaaaaa/backup-dddddddd /srv/restored ext4 ro 0 0
	/dev/mapper/onapp--aaaaaaaa-backup--eeeeeeee /srv/old ext4 ro,noauto 0 0
	/dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s /srv/shop ext4 noauto 0 0
	END
}
after() {
	check 'asserted, it can be removed' asserted
}
asserted() {
	snapstate-plan --leftover-mount /srv/restored -o asserted.snapplan capture.snapstate.tar.gz >asserted.txt
	grep -q '^leftover-mount /srv/restored$' asserted.snapplan &&
		[ "$(grep -c '^step' asserted.snapplan)" = 2 ]
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_verdict onapp-aaaaaaaa/backup-eeeeeeee undecided
expect_verdict onapp-aaaaaaaa/backup-ffffffff remove
expect_review 'class +configured'
expect_review 'line 2 of /etc/fstab mounts it' 'on /srv/restored'
expect_review 'line 3 of /etc/fstab mounts it' 'on /srv/old'
expect_review 'or plan again with --leftover-mount'
expect_review '^ +/srv/restored \[configured\]'
expect_steps=lv-remove
gone_dm='onapp--aaaaaaaa-backup--ffffffff onapp--aaaaaaaa-backup--ffffffff-cow'
gone_lv=onapp-aaaaaaaa/backup-ffffffff
