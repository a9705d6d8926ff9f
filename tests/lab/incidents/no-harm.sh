# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A capture does no harm on a sick host'
story='Three snapshots of three guests: one suspended with a partition mapping on it, one Invalid, so that reading it
gives errors, and one that was removed on another host. An open of the first waits, a read of the second gets
errors. A trace of its system calls shows that a capture opens none of them, nor does the LVM command that it runs.'

make() {
	vg_make onapp-aaaaaaaa 512M
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	origin_make onapp-aaaaaaaa zn8r2mbw40cqyt parts ext4
	origin_make onapp-aaaaaaaa hb61xu9f3dla7e whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	snapshot_make onapp-aaaaaaaa zn8r2mbw40cqyt backup-eeeeeeee 4M
	snapshot_make onapp-aaaaaaaa hb61xu9f3dla7e backup-ffffffff
	partitions_map onapp-aaaaaaaa backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-eeeeeeee
	run lvremove -qq --driverloaded n -f onapp-aaaaaaaa/backup-ffffffff
	run dd if=/dev/urandom of=/dev/onapp-aaaaaaaa/zn8r2mbw40cqyt bs=1M count=6 seek=40 oflag=direct status=none
	check 'one is Invalid' is "$(dmsetup status onapp--aaaaaaaa-backup--eeeeeeee)" '0 131072 snapshot Invalid'
	run dmsetup suspend onapp--aaaaaaaa-backup--dddddddd
}

lvs_args=(--config 'devices { filter = [ "a|^/dev/loop|", "r|.*|" ] }')
plan_args=(--select 'onapp-aaaaaaaa/backup-dddddddd')
expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_review 'class +unsettled'
expect_review '\bbackup-eeeeeeee\b|not-selected'

after() {
	local calls=open,openat,openat2,ioctl,execve,mount,umount2,setns,unshare,chroot,pivot_root
	calls+=,read,pread64,readv,preadv,init_module,finit_module,kill,semop,mknod,mknodat
	# LVM's own copies are behind: a command that only reads would write new ones
	run lvchange -qq "${lvs_args[@]}" --autobackup n --addtag behind onapp-aaaaaaaa/zn8r2mbw40cqyt
	mkdir /run/traced
	check 'a capture can be traced' quietly strace -f -yy -s 256 -o "$LAB/trace" -e trace="$calls" \
		snapstate-capture -q -o /run/traced/traced.snapstate.tar.gz
	check 'its system calls do no harm' "$LAB_DIR/check-trace" "$LAB/trace" 7 /run/traced
	cp "$LAB/trace" "$OUT/trace"
	run dmsetup resume onapp--aaaaaaaa-backup--dddddddd
}
