#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What tests/lab/kernels has a guest of a Debian release do, when systemd has started it: the guest gets the identity that
# incidents know, one incident goes through guest.sh, and what it left goes to the share, with its exit status.
#
# Input: /mnt/share with scripts/, bin/ and the file job (LAB_INCIDENT=NAME). Output: /mnt/share/out.
#
# As pid1.sh does, the share is out of sight while the incident runs: no path of the machine gets into a capture.

export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ LC_ALL=C.UTF-8 TZ=UTC
export LAB=/mnt/lab OUT=/run/out LAB_NODE=hv7 LAB_MODE=loop LAB_QUIET=

hand_back() {
	mkdir -p /mnt/share
	mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 share /mnt/share || return
	cp -r "$OUT/." /mnt/share/out/
	echo "$1" >/mnt/share/out/status
	umount /mnt/share
}

prepare() {
	set -e
	local release
	release=$(uname -r)
	# shellcheck disable=SC1091 # what kernels writes
	. /mnt/share/job
	cp -r /mnt/share/scripts /run/lab-scripts
	cp -r /mnt/share/bin /run/lab-bin
	umount /mnt/share
	mount -t tmpfs -o mode=755 lab /mnt
	mkdir -p "$LAB" "$OUT" /mnt/lib/modules
	mv /run/lab-scripts /mnt/scripts
	mv /run/lab-bin /mnt/bin
	ln -s "/lib/modules/$release" /mnt/lib/modules/
	echo "$release $(lvm version | sed -n 's/^ *LVM version: *\([^( ]*\).*/\1/p')" >"$OUT/versions"
	echo 7c1e0f6a52d84b0f9a3be4d06c8f2715 >/etc/machine-id
	echo hv7 >/etc/hostname
	echo hv7 >/proc/sys/kernel/hostname
	# A host on a SAN has it off; what the executor says where it runs is another incident's.
	if systemctl -q is-active lvm2-lvmetad.socket; then
		systemctl stop lvm2-lvmetad.socket lvm2-lvmetad.service
		echo 'global { use_lvmetad = 0 }' >>/etc/lvm/lvmlocal.conf
	fi
	modprobe -a dm-snapshot loop fuse
	udevadm settle
}

exec 2>/dev/console
# shellcheck disable=SC1091
. /mnt/share/job
export LAB_INCIDENT
echo "-- the lab's guest: Linux $(uname -r) --" >/dev/console
(prepare)
status=$?
if [ $status -eq 0 ]; then
	PATH=/mnt/bin:$PATH LAB_DIR=/mnt/scripts bash /mnt/scripts/guest.sh >"$OUT/log" 2>&1
	status=$?
else
	echo "lab: the guest could not be prepared (status $status)" >/dev/console
fi
hand_back $status
