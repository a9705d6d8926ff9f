# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/windows-mapping.sh"
title='The mapping has its old name and no uuid'
story='An old kpartx named the mapping after the snapshot alone, backup-ddddddddX1, and gave it no uuid. Only its
device number, its name and its table say what it is.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	run dmsetup create backup-ddddddddX1 --table '0 32768 linear /dev/mapper/onapp--aaaaaaaa-backup--dddddddd 2048'
}

gone_dm=${gone_dm/onapp--aaaaaaaa-backup--ddddddddX1/backup-ddddddddX1}
