# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A folder of the mounted snapshot is bound into the root of a container'
story='To restore a file, somebody bound a folder of the mounted snapshot into the root of a container, in the mount namespace of
that container only. The mount of the snapshot on the host looks idle, and its umount would succeed; the file system would stay
live in the container. Refused, naming where it is mounted there and a process.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	mkdir -p /mnt/container/restored
	# shellcheck disable=SC2016 # the shell inside expands it
	unshare --mount --propagation slave sh -c 'mount --bind /mnt/backup/boot /mnt/container/restored &&
		: >/mnt/container/ready && exec sleep 100000' </dev/null >/dev/null 2>&1 &
	until_true 20 test -e /mnt/container/ready
	check 'the host does not show it' not findmnt /mnt/container/restored
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +mounted-elsewhere'
expect_review 'mounted on /mnt/container/restored in mount namespace [0-9]+' 'process [0-9]+'
