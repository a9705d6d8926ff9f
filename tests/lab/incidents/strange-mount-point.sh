# shellcheck shell=bash disable=SC2034,SC2016
# SPDX-License-Identifier: Apache-2.0
title='The mount point has a name that shells would stumble over'
story='Blanks, a newline, quotes and a command substitution in the name of the mount point: nothing of it is ever given
to a shell, and the review cannot be forged by it. Undone like any other leftover.'

strange_name=$'/mnt/backup "a\nREMOVE b" $(touch${IFS}/run/PWNED)'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd "$strange_name"
}

after() {
	check 'nothing in that name was executed' test ! -e /run/PWNED
	check 'the review was not forged' not grep -q '^REMOVE b' review.txt
}

expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_steps='umount lv-remove'
# as findmnt -r writes it, and the backslashes once more for awk
gone_mount='/mnt/backup\\x20"a\\x0aREMOVE\\x20b"\\x20$(touch${IFS}/run/PWNED)'
gone_dm='onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
