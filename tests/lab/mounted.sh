# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
#
# The incidents mounted-METHOD-MODE-GUEST share this; each names its state and what is right in it.
#
# mounted METHOD MODE GUEST VERDICT
#   METHOD   xen: the volume holds a file system, and the snapshot is mounted; kvm: the volume is partitioned, and a
#            mapping of the snapshot's partition is mounted
#   MODE     ro, rw: how
#   GUEST    on, off: whether the guests run on the origins
#   VERDICT  of the snapshot that is mounted where no backup mounts
# A second one is mounted where backups do, and is removed in each state.

mounted() {
	method=$1 mode=$2 guest=$3
	local other
	expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
	expect_verdict onapp-aaaaaaaa/backup-eeeeeeee "$4"
	mounted_gone backup--dddddddd firstguest
	gone_lv=onapp-aaaaaaaa/backup-dddddddd gone_mount=/mnt/backup
	if [ "$4" = remove ]; then
		mounted_gone backup--eeeeeeee secondguest
		gone_lv+=' onapp-aaaaaaaa/backup-eeeeeeee' gone_mount+=' /srv/restored'
	else
		expect_plan_rc=1
		expect_review 'class +mounted-read-write'
		expect_review 'ask whether a service uses /srv/restored'
		expect_review 'mounted read-write on /mnt/backup, where backups mount such snapshots'
	fi
}
# mounted_gone SNAPSHOT ORIGIN, as in dm names
mounted_gone() {
	gone_dm+=" onapp--aaaaaaaa-$1 onapp--aaaaaaaa-$1-cow onapp--aaaaaaaa-$2-real"
	expect_steps+=' umount lv-remove'
	if [ "$method" = kvm ]; then
		gone_dm+=" onapp--aaaaaaaa-$1X1"
		expect_steps+=' dm-remove'
	fi
}

# mounted_one ORIGIN SNAPSHOT FOLDER
mounted_one() {
	local device=/dev/onapp-aaaaaaaa/$2
	case $method in
	xen) origin_make onapp-aaaaaaaa "$1" whole ext4 ;;
	kvm) origin_make onapp-aaaaaaaa "$1" parts ext4 ;;
	esac
	snapshot_make onapp-aaaaaaaa "$1" "$2"
	if [ "$method" = kvm ]; then
		partitions_map onapp-aaaaaaaa "$2"
		device=/dev/mapper/$(dm_name onapp-aaaaaaaa "$2")X1
	fi
	case $mode in
	ro) mount_at "$device" "$3" ;;
	rw) mount_writable "$device" "$3" ;;
	esac
}
make() {
	vg_make onapp-aaaaaaaa
	run mount -t tmpfs tmpfs /srv
	mounted_one firstguest backup-dddddddd /mnt/backup
	mounted_one secondguest backup-eeeeeeee /srv/restored
}
