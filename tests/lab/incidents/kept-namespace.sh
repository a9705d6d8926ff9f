# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='Mounted where nobody lives'
story='Two containers were started while a backup had its snapshot mounted, and have ended. The mount namespace of the
first is kept by a bind mount of it, that of the second by a descriptor that a service forgot to close; the mounts live
on in both. No process is in either, so nothing that walks /proc finds them. Refused, naming what keeps them.'

make() {
	local container keeper
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	mkdir /run/keep
	run mount --bind --make-private /run/keep /run/keep
	touch /run/keep/mnt
	run unshare --mount=/run/keep/mnt --propagation private true
	unshare --mount --propagation private sleep 100000 </dev/null >/dev/null 2>&1 &
	container=$!
	until [ "$(cat "/proc/$container/comm")" = sleep ]; do
		sleep 0.1
	done
	sleep 100000 9<"/proc/$container/ns/mnt" </dev/null >/dev/null 2>&1 &
	keeper=$!
	until [ "$(cat "/proc/$keeper/comm")" = sleep ]; do
		sleep 0.1
	done
	kill "$container"
	wait "$container" || true
	umount /mnt/backup
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'bind mount on /run/keep/mnt: unmount that'
expect_review ': stop that process'
