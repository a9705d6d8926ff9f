# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='The host itself runs on the snapshot'
story='A snapshot has the uuid and label of the file system of its origin. When this host mounted /home by label, the kernel
took the snapshot: idle as it looks, all that people wrote since is in its COW. Refused.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	run mount /dev/onapp-aaaaaaaa/backup-dddddddd /home
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +mounted-as-system'
expect_review 'mounted on /home'
