# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/overlay-in-use.sh"
title='An idle overlay on the mounted snapshot'
story='As overlay-in-use, and nobody is in the overlay any more. It still keeps the file system live when the mount of the snapshot
goes: refused, with the command that ends it. That done, a plan is made; then the overlay is mounted once more, and nothing is
done. Unmounted again, the same plan removes the snapshot.'

make() {
	kernel_module overlay
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	overlay_make
}

after() {
	review_do held
	check 'the overlay is gone' not findmnt '/mnt/merged root'
	more_plan since
	overlay_make
	more_apply since
	check 'nothing was changed' is "$rc" 3
	check 'it says what it found' grep -E 'now holds a layer of an overlay that is mounted: /mnt/merged root' since.err
	check 'the host has it mounted' findmnt /mnt/backup
	run umount '/mnt/merged root'
	more_apply since
	check 'now it is done' is "$rc" 0
	check 'the snapshot is gone' not lvs onapp-aaaaaaaa/backup-dddddddd
}
