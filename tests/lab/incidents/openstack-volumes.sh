# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
title='OpenStack: a clone of Cinder that died, and a snapshot that tgtd exports'
story='A host with the volumes of Cinder (LVM driver, without thin provisioning) and the disks of Nova (images_type=lvm). The clone
of a volume died, and left clone-snap-ID: removed. A snapshot of a user of the cloud is exported by tgtd, another one, of the
disk of a server, is served to a machine by qemu: both refused, and what to do names tgtadm and the openstack client.'

volume=7d2b6f10-4c1e-4f1c-9a53-2f0e5c6b7a81
server=3e9c1a52-8b7d-4d0a-b6e4-91c2d3f4a5b6
make() {
	local name
	vg_make cinder-volumes 256M
	origin_make cinder-volumes volume-$volume whole ext4
	snapshot_make cinder-volumes volume-$volume clone-snap-$volume
	snapshot_make cinder-volumes volume-$volume _snapshot-5a4b3c2d-1e0f-4a9b-8c7d-6e5f4a3b2c1d
	vg_make nova
	origin_make nova ${server}_disk whole ext4
	snapshot_make nova ${server}_disk snap-of-yesterday
	for name in tgtd qemu-system-x86_64; do cp /bin/sleep "$LAB/$name"; done
	background tgtd /dev/null /dev/cinder-volumes/_snapshot-5a4b3c2d-1e0f-4a9b-8c7d-6e5f4a3b2c1d \
		sh -c "exec $LAB/tgtd 100000 </dev/cinder-volumes/_snapshot-5a4b3c2d-1e0f-4a9b-8c7d-6e5f4a3b2c1d"
	background qemu-system-x86 /dev/null /dev/nova/snap-of-yesterday \
		sh -c "exec $LAB/qemu-system-x86_64 100000 </dev/nova/snap-of-yesterday"
}

policy=$'rule cinder-clone\n\tselect */clone-snap-*\nrule others\n\tselect cinder-volumes/_snapshot-*\n\tselect nova/snap-*'
plan_args=(--policy policy)
expect_plan_rc=1
expect_verdict cinder-volumes/clone-snap-$volume remove
expect_verdict cinder-volumes/_snapshot-5a4b3c2d-1e0f-4a9b-8c7d-6e5f4a3b2c1d refuse
expect_verdict nova/snap-of-yesterday refuse
expect_review 'tgtadm'
expect_review 'openstack volume snapshot'
expect_review "server show $server"
expect_steps='lv-remove'
gone_dm="cinder--volumes-clone--snap--${volume//-/--} cinder--volumes-clone--snap--${volume//-/--}-cow"
gone_lv="cinder-volumes/clone-snap-$volume"
