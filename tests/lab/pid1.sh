#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The init of the lab's guest: a user-mode-Linux kernel whose root is the machine's own root, read-only,
# through hostfs. It makes the guest a small host with udev and LVM, runs guest.sh, hands $OUT back through
# the machine's folder LAB_OUT, and powers the guest off, whatever happens.
#
# Input:  LAB_DIR LAB_OUT LAB_BIN LAB_INCIDENT LAB_MODE LAB_NODE LAB_SCRIPT from the kernel's command line. LAB_INIT=systemd:
#         this only prepares, and systemd takes its place; guest.sh is run by a service, the only one that it starts at first.
# Output: what guest.sh left in $OUT, and its exit status in LAB_OUT/status.
#
# No path of the machine may get into a capture. So LAB_OUT is mounted only at the very end (its path is a
# mount option of hostfs), and the programs run from a copy.

export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ LC_ALL=C.UTF-8 TZ=UTC
export LAB=/mnt/lab # room for the disks of the host and what the incidents need
export OUT=/run/out # captures, plans, and everything that goes back

# What the guest needs of /etc: a writable copy, since LVM writes below it and the host has its own identity.
etc_files=(alternatives debian_version fuse.conf group ld.so.cache ld.so.conf ld.so.conf.d login.defs lvm mke2fs.conf
	modprobe.d mtab nsswitch.conf os-release passwd udev)
# Each host has an identity of its own.
declare -A machine_ids=([hv7]=7c1e0f6a52d84b0f9a3be4d06c8f2715 [hv8]=2f9b4c81d0e74a36b5c8170d3e6fa942)
node=${LAB_NODE:-hv7}
machine_id=${machine_ids[$node]}

power_off() {
	sync
	echo o >/proc/sysrq-trigger
	sleep 60
}

hand_back() {
	cd /
	mkdir -p /mnt/back && mount -t hostfs none /mnt/back -o "$LAB_OUT" || return
	cp -r "$OUT/." /mnt/back/
	echo "$1" >/mnt/back/status
	umount /mnt/back
}

prepare() {
	set -e
	mount -t proc proc /proc
	mount -t sysfs sysfs /sys
	mountpoint -q /dev || mount -t devtmpfs dev /dev
	# As on a host that systemd started. All later mounts inherit it.
	mount --make-rshared /
	ln -sfn /proc/self/fd /dev/fd
	mount -t tmpfs -o mode=755 run /run
	mount -t tmpfs -o mode=755 lab /mnt
	local release program programs=()
	read -r release </proc/sys/kernel/osrelease
	# Without the last two lvcreate fails with status 5 and no message.
	mkdir -p /run/lock /run/lvm "$LAB" "$OUT" /mnt/bin /mnt/tmp /mnt/lib/modules /mnt/etc/lvm/backup /mnt/etc/lvm/archive
	for program in capture plan execute admit; do
		[ ! -x "$LAB_BIN/snapstate-$program" ] || programs+=("$LAB_BIN/snapstate-$program")
	done
	[ ${#programs[@]} -eq 0 ] || cp "${programs[@]}" /mnt/bin/
	cp -r "$LAB_DIR" /mnt/scripts
	[ -z "$LAB_SCRIPT" ] || cp "$LAB_SCRIPT" /mnt/script
	# After this the machine's /tmp is hidden; the project may well be below it.
	chmod 1777 /mnt/tmp
	mount --bind /mnt/tmp /tmp

	local f have=()
	for f in "${etc_files[@]}"; do
		[ ! -e "/etc/$f" ] || have+=("/etc/$f")
	done
	cp -a "${have[@]}" /mnt/etc/
	echo "$machine_id" >/mnt/etc/machine-id
	echo "$node" >/mnt/etc/hostname
	: >/mnt/etc/fstab
	# LVM fills as much memory before each change, 8 MiB by default; a page costs as much as a system call here.
	echo 'activation { reserved_memory = 256 }' >/mnt/etc/lvm/lvmlocal.conf
	mount --bind /mnt/etc /etc
	echo "$node" >/proc/sys/kernel/hostname

	ln -s "/usr/lib/uml/modules/$release" /mnt/lib/modules/
	modprobe -d /mnt -a dm-snapshot loop fuse

	[ "${LAB_INIT:-}" != systemd ] || return 0
	/lib/systemd/systemd-udevd --daemon 2>/dev/null
	udev_settle
}
udev_settle() {
	udevadm trigger --subsystem-match=block
	udevadm settle
}

# Its journal and its services' state are in memory, as all that the guest writes.
systemd_start() {
	mount -t tmpfs -o mode=755 state /var/lib
	cp "$0" /mnt/pid1.sh
	mkdir -p /run/systemd/system
	printenv | grep '^LAB_' >/run/lab.environment
	cat >/run/systemd/system/lab.service <<-'EOF'
		[Unit]
		DefaultDependencies=no
		Wants=systemd-udevd.service systemd-journald.service
		After=systemd-udevd.service systemd-journald.service
		[Service]
		Type=oneshot
		EnvironmentFile=/run/lab.environment
		ExecStart=/bin/bash /mnt/pid1.sh guest
		StandardOutput=tty
		TTYPath=/dev/tty0
	EOF
	printf '[Unit]\nDefaultDependencies=no\nRequires=lab.service\nAllowIsolate=yes\n' >/run/systemd/system/lab.target
	exec /lib/systemd/systemd --unit=lab.target --log-level=crit --show-status=no </dev/console >/dev/console 2>&1
}

guest_run() {
	PATH=/mnt/bin:$PATH UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 LAB_DIR=/mnt/scripts bash /mnt/scripts/guest.sh
}
# guest_end STATUS
guest_end() {
	hand_back "$1" || echo "lab: cannot hand the results back"
	power_off
}
if [ "${1:-}" = guest ]; then
	udev_settle
	guest_run
	guest_end $?
fi

echo "-- the lab's guest: Linux $(uname -r) --"
# In a subshell, so that `set -e` holds in it and ends nothing else.
(prepare)
status=$?
if [ $status -eq 0 ]; then
	[ "${LAB_INIT:-}" != systemd ] || systemd_start
	guest_run
	status=$?
else
	echo "lab: the guest could not be prepared (status $status)"
fi
guest_end $status
