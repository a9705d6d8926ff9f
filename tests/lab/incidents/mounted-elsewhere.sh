# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
title='Mounted in a namespace that keeps its copy'
story='A container was started while the backup had the snapshot mounted, with private propagation. The host has
unmounted it since; fuser and lsof see nothing, lvremove says "contains a filesystem in use". The mount lives on in the
container: refused, naming the namespace and a process that lives there.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	unshare --mount --propagation private sleep 100000 </dev/null >/dev/null 2>&1 &
	container=$!
	until [ "$(cat "/proc/$container/comm")" = sleep ]; do
		sleep 0.1
	done
	umount /mnt/backup
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'mounted on /mnt/backup in mount namespace [0-9]+' 'process [0-9]+'

after() {
	say 'what the review says'
	review_do mounted-elsewhere
	check 'the container goes on' test -e "/proc/$container/exe"
	more_plan since
	more_apply since
	check 'then it is removed' is "$rc" 0
}
