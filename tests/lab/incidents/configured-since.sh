# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/idle.sh"
title='After the plan was made, a configuration names the snapshot'
story='Nothing named the snapshot when the plan was made. Then somebody gives it to a guest, or has /etc/fstab or a unit mount
it: a new plan would ask, so the old one is not carried out, and nothing is changed. Configurations of others come and go all
day: they stop nothing.'

refused() {
	more_apply since
	check "$1: nothing was changed" is "$rc" 3
	check "$1: it says which file" grep "$1" since.err
	check "$1: the snapshot is still there" lvs onapp-aaaaaaaa/backup-since
}

after() {
	local snapshot=/dev/onapp-aaaaaaaa/backup-since
	run mkdir -p /etc/xen /etc/libvirt/qemu /etc/systemd/system
	run lvcreate -qq -y -L 16M -n victim onapp-aaaaaaaa
	snapshot_make onapp-aaaaaaaa victim backup-since
	more_plan since
	say 'a guest of libvirt gets it'
	echo "<domain><source dev='$snapshot'/></domain>" >/etc/libvirt/qemu/clone.xml
	refused /etc/libvirt/qemu/clone.xml
	run rm /etc/libvirt/qemu/clone.xml
	say 'a guest of Xen gets it'
	echo "disk = ['phy:$snapshot,xvda,w']" >/etc/xen/clone
	refused /etc/xen/clone
	run rm /etc/xen/clone
	say '/etc/fstab mounts it'
	echo "$snapshot /srv/since ext4 ro,noauto 0 0" >>/etc/fstab
	refused /etc/fstab
	: >/etc/fstab
	say 'a unit mounts it'
	printf '[Mount]\nWhat=%s\nWhere=/srv/since\n' "$snapshot" >/etc/systemd/system/srv-since.mount
	refused /etc/systemd/system/srv-since.mount
	say 'configurations of others stop nothing'
	printf '[Mount]\nWhat=%s\nWhere=/srv/since\n' /dev/onapp-aaaaaaaa/victim >/etc/systemd/system/srv-since.mount
	echo "disk = ['phy:/dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s,xvda,w']" >/etc/xen/other
	echo 'tmpfs /srv tmpfs noauto 0 0' >/etc/fstab
	more_apply since
	check 'it was carried out' is "$rc" 0
	check 'the snapshot is gone' not lvs onapp-aaaaaaaa/backup-since
}
