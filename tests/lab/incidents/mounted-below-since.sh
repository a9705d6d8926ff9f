# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/idle.sh"
title='After the plan was made, something was mounted below the mount, and its mount point given to another device'
story='The snapshot was mounted and idle when the plan was made, and nothing else was mounted there. Then somebody mounts
something below it, then on top of it, then /etc/fstab puts another device on its mount point: a new plan would refuse, so the
old one is not carried out, and nothing is changed. Other mounts, and other lines, stop nothing.'

refused() {
	more_apply since
	check "$1: nothing was changed" is "$rc" 3
	check "$1: it says so" grep -F "$2" since.err
	check "$1: still mounted" mountpoint -q /mnt/since
	check "$1: the snapshot is still there" lvs onapp-aaaaaaaa/backup-since
}

after() {
	run lvcreate -qq -y -L 16M -n victim onapp-aaaaaaaa
	run mkfs.ext4 -q /dev/onapp-aaaaaaaa/victim
	snapshot_make onapp-aaaaaaaa victim backup-since
	mount_at /dev/onapp-aaaaaaaa/backup-since /mnt/since
	more_plan since
	say 'something is mounted below'
	run mount -t tmpfs none /mnt/since/lost+found
	refused 'below' '/mnt/since/lost+found is mounted below a mount of the snapshot'
	run umount /mnt/since/lost+found
	say 'something is mounted on top'
	run mount -t tmpfs none /mnt/since
	refused 'on top' '/mnt/since is mounted below a mount of the snapshot, or on top of it'
	run umount /mnt/since
	say 'another belongs there'
	echo 'LABEL=data /mnt/since ext4 defaults 0 0' >>/etc/fstab
	refused 'fstab' '/etc/fstab puts something else there'
	say 'what is mounted elsewhere, and lines for other places, stop nothing'
	echo 'LABEL=data /mnt/data ext4 defaults 0 0' >/etc/fstab
	run mkdir -p /mnt/other
	run mount -t tmpfs none /mnt/other
	more_apply since
	check 'it was carried out' is "$rc" 0
	check 'the snapshot is gone' not lvs onapp-aaaaaaaa/backup-since
	run umount /mnt/other
}
