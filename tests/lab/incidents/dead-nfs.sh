# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/kvm-mapped.sh"
title='Beside a dead NFS mount'
story='The server of an NFS mount went away for good. One process has its working directory and a file there, another
one hangs in the kernel because it asked for a file. A process that looks into that mount hangs, too. The leftover beside it
has nothing to do with all that: it is recorded and removed as if the mount were not there.'

# Only of NFSv4, which needs no rpcbind.
nfs_start() { run rpc.nfsd --port 2049 --no-udp --no-nfs-version 3 1; }
# For good: what the client knows is forgotten, too.
nfs_stop() {
	run rpc.nfsd 0
	echo 3 >/proc/sys/vm/drop_caches
}

# An NFSv4 server in the guest itself: its tables on /run, since the root is read-only; and a client of it.
nfs_serve() {
	kernel_module nfsd
	kernel_module nfsv4
	run ip link set lo up
	mount -t tmpfs nfs /var/lib/nfs
	mkdir -p /var/lib/nfs/v4recovery /run/export
	: >/var/lib/nfs/etab
	: >/var/lib/nfs/rmtab
	mount -t nfsd nfsd /proc/fs/nfsd
	echo 10 >/proc/fs/nfsd/nfsv4leasetime
	echo 10 >/proc/fs/nfsd/nfsv4gracetime
	run exportfs -i -o rw,insecure,no_subtree_check,no_root_squash,fsid=0 127.0.0.1:/run/export
	run rpc.mountd --no-nfs-version 3
	nfs_start
	echo Y >/proc/fs/nfsd/v4_end_grace # nobody has state to reclaim
}

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	stack_make
	mkdir -p /mnt/storage
	nfs_serve
	echo 'a file' >/run/export/file
	mkdir -p /run/export/run
	fs_make /run/export/run/disk 64 ext4
	run mount -i -t nfs4 -o vers=4.2,hard,addr=127.0.0.1,clientaddr=127.0.0.1 127.0.0.1:/ /mnt/storage
	background sleep /dev/null /mnt/storage/file sh -c 'cd /mnt/storage && exec sleep 100000 <file'
	nfs_stop
	cat /mnt/storage/other &
	pause 1
}

# captures_in_time SECONDS ARGUMENT...: a capture that cannot have all ends in its time, and says so.
captures_in_time() {
	local begun=${EPOCHREALTIME/./} status=0 took
	# Who reads its output waits for the last one that has it open.
	snapstate-capture --timeout "$@" 2>&1 | cat >"$LAB/late" || status=$?
	took=$(((${EPOCHREALTIME/./} - begun) / 1000))
	sed 's/^/  | /' "$LAB/late"
	echo "it took $took ms of $1 s"
	is 5 "$status" && [ $took -lt $(($1 * 1000 + 1000)) ]
}
# The client comes back by itself, but not at once.
nobody_is_left() {
	local tries=0
	while grep -Es '^(snapstate-captu|lvm)' /proc/[0-9]*/comm; do
		tries=$((tries + 1))
		[ $tries -lt 60 ] || return 1
		pause 1
	done
}

after() {
	check 'who asks for a file in the dead mount waits' not timeout -k 1 2 cat /mnt/storage/another
	run captures_in_time 10 -o /mnt/storage/there.snapstate.tar.gz >"$OUT/there.log" || fail 'an archive for the dead mount'
	check 'it says that the mount does not answer' grep 'there.snapstate.tar.gz: no answer' "$OUT/there.log"

	# A disk on the dead mount is kept from LVM. So that it is not: the mount is hidden, what is left of the path of
	# the disk is its path in the mount, and another file lies there.
	nfs_start
	run losetup -f /mnt/storage/run/disk
	udevadm settle
	mkdir /mnt/disk
	run mount -t ext4 /dev/loop1 /mnt/disk
	run umount -l /mnt/storage
	echo 'another file' >/run/disk
	nfs_stop
	run captures_in_time 10 -o stuck.snapstate.tar.gz >"$OUT/stuck.log" || fail 'a capture with a disk that does not answer'
	cat "$OUT/stuck.log"
	check 'it says that LVM hangs' grep -E 'lvm/report.json: (hung|timed-out)' "$OUT/stuck.log"
	check 'it is there still, or it did not hang' grep -Eqs '^lvm' /proc/[0-9]*/comm
	check 'the rest is in the archive' not grep -E ' (dm|blocks|mounts|processes|holders): ' "$OUT/stuck.log"
	run captures_in_time 10 -o /mnt/disk/there.snapstate.tar.gz >"$OUT/disk.log" || fail 'an archive for the dead disk'
	cat "$OUT/disk.log"
	check 'the process for it hangs in the kernel' grep 'its process cannot be killed' "$OUT/disk.log"
	nfs_start
	check 'when the server is back, no process is left' nobody_is_left
}
