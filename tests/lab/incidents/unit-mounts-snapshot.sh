# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A unit of systemd mounts the snapshot'
story='A service was restored on a snapshot: a mount unit mounts it for the service, which is stopped for the night. Nothing
uses the snapshot, and yet somebody means to: undecided, with the file and the line. A unit and a swap unit of the origin
say nothing of another snapshot of it, which is removed.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	run mkdir -p /etc/systemd/system /run/systemd/generator
	cat >/etc/systemd/system/srv-restored.mount <<-'END'
	[Unit]
	Description=the restored shop
	[Mount]
	What=/dev/disk/by-id/dm-name-onapp--aaaaaaaa-backup--dddddddd
	Where=/srv/restored
	Options=ro,noload
	END
	cat >/run/systemd/generator/srv-shop.mount <<-'END'
	[Mount]
	What=/dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s
	Where=/srv/shop
	END
	run ln -s /dev/null /etc/systemd/system/tmp.mount
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_verdict onapp-aaaaaaaa/backup-eeeeeeee remove
expect_review 'class +configured'
expect_review 'line 4 of /etc/systemd/system/srv-restored.mount mounts it'
expect_review 'backup--dddddddd on /srv/restored\) \[configured'
expect_review 'ask who wrote line 4 of /etc/systemd/system/srv-restored.mount'
expect_steps=lv-remove
gone_dm='onapp--aaaaaaaa-backup--eeeeeeee onapp--aaaaaaaa-backup--eeeeeeee-cow'
gone_lv=onapp-aaaaaaaa/backup-eeeeeeee
