# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='udev assembles the array of a guest'
story='The partition of this guest is a member of an array. When the backup mapped it, the rules of mdadm assembled the array on the
snapshot, with nobody asking. It is idle: the plan stops it, and no rule assembles it once more before its members are gone.'

# The guest made its array long ago, out of sight of this host's udev.
guest_array_make() { # FILE
	local loop
	udevadm control --stop-exec-queue
	loop=$(losetup -f --show -o 1MiB --sizelimit 16MiB "$1")
	echo y | mdadm --create /dev/md/guest --run --level=1 --raid-devices=2 --metadata=1.2 --homehost=guest "$loop" missing
	mdadm --stop /dev/md/guest || mdadm --stop --scan
	losetup -d "$loop"
	udevadm control --start-exec-queue
	udevadm settle
}
make() {
	kernel_module raid1
	vg_make onapp-aaaaaaaa
	image_make "$LAB/guest.image" ext4
	quietly guest_array_make "$LAB/guest.image"
	guest=off
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s
	dd if="$LAB/guest.image" of=/dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s bs=1M conv=sparse,notrunc oflag=direct status=none
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	udevadm settle
	# on some releases the rules wait for the missing member first: a timer of systemd starts the array
	[ -n "$(array)" ] || run udevadm trigger --settle --action=add --name-match=/dev/mapper/onapp--aaaaaaaa-backup--ddddddddX1 ||
		true
	check 'udev assembled the array' until_true 60 array_runs
	run cat /proc/mdstat
}
array() { sed -n 's/^\(md[^ ]*\) : .*/\1/p' /proc/mdstat; }
array_runs() { grep -q '^md.* : active .*raid1' /proc/mdstat; }

gone_dm='onapp--aaaaaaaa-backup--ddddddddX1
onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
gone_lv='onapp-aaaaaaaa/backup-dddddddd'
expect_verdict onapp-aaaaaaaa/backup-dddddddd remove
expect_steps='md-stop dm-remove lv-remove'

after() { check 'the array is gone' is '' "$(array)"; }
