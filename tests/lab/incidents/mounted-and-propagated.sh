# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='The mount has copies in the mount namespaces of services'
story='systemd gives many services a mount namespace of their own that receives what the host mounts. So the leftover
mount of a backup is in several namespaces at once, and one umount in the host takes all copies away. A namespace that
would keep its copy is another matter: see mounted-elsewhere.'

service_namespace() { # slave|private
	unshare --mount --propagation "$1" sleep 100000 </dev/null >/dev/null 2>&1 &
	local tries=0
	service=$!
	until [ "$(readlink "/proc/$service/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ] &&
		[ "$(cat "/proc/$service/comm")" = sleep ]; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || { echo 'no service'; return 1; }
		sleep 0.1
	done
}

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	service_namespace slave
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	service_namespace slave
}

expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_steps='umount lv-remove'
gone_mount='/mnt/backup'
gone_dm='onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
