# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A guest of libvirt has the snapshot as its disk'
story='A test clone was made on a snapshot: a guest that is defined and switched off. No process shows it, and removing the
snapshot would take its disk away. Its configuration names it: undecided, until the owner of the guest says that it is not
needed. That the snapshot'\''s origin is the disk of another guest says nothing: the other snapshot is removed.'

domain() {
	cat <<-END
	<!-- made by hand: /dev/onapp-aaaaaaaa/backup-eeeeeeee is not meant -->
	<domain type='kvm'>
	  <name>$1</name>
	  <devices>
	    <graphics type='vnc' passwd='secret'/>
	    <disk type='block' device='disk'>
	      <source dev='$2'/>
	      <target dev='vda' bus='virtio'/>
	    </disk>
	  </devices>
	</domain>
	END
}
make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	run mkdir -p /etc/libvirt/qemu
	domain clone /dev/mapper/onapp--aaaaaaaa-backup--dddddddd >/etc/libvirt/qemu/clone.xml
	domain shop /dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s >/etc/libvirt/qemu/shop.xml
	run mkfifo /etc/libvirt/qemu/pipe.xml
}
after() {
	check 'no password is in the capture' not grep -q secret <(tar xOzf capture.snapstate.tar.gz)
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_verdict onapp-aaaaaaaa/backup-eeeeeeee remove
expect_review 'class +configured'
expect_review 'line 7 of /etc/libvirt/qemu/clone.xml assigns it to a guest'
expect_review 'find the owner of the guest in line 7 of /etc/libvirt/qemu/clone.xml'
expect_steps=lv-remove
gone_dm='onapp--aaaaaaaa-backup--eeeeeeee onapp--aaaaaaaa-backup--eeeeeeee-cow'
gone_lv=onapp-aaaaaaaa/backup-eeeeeeee
