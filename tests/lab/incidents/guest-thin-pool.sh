# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/guest-vg.sh"
title='The guest has a thin pool of its own, and the host activated it on the snapshot'
story='As guest-vg, but the root of the guest is a thin volume. When a pool is taken down, the kernel writes its metadata;
whether it may be is for the tools of LVM to say, and those must not see a copy of the group of the guest. Refused, with
the reason.'

make() {
	kernel_module dm-thin-pool
	# The checker of pools is not installed here, and a new pool needs none.
	echo 'global { thin_check_executable = "" }' >/etc/lvm/lvmlocal.conf
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	guest_vg_make onapp-aaaaaaaa ekwqx3d1vtkp0s
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	partitions_map onapp-aaaaaaaa backup-dddddddd
	check 'udev activated the pool of the guest, on the snapshot' \
		stands_on guest-pool_tdata onapp--aaaaaaaa-backup--ddddddddX1
}
guest_volumes_make() {
	run lvcreate -qq -y --type thin-pool -L 4M --poolmetadatasize 2M -n pool guest
	run lvcreate -qq -y -V 8M --thinpool pool -n root guest
}

expected_verdicts=() expected_reviews=()
expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +foreign-mapping'
expect_review 'a thin volume, which keeps its own state'
expect_steps=''
gone_mount='' gone_dm='' gone_lv=''
unset -f after

after() {
	say 'what the review says'
	review_do foreign-mapping
	check 'nothing of the guest is left' not grep -q '^guest' <(dmsetup ls)
	more_plan since
	more_apply since
	check 'then it is removed' is "$rc" 0
	check 'the guests go on' guests_alive
}
