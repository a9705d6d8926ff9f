# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='An opened LUKS mapping was left on the snapshot'
story='The guest has encrypted its partition. The backup opened it on the snapshot, mounted it, and died. The kernel keeps
nothing of such a mapping but the key, and with the passphrase the origin can be opened as before: it is unmounted and
removed as cryptsetup close would do it, then the partition, then the snapshot. The key is in no archive and no plan.'

# The tables that cryptsetup makes: LUKS keeps its data behind a header of 2 MiB, here without one.
crypt_open() { # NAME UUID DEVICE
	run dmsetup create "$1" ${2:+-u "$2"} \
		--table "0 28672 crypt aes-cbc-essiv:sha256 $crypt_key 0 $3 4096"
	run udevadm settle
}
crypt_key=5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e
make() {
	# what the kernel would load by itself where its modules are in place
	local module
	for module in hmac cbc essiv encrypted-keys dm-crypt; do
		kernel_module "$module"
	done
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	partitions_map onapp-aaaaaaaa ekwqx3d1vtkp0s
	crypt_open guest-secret '' /dev/mapper/onapp--aaaaaaaa-ekwqx3d1vtkp0sX1
	run mkfs.ext4 -q -d "$LAB/files/boot" /dev/mapper/guest-secret
	run dmsetup remove guest-secret
	run kpartx -d -p X /dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	crypt_open backup-secret CRYPT-LUKS2-0123456789abcdef0123456789abcdef-backup-secret \
		/dev/mapper/onapp--aaaaaaaa-backup--ddddddddX1
	mount_at /dev/mapper/backup-secret /mnt/backup
}

expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_review 'encrypted mapping backup-secret'
expect_steps='umount dm-remove dm-remove lv-remove'
gone_mount='/mnt/backup'
gone_dm='backup-secret onapp--aaaaaaaa-backup--ddddddddX1 onapp--aaaaaaaa-backup--dddddddd
	onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'

after() {
	check 'the key is in no archive' not keyed tar -xzOf capture.snapstate.tar.gz
	check 'the key is in no plan and no journal' not keyed cat plan.snapplan journal/*
}
keyed() { "$@" | grep -a "$crypt_key"; }
