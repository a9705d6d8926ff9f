# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A folder of the mounted snapshot is exported by NFS'
story='Somebody exported a folder of the mounted snapshot, so that a colleague could fetch files. nfsd has the folder open: no
process shows it, and umount says only "target is busy". Refused, with the command that ends the export; that done, the plan
removes the snapshot.'

make() {
	kernel_module nfsd
	run mount -t nfsd nfsd /proc/fs/nfsd
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	mount -t tmpfs none /var/lib/nfs && touch /etc/exports /var/lib/nfs/etab
	run exportfs -o ro,no_subtree_check 192.0.2.0/24:/mnt/backup/boot
	# as mountd tells the kernel when a client asks: who it is, and what it gets
	run sh -c "printf 'nfsd 0.0.0.0 2000000000 192.0.2.0/24\\n' >/proc/net/rpc/auth.unix.ip/channel"
	run sh -c "printf '192.0.2.0/24 /mnt/backup/boot 2000000000 1025 65534 65534 0\\n' >/proc/net/rpc/nfsd.export/channel"
	cat /proc/net/rpc/nfsd.export/content
	check 'it is exported' grep /mnt/backup/boot /proc/net/rpc/nfsd.export/content
	check 'it cannot be unmounted' not quietly umount /mnt/backup
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +held'
expect_review 'holds a folder that NFS exports \(192\.0\.2\.0/24:/mnt/backup/boot\)'
expect_review "exportfs -u 192\.0\.2\.0/24:/mnt/backup/boot"

after() {
	review_do held
	check 'nothing is exported' not grep /mnt/backup /proc/net/rpc/nfsd.export/content
	more_plan since
	more_apply since
	check 'it is done' is "$rc" 0
	check 'the snapshot is gone' not lvs onapp-aaaaaaaa/backup-dddddddd
}
