# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
title='Proxmox: a vzdump that died, and a snapshot that another guest has'
story='A host of Proxmox VE with its guests in the group pve, as storage local-lvm. A backup of guest 101 in snapshot mode died, and
left vzsnap-hv7-0 mounted at /mnt/vzsnap0: removed. Somebody made a second snapshot of that disk, and guest 102, which is off,
has it as a second disk: undecided, and what to do names the tools of that host, qm and pct.'

make() {
	mkdir -p /etc/pve/qemu-server /etc/pve/lxc
	printf 'lvm: local-lvm\n\tvgname pve\n\tcontent images,rootdir\n' >/etc/pve/storage.cfg
	printf 'name: mail\nscsi0: local-lvm:vm-101-disk-0,size=64M\n' >/etc/pve/qemu-server/101.conf
	printf 'name: mail-of-yesterday\nscsi1: local-lvm:snap-of-yesterday,size=64M\n' >/etc/pve/qemu-server/102.conf
	vg_make pve
	origin_make pve vm-101-disk-0 whole ext4
	snapshot_make pve vm-101-disk-0 vzsnap-hv7-0
	mount_at /dev/pve/vzsnap-hv7-0 /mnt/vzsnap0
	snapshot_make pve vm-101-disk-0 snap-of-yesterday
}

policy=$'rule vzdump\n\tselect */vzsnap-*\nrule by-hand\n\tselect pve/snap-*'
plan_args=(--policy policy)
expect_plan_rc=1
expect_verdict pve/vzsnap-hv7-0 remove
expect_verdict pve/snap-of-yesterday undecided
expect_review 'line 2 of /etc/pve/qemu-server/102.conf assigns it to a guest'
expect_review 'qm set'
expect_steps='umount lv-remove'
gone_dm='pve-vzsnap--hv7--0 pve-vzsnap--hv7--0-cow'
gone_lv='pve/vzsnap-hv7-0'
gone_mount='/mnt/vzsnap0'
