# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='An entry of /etc/fstab names the snapshot'
story='For the time of a long backup somebody wrote the snapshot into /etc/fstab. The backup has died; the snapshot can be
removed, but with the entry systemd would mount it again after each umount, and the next start of this host would wait for a
device that does not come. The plan does not touch the file: the review says which line to remove.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup ext4
	cat >"$LAB/fstab" <<-'END'
	# <file system> <mount point> <type> <options> <dump> <pass>
	/dev/root / hostfs defaults 0 1
	/dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup ext4 ro,x-systemd.device-timeout=5 0 0
	//nas/share /srv/nas cifs noauto,username=backup,password=secret 0 0
	END
	run mount --bind "$LAB/fstab" /etc/fstab
}

expect_plan_rc=0
expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_review 'line 3 of /etc/fstab names it'
expect_review 'to do +remove line 3 of /etc/fstab'
expect_steps='umount lv-remove'
gone_dm='onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv=onapp-aaaaaaaa/backup-dddddddd
gone_mount=/mnt/backup
